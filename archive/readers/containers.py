"""Files of many documents, taken apart into records as they are read; never is a whole one in memory."""

import hashlib
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from archive.documents import Failure, ReadContainer
from archive.readers.base import HEAD, BadRecord, Container, Reader, UnreadableError, unreadable
from archive.readers.feeds.json_feed import JsonFeeds
from archive.readers.feeds.xml import XmlFeeds
from archive.readers.files import FoundFile, open_path
from archive.readers.jsonl import JsonLines
from archive.readers.mail.mbox import Mbox

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# The first that takes a file takes it apart.
CONTAINERS: tuple[Container, ...] = (JsonFeeds(), XmlFeeds(), JsonLines(), Mbox())

# What reads records, by the name that is stored with what it read.
RECORD_READERS: dict[str, Reader] = {container.reader.name: container.reader for container in CONTAINERS}

_BUFFER = 1 << 16


class FoundRecord(NamedTuple):
    """A record to be imported: where it stands, its own bytes, and the name of the reader for it."""

    found: FoundFile
    content: bytes
    reader: str

    @property
    def locator(self) -> str:
        """The place of the unit: `FILE#line=17`."""
        return self.found.locator


def unwrap_file(found: FoundFile, limit: int) -> Iterator[FoundRecord | Failure | ReadContainer] | None:
    """Return what takes a file apart, or None if it is a single document, or cannot be opened: that is for its reader.

    Most files are told by their name alone; so they are not opened twice.
    """
    containers = [one for one in CONTAINERS if _may_be(one, found.path)]
    if not containers:
        return None
    try:
        file = open_path(found.path)
        with file:
            head = file.read(HEAD)
    except (OSError, UnreadableError):
        return None
    container = next((one for one in containers if head and one.identify(head, found.path) is not None), None)
    if container is None:
        return None
    return _unwrap_path(found, container, limit)


def unwrap_stream(
    found: FoundFile, stream: BinaryIO, limit: int
) -> tuple[Iterator[FoundRecord | Failure | ReadContainer] | None, BinaryIO]:
    """Return what takes standard input apart, or None if it is a single document; and the stream from its start."""
    try:
        head = stream.read(HEAD)
    except (OSError, ValueError):
        return None, stream
    again: BinaryIO = BufferedReader(_Rest(head, stream), _BUFFER)
    for container in CONTAINERS:
        if container.identify(head, found.path) is not None:
            return _unwrap(found, container, again, limit), again
    return None, again


def _may_be(container: Container, path: str) -> bool:
    name = path[path.rfind("/") + 1 :].lower()
    return any(name.endswith(ending) if ending else "." not in name for ending in container.endings)


def _unwrap_path(found: FoundFile, container: Container, limit: int) -> Iterator[FoundRecord | Failure | ReadContainer]:
    try:
        file = open_path(found.path)
    except UnreadableError as error:  # gone since it was looked at
        yield error.failure(found.locator)
        return
    with file:
        yield from _unwrap(found, container, file, limit)


def _unwrap(
    found: FoundFile, container: Container, stream: Any, limit: int
) -> Iterator[FoundRecord | Failure | ReadContainer]:
    """Yield the records of a container, then the container; if reading breaks off, what was read, then a Failure."""
    hashing = _Hashing(stream)
    buffered = BufferedReader(hashing, _BUFFER)
    number = 0
    try:
        for record in container.records(buffered, limit):
            number += 1
            place = f"{found.locator}#{record.place}"
            if isinstance(record, BadRecord):
                yield record.error.failure(place)
            else:
                file = FoundFile(found.path, place, found.root, found.sidecar)
                yield FoundRecord(file, record.content, container.reader.name)
    except UnreadableError as error:
        yield error.failure(found.locator)
        return
    except (OSError, ValueError) as error:
        yield unreadable(error).failure(found.locator)
        return
    if not number:
        yield Failure(found.locator, f"no record in it ({container.name})", "remove it, or fill it")
        return
    yield ReadContainer(found.locator, container.media_type, hashing.size, hashing.digest.hexdigest(), number)


class _Hashing(RawIOBase):
    """A stream, hashed as it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        data = self._stream.read(len(view)) or b""
        view[: len(data)] = data
        self.digest.update(data)
        self.size += len(data)
        return len(data)


class _Rest(RawIOBase):
    """A stream with what was already read of it at its start again."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        if self._head:
            data, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)
