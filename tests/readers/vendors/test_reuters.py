"""Reuters-21578: which articles a file has, whatever breaks off in it; and a real file, held against its marks."""

import io
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ReadError
from archive.readers.base import BadRecord, Record, UnreadableError
from archive.readers.vendors.reuters import ReutersArticle, ReutersSgml

SHARED = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "text-reuters"
ARTICLE = (
    b'<REUTERS NEWID="7"><DATE>1-APR-1987</DATE><TEXT><TITLE>FERRY</TITLE>'
    b"<BODY>It left.\n Reuter</BODY></TEXT></REUTERS>"
)


def records(content: bytes, limit: int = 1_000_000) -> list[Record | BadRecord]:
    return [one for one in ReutersSgml().records(io.BytesIO(content), limit) if isinstance(one, Record | BadRecord)]


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b'<!DOCTYPE lewis SYSTEM "lewis.dtd">\n<REUTERS ', True),
        (b"\n" + ARTICLE, True),
        (b'<!DOCTYPE html><p>NEWID="7"', False),
        (b"<reuters>Other things", False),
        (b"", False),
    ],
)
def test_such_a_file_is_known_by_its_start(head: bytes, is_one: bool) -> None:
    assert (ReutersSgml().identify(head, "a.sgm") is not None) is is_one


def test_a_place_is_the_number_of_the_collection_or_the_position() -> None:
    unnumbered = ARTICLE.replace(b' NEWID="7"', b"")
    assert [one.place for one in records(ARTICLE + unnumbered + ARTICLE)] == ["newid=7", "article=2", "article=3"]
    assert [one.content for one in records(b"x\n" + ARTICLE + b"\ny" + unnumbered) if isinstance(one, Record)] == [
        ARTICLE,
        unnumbered,
    ]


def test_an_article_over_the_limit_is_one_bad_record_and_never_held() -> None:
    class Large(io.BytesIO):
        """A file whose first article has 100 MB."""

        parts = iter([b'<REUTERS NEWID="1">', *[b"x" * 50_000] * 2_000, b"</REUTERS>" + ARTICLE])

        def read(self, size: int | None = -1) -> bytes:
            return next(self.parts, b"")

    tracemalloc.start()
    try:
        bad, last = ReutersSgml().records(Large(), 1_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert last == Record("newid=7", ARTICLE)
    assert isinstance(bad, BadRecord)
    assert (bad.place, bad.error.reason) == ("newid=1", "an article of 100,000,029 bytes is over the limit of 1,000")
    assert bad.error.cure
    assert peak < 5_000_000


def test_an_article_of_just_the_limit_is_taken() -> None:
    assert records(ARTICLE, len(ARTICLE)) == [Record("newid=7", ARTICLE)]
    assert isinstance(records(ARTICLE, len(ARTICLE) - 1)[0], BadRecord)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<REUTERS><TEXT></TEXT></REUTERS>", "neither a title nor a text"),
        (b"<REUTERS></REUTERS>", "neither a title nor a text"),
        (b"Text.", "does not begin with <REUTERS>"),
    ],
)
def test_what_is_no_article_is_a_failure(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        list(ReutersArticle().read("a", content))


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_article_is_read_or_fails_with_a_reason(data: st.DataObject) -> None:
    content = bytearray(ARTICLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(
            st.sampled_from([b"", b"<", b"&#99999999;", b"&#55296;", b"\xff", b"</BODY>", b"<D>", b"<TEXT>"])
        )
        content[at : at + data.draw(st.integers(0, 8))] = piece
    for record in records(bytes(content)):
        if isinstance(record, Record):
            try:
                list(ReutersArticle().read(record.place, record.content))
            except ReadError as error:
                assert str(error)


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 70))
def test_articles_come_apart_whatever_stands_between_them(between: list[bytes], size: int) -> None:
    class Slow(io.BytesIO):
        """A stream that gives few bytes at a time."""

        def read(self, asked: int | None = -1) -> bytes:
            return super().read(size)

    pieces = [ARTICLE + re.sub(rb"[<>]", b"", piece) for piece in between]
    found = [one for one in ReutersSgml().records(Slow(b"".join(pieces)), 10_000) if isinstance(one, Record)]
    assert [one.content for one in found] == [ARTICLE] * len(pieces)


@pytest.mark.shared
def test_a_real_file_gives_what_its_marks_say() -> None:
    """1,000 articles with topics, places, titles and days, as regular expressions find them."""
    path = SHARED / "reut2-017.sgm"
    if not path.is_file():
        pytest.skip("no Reuters articles beside the checkout (../shared/corpora/text-reuters)")
    content = path.read_bytes()
    articles = re.findall(rb"<REUTERS.*?</REUTERS>", content, re.DOTALL)
    found = records(content, 10_000_000)
    assert len(found) == len(articles) == 1_000
    bodies = 0
    for record, article in zip(found, articles, strict=True):
        assert isinstance(record, Record)
        assert record.content == article
        assert record.place.encode() == b"newid=" + re.search(rb'NEWID="(\d+)"', article)[1]  # type: ignore[index]
        (document,) = ReutersArticle().read(record.place, record.content)
        for name, scheme in (("TOPICS", "reuters"), ("PLACES", "reuters-places"), ("PEOPLE", "reuters-people")):
            listed = re.search(f"<{name}>(.*?)</{name}>".encode(), article, re.DOTALL)
            assert listed is not None
            codes = [f"{scheme}:{code.decode()}" for code in re.findall(rb"<D>(.*?)</D>", listed[1])]
            assert [one.text for one in document.topics if one.text.startswith(f"{scheme}:")] == codes
        said = {value.field: value.text for value in document.values}
        title = re.search(rb"<TITLE>(.*?)</TITLE>", article, re.DOTALL)
        if title is not None:
            assert said["headline"] == " ".join(title[1].decode().replace("&lt;", "<").split())
        assert said["published"].upper().startswith(re.search(rb"<DATE>\s*(\S+)", article)[1].decode())  # type: ignore[index]
        assert document.layout is not None
        text = " ".join(block.text for block in document.layout.blocks)
        body = re.search(rb"<BODY>(.*?)</BODY>", article, re.DOTALL)
        if body is not None:
            bodies += 1
            plain = re.sub(r"&#\d+;", "", body[1].decode("cp1252")).replace("&lt;", "<")
            signature = "".join(passage.text for passage in document.layout.set_aside)
            assert (text + signature).split() == plain.split() or "".join((text + signature).split()) == "".join(
                plain.split()
            )
    assert bodies == 940
