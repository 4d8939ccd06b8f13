"""What a server answered (HTTP): status, header, and the body without what it was sent in: chunks, compression."""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import zstandard

from archive.readers.base import UnreadableError, shown
from archive.readers.mail.headers import Header, split_header

LARGEST_BODY = 100_000_000  # bytes, unpacked

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)[^\n]{0,1000}(?:\r?\n|\Z)", re.IGNORECASE)
_CHUNK_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]{0,4000})?\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_MOST_CODINGS = 3
_STEP = 1 << 10  # bytes that are unpacked at once: of four of them zstd can make 128 kB
_LARGEST_STEP = 1 << 24
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MARK = b"\x1f\x8b"
_MOST_MEMORY = 128_000_000  # that an unpacker may use
_NO_CODINGS = frozenset(("", "identity", "none", "utf-8", "binary", "8bit", "7bit", "text"))


@dataclass(frozen=True)
class Answer:
    """What a server sent: `status` (200 for a resource, which has none), its header, and the body as it was sent."""

    status: int
    header: Header
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type stated, in lower case, "" where none is."""
        return self.header.get("content-type").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The encoding of the text as stated, None where it is not."""
        return self.header.kind()[1].get("charset") or None


def read_answer(block: bytes) -> Answer | None:
    """Return the answer in the block of a record, None where it does not begin as one."""
    status = _STATUS.match(block)
    if status is None:
        return None
    header, body = split_header(block[status.end() :])
    return Answer(int(status[1]), header, body)


def decoded_body(answer: Answer, most: int = LARGEST_BODY, *, is_start: bool = False) -> tuple[bytes, tuple[str, ...]]:
    """Return the body as the page was, and notes on what was broken in how it was sent.

    Chunks are joined, then what is compressed is unpacked; what breaks off is kept as far as it goes. A body that is
    not sent as its header says stands as it is. Raises UnreadableError over `most` bytes, for a compression that is
    not known, and where nothing of it can be unpacked. With `is_start` the body is the start of one: of it `most` bytes
    are enough, and nothing is noted.
    """
    body = answer.body
    notes: list[str] = []
    if "chunked" in ",".join(answer.header.all("transfer-encoding")).lower():
        body, note = _joined(body)
        notes += [note] if note else []
    codings = [one.strip().lower() for one in ",".join(answer.header.all("content-encoding")).split(",")]
    codings = [one for one in codings if one not in _NO_CODINGS]
    if len(codings) > _MOST_CODINGS:
        raise UnreadableError(f"compressed {len(codings)} times over", "fetch the page anew")
    for coding in reversed(codings):
        body, note = _unpacked(coding, body, most, is_start)
        notes += [note] if note else []
    if len(body) > most and not is_start:
        raise too_large(most)
    return body, () if is_start else tuple(notes)


def too_large(most: int) -> UnreadableError:
    """Return what is said of a page that is too large."""
    return UnreadableError(f"a page of more than {most:,} bytes once it is unpacked", "save the article alone")


def _joined(body: bytes) -> tuple[bytes, str | None]:
    """Return the chunks of a body joined; with a note, where it has none or breaks off."""
    parts: list[bytes] = []
    at = 0
    while (line := _CHUNK_LINE.match(body, at)) is not None:
        size = int(line[1], 16)
        if not size:
            return b"".join(parts), None
        part = body[line.end() : line.end() + size]
        parts.append(part)
        if len(part) < size:
            return b"".join(parts), f"its last chunk breaks off: of {size:,} bytes {len(part):,} are there"
        at = line.end() + size
        line_end = _LINE_END.match(body, at)
        at = line_end.end() if line_end else at
    if not at:
        return body, "said to be in chunks, and is not" if body else None
    rest = len(body) - at
    return b"".join(parts), f"its chunks break off: the last {rest:,} bytes are left out" if rest else None


def _unpacked(coding: str, body: bytes, most: int, is_start: bool) -> tuple[bytes, str | None]:
    if not body:
        return body, None
    if coding in ("gzip", "x-gzip") and not body.startswith(_GZIP_MARK):
        return body, "said to be gzip, and is not"
    unpack = _CODINGS.get(coding)
    if unpack is None:
        raise UnreadableError(f"compressed in a way that is not known, {shown(coding)}", "fetch the page anew")
    parts: list[bytes] = []
    size = 0
    try:
        for part in unpack(body):
            parts.append(part)
            size += len(part)
            if size > most:
                if is_start:
                    break
                raise too_large(most)
    except (zlib.error, zstandard.ZstdError, EOFError, ValueError, MemoryError) as error:
        what = "breaks off" if isinstance(error, EOFError) else f"is damaged ({shown(str(error))})"
        if not size:
            raise UnreadableError(f"its {coding} data {what}", "fetch the page anew") from error
        return b"".join(parts), f"its {coding} data {what}: what comes before is here"
    return b"".join(parts), None


def _inflate(body: bytes, bits: int) -> Iterator[bytes]:
    """Yield what zlib's formats hold; of gzip its members one after the other. What follows is passed over."""
    at = 0
    while True:
        unpacking = zlib.decompressobj(bits)
        while not unpacking.eof:
            if at >= len(body):
                raise EOFError
            yield unpacking.decompress(body[at : at + _STEP])
            at += _STEP
        at = min(at, len(body)) - len(unpacking.unused_data)
        if bits != _GZIP or not body.startswith(_GZIP_MARK, at):
            return


def _gunzip(body: bytes) -> Iterator[bytes]:
    return _inflate(body, _GZIP)


def _undeflate(body: bytes) -> Iterator[bytes]:
    """Yield what `deflate` holds; some servers send it without the frame that the standard asks for."""
    is_framed = body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflate(body, zlib.MAX_WBITS if is_framed else -zlib.MAX_WBITS)


def _unzstd(body: bytes) -> Iterator[bytes]:
    unpacking = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY).decompressobj()
    for at in range(0, len(body), _STEP):
        yield unpacking.decompress(body[at : at + _STEP])
        if unpacking.eof:
            return
    raise EOFError


def _unbrotli(body: bytes) -> Iterator[bytes]:
    try:
        import brotli
    except ImportError as error:
        raise UnreadableError(
            f"a page compressed with brotli needs an extra that is not installed ({error.name})",
            "pip install 'archive[warc]'",
        ) from error
    unpacking = brotli.Decompressor()
    at = 0
    try:
        while not unpacking.is_finished():
            if unpacking.can_accept_more_data():
                if at >= len(body):
                    raise EOFError
                given = body[at : at + _STEP]
                at += _STEP
            else:
                given = b""
            yield unpacking.process(given, output_buffer_limit=_LARGEST_STEP)
    except brotli.error as error:
        raise ValueError(str(error)) from error


_CODINGS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "zstd": _unzstd,
    "br": _unbrotli,
}
