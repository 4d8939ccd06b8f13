"""What is said beside an article: in its sidecar, and in the `archive.toml` of its folders.

Neither can stop an import: what cannot be read gives no values and a note that names the file, the line and the cure.
"""

# A path may hold bytes that are not UTF-8, and is kept as it is.
# ruff: noqa: PTH118, PTH120
import hashlib
import os
from collections.abc import Iterable, Mapping

from archive.documents import Given, Value
from archive.readers.base import UnreadableError, shown, storable
from archive.readers.file_bytes import read_path
from archive.readers.files import DEFAULTS_NAME, FoundFile
from archive.readers.metadata import Metadata, field_of, read_metadata
from archive.readers.toml import LARGEST, read_toml

# These belong to one article, and cannot be the same for a folder of them.
_OF_ONE_ARTICLE = frozenset(("id", "url", "headline"))


def read_sidecar(path: str, *, of_many: bool = False) -> Given:
    """Return what a sidecar says: the keys of `METADATA_KEYS`, in TOML. It never raises; an unknown key is noted.

    `of_many`: its file has many articles, and what belongs to one of them is not used.
    """
    return _read(path, "sidecar", of_many=of_many)


class FolderDefaults:
    """What the `archive.toml` files of folders say about the articles in them; each file is read once."""

    def __init__(self) -> None:
        self._files: dict[str, Given] = {}
        self._folders: dict[tuple[str, str], Given] = {}

    def given(self, found: FoundFile) -> Given:
        """Return the defaults for a file, from its own folder up to its root; for `-`, of its root. It never raises.

        Of a single value the nearest counts; topics add up, nearest first.
        """
        folder = os.path.dirname(found.path) or found.root  # what comes from standard input has no folder
        known = self._folders.get((folder, found.root))
        if known is None:
            known = self._folders[folder, found.root] = _joined(
                [self._file(one) for one in _upwards(folder, found.root)]
            )
        return known

    def _file(self, folder: str) -> Given:
        if folder not in self._files:
            path = os.path.join(folder, DEFAULTS_NAME)
            self._files[folder] = _read(path, "archive_toml", of_many=True) if os.path.lexists(path) else Given()
        return self._files[folder]


def _upwards(folder: str, root: str) -> Iterable[str]:
    yield folder
    while folder != root and folder != "/":
        folder = os.path.dirname(folder)
        yield folder


def _joined(givens: list[Given]) -> Given:
    values: dict[str, Value] = {}
    for given in givens:
        for value in given.values:
            values.setdefault(value.field, value)
    digests = [given.digest for given in givens if given.digest]
    digest = hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""
    return Given(
        tuple(values.values()),
        tuple(dict.fromkeys(topic for given in givens for topic in given.topics)),
        tuple(note for given in givens for note in given.notes),
        digest,
    )


def _read(path: str, method: str, *, of_many: bool) -> Given:
    place = storable(path)
    try:
        content = read_path(path, LARGEST)
    except UnreadableError as error:
        return Given(notes=(f"{place} was not used: {error.reason}; {error.cure}",))
    digest = hashlib.sha256(content).hexdigest()
    try:
        mapping = read_toml(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        note = f"{place} was not used: line {line} is not UTF-8; save the file as UTF-8"
        return Given(notes=(note,), digest=digest)
    except UnreadableError as error:
        return Given(notes=(f"{place} was not used: {error.reason}; {error.cure}",), digest=digest)
    metadata = _read_mapping(mapping, method, of_many=of_many)
    return Given(metadata.values, metadata.topics, tuple(f"{place}: {note}" for note in metadata.notes), digest)


def _read_mapping(mapping: Mapping[str, object], method: str, *, of_many: bool) -> Metadata:
    if not of_many:
        return read_metadata(mapping, method, strict=True)
    refused = [key for key in mapping if field_of(key) in _OF_ONE_ARTICLE]
    metadata = read_metadata({key: mapping[key] for key in mapping if key not in refused}, method, strict=True)
    notes = [
        f"key {shown(key)} belongs to one article; write it in a sidecar or in its front matter" for key in refused
    ]
    return Metadata(metadata.values, metadata.topics, (*notes, *metadata.notes))
