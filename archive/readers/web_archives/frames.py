"""The bytes of a web archive, unpacked as they are read, and where it is damaged, found again.

A frame is what is packed together: of gzip a member, of zstd a frame, mostly one record; of a plain file all of it.
"""

import re
import zlib
from io import SEEK_END
from typing import BinaryIO, Protocol

import zstandard

from archive.readers.base import UnreadableError

LARGEST_RATIO = 100  # what unpacks to more than the limit, and to so many times its size, is no crawl

_CHUNK = 1 << 16
_ZSTD_CHUNK = 1 << 10  # of four bytes zstd can make 128 kB
_MOST_MEMORY = 128_000_000  # that an unpacker may use: a header can ask for gigabytes
_LARGEST_DICTIONARY = 10_000_000
_FARTHEST = 64_000_000  # bytes that are unpacked again to come to a record
_GZIP = b"\x1f\x8b\x08"
_ZSTD = b"\x28\xb5\x2f\xfd"
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # before all records: https://iipc.github.io/warc-specifications/ (warc-zstd)
_REPACK = "pack it anew without a dictionary"
_BEGINS = re.compile(rb"\s*(?:WARC/[01]\.\d|filedesc://|[a-z][a-z0-9+.-]{1,20}:[^\n]{1,2000} \d{8,17} )", re.IGNORECASE)


class Frames(Protocol):
    """The unpacked bytes of a file, frame by frame. `start` is where in the file the frame begins."""

    start: int
    is_packed: bool

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of the frame, b"" at its end; raises UnreadableError where it is damaged."""

    def skip(self, size: int) -> int:
        """Pass over so many bytes of the frame, and return how many there were; raises as `read` does."""

    def next(self) -> bool:
        """Go on to the next frame, False if there is none; raises UnreadableError where what follows is none."""

    def resume(self) -> bool:
        """Look for the next frame that begins with a record, after damage; False if there is none."""

    def back_at(self, start: int, offset: int) -> "Frames":
        """Return the same bytes from `offset` in the frame that begins at `start`; these are not to be read any more.

        Raises UnreadableError where that would take too long.
        """


def open_frames(stream: BinaryIO, limit: int) -> Frames:
    """Return the frames of a file in which one can go back: of gzip, of zstd, or plain, as its first bytes show.

    A frame that unpacks to more than `limit` bytes and `LARGEST_RATIO` times its size is damaged.
    """
    stream.seek(0)
    head = _read_full(stream, len(_ZSTD))
    if head.startswith(_DICTIONARY):
        unpacker = _read_dictionary(stream)
        return _Packed(stream, limit, unpacker, unpacker.size)
    if head.startswith(_GZIP):
        return _Packed(stream, limit, _Gunzip)
    if head.startswith(_ZSTD):
        return _Packed(stream, limit, _Unzstd)
    return _Plain(stream)


def begins_packed(head: bytes) -> bytes:
    """Return the start of a file unpacked, as far as it goes; b"" where it cannot be."""
    try:
        if head.startswith(_GZIP):
            return _Gunzip().unpack(head, 4096)[0]
        if head.startswith(_ZSTD):
            return _Unzstd().unpack(head, 4096)[0][:4096]
    except (zlib.error, zstandard.ZstdError, MemoryError):
        return b""
    return head


def is_with_dictionary(head: bytes) -> bool:
    """Tell whether a file begins with a dictionary for zstd, so that its start does not show what it is."""
    return head.startswith(_DICTIONARY)


class _Gunzip:
    name = "gzip"
    signature = _GZIP

    def __init__(self) -> None:
        self._member = zlib.decompressobj(31)
        self.waits = False  # whether more comes without more to unpack

    @property
    def ended(self) -> bool:
        return self._member.eof

    def unpack(self, packed: bytes, size: int) -> tuple[bytes, bytes]:
        """Return what these bytes give, at most `size`, and those of them that are not needed yet."""
        data = self._member.decompress(packed, size)
        self.waits = len(data) == size
        return data, self._member.unused_data if self._member.eof else self._member.unconsumed_tail


class _Unzstd:
    name = "zstd"
    signature = _ZSTD
    waits = False

    def __init__(self, dictionary: zstandard.ZstdCompressionDict | None = None) -> None:
        unpacker = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_MOST_MEMORY)
        self._frame = unpacker.decompressobj()

    @property
    def ended(self) -> bool:
        return bool(self._frame.eof)

    def unpack(self, packed: bytes, size: int) -> tuple[bytes, bytes]:  # noqa: ARG002 - zstandard has no such limit
        data = self._frame.decompress(packed[:_ZSTD_CHUNK])
        return data, (self._frame.unused_data if self._frame.eof else b"") + packed[_ZSTD_CHUNK:]


class _Plain:
    is_packed = False

    def __init__(self, stream: BinaryIO, at: int = 0) -> None:
        self.start = 0
        self._stream = stream
        self._size = stream.seek(0, SEEK_END)
        self._at = stream.seek(at)

    def read(self, size: int) -> bytes:
        data = self._stream.read(size) or b""
        self._at += len(data)
        return data

    def skip(self, size: int) -> int:
        before = self._at
        self._at = self._stream.seek(min(before + size, self._size))
        return self._at - before

    def next(self) -> bool:
        return False

    def resume(self) -> bool:
        return False

    def back_at(self, start: int, offset: int) -> Frames:
        return _Plain(self._stream, start + offset)


class _Packed:
    """Frames one after the other. What was unpacked last is kept, since damage is noticed late."""

    is_packed = True

    def __init__(self, stream: BinaryIO, limit: int, unpacker: "_Unpacker", at: int = 0) -> None:
        self._stream = stream
        self._limit = limit
        self._unpacker = unpacker
        self._ahead = b""  # not unpacked yet
        self._at = stream.seek(at)  # where in the file that begins
        self._begin()

    def _begin(self) -> None:
        self.start = self._at
        self._unread = memoryview(b"")  # unpacked, and not given out yet
        self._last = b""
        self._size = 0
        self._frame = self._unpacker()

    def read(self, size: int) -> bytes:
        if self._unread:
            given, self._unread = bytes(self._unread[:size]), self._unread[size:]
            return given
        while not self._frame.ended:
            if not self._ahead and not self._frame.waits and not self._fill():
                raise UnreadableError(f"its {self._frame.name} data breaks off", "fetch it again: it is not all there")
            packed = self._ahead
            try:
                data, self._ahead = self._frame.unpack(packed, size)
            except (zlib.error, zstandard.ZstdError, MemoryError) as error:
                raise UnreadableError(f"its {self._frame.name} data is damaged: {error}", "fetch it again") from error
            taken = len(packed) - len(self._ahead)
            self._at += taken
            self._last = (self._last + packed[:taken])[-2 * _CHUNK :]
            self._size += len(data)
            if self._size > max(self._limit, LARGEST_RATIO * (self._at - self.start)):
                raise UnreadableError(
                    f"it unpacks to more than {self._limit:,} bytes and {LARGEST_RATIO} times its size",
                    "raise the limit with `--max-size` if it is no bomb",
                )
            if data:
                self._unread = memoryview(data)[size:]
                return data[:size]
        return b""

    def skip(self, size: int) -> int:
        left = size
        while left > 0 and (data := self.read(min(left, _CHUNK))):
            left -= len(data)
        return size - left

    def next(self) -> bool:
        signature = self._unpacker.signature
        while len(self._ahead) < len(signature) or self._ahead[:1] == b"\0":
            rest = self._ahead.lstrip(b"\0")  # fills up a block of a disk or tape
            self._at += len(self._ahead) - len(rest)
            self._ahead = rest
            if len(rest) < len(signature) and not self._fill():
                break
        if not self._ahead:
            return False
        if not self._ahead.startswith(signature):
            raise UnreadableError(f"what follows is not packed with {self._frame.name}", "fetch it again")
        self._begin()
        return True

    def resume(self) -> bool:
        self._at -= len(self._last)
        self._ahead = self._last + self._ahead
        self._last = b""
        at = max(0, self.start + 1 - self._at)  # the frame that is damaged is not to be found again
        while True:
            at = self._ahead.find(self._unpacker.signature, at)
            if at < 0:
                self._drop(max(0, len(self._ahead) - len(self._unpacker.signature) + 1))
                if not self._fill():
                    return False
                at = 0
                continue
            while len(self._ahead) - at < _CHUNK and self._fill():
                pass
            self._drop(at)
            if self._begins_record():
                self._begin()
                return True
            at = 1

    def back_at(self, start: int, offset: int) -> Frames:
        if offset > _FARTHEST:
            raise UnreadableError(
                f"what it refers to stands too far back in what is packed in one ({offset:,} bytes)",
                "pack each record by itself: warcio recompress FILE NEW",
            )
        frames = _Packed(self._stream, self._limit, self._unpacker, start)
        frames.skip(offset)
        return frames

    def _begins_record(self) -> bool:
        try:
            return _BEGINS.match(self._unpacker().unpack(self._ahead[:_CHUNK], 4096)[0]) is not None
        except (zlib.error, zstandard.ZstdError, MemoryError):
            return False

    def _drop(self, size: int) -> None:
        self._at += size
        self._ahead = self._ahead[size:]

    def _fill(self) -> bool:
        data = self._stream.read(_CHUNK) or b""
        self._ahead += data
        return bool(data)


class _WithDictionary:
    """What makes unpackers of zstd with one dictionary; `size` is that of what stands before the records."""

    signature = _ZSTD

    def __init__(self, dictionary: bytes, size: int) -> None:
        self._dictionary = zstandard.ZstdCompressionDict(dictionary)
        self.size = size

    def __call__(self) -> _Unzstd:
        return _Unzstd(self._dictionary)


_Unpacker = type[_Gunzip] | type[_Unzstd] | _WithDictionary


def _read_dictionary(stream: BinaryIO) -> _WithDictionary:
    size = int.from_bytes(_read_full(stream, 4), "little")
    if size > _LARGEST_DICTIONARY:
        raise UnreadableError(f"a dictionary of {size:,} bytes is over the limit of {_LARGEST_DICTIONARY:,}", _REPACK)
    data = _read_full(stream, size)
    try:
        if data.startswith(_ZSTD):
            unpacker = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY)
            data = unpacker.decompress(data, max_output_size=_LARGEST_DICTIONARY)
        return _WithDictionary(data, size + 8)
    except (zstandard.ZstdError, MemoryError, ValueError) as error:
        raise UnreadableError(f"its dictionary cannot be read: {error}", _REPACK) from error


def _read_full(stream: BinaryIO, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := stream.read(size - len(data))):
        data += part
    return data
