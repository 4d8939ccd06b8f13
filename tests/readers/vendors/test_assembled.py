"""Exports put together of random articles come apart into the same; whatever is damaged, the reason is told."""

import html
import io
import zipfile
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.errors import ReadError
from archive.readers.base import Conclusion, NotThisContainerError, Record
from archive.readers.vendors.container import VendorExports
from archive.readers.vendors.paragraphs import Para, read_rendering, render
from archive.readers.vendors.reader import VendorArticle

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "vendors"

WORDS = st.text(st.sampled_from("abcdefghij éßЖ北"), min_size=3, max_size=30).map(lambda text: f"W{text.strip()}w")
# what looks like the marks of an export, in a text
QUOTED = st.sampled_from(
    ("LENGTH: 9 words", "Length: 9 words.", "HD", "Subject: none of it.", "2 of 9 DOCUMENTS is it")
)


class Made(NamedTuple):
    headline: str
    source: str
    day: int
    paragraphs: list[str]


ARTICLES = st.lists(
    st.builds(
        Made,
        WORDS,
        WORDS,
        st.integers(1, 28),
        st.tuples(WORDS, st.lists(WORDS | QUOTED, max_size=3), WORDS).map(lambda made: [made[0], *made[1], made[2]]),
    ),
    min_size=1,
    max_size=4,
)


def documents(content: bytes) -> tuple[list[Document], Conclusion]:
    *records, conclusion = VendorExports().records(io.BytesIO(content), 10_000_000)
    assert isinstance(conclusion, Conclusion)
    read = [next(VendorArticle().read(one.place, one.content)) for one in records if isinstance(one, Record)]
    return read, conclusion


def require_same(found: tuple[list[Document], Conclusion], made: list[Made]) -> None:
    read, conclusion = found
    assert conclusion.error is None
    assert conclusion.search_terms == "ferry"
    assert len(read) == len(made)
    for document, article in zip(read, made, strict=True):
        values = {value.field: value.text for value in document.values}
        assert values["headline"].split() == article.headline.split()
        assert values["source"].split() == article.source.split()
        assert values["published"] == f"February {article.day}, 2023"
        assert document.layout is not None
        assert [block.text.split() for block in document.layout.blocks] == [one.split() for one in article.paragraphs]


@settings(max_examples=40, deadline=None)
@given(ARTICLES)
def test_nexis_as_text(made: list[Made]) -> None:
    text = "Terms: ferry\n"
    for number, article in enumerate(made, 1):
        body = "\n\n".join(article.paragraphs)
        text += (
            f"\n        {number} of {len(made)} DOCUMENTS\n\n     {article.source}\n\n"
            f"     February {article.day}, 2023 Tuesday\n\n{article.headline}\n\nSECTION: NEWS; Pg. 3\n\n"
            f"{body}\n\nLOAD-DATE: March 1, 2023\n\n   Copyright 2023 The Mill\n"
        )
    require_same(documents(text.encode()), made)


@settings(max_examples=40, deadline=None)
@given(ARTICLES)
def test_proquest_as_text(made: list[Made]) -> None:
    text = f"Search terms: ferry\nDocuments: {len(made)}\n"
    for number, article in enumerate(made, 1):
        body = "\n\n".join(article.paragraphs)
        text += (
            f"{'_' * 60}\n\nDocument {number} of {len(made)}\n\n{article.headline}\n\nFull text: {body}\n\n"
            f"Publication title: {article.source}\n\nPublication date: February {article.day}, 2023\n\n"
            f"ProQuest document ID: {number}\n\n"
        )
    require_same(documents(text.encode()), made)


@settings(max_examples=40, deadline=None)
@given(ARTICLES)
def test_factiva_and_europresse_as_html(made: list[Made]) -> None:
    tables = articles = f"<p>Terms: ferry</p><p>Documents: {len(made)}</p>"
    for article in made:
        headline, source = html.escape(article.headline), html.escape(article.source)
        body = "".join(f"<p>{html.escape(one)}</p>" for one in article.paragraphs)
        date = f"February {article.day}, 2023"
        rows = (("HD", headline), ("PD", date), ("SN", source), ("TD", body))
        tables += (
            "<table>" + "".join(f"<tr><td><b>{code}</b></td><td>{one}</td></tr>" for code, one in rows) + "</table>"
        )
        articles += (
            f'<article><span class="DocPublicationName">{source}</span><span class="DocHeader">{date}</span>'
            f'<div class="titreArticle">{headline}</div><div class="docOcurrContainer">{body}</div></article>'
        )
    require_same(documents(f"<html><body>{tables}".encode()), made)
    require_same(documents(f"<html><body>{articles}".encode()), made)


@settings(max_examples=30, deadline=None)
@given(ARTICLES)
def test_nexis_uni_as_rtf_and_as_docx(made: list[Made]) -> None:
    lines = [f"Documents ({len(made)})", "Search Terms: ferry"]
    breaks = []
    for article in made:
        breaks.append(len(lines))
        lines += [article.headline, article.source, f"February {article.day}, 2023 Tuesday", "Section: NEWS; Pg. 3"]
        lines += ["Body", *article.paragraphs, "Load-Date: March 1, 2023", "End of Document"]
    require_same(documents(rtf(lines, breaks)), made)
    require_same(documents(docx(lines, breaks)), made)


def rtf(lines: list[str], breaks: list[int]) -> bytes:
    made = ["{\\rtf1\\ansi\\uc1 "]
    for number, line in enumerate(lines):
        written = "".join(one if one.isascii() else f"\\u{ord(one)}?" for one in line)
        made.append(("\\page " if number in breaks else "") + written + "\\par\n")
    return "".join([*made, "}"]).encode("ascii")


def docx(lines: list[str], breaks: list[int]) -> bytes:
    paragraphs = "".join(
        "<w:p>"
        + ('<w:r><w:br w:type="page"/></w:r>' if number in breaks else "")
        + f"<w:r><w:t>{html.escape(line)}</w:t></w:r></w:p>"
        for number, line in enumerate(lines)
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            f"{paragraphs}</w:body></w:document>",
        )
        package.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
    return made.getvalue()


@settings(max_examples=50)
@given(
    st.lists(st.builds(Para, st.text(min_size=1).filter(str.strip), st.sampled_from(("paragraph", "heading", "list"))))
)
def test_a_rendering_reads_as_what_was_rendered(paragraphs: list[Para]) -> None:
    if all("\r" not in one.text and "<br>" not in one.text for one in paragraphs):
        assert read_rendering(render("nexis_uni", paragraphs)) == paragraphs


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_export_is_read_or_fails_with_a_reason(data: st.DataObject) -> None:
    names = ("nexis.txt", "proquest.txt", "factiva.html", "europresse.html", "nexis_uni.rtf", "factiva.rtf")
    content = bytearray((ORIGINALS / data.draw(st.sampled_from(names))).read_bytes())
    pieces = (
        b"",
        b"\n",
        b"\xff",
        b"<",
        b"</td>",
        b"<table>",
        b"{",
        b"\\par ",
        b"9" * 30,
        b"Body\n",
        b"End of Document",
    )
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 60))] = data.draw(st.sampled_from(pieces))
    try:
        for record in VendorExports().records(io.BytesIO(bytes(content)), 10_000_000):
            if isinstance(record, Record):
                list(VendorArticle().read(record.place, record.content))
    except (ReadError, NotThisContainerError) as error:
        assert isinstance(error, NotThisContainerError) or str(error)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_package_is_read_or_left_to_its_reader(data: st.DataObject) -> None:
    lines = ["Ferry", "The Mill", "February 28, 2023", "Section: NEWS", "Body", "Text.", "End of Document"]
    content = bytearray(docx(lines, []))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    if content.startswith(b"PK\x03\x04"):
        try:
            for _ in VendorExports().records(io.BytesIO(bytes(content)), 10_000_000):
                pass
        except (ReadError, NotThisContainerError):
            pass


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_record_is_read_or_fails_with_a_reason(data: st.DataObject) -> None:
    names = ("nexis.txt", "proquest.txt", "factiva.html", "europresse.html", "nexis_uni.rtf", "factiva.rtf")
    records = VendorExports().records(io.BytesIO((ORIGINALS / data.draw(st.sampled_from(names))).read_bytes()), 10**7)
    record = next(iter(records))
    assert isinstance(record, Record)
    content = bytearray(record.content)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.sampled_from((b"", b"\n", b"\xff", b"<", b":", b"</p>", b"<td>", b"9" * 30, b"&#0;")))
        content[at : at + data.draw(st.integers(0, 60))] = piece
    try:
        list(VendorArticle().read("a", bytes(content)))
    except ReadError as error:
        assert str(error)
