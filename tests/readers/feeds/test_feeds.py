# ruff: noqa: E501
"""Feeds of all formats, as golden pairs; the marks of a feed; what is broken, hostile, or no feed."""

import io
import json
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document, Failure, ReadContainer
from archive.readers import read_documents
from archive.readers.base import HEAD, BadRecord, Record, UnreadableError
from archive.readers.containers import CONTAINERS
from archive.readers.feeds.encoding import decode_declared
from archive.readers.feeds.entry import FeedReader
from archive.readers.feeds.json_feed import JsonFeeds
from archive.readers.feeds.xml import XmlFeeds
from archive.readers.files import FoundFile
from archive.readers.streams import Pulled
from archive.readers.unwrap import FoundRecord, Limits, unwrap_file
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "feeds"
GOLDEN = sorted(path for path in ORIGINALS.iterdir() if not path.name.endswith(".expected.json"))
LIMIT = 1_000_000
HEADED = b"<rss><channel><title>T</title>"


def records(content: bytes, limit: int = LIMIT) -> list[Record | BadRecord]:
    return list(XmlFeeds().records(io.BytesIO(content), limit))


def units(path: Path, limit: int = LIMIT) -> Iterator[FoundRecord | Failure | ReadContainer]:
    taken = unwrap_file(FoundFile(str(path), str(path), str(path.parent), None), Limits(limit))
    assert taken is not None
    return taken


def read(entry: bytes | str, head: bytes = HEADED) -> Document:
    content = entry if isinstance(entry, bytes) else entry.encode()
    (document,) = FeedReader().read("a.xml#entry=1", head + content)
    return document


def value(document: Document, field: str) -> str | None:
    return next((one.text for one in document.values if one.field == field), None)


def outcome(record: Record | BadRecord) -> str:
    """Return what becomes of a record: its headline, or why there is none."""
    if isinstance(record, BadRecord):
        return record.error.reason
    try:
        (document,) = FeedReader().read(record.place, record.content)
        return value(document, "headline") or "no headline"
    except UnreadableError as error:
        return error.reason


def described(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for unit in units(path):
        if isinstance(unit, ReadContainer):
            found.append({"records": unit.records, "media_type": unit.media_type})
            continue
        try:
            if isinstance(unit, Failure):
                raise UnreadableError(unit.reason)
            (document,) = read_documents(unit.locator, unit.found.path, unit.content, unit.reader)
        except UnreadableError as error:
            found.append({"failed": error.reason})
            continue
        assert document.layout is not None
        layout = as_fields(document.layout)
        found.append(
            {
                "place": unit.locator.rpartition("#")[2],
                "media_type": document.media_type,
                "values": {one.field: one.text for one in document.values},
                "topics": [topic.text for topic in document.topics],
                "notes": list(document.notes),
                "blocks": [[block["kind"], block["text"]] for block in layout["blocks"]],
                "set_aside": [[one["kind"], one["text"], one["after_block"]] for one in layout["set_aside"]],
                "links": [[link["text"], link["url"]] for link in layout["links"]],
            }
        )
    return found


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_pairs(path: Path) -> None:
    assert described(path) == json.loads(path.with_suffix(".expected.json").read_text("utf-8"))


def test_there_are_golden_pairs() -> None:
    assert len(GOLDEN) == len(list(ORIGINALS.glob("*.expected.json"))) >= 7


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"<rss version='2.0'>", "its first element is <rss>, that of RSS"),
        (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <html> -->\n<feed xmlns='x'>",
            "its first element is <feed>, that of Atom",
        ),
        (b"<!DOCTYPE rdf [<!ENTITY a '>'>]>\n<rdf:RDF>", "its first element is <rdf:RDF>, that of RDF"),
        (b"<CHANNEL HREF='x'>", "its first element is <CHANNEL>, that of CDF"),
        (b"<entry>", "its first element is <entry>, that of Atom"),
        ("<?xml version='1.0'?><rss >".encode("utf-16"), "its first element is <rss>, that of RSS"),
        ("<rss >".encode("utf-16-be"), "its first element is <rss>, that of RSS"),
        (b"<!DOCTYPE html><html><head><title>rss</title></head><rss>", None),
        (b"<rssx>", None),
        (b"text, then <rss>", None),
        (b"<!-- <rss> ", None),
        (b"<?xml" + b"<" * 8_000, None),
        (b"", None),
    ],
    ids=lambda one: repr(one)[:30],
)
def test_a_feed_is_known_by_its_first_element(head: bytes, why: str | None) -> None:
    assert XmlFeeds().identify(head[:HEAD], "a.xml") == why


def test_a_json_feed_is_known_by_its_version() -> None:
    assert JsonFeeds().identify(b'\xef\xbb\xbf {"version": "https:\\/\\/jsonfeed.org\\/version\\/1"', "-")
    assert JsonFeeds().identify(b'{"version": "1"}', "a.json") is None
    assert JsonFeeds().identify(b'["version": "https://jsonfeed.org/version/1"]', "a.json") is None


def test_a_page_named_as_a_feed_is_no_feed(tmp_path: Path) -> None:
    file = tmp_path / "a.rss"
    file.write_bytes(b"<!doctype html><html><body><item><title>A</title></item></body></html>")
    assert unwrap_file(FoundFile(str(file), str(file), str(tmp_path), None), Limits(LIMIT)) is None


def test_no_record_is_identified_as_a_file() -> None:
    assert all(container.reader.identify(HEADED, "a.xml") is None for container in CONTAINERS)


def test_a_record_is_the_feed_with_one_entry_in_bytes_as_found() -> None:
    first, second = records(
        (ORIGINALS / "rdf.xml").read_bytes().replace(b"</item>", b"</item>\n<item ><title>B</title></item>")
    )
    content = (ORIGINALS / "rdf.xml").read_bytes()
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    entry = content[content.index(b"<item ") : content.index(b"</item>") + 7]
    assert first.content == (
        b'<?xml version="1.0" encoding="utf-8"?>'
        + content[content.index(b"<rdf:RDF") : content.index(b"\n<channel")]
        + b'<channel rdf:about="https://tide.example/"><title>Tide Tables</title><link>https://tide.example/</link>'
        + b"<dc:language>en</dc:language></channel>"
        + entry
        + b"</rdf:RDF>"
    )
    assert b"Tide Tables" in second.content
    assert entry not in second.content
    # and is read again as what it is
    assert records(first.content) == [Record("entry=1", first.content)]


def test_of_the_authors_of_a_site_only_those_of_the_entry_go_along() -> None:
    first = records((ORIGINALS / "wordpress.xml").read_bytes())[0]
    assert isinstance(first, Record)
    assert b"Ona Reed" in first.content
    assert b"No Body" not in first.content


def test_marks_within_comments_sections_and_instructions_are_none() -> None:
    content = (
        HEADED
        + b"<!-- <item> --><item><title><![CDATA[a </item> <item>]]></title><?x <item>?><!-- </item> --></item></channel></rss>"
    )
    assert [outcome(one) for one in records(content)] == ["a"]
    assert read("<item><title><![CDATA[1 &amp; ]]>2 &lt; 3</title></item>").values[0].text == "1 & 2 < 3"


def test_the_parts_of_a_feed_may_come_in_any_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("rss.xml", "atom.xml", "wordpress.xml", "cdf.xml", "ill_formed.xml"):
        content = (ORIGINALS / name).read_bytes()
        whole = records(content)
        for chunk in (1, 7, 100):
            monkeypatch.setattr("archive.readers.marks._CHUNK", chunk)
            assert [one.content if isinstance(one, Record) else one.place for one in records(content)] == [
                one.content if isinstance(one, Record) else one.place for one in whole
            ]
        monkeypatch.undo()


def test_what_stands_before_a_cut_is_imported_and_the_rest_is_one_failure() -> None:
    content = HEADED + b"<item><title>A</title></item><item><title>B</title></item></channel></rss>"
    assert [outcome(one) for one in records(content)] == ["A", "B"]
    assert [outcome(one) for one in records(content[:-6])] == ["A", "B", "the feed breaks off after entry 2"]
    assert [outcome(one) for one in records(content[:70])] == ["A", "the feed breaks off within this entry"]
    assert [outcome(one) for one in records(content[:20])] == ["the feed breaks off before its first entry"]
    assert records(b"") == []


def test_an_entry_over_the_limit_costs_no_other() -> None:
    content = (
        HEADED
        + b"<item><title>A</title></item><item><title>"
        + b"x" * 300_000
        + b"</title></item><item><title>B</title></item></channel></rss>"
    )
    assert [outcome(one) for one in records(content, 1_000)] == [
        "A",
        "an entry of 300,028 bytes is over the limit of 1,000",
        "B",
    ]


@pytest.mark.parametrize("inside", [b"<![CDATA[%s]]>", b"<!--%s-->", b"%s", b"<p>%s</p>"])
def test_what_is_held_does_not_grow_with_an_entry_over_the_limit(inside: bytes) -> None:
    class Long(Pulled):
        """An entry of 180 KB."""

        def __init__(self) -> None:
            start, end = inside.split(b"%s")
            parts = [HEADED + b"<item><title>A</title><description>" + start, *[b"x <y " * 1_000] * 30]
            self.parts = iter([*parts, end + b"</description></item></channel></rss>"])
            self.ready = b""

        def pull(self, size: int) -> bytes:
            part = self.ready or next(self.parts, b"")
            self.ready = part[size:]
            return part[:size]

    tracemalloc.start()
    try:
        (bad,) = XmlFeeds().records(Long(), 10_000)  # type: ignore[arg-type]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "is over the limit of 10,000" in outcome(bad)
    assert most < 400_000  # of which the buffers are the most


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"<!",
        b"<!--",
        b"<a '",
        b'<a "',
        b"<![CDATA[",
        b"<?",
        b"<b>",
        b"</c>",
        b"&",
        b"<!x>",
        b"<a b=",
        b"[",
        b"<item ",
    ],
    ids=repr,
)
def test_time_grows_with_the_length_alone(piece: bytes) -> None:
    content = (
        HEADED
        + b"<item><title>A</title><description>"
        + piece * (100_000 // len(piece))
        + b"</description></item></channel></rss>"
    )
    start = time.perf_counter()
    for record in records(content, 10**7):
        outcome(record)
    if isinstance(record, Record):
        outcome(Record("entry=1", content))
    with pytest.raises(UnreadableError):
        list(FeedReader().read("a", b"<rss><description>" + piece * (100_000 // len(piece))))
    assert time.perf_counter() - start < 5


def test_elements_nested_a_hundred_thousand_deep_are_a_failure() -> None:
    content = HEADED + b"<item><title>A</title>" + b"<div>" * 100_000 + b"</div>" * 100_000 + b"</item></channel></rss>"
    assert [outcome(one) for one in records(content, 10**7)] == ["elements nested more than 200 deep"]
    html = b"&lt;div&gt;" * 100_000 + b"deep"
    document = read(b"<item><title>A</title><description>" + html + b"</description></item>")
    assert document.layout is not None
    assert [block.text for block in document.layout.blocks] == ["deep"]


def test_no_entity_is_expanded_or_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    bomb = (
        b'<!ENTITY a "'
        + b"ha" * 50
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 50) for n in range(1, 9))
    )
    content = (
        b"<!DOCTYPE rss ["
        + bomb
        + b'<!ENTITY x SYSTEM "file://'
        + bytes(secret)
        + b'"><!ENTITY % y SYSTEM "http://quill.invalid/">%y;]>'
        b"<rss><channel><item><title>&i; &x;</title></item></channel></rss>"
    )
    assert XmlFeeds().identify(content, "a.xml")
    assert [outcome(one) for one in records(content)] == ["&i; &x;"]


@pytest.mark.parametrize(
    ("declared", "content", "text", "note"),
    [
        ("koi8-r", "Минск".encode("koi8-r"), "Минск", None),
        ("windows-1251", "Минск".encode("windows-1251"), "Минск", None),
        ("iso-8859-1", "“Café”".encode("windows-1252"), "“Café”", None),
        ("iso-8859-1", "Caf\x81é".encode("latin-1"), "Caf\x81é", None),
        ("gb2312", "镕".encode("gb18030"), "镕", None),
        ("iso-8859-1", "Минск".encode(), "Минск", "declared as iso-8859-1, but it is UTF-8"),
        ("utf-16", "Минск".encode(), "Минск", None),
        (
            "utf-8",
            "Le café fermé à Orléans".encode("windows-1252"),
            "Le café fermé à Orléans",
            "it is not the utf-8 that it declares itself to be",
        ),
        (
            "no-such",
            "Le café fermé à Orléans".encode("windows-1252"),
            "Le café fermé à Orléans",
            "it is not the no-such that it declares itself to be",
        ),
        ("us-ascii", b"Cafe", "Cafe", None),
    ],
)
def test_the_declared_encoding_counts_unless_the_bytes_say_otherwise(
    declared: str, content: bytes, text: str, note: str | None
) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>'
    decoded, notes = decode_declared(prolog.encode() + content)
    assert decoded == prolog + text
    assert next(iter(notes), None) == note


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_feed_in_utf_16_is_read(encoding: str) -> None:
    content = "<?xml version='1.0' encoding='UTF-16'?><rss ><item><title>Минск</title></item></rss>".encode(encoding)
    if encoding != "utf-32":
        assert XmlFeeds().identify(content, "a.xml")
    assert [outcome(one) for one in records(content)] == ["Минск"]


def test_nuls_and_lines_without_end_are_no_obstacle() -> None:
    content = HEADED + b"\x00<item>\x00<title>A\x00B</title></item>" + b" " * 1_000_000 + b"</channel></rss>"
    assert [outcome(one) for one in records(content)] == ["A\x00B"]  # cleaned later, as in all texts


@pytest.mark.parametrize(
    ("entry", "field", "text"),
    [
        ("<item><title>A</title><pubDate>Tue, 28 Feb 2023 10:30:00 +0100</pubDate></item>", "published", "Tue, 28 Feb 2023 10:30:00 +0100"),
        ("<item><title>A</title><pubDate>28 Feb 70 10:30 PDT</pubDate></item>", "published", "28 Feb 1970 10:30 -0700"),
        ("<item><title>A</title><guid>https://a.example/1</guid></item>", "url", "https://a.example/1"),
        ('<item><title>A</title><guid isPermaLink="false">https://a.example/1</guid></item>', "url", None),
        ("<item><title>A</title><link>javascript:x</link></item>", "url", None),
        ("<item><title>A</title><link>http://[</link></item>", "url", "http://["),
        ("<item><title>A</title><author>a@b.example</author></item>", "authors", None),
        ("<item><title>A</title><author>Ada &lt;a@b.example&gt;</author></item>", "authors", "Ada"),
        ("<entry><title>A</title><updated>2023-01-02</updated></entry>", "published", None),
        ("<entry><title>A</title><source><id>x</id></source></entry>", "source", "T"),
        ('<entry><title mode="base64" type="text/html">VGVh</title></entry>', "headline", "Tea"),
        ('<entry><title mode="base64" type="text/html">no base64!</title></entry>', "headline", "no base64!"),
        ("<item><title>A</title><wp:post_type>post</wp:post_type><wp:post_date_gmt>2023-02-28 10:30:00</wp:post_date_gmt></item>", "published", "2023-02-28 10:30:00Z"),
        ("<item><title>A</title><wp:post_type>post</wp:post_type><wp:post_date>2023-02-28 10:31:00</wp:post_date><wp:post_date_gmt>2023-02-28 10:30:00</wp:post_date_gmt></item>", "published", "2023-02-28 10:30:00Z"),
    ],
)  # fmt: skip
def test_values_of_an_entry(entry: str, field: str, text: str | None) -> None:
    assert value(read(entry), field) == text


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("<item><link>http://a.example/</link></item>", "an entry without a title and without a text"),
        ("<item><title> </title><description>&lt;img&gt;</description></item>", "an entry without a title and without a text"),
        ("</channel>", "no entry in it"),
        ("<item><title>A</title><wp:post_type>post</wp:post_type><wp:status>private</wp:status></item>", "not published: WordPress has its status as 'private'"),
        ("<item><title>A</title><wp:post_type>nav_menu_item</wp:post_type></item>", "no article: WordPress calls it 'nav_menu_item'"),
    ],
)  # fmt: skip
def test_an_entry_that_is_no_article_has_a_reason_and_a_cure(entry: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(entry)
    assert caught.value.reason == reason
    assert caught.value.cure


def json_records(content: bytes, limit: int = LIMIT) -> list[str]:
    return [outcome(one) for one in JsonFeeds().records(io.BytesIO(content), limit)]


@pytest.mark.parametrize(
    ("content", "outcomes"),
    [
        (b'{"title": "T", "items": []}', []),
        (b'{"items": [{"title": "A"}, {"title": "B"', ["A", "the JSON goes wrong after entry 1: Expecting ',' delimiter: line 1 column 41 (char 40)"]),
        (b'{"items": [{"title": "A"} {}]}', ["A", "the JSON goes wrong after entry 1: no , at character 27"]),
        (b'{"items": {}}', ["the JSON goes wrong before its first entry: no [ at character 11"]),
        (b"{1: 2}", ["the JSON goes wrong before its first entry: no key at character 2"]),
        (b'{"items": [{"title": ' + b"[" * 100_000, ["JSON nested too deeply"]),
        (b'{"items": [{"title": "A", "n": ' + b"9" * 1_000_000 + b"}]}", ["A"]),
        (b'{"items": [7]}', ["an item that is no object"]),
        (b'{"items": [{"title": "A"}], "title": "after"}', ["A"]),
    ],
    ids=lambda one: repr(one)[:30],
)  # fmt: skip
def test_json_feeds_that_are_broken_or_hostile(content: bytes, outcomes: list[str]) -> None:
    assert json_records(content, 10**7) == outcomes


def test_a_json_feed_over_the_limit_is_refused() -> None:
    with pytest.raises(UnreadableError, match="a JSON feed of more than 10 bytes"):
        json_records(b'{"items": []}', 10)
    with pytest.raises(UnreadableError, match="no JSON: JSONDecodeError"):
        list(FeedReader().read("a", b"{"))


PIECES = [b"<rss>", b"<item>", b"</item>", b"<title>A", b"</title>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<feed", b">", b"&#x0;", b"\xff", b"'", b'"', b"<a b='", b"</rss>", b"<?", b"<!DOCTYPE", b"[", b"]"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=30).map(b"".join))
def test_any_bytes_give_records_or_a_reason(content: bytes) -> None:
    for record in records(b"<rss>" + content, 50):
        outcome(record)
