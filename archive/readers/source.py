"""The bytes of a file, of standard input or of a member of a bundle, as who takes them apart wants them."""

import hashlib
import tempfile
from functools import cached_property
from io import BytesIO, RawIOBase
from typing import BinaryIO, cast

from archive.documents import ReadContainer
from archive.readers.base import HEAD
from archive.readers.file_bytes import too_large
from archive.readers.streams import BUFFER, Watched, joined

_IN_MEMORY = 16_000_000  # bytes of a temporary file that need no disk


class Source:
    """The bytes of a file or member: its start, looked at before; hashed as they are read; in a file if need be.

    A file in which someone goes back is hashed once that is done: who sees that it is nothing for them reads little.
    """

    def __init__(self, stream: BinaryIO, file: BinaryIO | None = None) -> None:
        self._file = file
        self._spooled: tempfile.SpooledTemporaryFile[bytes] | None = None
        self._is_sought = False  # the file itself, which is then read in any order
        self._digest = hashlib.sha256()
        self._reading = Watched(stream, self._see)
        self.size = 0  # how many bytes were read so far

    @cached_property
    def head(self) -> bytes:
        """The first bytes, as many as tell what it is."""
        return _read_full(self._reading, HEAD)

    @cached_property
    def stream(self) -> BinaryIO:
        """All of the bytes, to be read in one pass."""
        return joined(self.head, self._reading)

    def file(self) -> BinaryIO:
        """Return a file with all of the bytes, at its start, in which one can go back."""
        if self._file is None:
            self._spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed in close()
            self._file = cast(BinaryIO, self._spooled)
            while part := self.stream.read(BUFFER):
                self._file.write(part)
        elif self._spooled is None:
            self._is_sought = True
        self._file.seek(0)
        return self._file

    def rewind(self) -> None:
        """Go back to the start, for the next that takes the file apart in one pass."""
        if self._file is not None:
            self._file.seek(0)
            self.stream = joined(b"", self._file)

    def read(self, limit: int) -> bytes:
        """Return all of the bytes; raises UnreadableError over the limit."""
        content = self.stream.read(limit + 1)
        if len(content) > limit:
            raise too_large(None, limit)
        return content

    def read_container(self, locator: str, media_type: str, records: int, notes: tuple[str, ...] = ()) -> ReadContainer:
        """Return that the file was read to its end."""
        if self._file is not None and self._is_sought:
            self._file.seek(0)
            self._digest, self.size = hashlib.sha256(), 0
        while self._reading.read(BUFFER):  # what nobody asked for
            pass
        return ReadContainer(locator, media_type, self.size, self._digest.hexdigest(), records, notes)

    def given_back(self, limit: int) -> BinaryIO:
        """Return the bytes from their start, after which nothing is to be closed.

        Of what is over the limit, only so much that whoever reads it sees that it is.
        """
        self.rewind()
        if self._spooled is None:
            return self.stream
        with self._spooled:
            return BytesIO(self._spooled.read(limit + 1))

    def close(self) -> None:
        """Let go of the temporary file, if there is one; the stream is closed by who opened it."""
        if self._spooled is not None:
            self._spooled.close()

    def _see(self, data: bytes) -> None:
        self._digest.update(data)
        self.size += len(data)


def _read_full(stream: RawIOBase, size: int) -> bytes:
    head = b""
    while len(head) < size and (part := stream.read(size - len(head))):
        head += part
    return head
