"""Text written to a file, which takes the place of another once it is whole, or to stdout."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from archive.cli.escaping import escaped_json, printable
from archive.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from archive.db.location import Location

_AT_ONCE = 1 << 16  # characters


def write_pieces(pieces: Iterable[str], output: Path | None, archive: "Location", *, is_json: bool) -> None:
    """Write text to a file, or with None to stdout, as it comes; raises UsageError where the file is the archive.

    A terminal gets it with control characters made visible, as JSON has them if it is JSON.
    """
    if output is None:
        shown = (escaped_json if is_json else printable) if sys.stdout.isatty() else None
        for text in _joined(pieces):
            click.echo((shown(text) if shown else text).encode(), nl=False)
        return
    if is_part_of(archive, output):
        raise UsageError(f"{output} is the archive itself; name another file")
    with errors_explained(output), _replacing(output) as file:
        for text in _joined(pieces):
            file.write(text.encode())


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Yield text in portions that are worth a write."""
    portion: list[str] = []
    size = 0
    for piece in pieces:
        portion.append(piece)
        size += len(piece)
        if size >= _AT_ONCE:
            yield "".join(portion)
            portion, size = [], 0
    if portion:
        yield "".join(portion)


@contextmanager
def _replacing(output: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of another one once it is whole; a pipe or a device is written to as it is."""
    if output.exists() and not output.is_file():
        with output.open("wb") as file:
            yield file
        return
    target = output.resolve()  # what a symbolic link leads to is replaced, and the link stays
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def is_part_of(archive: "Location", file: Path) -> bool:
    """Tell whether a file is the archive's own, by whatever name."""
    from archive.db.location import files_of

    return any(file.exists() and own.exists() and file.samefile(own) for own in files_of(archive))


@contextmanager
def errors_explained(path: Path) -> Iterator[None]:
    """Let errors of the file system become ArchiveErrors that name the path."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written: {error.strerror}") from error
