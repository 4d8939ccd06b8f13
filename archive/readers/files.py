"""The files that are to be imported, found.

A folder gives its files first, sorted by name, then those of its subfolders, sorted by name, each in the same way.
Paths come in the order in which they are named; what is named twice is found twice.

Left out, inside a folder: what is hidden (its name starts with "."), what systems put there, and the
folder of images and scripts that a browser saved with a page, which is told of. Configuration is no unit:
`archive.toml`, `NAME.meta.toml`, and vocabularies, which are `.toml` files with `[[sources]]` or `[[topics]]`. A
sidecar that belongs to no file is told of: somebody wrote in it what nobody reads.
"""

# A Path for every file would cost more than finding it, and Path.resolve() follows links.
# ruff: noqa: PTH100, PTH114, PTH116, PTH118, PTH119, PTH122
import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archive.documents import Failure
from archive.readers.base import UnreadableError, storable, unreadable
from archive.readers.beside import is_of_systems, page_of
from archive.readers.file_bytes import SIZE_LIMIT, not_a_file, read_path

DEFAULTS_NAME = "archive.toml"
SIDECAR_SUFFIX = ".meta.toml"

_VOCABULARY = re.compile(rb"^[ \t]*\[\[[ \t]*(sources|topics)[ \t]*\]\]", re.MULTILINE)
_VOCABULARY_HEAD = 1_000_000


class FoundFile(NamedTuple):
    """A file to be imported.

    path     what to open, absolute; bytes that are not UTF-8 stand in it as surrogate escapes
    locator  the same as text that can be stored and printed; symbolic links in it are not resolved
    root     the folder up to which `archive.toml` counts: the PATH that was named, or the folder of a named file
    sidecar  the path of its `NAME.meta.toml`, or None: for `a.txt` that is `a.txt.meta.toml`, else `a.meta.toml`
    name     what tells its kind beside its content: its path, or what it is called in the file that it is packed in
    is_part  whether the file at the path has other units too
    """

    path: str
    locator: str
    root: str
    sidecar: str | None
    name: str = ""
    is_part: bool = False

    @property
    def known_as(self) -> str:
        """The name that readers look at."""
        return self.name or self.path


class LeftOut(NamedTuple):
    """What is no unit, and is told of: a sidecar that belongs to no file, or a folder that a page was saved with.

    Why, and what a person can do.
    """

    locator: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be read. `trail` has the real folders in which a link was followed on the way to it."""

    path: str
    trail: tuple[str, ...] = ()


def find_files(paths: Sequence[str], leave_out: Collection[str] = ()) -> Iterator[FoundFile | Failure | LeftOut]:
    """Yield the files at these paths, and in these folders and their subfolders; lazily, in a fixed order.

    What is there but cannot be a unit is a Failure, never an exception: a path that does not exist, a dangling or
    circular symbolic link, a pipe, a socket, a device, a folder that may not be read. A symbolic link to a folder is
    followed unless it leads back to a folder that it stands in, or stands in a folder reached by a link and leads to
    one that was reached so before. `leave_out` are the real paths of files that are no units, by whatever links they
    are reached: the archive itself.
    """
    followed: set[str] = set()
    for path in paths:
        try:
            absolute = _absolute(path)
            mode = os.stat(absolute).st_mode
        except (OSError, ValueError) as error:
            yield _failure(path, error)
            continue
        if stat.S_ISDIR(mode):
            yield from _Walk(absolute, leave_out, followed).find()
        elif not stat.S_ISREG(mode):
            yield not_a_file(mode).failure(storable(absolute))
        elif (configuration := _configuration(absolute)) is not None:
            yield configuration
        elif os.path.realpath(absolute) not in leave_out:
            folder, name = os.path.split(absolute)
            sidecar = next(
                (there for there in _sidecar_names(name) if os.path.lexists(os.path.join(folder, there))), None
            )
            yield FoundFile(absolute, storable(absolute), folder, sidecar and os.path.join(folder, sidecar))


def read_bytes(found: FoundFile, limit: int = SIZE_LIMIT) -> bytes:
    """Return the bytes of a file. It never waits for a pipe or a device.

    Raises UnreadableError, with the cure, where the file has vanished, may not be read, is none, or is over the limit.
    """
    return read_path(found.path, limit)


def _absolute(path: str) -> str:
    """Return the absolute path. `..` after a symbolic link leads elsewhere than the text says: that is resolved."""
    if not path:
        raise FileNotFoundError
    absolute = os.path.abspath(path)
    if ".." in path.split("/") and os.path.lexists(path):
        there = os.lstat(path)
        if not os.path.lexists(absolute) or not os.path.samestat(there, os.lstat(absolute)):
            folder, name = os.path.split(path.rstrip("/"))
            return os.path.realpath(path) if name == ".." else os.path.join(os.path.realpath(folder), name)
    return absolute


class _Walk:
    """The files of one folder that was named, found folder by folder."""

    def __init__(self, root: str, leave_out: Collection[str], followed: set[str]) -> None:
        self._root = root
        self._leave_out = leave_out
        self._names_left_out = {os.path.basename(path) for path in leave_out}
        self._followed = followed
        self._inside: list[_Folder] = []

    def find(self) -> Iterator[FoundFile | Failure | LeftOut]:
        waiting = [_Folder(self._root)]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder.path) as listing:
                    entries = sorted(listing, key=_name)
            except OSError as error:
                yield unreadable(error).failure(storable(folder.path))
                continue
            yield from self._find_listed(folder, entries)
            waiting += reversed(self._inside)
            self._inside.clear()

    def _find_listed(self, folder: _Folder, entries: list[os.DirEntry[str]]) -> Iterator[FoundFile | Failure | LeftOut]:
        prefix = os.path.join(folder.path, "")
        storable_prefix = storable(prefix)
        listed = {entry.name for entry in entries}
        sidecars = {entry.name: False for entry in entries if entry.name.endswith(SIDECAR_SUFFIX)}
        for entry in entries:
            name = entry.name
            if name[0] == "." or is_of_systems(name):
                continue
            path = prefix + name
            page = page_of(name, listed) if entry.is_dir(follow_symlinks=False) else None
            if page is not None:
                yield LeftOut(storable(path), f"left out: saved with {storable(page)}", "name the folder to import it")
                continue
            try:
                if not entry.is_file(follow_symlinks=False) and not self._is_file(entry, path, folder):
                    continue
            except UnreadableError as error:
                _take_sidecar(name, sidecars)
                yield error.failure(storable(path))
                continue
            except OSError as error:
                _take_sidecar(name, sidecars)
                yield _failure(path, error)
                continue
            if name.endswith(".toml") and (name in sidecars or _configuration(path) is not None):
                continue
            sidecar = _take_sidecar(name, sidecars) if sidecars else None
            if name not in self._names_left_out or os.path.realpath(path) not in self._leave_out:
                yield FoundFile(path, storable_prefix + storable(name), self._root, sidecar and prefix + sidecar)
        for name, is_used in sidecars.items():
            if not is_used and name[0] != ".":
                yield _unused_sidecar(prefix, name, sidecars, listed)

    def _is_file(self, entry: os.DirEntry[str], path: str, folder: _Folder) -> bool:
        """Tell whether something that is no plain file leads to one. A folder is put down to be read later."""
        if entry.is_dir(follow_symlinks=False):
            self._inside.append(_Folder(path, folder.trail))
            return False
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            self._inside.append(_follow(path, folder, self._followed))
            return False
        if not stat.S_ISREG(mode):
            raise not_a_file(mode)
        return True


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _sidecar_names(name: str) -> tuple[str, str]:
    return name + SIDECAR_SUFFIX, os.path.splitext(name)[0] + SIDECAR_SUFFIX


def _take_sidecar(name: str, sidecars: dict[str, bool]) -> str | None:
    """Return which of the sidecars listed is that of this file, and mark it as used."""
    for sidecar in _sidecar_names(name):
        if sidecar in sidecars:
            sidecars[sidecar] = True
            return sidecar
    return None


def _follow(path: str, folder: _Folder, followed: set[str]) -> _Folder:
    """Return the folder that a symbolic link leads to, or raise UnreadableError if it is not to be followed."""
    target = os.path.join(os.path.realpath(path), "")
    trail = (*folder.trail, os.path.realpath(folder.path))
    if any(os.path.join(passed, "").startswith(target) for passed in trail):
        raise UnreadableError(
            "a symbolic link to a folder that it stands in",
            "remove the link; the files of that folder are found anyway",
        )
    if folder.trail and target in followed:
        # Links that lead to each other have more ways through them than anyone can wait for.
        raise UnreadableError(
            "a symbolic link, in a folder reached by a link, to a folder reached before", "name that folder itself"
        )
    followed.add(target)
    return _Folder(path, trail)


def _configuration(path: str) -> Failure | None:
    """Return what to answer if a file of configuration was named as an article, or None if the file is none."""
    name = os.path.basename(path)
    if not name.endswith(".toml"):
        return None
    if name.endswith(SIDECAR_SUFFIX):
        cure = "name the file that it belongs to"
    elif name == DEFAULTS_NAME:
        cure = "name the folder that it belongs to"
    else:
        kind = _vocabulary(path)
        if kind is None:
            return None
        cure = f"load it with `archive {kind} load FILE`"
    return Failure(storable(path), "it is configuration, not an article", cure)


def _vocabulary(path: str) -> str | None:
    try:
        match = _VOCABULARY.search(read_path(path, _VOCABULARY_HEAD))
    except UnreadableError:
        return None
    return match[1].decode() if match else None


def _unused_sidecar(prefix: str, sidecar: str, sidecars: dict[str, bool], names: set[str]) -> LeftOut:
    place = storable(prefix + sidecar)
    for name in names:
        nearer, farther = _sidecar_names(name)
        if farther == sidecar and sidecars.get(nearer) and name not in sidecars:
            cure = f"move what it says into {storable(nearer)}"
            return LeftOut(place, "a sidecar of a file that has a nearer one", cure)
    if sidecar.removesuffix(SIDECAR_SUFFIX) in names:
        return LeftOut(place, "a sidecar of a folder", f"for a whole folder, write {DEFAULTS_NAME} in it")
    return LeftOut(
        place, "a sidecar without its file", f"put it beside its file, as FILE{SIDECAR_SUFFIX}, or remove it"
    )


def _failure(path: str, error: OSError | ValueError) -> Failure:
    """Return why there is nothing at a path that was named or listed."""
    place = storable(os.path.abspath(path) if path else path)
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return Failure(place, "a symbolic link to something that is not there", "remove the link, or mend it")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Failure(place, "there is no such file or folder", "check the spelling of the path")
    return unreadable(error).failure(place)
