"""Streams whose errors say what is wrong with the file that they come from."""

from collections.abc import Callable
from io import BufferedReader
from typing import BinaryIO

from archive.readers.base import UnreadableError
from archive.readers.streams import BUFFER, Pulled


def guarded(
    stream: BinaryIO,
    damages: tuple[type[Exception], ...],
    said: Callable[[Exception], UnreadableError],
) -> BinaryIO:
    """Return a stream of the same bytes that raises UnreadableError, as `said`, where this one raises a damage."""
    return BufferedReader(_Guarded(stream, damages, said), BUFFER)


class _Guarded(Pulled):
    def __init__(
        self,
        stream: BinaryIO,
        damages: tuple[type[Exception], ...],
        said: Callable[[Exception], UnreadableError],
    ) -> None:
        self._stream = stream
        self._damages = damages
        self._said = said

    def pull(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except UnreadableError:
            raise
        except self._damages as error:
            raise self._said(error) from error
