import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.readers.base import UnreadableError
from archive.readers.web_archives.answers import Answer, decoded_body, read_answer

PAGE = b"<html><p>The lock of Quill was closed on Tuesday.</p></html>" * 40


def answer(body: bytes, *lines: bytes) -> Answer:
    read = read_answer(b"\r\n".join((b"HTTP/1.1 200 OK", *lines, b"", body)))
    assert read is not None
    return read


def chunked(body: bytes, size: int, extension: bytes = b"") -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + b"0\r\n\r\n"


def deflated(body: bytes, bits: int) -> bytes:
    packing = zlib.compressobj(wbits=bits)
    return packing.compress(body) + packing.flush()


@pytest.mark.parametrize("version", [b"HTTP/1.0 200 OK", b"HTTP/2 200", b"http/1.1 200 fine"])
def test_the_status_is_read(version: bytes) -> None:
    read = read_answer(version + b"\r\nContent-Type: Text/HTML; charset=KOI8-R\r\n\r\nbody")
    assert read is not None
    assert (read.status, read.media_type, read.charset, read.body) == (200, "text/html", "KOI8-R", b"body")


@pytest.mark.parametrize("block", [b"", b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 2000\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n"])
def test_what_is_no_answer(block: bytes) -> None:
    assert read_answer(block) is None


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(PAGE, mtime=0)),
        (b"x-gzip", gzip.compress(PAGE[:100], mtime=0) + gzip.compress(PAGE[100:], mtime=0)),
        (b"GZIP", gzip.compress(PAGE, mtime=0) + b"what follows"),
        (b"deflate", deflated(PAGE, 15)),
        (b"deflate", deflated(PAGE, -15)),
        (b"br", brotli.compress(PAGE)),
        (b"zstd", zstandard.ZstdCompressor().compress(PAGE)),
        (b"gzip, br", brotli.compress(gzip.compress(PAGE, mtime=0))),
        (b"identity", PAGE),
        (b"", PAGE),
        (b"utf-8", PAGE),
    ],
    ids=lambda value: str(len(value)),
)
def test_what_is_compressed_is_unpacked(coding: bytes, body: bytes) -> None:
    assert decoded_body(answer(body, b"Content-Encoding: " + coding)) == (PAGE, ())
    sent = answer(chunked(body, 50), b"Transfer-Encoding: chunked", b"Content-Encoding: " + coding)
    assert decoded_body(sent) == (PAGE, ())


@settings(max_examples=50)
@given(st.binary(max_size=500), st.integers(1, 600), st.sampled_from([b"", b" ", b";name=value"]))
def test_chunks_are_joined(body: bytes, size: int, extension: bytes) -> None:
    assert decoded_body(answer(chunked(body, size, extension), b"Transfer-Encoding: chunked")) == (body, ())


@pytest.mark.parametrize(
    ("body", "expected", "note"),
    [
        (b"<p>Text", b"<p>Text", "said to be in chunks, and is not"),
        (b"%x\r\nText" % 2**60, b"Text", "its last chunk breaks off: of 1,152,921,504,606,846,976 bytes 4 are there"),
        (b"4\r\nText\r\nminsk\r\n", b"Text", "its chunks break off: the last 7 bytes are left out"),
        (b"4\r\nText\r\n-4\r\nText", b"Text", "its chunks break off: the last 8 bytes are left out"),
        (b"f" * 17 + b"\r\nText", b"f" * 17 + b"\r\nText", "said to be in chunks, and is not"),
        (b"4\r\nText3\r\nmor\r\n", b"Textmor", None),
        (b"4\r\nText\r\n", b"Text", None),
        (b"", b"", None),
    ],
)
def test_chunks_that_are_broken(body: bytes, expected: bytes, note: str | None) -> None:
    assert decoded_body(answer(body, b"Transfer-Encoding: chunked")) == (expected, (note,) if note else ())


@pytest.mark.parametrize("coding", [b"gzip", b"deflate", b"zstd", b"br"])
def test_what_breaks_off_is_read_as_far_as_it_goes(coding: bytes) -> None:
    page = bytes(str(list(range(5_000))), "ascii")
    packed = {
        b"gzip": gzip.compress(page),
        b"deflate": deflated(page, 15),
        b"zstd": zstandard.ZstdCompressor().compress(page),
        b"br": brotli.compress(page),
    }[coding]
    sent = answer(packed[: len(packed) // 2], b"Content-Encoding: " + coding)
    if coding == b"zstd":  # its blocks are larger than this
        with pytest.raises(UnreadableError, match="its zstd data breaks off"):
            decoded_body(sent)
        return
    body, notes = decoded_body(sent)
    assert notes == (f"its {coding.decode()} data breaks off: what comes before is here",)
    assert page.startswith(body) and len(body) > 1_000


def test_what_is_damaged() -> None:
    packed = bytearray(gzip.compress(bytes(str(list(range(9_000))), "ascii")))
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) // 2)
    body, (note,) = decoded_body(answer(bytes(packed), b"Content-Encoding: gzip"))
    assert len(body) > 1_000 and note.startswith("its gzip data is damaged")
    for coding, damaged in ((b"br", b"\xff" * 40), (b"zstd", b"(\xb5/\xfd" + b"\xff" * 40), (b"gzip", b"\x1f\x8bx")):
        with pytest.raises(UnreadableError, match=r"data (is damaged|breaks off)"):
            decoded_body(answer(damaged, b"Content-Encoding: " + coding))


def test_what_is_not_as_it_says() -> None:
    assert decoded_body(answer(PAGE, b"Content-Encoding: gzip")) == (PAGE, ("said to be gzip, and is not",))
    with pytest.raises(UnreadableError, match="not known, 'sdch'"):
        decoded_body(answer(PAGE, b"Content-Encoding: sdch"))
    with pytest.raises(UnreadableError, match="compressed 4 times over"):
        decoded_body(answer(PAGE, b"Content-Encoding: gzip, gzip, gzip, gzip"))


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        (b"gzip", lambda zeros: gzip.compress(zeros, 1)),
        (b"br", lambda zeros: brotli.compress(zeros, quality=3)),
        (b"zstd", lambda zeros: zstandard.ZstdCompressor().compress(zeros)),
        (b"gzip, gzip", lambda zeros: gzip.compress(gzip.compress(zeros, 1))),
    ],
    ids=["gzip", "br", "zstd", "gzip twice"],
)
def test_bombs_are_not_unpacked(coding: bytes, pack: Callable[[bytes], bytes]) -> None:
    sent = answer(pack(bytes(100_000_000)), b"Content-Encoding: " + coding)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match="a page of more than 1,000,000 bytes once it is unpacked"):
            decoded_body(sent, 1_000_000)
        assert decoded_body(sent, 1_000, is_start=True)[0].startswith(bytes(1_000))
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_a_body_that_is_too_large_as_it_is() -> None:
    with pytest.raises(UnreadableError, match="a page of more than 1,000 bytes"):
        decoded_body(answer(bytes(2_000)), 1_000)


def test_without_brotli_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(UnreadableError, match="brotli needs an extra that is not installed") as raised:
        decoded_body(answer(brotli.compress(PAGE), b"Content-Encoding: br"))
    assert raised.value.cure == "pip install 'archive[warc]'"
