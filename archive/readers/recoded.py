"""Streams in UTF-16 or UTF-32, read as UTF-8: where a row or a value ends is told in ASCII."""

import codecs
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 16


def recoded(start: bytes, stream: BinaryIO, encoding: str) -> BinaryIO:
    """Return as UTF-8 what was read of a stream already, and the rest of it; a byte order mark is left out.

    What is no text in that encoding is U+FFFD.
    """
    return BufferedReader(_Recoded(start, stream, encoding), _CHUNK)


class _Recoded(RawIOBase):
    def __init__(self, start: bytes, stream: BinaryIO, encoding: str) -> None:
        self._start = start
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._waiting = b""
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        while not self._waiting:
            part = self._start or self._stream.read(_CHUNK)
            self._start = b""
            text = self._decoder.decode(part, final=not part)
            if text and not self._begun:
                self._begun = True
                text = text.removeprefix("\ufeff")
            self._waiting = text.encode("utf-8", "replace")
            if not part:
                break
        data, self._waiting = self._waiting[: len(view)], self._waiting[len(view) :]
        view[: len(data)] = data
        return len(data)
