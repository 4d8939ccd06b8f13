"""The bytes of files and of standard input, never more than may be; nothing here waits for a pipe or a device."""

# A path may hold bytes that are not UTF-8, and is kept as it is.
# ruff: noqa: PTH116
import os
import stat
from typing import BinaryIO

from archive.readers.base import UnreadableError, unreadable

SIZE_LIMIT = 256_000_000

_CHUNK = 1 << 20
_HOW = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def file_size(path: str) -> int:
    """Return how large a file is at this moment, 0 where that cannot be told; it never raises."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0


def read_path(path: str, limit: int) -> bytes:
    """Return the bytes of the file at a path.

    Raises UnreadableError, with the cure, where the file has vanished, may not be read, is none, or is over the limit.
    """
    try:
        descriptor, size = _open(path)
        try:
            if size > limit:
                raise too_large(size, limit)
            if size:
                return _read_size(descriptor, size)
            return _read_on(descriptor, limit)  # it is empty, or has no size, as in /proc
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    except MemoryError as error:
        raise UnreadableError(
            "there is not enough memory to read it", "split the file, or raise the limit with `--max-memory`"
        ) from error


def read_head(path: str, size: int) -> bytes:
    """Return the first bytes of the file at a path, fewer where it has no more; raises as `read_path` does."""
    try:
        descriptor, _ = _open(path)
        try:
            return os.read(descriptor, size)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error


def open_path(path: str) -> BinaryIO:
    """Return the file at a path, opened to be read in parts. It never waits for a pipe or a device.

    Raises UnreadableError, with the cure, where the file has vanished, may not be read, or is none.
    """
    try:
        return os.fdopen(_open(path)[0], "rb", buffering=0)
    except (OSError, ValueError) as error:
        raise unreadable(error) from error


def _open(path: str) -> tuple[int, int]:
    """Return the descriptor of a file, and its size."""
    descriptor = os.open(path, _HOW)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise not_a_file(status.st_mode)
    return descriptor, status.st_size


def read_stdin(stream: BinaryIO, limit: int = SIZE_LIMIT) -> bytes:
    """Return all that standard input gives: the content of the unit whose locator is `-`.

    Raises UnreadableError over the limit, or where the stream breaks off or is closed.
    """
    parts: list[bytes] = []
    size = 0
    try:
        while part := stream.read(_CHUNK):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise too_large(None, limit)
    except OSError as error:
        raise unreadable(error) from error
    except ValueError as error:
        raise UnreadableError("standard input is closed", "pipe a text into the command") from error
    return b"".join(parts)


def _read_size(descriptor: int, size: int) -> bytes:
    """Return what stands in a file up to this size: of one that grows, what there was; nobody can wait for its end."""
    content = os.read(descriptor, size)
    while len(content) < size and (part := os.read(descriptor, size - len(content))):
        content += part
    return content


def _read_on(descriptor: int, limit: int) -> bytes:
    parts = []
    size = 0
    while part := os.read(descriptor, _CHUNK):
        parts.append(part)
        size += len(part)
        if size > limit:
            raise too_large(None, limit)
    return b"".join(parts)


def not_a_file(mode: int) -> UnreadableError:
    """Return what is said of a path that leads to something else, by its mode."""
    if stat.S_ISFIFO(mode):
        return UnreadableError("a pipe, not a file", "pipe what it gives into `archive import -`")
    if stat.S_ISSOCK(mode):
        return UnreadableError("a socket, not a file", "remove it, or leave it out")
    if stat.S_ISDIR(mode):
        return UnreadableError("a folder, not a file", "name the folder")
    return UnreadableError("a device, not a file", "save what it gives as a file and import that")


def too_large(size: int | None, limit: int) -> UnreadableError:
    """Return what is said of a file of this size, or of one that grew over the limit as it was read."""
    over, most = "it" if size is None else _size(size), _size(limit)
    if over == most:
        over, most = f"{size:,} bytes", f"{limit:,} bytes"
    return UnreadableError(
        f"{over} is over the limit of {most}", "raise the limit with `--max-size`, or split the file"
    )


def _size(size: int) -> str:
    """Return a size for people to read: 300 MB, 12 kB, 40 bytes."""
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if size >= 10 * unit or (size >= unit and size % unit == 0):
            return f"{size / unit:,.0f} {name}"
    return f"{size:,} bytes"
