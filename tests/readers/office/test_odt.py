import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document, Link
from archive.errors import ReadError
from archive.readers import identify, read_documents
from archive.readers.base import UnreadableError
from archive.readers.office.odt import read_odt
from tests.readers.office.parts import LEDE

BASE = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = " ".join(
    (
        *(f'xmlns:{name}="{BASE}{name}:1.0"' for name in ("office", "text", "table", "style", "meta")),
        f'xmlns:draw="{BASE}drawing:1.0" xmlns:fo="{BASE}xsl-fo-compatible:1.0"',
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"',
    )
)
STYLES = (
    '<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
    '<style:style style:name="P2" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/>'
    "</style:style>"
)


def odt(body: str, meta: str = "", styles: str = "", manifest: str = "", content: str | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            content
            if content is not None
            else f"<office:document-content {NAMESPACES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        archive.writestr("styles.xml", f"<office:document-styles {NAMESPACES}>{styles}</office:document-styles>")
        archive.writestr("meta.xml", f"<office:document-meta {NAMESPACES}>{meta}</office:document-meta>")
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return out.getvalue()


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def read(content: bytes) -> Document:
    (document,) = read_documents("a.odt", "a.odt", content)
    return document


def test_paragraphs_have_what_they_look_like() -> None:
    found = read_odt(
        odt(
            p("Dam", "P1")
            + '<text:h text:outline-level="2">Orla</text:h>'
            + p('<text:span text:style-name="B">bold</text:span>')
            + p("a<text:s text:c='2'/>b<text:tab/>c<text:line-break/>d\n   e")
            + f"<text:list><text:list-item>{p('item')}</text:list-item></text:list>"
            + p("next", "P2")
        )
    ).paragraphs
    assert [(one.text, one.kind, one.level, one.style, one.is_bold, one.after_break) for one in found] == [
        ("Dam", "paragraph", None, "title", False, False),
        ("Orla", "heading", 2, "", False, False),
        ("bold", "paragraph", None, "", True, False),
        ("a  b\tc\nd e", "paragraph", None, "", False, False),
        ("item", "list", 1, "", False, False),
        ("next", "paragraph", None, "p2", False, True),
    ]


def test_tables_links_notes_and_what_was_deleted() -> None:
    cell = "<table:table-cell>{}</table:table-cell>".format
    note = (
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('note')}</text:note-body></text:note>"
    )
    box = f"<draw:frame><draw:text-box>{p('box')}</draw:text-box></draw:frame>"
    changes = f"<text:tracked-changes><text:deletion>{p('gone')}</text:deletion></text:tracked-changes>"
    written = read_odt(
        odt(
            changes
            + f"<table:table><table:table-row>{cell(p('Boat'))}{cell(p('Day'))}</table:table-row></table:table>"
            + p(f'See <text:a xlink:href="http://sund.example/a">this</text:a>{note}{box} too'),
            styles=f"<office:master-styles><style:master-page><style:header>{p('Daily')}</style:header>"
            "</style:master-page></office:master-styles>",
        )
    )
    assert [(one.text, one.part, one.kind) for one in written.paragraphs] == [
        ("gone", "deleted", "paragraph"),
        ("Boat | Day", "body", "table"),
        ("See this too", "body", "paragraph"),
        ("note", "footnote", "paragraph"),
        ("box", "text_box", "paragraph"),
        ("Daily", "page_header", "paragraph"),
    ]
    assert written.paragraphs[2].links == (Link("link", "this", "http://sund.example/a"),)
    assert written.notes == ("changes are tracked: what was deleted is set aside",)


def test_one_article_with_what_its_properties_give() -> None:
    meta = (
        "<office:meta><dc:title>Dam</dc:title><meta:initial-creator>A. Okoro</meta:initial-creator>"
        "<dc:creator>B</dc:creator><meta:keyword>dams</meta:keyword><meta:keyword>Orla</meta:keyword>"
        "<meta:creation-date>2004-01-02</meta:creation-date></office:meta>"
    )
    content = odt(p("Dam") + p("By A. Okoro") + p(LEDE), meta)
    document = read(content)
    assert identify(content, "a")[0].name == "odt"
    assert [(value.field, value.text) for value in document.values] == [("headline", "Dam"), ("authors", "A. Okoro")]
    assert [topic.text for topic in document.topics] == ["dams", "Orla"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (odt(""), "no text in it"),
        (odt(p("x"), manifest="<manifest:encryption-data/>"), "an encrypted LibreOffice document"),
        (
            odt("", content='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
            "the part content.xml of a LibreOffice document declares a document type or entities, which none needs",
        ),
        (odt(p("x"))[:-40], "no LibreOffice document: a zip archive that is broken or cut off"),
        (
            odt(p("x")).replace(b"content.xml", b"content.xxx"),
            "no LibreOffice document: a zip archive without a document in it",
        ),
    ],
    ids=["blank", "encrypted", "entities", "cut", "none"],
)
def test_what_cannot_be_read_has_a_reason_and_a_cure(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(content)
    assert caught.value.reason == reason
    assert caught.value.cure


@settings(max_examples=60, deadline=None)
@given(st.integers(40, 3_000), st.integers(0, 30), st.binary(max_size=8))
def test_a_mutated_document_is_read_or_refused(at: int, length: int, instead: bytes) -> None:
    content = odt(p("Dam", "P1") + p(LEDE))
    try:
        read(content[:at] + instead + content[at + length :])
    except ReadError as error:
        assert str(error)
