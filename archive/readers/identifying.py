"""Which reader takes a file, and why, or why none does; without reading more of it than that needs."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.documents import Failure, ReadContainer
from archive.readers import identify
from archive.readers.base import UnreadableError, unreadable
from archive.readers.bundles.packed import PACKINGS
from archive.readers.containers import RECORD_READERS
from archive.readers.file_bytes import open_path
from archive.readers.files import FoundFile, LeftOut, find_files
from archive.readers.unwrap import FoundRecord, Limits, Opening, Taken, unwrap_file, unwrap_stream

_PACKED = frozenset(packing.name for packing in PACKINGS)
_LOOKED_AT = 1_000_000  # bytes of a file that are enough to tell what it is


@dataclass
class Identified:
    """What a file or a unit in it is.

    place       its locator
    reader      the reader that takes it, or the format of the container that is taken apart; None where nobody does
    media_type  its media type
    why         why this reader takes it; why none does
    cure        what a person can do, where nobody takes it
    units       of a container, how many records or members were counted in it
    """

    place: str
    reader: str | None
    media_type: str | None
    why: str
    cure: str | None = None
    units: int | None = None


def identify_paths(
    paths: Sequence[str], stdin: BinaryIO | None = None, *, count: bool = False, members: bool = False
) -> Iterator[Identified | LeftOut]:
    """Yield what the files at these paths are, and in these folders; `-` is stdin.

    To `count` the units of containers, or to tell what each of their `members` is, they are read to their end.
    """
    for path in paths:
        if path == "-":
            yield from _identify_stream(stdin, count=count, members=members)
            continue
        for found in find_files([path]):
            if isinstance(found, FoundFile):
                yield from _identify_file(found, count=count, members=members)
            else:
                yield found if isinstance(found, LeftOut) else _not_taken(found)


def _identify_file(found: FoundFile, *, count: bool, members: bool) -> Iterator[Identified]:
    looking = _Looking(found, count=count, members=members)
    taken = unwrap_file(found, Limits(), looking.hear)
    if taken is not None:
        yield from looking.rows(taken)
        return
    try:
        with open_path(found.path) as file:
            content = file.read(_LOOKED_AT)
    except UnreadableError as error:
        yield _not_taken(error.failure(found.locator))
    except OSError as error:
        yield _not_taken(unreadable(error).failure(found.locator))
    else:
        yield _of_content(found, content)


def _identify_stream(stdin: BinaryIO | None, *, count: bool, members: bool) -> Iterator[Identified]:
    if stdin is None:
        yield _not_taken(Failure("-", "there is no standard input to read"))
        return
    found = FoundFile("-", "-", str(Path.cwd()), None)
    looking = _Looking(found, count=count, members=members)
    taken, stream = unwrap_stream(found, stdin, Limits(), looking.hear)
    if taken is not None:
        yield from looking.rows(taken)
        return
    try:
        content = stream.read(_LOOKED_AT)
    except (OSError, ValueError) as error:
        yield _not_taken(unreadable(error).failure("-"))
    else:
        yield _of_content(found, content)


def _of_content(found: FoundFile, content: bytes) -> Identified:
    try:
        reader, why = identify(content, found.known_as)
    except UnreadableError as error:
        return _not_taken(error.failure(found.locator))
    return Identified(found.locator, reader.name, reader.media_type, why)


def _not_taken(failure: Failure) -> Identified:
    return Identified(failure.locator, None, None, failure.reason, failure.cure)


class _Looking:
    """What is heard and seen while one file is taken apart: a row for it, and for each unit in it."""

    def __init__(self, found: FoundFile, *, count: bool, members: bool) -> None:
        self._found = found
        self._to_its_end = count or members
        self._members = members
        self._rows: list[Identified] = []
        self._opened: dict[str, Identified] = {}  # containers, by their places
        self._packed: dict[str, Identified] = {}  # packed files of which it is not told yet what is in them

    def hear(self, opening: Opening) -> None:
        """Take down that a file or a member is taken apart."""
        row = Identified(opening.locator, opening.name, opening.media_type, opening.why)
        self._opened[row.place] = self._add(row)
        if opening.name in _PACKED:
            self._packed[row.place] = self._opened[row.place]

    def rows(self, taken: Iterator[Taken]) -> Iterator[Identified]:
        """Yield the row of the file, then those of what is in it, if they are asked for."""
        with closing(taken):  # type: ignore[type-var] # a generator
            for one in taken:
                if isinstance(one, ReadContainer):
                    self._opened[one.locator].units = one.records
                elif isinstance(one, Failure) and one.locator in self._opened:
                    row = self._opened[one.locator]
                    row.reader, row.media_type, row.why, row.cure = None, None, one.reason, one.cure
                elif self._members or one.locator == self._found.locator:
                    self._add(_not_taken(one) if isinstance(one, Failure) else _of_record(one))
                if not self._to_its_end:
                    break
        yield from self._rows

    def _add(self, row: Identified) -> Identified:
        """Take a row down; what a packed file holds is told in its own row."""
        packed = self._packed.pop(row.place, None)
        if packed is not None:
            packed.reader, packed.media_type, packed.cure = row.reader, row.media_type, row.cure
            packed.why = f"{packed.why}; in it: {row.why}"
            return packed
        if self._members or row.place == self._found.locator:
            self._rows.append(row)
        return row


def _of_record(record: FoundRecord) -> Identified:
    if record.reader is None:
        return _of_content(record.found, record.content)
    reader = RECORD_READERS[record.reader]
    return Identified(record.locator, reader.name, reader.media_type, "it came out of a container")
