import base64
import gzip
import hashlib
import io
import random
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.documents import Document
from archive.readers import identify
from archive.readers.base import BadRecord, Record, Remark, UnreadableError
from archive.readers.web_archives.pages import CapturedPageReader
from archive.readers.web_archives.warc import Arc, Warc

LIMIT = 1_000_000
TEXT = (
    "<p>The lock of Quill was closed on Tuesday, said its keeper, and would not be opened before the ice was gone.</p>"
)
PAGE = (
    "<!DOCTYPE html><html><head><title>The lock is closed</title></head>"
    f"<body><article>{TEXT * 3}</article></body></html>"
)
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
URI = "https://quill.example/lock"


def record(
    block: bytes = HTTP + PAGE.encode(), kind: str = "response", length: object = None, uri: str = URI, **fields: str
) -> bytes:
    """Return a record of WARC; a field is named as in Python, `warc_date`."""
    stated = {
        "WARC-Type": kind,
        "WARC-Target-URI": uri,
        "WARC-Date": "2023-03-01T06:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block) if length is None else length),
    }
    stated |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in stated.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def other(kind: str = "request") -> bytes:
    return record(b"GET / HTTP/1.1\r\n\r\n", kind)


def found(content: bytes, limit: int = LIMIT, container: Any = None) -> list[Record | BadRecord | Remark]:
    return list((container or Warc()).records(io.BytesIO(content), limit))


def told(content: bytes, limit: int = LIMIT) -> list[str]:
    """Return the places in a file, and the reasons where nothing can be read; without the count at the end."""
    return [
        one.place if isinstance(one, Record) else f"{one.place}: {one.error.reason}"
        for one in found(content, limit)
        if not isinstance(one, Remark)
    ]


def remark(content: bytes) -> str:
    (said,) = (one.text for one in found(content) if isinstance(one, Remark))
    return said


def read(content: bytes) -> Document:
    (document,) = CapturedPageReader().read("a.warc#record=1", content)
    return document


def values(content: bytes) -> dict[str, tuple[str, str]]:
    return {value.field: (value.text, value.method) for value in read(content).values}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_warc_file_is_known_by_its_first_record(pack: Any) -> None:
    assert Warc().identify(pack(record()), "-") == "it begins with a record of WARC"
    assert Warc().identify(pack(b"Talks in Minsk"), "a.warc") is None
    assert Warc().identify(pack(b"WARC is a format. " * 90), "a.warc") is None
    assert Arc().identify(pack(record()), "-") is None


def test_what_is_packed_and_no_web_archive_is_left_to_others() -> None:
    assert Warc().identify(b"\x1f\x8b\x08damaged", "a.warc.gz") is None
    assert Warc().identify(b"\x28\xb5\x2f\xfddamaged", "a.warc.zst") is None


def test_a_page_is_a_unit_with_its_own_bytes() -> None:
    content = other("warcinfo") + other() + record()
    (page, said) = found(content)
    assert isinstance(page, Record) and page.place == "record=3"
    assert page.content == record()[:-4]
    assert said == Remark("3 records: 1 page; left: 1 description of the file (warcinfo), 1 request")


def test_the_record_says_where_and_when_the_page_was_saved() -> None:
    document = read(record())
    assert values(record()) == {
        "headline": ("The lock is closed", "markup"),
        "url": (URI, "saved_from"),
        "crawled": ("2023-03-01T06:00:00Z", "saved_from"),
    }
    assert (document.reader, document.media_type, document.content) == (
        "web_archive_record",
        "application/warc",
        record(),
    )


def test_what_the_page_says_of_its_address_goes_before_the_record() -> None:
    page = PAGE.replace("<title>", '<link rel="canonical" href="/lock/closed"><title>')
    assert values(record(HTTP + page.encode()))["url"] == ("https://quill.example/lock/closed", "markup")


@pytest.mark.parametrize(
    ("block", "left"),
    [
        (HTTP.replace(b"200 OK", b"404 Not Found") + PAGE.encode(), "1 with status 404"),
        (HTTP.replace(b"text/html", b"image/png") + PAGE.encode(), "1 image"),
        (HTTP.replace(b"text/html", b"application/json") + b"{}", "1 JSON"),
        (HTTP + b'{"said": "to be HTML"}', "1 said to be HTML, but none"),
        (HTTP + b" \r\n ", "1 empty"),
        (HTTP.replace(b"text/html", b"text/plain") + b"Talks", "1 file of other types"),
        (b"20230301 quill.example. 300 IN A 192.0.2.1", "1 not of the web"),
    ],
)
def test_what_is_no_page_is_counted(block: bytes, left: str) -> None:
    assert remark(record() + record(block)) == f"2 records: 1 page; left: {left}"


@pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream", "application/xml"])
def test_a_page_that_is_said_to_be_anything_is_known_by_its_start(kind: str) -> None:
    block = HTTP.replace(b"text/html; charset=utf-8", kind.encode()) + PAGE.encode()
    assert told(record(block)) == ["record=1"]


def test_a_resource_is_a_page_too() -> None:
    content = record(PAGE.encode("windows-1251"), "resource", Content_Type="text/html; charset=windows-1251")
    assert told(content) == ["record=1"]
    assert values(content)["url"] == (URI, "saved_from")


def test_a_file_without_a_page_fails_and_says_what_is_in_it() -> None:
    with pytest.raises(UnreadableError, match=r"no page in it: 2 records: 0 pages; left: 2 requests"):
        found(other() + other())


def test_a_publication_date_after_the_crawl_is_not_used() -> None:
    from archive.documents import Original
    from archive.normalize.article import normalize_document
    from archive.normalize.matching import Matchers
    from archive.normalize.phrases import PhraseMatcher

    page = PAGE.replace("<title>", '<meta property="article:published_time" content="2023-03-09T10:00:00Z"><title>')
    nothing = Matchers(PhraseMatcher([]), PhraseMatcher([]))
    article = normalize_document(
        read(record(HTTP + page.encode())), (), Original("0" * 64, "application/warc", 1, b""), nothing, ""
    )
    assert article.published is None and article.crawled_at == "2023-03-01T06:00:00.000000Z"
    assert [date.reason for date in article.dates if date.method == "opengraph"] == ["the page was saved before that"]


def test_a_crawl_date_of_nanoseconds_and_an_address_in_brackets_are_read() -> None:
    content = record(uri="<https://quill.example/a b>", WARC_Date="2023-03-01T06:00:00.123456789Z")
    assert values(content)["url"] == ("https://quill.example/a%20b", "saved_from")


@pytest.mark.parametrize("algorithm", ["sha1", "sha-256", "md5", "SHA512"])
def test_a_record_that_differs_from_its_digest_is_noted(algorithm: str) -> None:
    digest = hashlib.new(algorithm.replace("-", ""), HTTP + PAGE.encode())
    base32 = base64.b32encode(digest.digest()).decode()
    for right in (base32, base32.strip("="), digest.hexdigest()):
        assert not read(record(WARC_Block_Digest=f"{algorithm}:{right}")[:-4]).notes
    note = "it is not what was written: its WARC-Block-Digest differs"
    assert read(record(WARC_Block_Digest=f"{algorithm}:{base32[1:]}")[:-4]).notes == (note,)
    assert not read(record(WARC_Block_Digest="crc32:12")[:-4]).notes


def test_what_a_crawler_cut_off_is_noted() -> None:
    assert read(record(WARC_Truncated="length")).notes[0] == "the crawler cut it off (WARC-Truncated: 'length')"
    assert read(record(WARC_Segment_Number="1")).notes[0] == "only the first of several segments"


# Revisits


def revisit(block: bytes = b"", **fields: str) -> bytes:
    return record(block, "revisit", **{"WARC_Date": "2023-04-01T06:00:00Z", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"WARC_Refers_To": "<urn:uuid:1>"},
        {"WARC_Refers_To_Target_URI": URI, "WARC_Refers_To_Date": "2023-03-01T06:00:00Z"},
        {"WARC_Payload_Digest": "sha1:A"},
        {"WARC_Profile": "http://netpreserve.org/warc/1.1/revisit/server-not-modified"},
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_page_met_again_unchanged_is_read_from_the_record_it_refers_to(fields: dict[str, str], pack: Any) -> None:
    first = record(WARC_Record_ID="<urn:uuid:1>", WARC_Payload_Digest="sha1:A")
    again = revisit(b"HTTP/1.1 304 Not Modified\r\n\r\n", **fields)
    parts = [other(), first, other(), again, record(uri="https://quill.example/b")]
    content = b"".join(pack(part) for part in parts)
    assert told(content) == ["record=2", "record=4", "record=5"]
    page = found(content)[1]
    assert isinstance(page, Record)
    assert page.content == again[: again.index(b"\r\n\r\n") + 4] + HTTP + PAGE.encode()
    assert values(page.content)["crawled"] == ("2023-04-01T06:00:00Z", "saved_from")


def test_a_resource_met_again_is_read_too() -> None:
    first = record(PAGE.encode(), "resource", Content_Type="text/html", WARC_Payload_Digest="sha1:A")
    page = found(first + revisit(WARC_Payload_Digest="sha1:A"))[1]
    assert isinstance(page, Record)
    assert values(page.content)["headline"] == ("The lock is closed", "markup")


def test_what_a_page_refers_to_and_is_not_there_is_a_failure() -> None:
    content = record() + revisit(
        WARC_Refers_To_Target_URI="https://quill.example/gone", WARC_Refers_To_Date="2020-01-01"
    )
    assert told(content) == [
        "record=1",
        "record=2: it says that a capture of 'https://quill.example/gone' on 2020-01-01 was met again unchanged, "
        "and that is not before it in this file",
    ]


def test_what_is_met_again_and_no_page_is_counted() -> None:
    image = HTTP.replace(b"text/html", b"image/png")
    content = (
        record() + record(image + b"\x89PNG", WARC_Payload_Digest="sha1:P") + revisit(WARC_Payload_Digest="sha1:P")
    )
    content += revisit(image) + revisit(HTTP.replace(b"200", b"404"))
    assert remark(content) == (
        "5 records: 1 page; left: 1 image, 1 revisit of what is no page, 1 image (met again unchanged), "
        "1 with status 404"
    )


# Damage: what can be read is read, the rest is one failed unit with its reason


@pytest.mark.parametrize(
    ("length", "reason"),
    [
        (10, "its length, 10 bytes, is wrong: no record follows it"),
        (len(HTTP + PAGE.encode()) + 60, "is wrong: no record follows it"),
        (10**6, "of its 1,000,000 bytes only"),
        (10**17, "of its 100,000,000,000,000,000 bytes only"),
        (2**60, "its Content-Length is '1152921504606846976'"),
        (-1, "its Content-Length is '-1'"),
        ("many", "its Content-Length is 'many'"),
        ("1_000", "its Content-Length is '1_000'"),
        ("9" * 5000, "its Content-Length is '999"),
        ("", "it has no Content-Length"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.ZstdCompressor().compress])
def test_records_around_one_of_wrong_length_are_read(length: object, reason: str, pack: Any) -> None:
    parts = [record(), record(length=length), record(), other(), record()]
    for content in (b"".join(pack(part) for part in parts), pack(b"".join(parts))):
        places = told(content)
        assert places[0] == "record=1" and places[1].startswith("record=2: ")
        # of a member by itself nothing follows
        assert reason in places[1] or "bytes only" in places[1]
        assert places[2:] == ["record=3", "record=5"]


def test_a_request_of_wrong_length_is_counted_and_fails_nothing() -> None:
    content = record() + record(b"GET / HTTP/1.1\r\n\r\n", "request", length=3) + record()
    assert remark(content) == "3 records: 2 pages; left: 1 request (broken)"


def test_a_record_within_a_page_is_part_of_the_page() -> None:
    page = PAGE.replace("</article>", "<pre>\r\n\r\n" + record().decode() + "</pre></article>")
    assert told(record(HTTP + page.encode()) + record()) == ["record=1", "record=2"]


def test_a_file_that_ends_within_a_record() -> None:
    content = record() + record()
    assert told(content[:-300])[1].startswith("record=2: of its ")
    assert told(content[: len(record()) + 40]) == ["record=1", "record=2: the file ends within its header"]
    assert told(content[:-4]) == told(content[:-2]) == ["record=1", "record=2"]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_packed_file_that_breaks_off(pack: Any) -> None:
    first, second = pack(record()), pack(record())
    assert told((first + second)[:-20])[0] == "record=1"
    assert "breaks off" in told((first + second)[:-20])[1]
    assert "breaks off" in told(pack(record() + record())[:-40])[-1]


def test_a_damaged_member_costs_no_other() -> None:
    members = [bytearray(gzip.compress(record(WARC_Record_ID=str(number)))) for number in range(5)]
    members[2][100:120] = bytes(20)
    places = told(b"".join(members))
    assert [place.partition(":")[0] for place in places] == [f"record={number}" for number in range(1, 6)]
    assert "gzip data is damaged" in places[2]


def test_bytes_between_members_are_a_failure() -> None:
    member = gzip.compress(record())
    assert told(member + b"\0" * 700 + member) == ["record=1", "record=2"]
    assert told(member + b"no gzip" * 9 + member) == [
        "record=1",
        "record=2: what follows is not packed with gzip",
        "record=3",
    ]


def test_bytes_that_are_no_record_are_a_failure() -> None:
    expected = ["record=1", "record=2: what stands here is no record", "record=3"]
    assert told(record() + b"Talks in Minsk\r\n" + record()) == expected
    assert told(gzip.compress(record()) + gzip.compress(b"Talks") + gzip.compress(record())) == expected
    assert told(record()[:-4] + b"Talks" + record())[0].endswith("is wrong: no record follows it")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_raises_or_hangs(data: st.DataObject) -> None:
    parts = [other("warcinfo"), record(), other(), record(WARC_Record_ID="<a>"), revisit(WARC_Refers_To="<a>")]
    packs: list[Callable[[bytes], bytes]] = [bytes, gzip.compress, zstandard.ZstdCompressor().compress]
    pack = data.draw(st.sampled_from(packs))
    content = bytearray(b"".join(pack(part) for part in parts))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[at] ^= data.draw(st.integers(1, 255))
        else:
            del content[at : at + data.draw(st.integers(1, 300))]
    try:
        units = found(bytes(content))
    except UnreadableError:
        return
    for unit in units:
        if isinstance(unit, Record):
            try:
                list(CapturedPageReader().read("a", unit.content))
            except UnreadableError:
                continue


# Limits


def test_a_page_over_the_limit_is_a_failure_and_others_are_read() -> None:
    large = HTTP + PAGE.encode() + b" " * 5_000_000
    content = record() + record(large) + record(large.replace(b"text/html", b"image/gif")) + record()
    (reason,) = [place for place in told(content, limit=4_500_000) if ":" in place]
    assert reason == f"record=2: a record of {len(large):,} bytes is over the limit of 4,500,000"
    assert told(content, limit=9_000_000) == ["record=1", "record=2", "record=4"]
    (page,) = [one for one in found(content, 9_000_000) if isinstance(one, Record) and one.place == "record=2"]
    assert page.content.endswith(large)


def test_a_gzip_bomb_is_a_failure_and_what_follows_is_read() -> None:
    bomb = gzip.compress(record(HTTP + bytes(50_000_000)))
    places = told(gzip.compress(record()) + bomb + gzip.compress(record()))
    assert places[0] == "record=1" and "unpacks to more than 1,000,000 bytes and 100 times its size" in places[1]
    assert places[2:] == ["record=3"]


def test_a_zstd_bomb_is_a_failure_and_what_follows_is_read() -> None:
    pack = zstandard.ZstdCompressor().compress
    places = told(pack(record()) + pack(record(HTTP + bytes(50_000_000))) + pack(record()))
    assert places[0] == "record=1" and "unpacks to more than" in places[1] and places[2:] == ["record=3"]


def test_a_header_of_100_megabytes_is_refused_in_no_time() -> None:
    started = time.perf_counter()
    places = told(record() + b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"a" * 100_000_000 + b"\r\n" + record())
    assert [place.partition(":")[0] for place in places] == ["record=1", "record=2", "record=3"]
    assert "a header of more than 256,000 bytes" in places[1]
    assert time.perf_counter() - started < 10
    http = HTTP[:-2] + b"X: " + b"a" * 300_000 + b"\r\n\r\n" + PAGE.encode()
    assert told(record(http)) == ["record=1"]
    with pytest.raises(UnreadableError, match="a header of more than 256,000 bytes"):
        read(record(http))


class Made(io.RawIOBase):
    """A file of a record many times over, which is nowhere in memory."""

    def __init__(self, part: bytes, times: int) -> None:
        self._part = part
        self._size = len(part) * times
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._size - self._at)
        start = self._at % len(self._part)
        data = (self._part * (size // len(self._part) + 2))[start : start + size]
        self._at += size
        return data


def test_many_tiny_records_are_read_one_at_a_time() -> None:
    tiny = record(HTTP.replace(b"text/html; charset=utf-8", b"text/css"), WARC_Record_ID="<urn:uuid:1>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableError, match="50,000 records: 0 pages; left: 50,000 styles"):
        list(Warc().records(Made(tiny, 50_000), LIMIT))  # type: ignore[arg-type]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_many_records_of_wrong_length_take_no_more_time_than_they_are_long() -> None:
    started = time.perf_counter()
    wrong = record(b"x" * 100, length=2**60)
    assert len(told(wrong * 3_000)) == 3_000
    assert len(told(gzip.compress(wrong * 300))) > 1
    assert time.perf_counter() - started < 20


# ARC


def arc(records: list[tuple[str, bytes]], version: int = 1) -> bytes:
    names = "URL IP-address Archive-date Content-type Archive-length"
    about = f"{version} 0 Quill\n{names}\n\n".encode()
    lines = [("filedesc://a.arc 0.0.0.0 20230301060000 text/plain", about)]
    lines += [(f"{url} 192.0.2.1 20230301060000 text/html", block) for url, block in records]
    return b"".join(f"{line} {len(block)}\n".encode() + block + b"\n" for line, block in lines)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arc_files_are_read(pack: Any) -> None:
    content = pack(arc([("https://quill.example/a b", HTTP + PAGE.encode()), (URI, PAGE.encode())]))
    assert Arc().identify(content[:8192], "-") == "it begins as ARC does"
    first, second, said = found(content, container=Arc())
    assert isinstance(first, Record) and isinstance(second, Record)
    assert said == Remark("3 records: 2 pages; left: 1 description of the file (warcinfo)")
    assert values(first.content)["url"] == ("https://quill.example/a%20b", "saved_from")
    assert values(second.content)["crawled"] == ("2023-03-01T06:00:00Z", "saved_from")


def test_arc_of_version_2_and_what_is_damaged_in_it() -> None:
    block = HTTP + PAGE.encode()
    line = f"{URI} 192.0.2.1 20230301060000 text/html 200 ABC - 12345 a.arc {len(block)}\n".encode()
    start = arc([(URI, block)], 2)
    assert [one.place for one in found(start + line + block + b"\n") if isinstance(one, Record)] == [
        "record=2",
        "record=3",
    ]
    wrong = line.replace(str(len(block)).encode(), b"7")
    assert told(start + wrong + block + b"\n" + line + block)[1:] == [
        "record=3: its length, 7 bytes, is wrong: no record follows it",
        "record=4",
    ]


# Beside the library that everybody uses


def written(pages: list[tuple[str, bytes]], *, packed: bool, version: str) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed, warc_version=version)
    out.write(b"")
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "tests"}))
    for uri, body in pages:
        header = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(uri, "response", io.BytesIO(body), http_headers=header))
        writer.write_record(writer.create_revisit_record(uri, "sha1:B", uri, "2023-01-01T00:00:00Z"))
    return out.getvalue()


def peers(content: bytes) -> Iterator[tuple[str, bytes]]:
    for one in ArchiveIterator(io.BytesIO(content)):
        if one.rec_type == "response":
            yield one.rec_headers.get_header("WARC-Target-URI"), one.content_stream().read()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves its files open
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["http://a.example/1", URI]), st.binary(max_size=300)), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(["WARC/1.0", "WARC/1.1"]),
)
def test_what_warcio_writes_comes_out_as_warcio_reads_it(
    pages: list[tuple[str, bytes]], packed: bool, version: str
) -> None:
    from archive.readers.web_archives.answers import read_answer
    from archive.readers.web_archives.headers import read_header

    pages = [(uri, b"<html>" + body) for uri, body in pages]
    content = written(pages, packed=packed, version=version)
    ours = []
    for unit in found(content):
        if isinstance(unit, Record):
            header, block = read_header(unit.content)
            answer = read_answer(block)
            assert answer is not None
            if header.kind == "response":
                ours.append((header.uri, answer.body))
    assert ours == list(peers(content))


def test_nothing_but_a_container_asks_its_reader() -> None:
    assert CapturedPageReader().identify(record(), "a.warc") is None
    assert identify(PAGE.encode(), "a")[0].name == "html"
    with pytest.raises(UnreadableError, match="not a record of a web archive"):
        read(b"Talks in Minsk")
    with pytest.raises(UnreadableError, match="holds no answer"):
        read(record(b"Talks in Minsk"))


def test_shuffled_bytes_are_no_web_archive() -> None:
    noise = random.Random(7).randbytes(20_000)
    assert Warc().identify(noise, "a.warc.gz") is None and Arc().identify(noise, "a.arc.gz") is None


def test_only_the_latest_records_are_remembered_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.readers.web_archives import revisits

    monkeypatch.setattr(revisits, "_MOST", 40)
    pages = b"".join(record(uri=f"https://quill.example/{number}") for number in range(60))
    places = told(pages + revisit(WARC_Refers_To_Target_URI="https://quill.example/0", WARC_Refers_To_Date="2023"))
    assert places[-1].endswith("and that is not among the records of this file that are known here")
    last = revisit(WARC_Refers_To_Target_URI="https://quill.example/59", WARC_Refers_To_Date="2023-03-01T06:00:00Z")
    assert told(pages + last)[-1] == "record=61"
