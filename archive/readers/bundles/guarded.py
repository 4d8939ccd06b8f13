"""Streams whose errors say what is wrong with the file that they come from."""

from collections.abc import Callable
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

from archive.readers.base import UnreadableError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER = 1 << 16


def guarded(
    stream: BinaryIO,
    damages: tuple[type[Exception], ...],
    said: Callable[[Exception], UnreadableError],
) -> BinaryIO:
    """Return a stream of the same bytes that raises UnreadableError, as `said`, where this one raises a damage."""
    return BufferedReader(_Guarded(stream, damages, said), _BUFFER)


class _Guarded(RawIOBase):
    def __init__(
        self,
        stream: BinaryIO,
        damages: tuple[type[Exception], ...],
        said: Callable[[Exception], UnreadableError],
    ) -> None:
        self._stream = stream
        self._damages = damages
        self._said = said

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        try:
            data = self._stream.read(len(view))
        except UnreadableError:
            raise
        except self._damages as error:
            raise self._said(error) from error
        view[: len(data)] = data
        return len(data)
