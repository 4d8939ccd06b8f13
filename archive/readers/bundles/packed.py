"""Single files made smaller: gzip (RFC 1952), bzip2, xz, Zstandard (RFC 8878). They are unpacked as they are read."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from typing import BinaryIO, NamedTuple, Protocol, cast

import zstandard

from archive.readers.base import UnreadableError
from archive.readers.bundles.guarded import guarded
from archive.readers.streams import Pulled

_CHUNK = 1 << 16
_ZSTD_CHUNK = 1 << 10  # of four bytes zstd can make 128 kB
_MOST_MEMORY = 256_000_000  # that an unpacker may use: a header can ask for gigabytes
_DAMAGES = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError, MemoryError)


class Packing(NamedTuple):
    """A way to make a file smaller: its name, its first bytes, what names of such files end in."""

    name: str
    media_type: str
    signature: bytes
    endings: tuple[str, ...]


PACKINGS = (
    Packing("gzip", "application/gzip", b"\x1f\x8b\x08", (".gz", ".tgz")),
    Packing("bzip2", "application/x-bzip2", b"BZh", (".bz2", ".tbz", ".tbz2")),
    Packing("xz", "application/x-xz", b"\xfd7zXZ\x00", (".xz", ".txz")),
    Packing("zstd", "application/zstd", b"\x28\xb5\x2f\xfd", (".zst", ".zstd", ".tzst")),
)


def find_packing(head: bytes) -> Packing | None:
    """Return how a file is packed, by its first bytes, or None if it is not."""
    return next((packing for packing in PACKINGS if head.startswith(packing.signature)), None)


def unpacked_name(name: str) -> str:
    """Return what a file is called once it is unpacked; a name that says nothing of packing stays.

    >>> unpacked_name("news.html.gz"), unpacked_name("crawl.TGZ"), unpacked_name("news.html")
    ('news.html', 'crawl.tar', 'news.html')
    """
    lower = name.lower()
    for packing in PACKINGS:
        for ending in packing.endings:
            if lower.endswith(ending):
                return name[: -len(ending)] + (".tar" if ending.startswith(".t") else "")
    return name


def unpacked(stream: BinaryIO, packing: Packing) -> BinaryIO:
    """Return the bytes that are packed, unpacked as they are read.

    Reading raises UnreadableError where they are damaged or break off, or ask for more memory than is good.
    """
    return guarded(_OPEN[packing.name](stream), _DAMAGES, lambda error: _damaged(packing.name, error))


def _damaged(name: str, error: Exception) -> UnreadableError:
    if isinstance(error, EOFError):
        return UnreadableError(f"its {name} data breaks off", "fetch it again")
    return UnreadableError(f"its {name} data is damaged: {error or type(error).__name__}", "fetch it again")


def _open_gzip(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))


def _open_xz(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _InParts(stream, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)))


def _open_bzip2(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _InParts(stream, bz2.BZ2Decompressor))


def _open_zstd(stream: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _InParts(stream, _ZstdFrame, _ZSTD_CHUNK))


_OPEN: dict[str, Callable[[BinaryIO], BinaryIO]] = {
    "gzip": _open_gzip,
    "bzip2": _open_bzip2,
    "xz": _open_xz,
    "zstd": _open_zstd,
}


class _Part(Protocol):
    """One packed part of a file: bz2 and lzma have such objects."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _ZstdFrame:
    """A frame of Zstandard, as such a part. What is read of it at once is bounded by what it is given."""

    needs_input = True

    def __init__(self) -> None:
        self._frame = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY).decompressobj()

    @property
    def eof(self) -> bool:
        return bool(self._frame.eof)

    @property
    def unused_data(self) -> bytes:
        return self._frame.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:  # noqa: ARG002 - zstandard has no such limit
        return self._frame.decompress(data)


class _InParts(Pulled):
    """What is packed in one part after the other, unpacked; one that breaks off raises EOFError.

    The files of bz2 and lzma know no limit of memory, and that of zstandard does not tell where a frame breaks off.
    """

    def __init__(self, stream: BinaryIO, make: Callable[[], _Part], chunk: int = _CHUNK) -> None:
        self._stream = stream
        self._make = make
        self._chunk = chunk
        self._part = make()
        self._ahead = b""
        self._ready = b""

    def pull(self, size: int) -> bytes:
        while not self._ready:
            if self._part.eof:
                # zeros may follow a part of xz, to fill up a block
                self._ahead = (self._part.unused_data or self._stream.read(self._chunk)).lstrip(b"\x00")
                if not self._ahead:
                    return b""
                self._part = self._make()
            if self._part.needs_input and not self._ahead:
                self._ahead = self._stream.read(self._chunk)
                if not self._ahead:
                    raise EOFError
            given, self._ahead = self._ahead, b""
            self._ready = self._part.decompress(given, size)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data
