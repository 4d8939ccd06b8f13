"""Streams made of streams: what is read of one is looked at, counted, or put together with something else."""

from collections.abc import Callable
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 1 << 16


class Pulled(RawIOBase):
    """A stream whose bytes come from `pull`, at most as many as asked for; none at its end."""

    def pull(self, size: int) -> bytes:
        """Return some bytes."""
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        data = self.pull(len(view))
        view[: len(data)] = data
        return len(data)


class Watched(Pulled):
    """A stream of which `seen` is told each part as it is read."""

    def __init__(self, stream: BinaryIO, seen: Callable[[bytes], object]) -> None:
        self._stream = stream
        self._seen = seen

    def pull(self, size: int) -> bytes:
        data = self._stream.read(size) or b""
        self._seen(data)
        return data


class Joined(Pulled):
    """A stream with what was already read of it at its start again."""

    def __init__(self, head: bytes, stream: RawIOBase | BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def pull(self, size: int) -> bytes:
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._stream.read(size) or b""


def joined(head: bytes, stream: RawIOBase | BinaryIO) -> BinaryIO:
    """Return a stream with what was already read of it at its start again; closing it closes nothing."""
    return BufferedReader(Joined(head, stream), BUFFER)
