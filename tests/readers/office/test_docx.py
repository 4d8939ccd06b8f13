import io
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document, Link
from archive.errors import ReadError
from archive.readers import identify, read_documents
from archive.readers.base import UnreadableError
from archive.readers.office import package
from archive.readers.office.docx import read_docx
from archive.readers.office.written import Written
from tests.readers.office.parts import LEDE, NAMESPACES, docx, paragraph, part, relation, run

STYLES = part(
    "styles",
    '<w:style w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="H"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>'
    '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>'
    '<w:style w:styleId="M"><w:name w:val="Mine"/><w:basedOn w:val="H"/></w:style>'
    '<w:style w:styleId="Q"><w:name w:val="Quote"/></w:style>'
    '<w:style w:styleId="L"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    "</w:style>"
    '<w:style w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style>'
    '<w:style w:styleId="B"><w:name w:val="b"/><w:basedOn w:val="A"/></w:style>',
)
WITH_STYLES = relation("s", "styles", "styles.xml")


def written(body: str, parts: dict[str, str | bytes] | None = None, relations: str = "", **core: str) -> Written:
    parts = {"word/styles.xml": STYLES, **(parts or {})}
    return read_docx(docx(body, parts, WITH_STYLES + relations, **core))


def texts(body: str) -> list[str]:
    return [one.text for one in written(body).paragraphs]


def read(content: bytes) -> Document:
    (document,) = read_documents("a.docx", "a.docx", content)
    return document


def styled(style: str, text: str) -> str:
    return paragraph(text, f'<w:pStyle w:val="{style}"/>')


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (run("Dam ") + run("opens"), "Dam opens"),
        ("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/></w:r>", "a\tb\nc\u2011"),
        (run("shown") + run("hidden", "<w:vanish/>") + run(" too", '<w:vanish w:val="0"/>'), "shown too"),
        (f"<w:ins>{run('in')}</w:ins><w:moveTo>{run(' here')}</w:moveTo>", "in here"),
        ('<w:r><w:sym w:font="Symbol" w:char="F0B7"/><w:sym w:char="2713"/><w:sym w:char="zz"/></w:r>', "•✓"),
        (
            "<w:r><w:ruby><w:rt><w:r><w:t>ペキン</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>北京</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r>",
            "北京",
        ),
        ('<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r>' + run("7"), "7"),
        (f"<w:smartTag>{run('within')}</w:smartTag>", "within"),
        (f"<w:r><w:rPr><w:rtl/></w:rPr><w:t>{'שלום'}</w:t></w:r>", "שלום"),
    ],
)
def test_text_is_what_the_document_shows(runs: str, text: str) -> None:
    assert texts(paragraph(runs)) == [text]


def test_what_styles_say_also_by_what_they_are_based_on() -> None:
    found = written(
        styled("T", "Dam opens")
        + styled("M", "Orla")
        + styled("L", "item")
        + paragraph("deep", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr>')
        + paragraph("none", '<w:pStyle w:val="L"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + styled("A", "circle")
        + paragraph(run("bold", "<w:b/>") + run(" too", "<w:b/>"))
    ).paragraphs
    assert [(one.text, one.kind, one.level, one.style, one.is_bold, one.size) for one in found] == [
        ("Dam opens", "paragraph", None, "title", False, None),
        ("Orla", "heading", 1, "mine", True, 16.0),
        ("item", "list", 1, "list bullet", False, None),
        ("deep", "list", 2, "", False, None),
        ("none", "paragraph", None, "list bullet", False, None),
        ("circle", "paragraph", None, "a", False, None),
        ("bold too", "paragraph", None, "", True, None),
    ]


def test_rows_of_tables_and_what_they_frame() -> None:
    cell = "<w:tc>{}</w:tc>".format
    inner = f"<w:tbl><w:tr>{cell(paragraph('x'))}{cell(paragraph('y'))}</w:tr></w:tbl>"
    found = written(
        f"<w:tbl><w:tr>{cell(paragraph('Boat'))}{cell(paragraph('Day') + paragraph('Night'))}</w:tr>"
        f"<w:tr>{cell(styled('M', 'Frame'))}{cell('<w:p/>')}</w:tr>"
        f"<w:tr>{cell(inner)}{cell(paragraph('z'))}</w:tr></w:tbl>"
    ).paragraphs
    assert [(one.text, one.kind, one.cells) for one in found] == [
        ("Boat | Day Night", "table", ("Boat", "Day\nNight")),
        ("Frame", "heading", ()),
        ("x y | z", "table", ("x\ny", "z")),
    ]


def test_links_by_relation_and_by_field() -> None:
    relations = relation("l", "hyperlink", "http://sund.example/a", outside=True) + relation("m", "hyperlink", "x.xml")
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    (found,) = written(
        paragraph(
            f'<w:hyperlink r:id="l">{run("one")}</w:hyperlink><w:hyperlink r:id="m">{run(" two ")}</w:hyperlink>'
            f'{field("begin")}<w:r><w:instrText> HYPERLINK "http://b.example/" </w:instrText></w:r>{field("separate")}'
            f"{run('three')}{field('end')}"
            f'<w:fldSimple w:instr="HYPERLINK http://c.example/">{run(" four")}</w:fldSimple>'
        ),
        relations=relations,
    ).paragraphs
    assert found.text == "one two three four"
    assert found.links == (
        Link("link", "one", "http://sund.example/a"),
        Link("link", "three", "http://b.example/"),
        Link("link", "four", "http://c.example/"),
    )


def test_what_hangs_on_a_paragraph_follows_it() -> None:
    box = f"<wps:txbx><w:txbxContent>{paragraph('box')}</w:txbxContent></wps:txbx>"
    alternatives = (
        f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    found = written(
        paragraph(
            run("before")
            + f"<w:r>{alternatives}</w:r>"
            + run(" after")
            + '<w:r><w:footnoteReference w:id="2"/><w:commentReference w:id="0"/></w:r>'
            + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        )
        + paragraph("End"),
        {
            "word/footnotes.xml": part(
                "footnotes",
                f'<w:footnote w:type="separator" w:id="0">{paragraph("no")}</w:footnote>'
                f'<w:footnote w:id="2">{paragraph("note")}</w:footnote>'
                f'<w:footnote w:id="3">{paragraph("lost")}</w:footnote>',
            ),
            "word/comments.xml": part(
                "comments", f'<w:comment w:id="0" w:author="Ilse">{paragraph("why?")}</w:comment>'
            ),
            "word/header1.xml": part("hdr", paragraph("Daily")),
            "word/footer1.xml": part("ftr", paragraph("Page")),
        },
        relation("f", "footnotes", "footnotes.xml")
        + relation("c", "comments", "/word/comments.xml")
        + relation("h", "header", "header1.xml")
        + relation("g", "footer", "footer1.xml"),
    )
    assert [(one.text, one.part) for one in found.paragraphs] == [
        ("before after", "body"),
        ("box", "text_box"),
        ("note", "footnote"),
        ("Ilse: why?", "comment"),
        ("gone", "deleted"),
        ("End", "body"),
        ("lost", "footnote"),
        ("Daily", "page_header"),
        ("Page", "page_footer"),
    ]
    assert found.notes == ("changes are tracked: what was deleted is set aside",)


def test_page_breaks_are_told() -> None:
    found = written(
        paragraph(run("one") + '<w:r><w:br w:type="page"/></w:r>' + run("two"))
        + paragraph("three", "<w:pageBreakBefore/>")
        + paragraph("four", "<w:sectPr/>")
        + paragraph("five")
        + "<w:sectPr/>"
    ).paragraphs
    assert [(one.text, one.after_break) for one in found] == [
        ("one", False),
        ("two", True),
        ("three", True),
        ("four", False),
        ("five", True),
    ]


def test_a_placeholder_is_no_text() -> None:
    control = "<w:sdt><w:sdtPr>{}</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    assert texts(control("<w:showingPlcHdr/>", paragraph("Click here")) + control("", paragraph("Text"))) == ["Text"]


def test_properties_and_no_times() -> None:
    found = written(
        paragraph("Text"),
        dc_title="Dam",
        dc_creator="A. Okoro",
        cp_keywords="dam",
        dc_language="da",
        dcterms_created="2004-01-02T00:00:00Z",
    )
    assert found.properties == {"title": "Dam", "author": "A. Okoro", "keywords": "dam", "language": "da"}


def test_one_article_with_its_headline_byline_and_topics() -> None:
    body = (
        styled("T", "Dam opens")
        + paragraph("By A. Okoro")
        + styled("M", "Orla")
        + styled("Q", "Why?")
        + paragraph(LEDE)
    )
    document = read(
        docx(
            body,
            {"word/styles.xml": STYLES},
            WITH_STYLES,
            dc_title="DAM OPENS",
            dc_creator="A. Okoro",
            cp_keywords="dams; https://x.example/",
            dc_language="en-GB",
        )
    )
    assert [(value.field, value.text, value.method) for value in document.values] == [
        ("headline", "Dam opens", "meta"),
        ("authors", "A. Okoro", "meta"),
        ("language", "en-GB", "meta"),
    ]
    assert [topic.text for topic in document.topics] == ["dams"]
    assert document.layout is not None
    assert [(block.kind, block.text, block.level) for block in document.layout.blocks] == [
        ("paragraph", "By A. Okoro", None),
        ("heading", "Orla", 1),
        ("quote", "Why?", None),
        ("paragraph", LEDE, None),
    ]


@pytest.mark.parametrize(
    ("body", "core", "headline"),
    [
        (paragraph("Dam opens") + paragraph(LEDE), {"dc_title": "Dam opens"}, ("Dam opens", "meta")),
        (
            paragraph("5 May") + paragraph("Dam opens") + paragraph(LEDE),
            {"dc_title": "Dam opens"},
            ("Dam opens", "meta"),
        ),
        (styled("T", "Dam opens") + paragraph(LEDE), {"dc_title": "notes"}, ("Dam opens", "markup")),
        (styled("H", "Dam opens") + paragraph(LEDE), {}, ("Dam opens", "markup")),
        (
            paragraph(run("Dam opens.", '<w:sz w:val="40"/>')) + paragraph(run(LEDE, '<w:sz w:val="20"/>')),
            {},
            "Dam opens.",
        ),
        (paragraph("Dam opens") + paragraph(LEDE), {"dc_title": "Microsoft Word - dam.doc"}, "Dam opens"),
        (paragraph(LEDE) + paragraph(LEDE), {"dc_title": "Dam opens"}, None),
    ],
)
def test_a_title_counts_where_the_text_has_it(body: str, core: dict[str, str], headline: object) -> None:
    document = read(docx(body, {"word/styles.xml": STYLES}, WITH_STYLES, **core))
    assert document.layout is not None
    stated = [(value.text, value.method) for value in document.values if value.field == "headline"]
    assert (stated[0] if stated else document.layout.headline) == headline
    texts = [block.text for block in document.layout.blocks]
    assert LEDE in texts
    assert "Dam opens" not in texts


def test_bold_lines_are_headings_unless_all_is_bold() -> None:
    bold = "<w:b/>"
    some = read(docx(paragraph(LEDE) + paragraph(run("Prices", bold)) + paragraph("free of charge")))
    every = read(docx(paragraph(run(LEDE, bold)) + paragraph(run("Prices", bold)) + paragraph(run("free", bold))))
    assert some.layout is not None and every.layout is not None
    assert [block.kind for block in some.layout.blocks] == ["paragraph", "heading", "paragraph"]
    assert [block.kind for block in every.layout.blocks] == ["paragraph", "paragraph", "paragraph"]


def test_it_is_told_by_its_parts_or_its_name() -> None:
    content = docx(paragraph("Text"))
    assert identify(content, "a")[0].name == "docx"
    assert identify(content[:300], "a.docx")[0].name == "docx"
    with pytest.raises(UnreadableError, match="not text"):
        identify(b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml" + bytes(400), "a.docx")


def without(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(paragraph("x")))) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
    return out.getvalue()


_XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def document_with(xml: str) -> bytes:
    return docx("", {"word/document.xml": xml})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (docx(""), "no text in it"),
        (docx(paragraph("x"))[:-60], "no Word document: a zip archive that is broken or cut off"),
        (without("word/document.xml"), "no Word document: a zip archive without a document in it"),
        (
            document_with(f"{_XXE}<w:document {NAMESPACES}><w:t>&e;</w:t></w:document>"),
            "the part word/document.xml of a Word document declares a document type or entities, which none needs",
        ),
        (
            document_with(f"{_LAUGHS}<w:document {NAMESPACES}><w:t>&b;</w:t></w:document>"),
            "the part word/document.xml of a Word document declares a document type or entities, which none needs",
        ),
        (
            document_with(f"<w:document {NAMESPACES}>" + "<w:p>" * 3_000),
            "the part word/document.xml of a Word document has elements nested over 2,000 deep",
        ),
        (
            docx("", {f"word/media/{number}": "" for number in range(package.MOST_PARTS)}),
            "a Word document of 10,005 parts is over the limit of 10,000",
        ),
        (
            docx(paragraph("x" * (package.LARGEST_PART + 1))),
            "a Word document whose text takes more than 100,000,000 bytes once unpacked",
        ),
        (
            docx(paragraph("x")).replace(b"word/document.xml", b"word/document.xxx"),
            "no Word document: a zip archive without a document in it",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_has_a_reason_and_a_cure(content: bytes, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableError) as caught:
        read(content)
    assert caught.value.reason == reason
    assert caught.value.cure
    assert time.process_time() - started < 10


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(docx(paragraph("x")))
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    with pytest.raises(UnreadableError, match="an encrypted Word document"):
        read(bytes(content))


def test_text_before_a_break_in_the_xml_is_kept() -> None:
    document = read(document_with(f"<w:document {NAMESPACES}><w:body>{paragraph(LEDE)}<w:p><w:r><w:t>cut"))
    assert document.layout is not None
    assert document.layout.blocks[0].text == LEDE
    assert document.notes == ("its text breaks off: no element found (line 1)",)


def test_what_a_relation_names_outside_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    relations = (
        relation("a", "attachedTemplate", "file:///etc/passwd", outside=True)
        + relation("h", "header", "../../../../etc/passwd")
        + relation("i", "footer", "http://sund.example/x", outside=True)
        + relation("s", "styles", "/etc/passwd")
    )
    import socket

    monkeypatch.setattr(socket, "socket", None)
    assert [one.text for one in read_docx(docx(paragraph("Text"), relations=relations)).paragraphs] == ["Text"]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2_000), st.integers(0, 40), st.binary(max_size=12))
def test_a_mutated_document_is_read_or_refused(at: int, length: int, instead: bytes) -> None:
    content = docx(styled("T", "Dam") + paragraph(LEDE), {"word/styles.xml": STYLES}, WITH_STYLES, dc_title="Dam")
    try:
        read(content[:at] + instead + content[at + length :])
    except ReadError as error:
        assert str(error)


_ELEMENTS = (
    "w:p",
    "w:r",
    "w:t",
    "w:tbl",
    "w:tr",
    "w:tc",
    "w:txbxContent",
    "w:del",
    "w:pPr",
    "w:sdt",
    "w:hyperlink",
    "w:br",
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*_ELEMENTS, "/", "text", '<w:fldChar w:fldCharType="end"/>', "<w:tab/>"]), max_size=30)
)
def test_elements_in_any_order(parts: list[str]) -> None:
    opened: list[str] = []
    xml = []
    for one in parts:
        if one in _ELEMENTS:
            opened.append(one)
            xml.append(f"<{one}>")
        elif one == "/":
            xml.append(f"</{opened.pop()}>" if opened else "")
        else:
            xml.append(one)
    xml += [f"</{one}>" for one in reversed(opened)]
    for found in read_docx(docx("".join(xml))).paragraphs:
        assert found.text
