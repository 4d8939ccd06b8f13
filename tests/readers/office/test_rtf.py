import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document, Link
from archive.errors import ReadError
from archive.readers import identify, read_documents
from archive.readers.base import UnreadableError
from archive.readers.office.rtf import read_rtf
from archive.readers.office.written import Paragraph
from tests.readers.golden import as_fields
from tests.readers.office.parts import LEDE

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "office"
FONTS = (
    rb"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset204 Arial CYR;}{\f2\fnil\fcharset128 MS Mincho;}"
    rb"{\f3\fnil\fcharset2 Symbol;}{\f4\fnil\fcharset134 SimSun;}{\f5\fnil\cpg1253 Athens;}}"
)


def paragraphs(body: bytes, head: bytes = rb"\ansi\ansicpg1252\deff0") -> tuple[Paragraph, ...]:
    return read_rtf(rb"{\rtf1" + head + FONTS + body + b"}").paragraphs


def texts(body: bytes, head: bytes = rb"\ansi\ansicpg1252\deff0") -> list[str]:
    return [one.text for one in paragraphs(body, head)]


def read(content: bytes) -> Document:
    (document,) = read_documents("a.rtf", "a.rtf", content)
    return document


@pytest.mark.parametrize("path", sorted(ORIGINALS.glob("*.rtf")), ids=lambda path: path.stem)
def test_golden_pairs(path: Path) -> None:
    document = read(path.read_bytes())
    found = {
        "values": [[value.field, value.text, value.method] for value in document.values],
        "topics": [[topic.text, topic.method] for topic in document.topics],
        "notes": list(document.notes),
        "layout": as_fields(document.layout) if document.layout else None,
    }
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(found)) == expected


def test_there_are_golden_pairs() -> None:
    assert len(list(ORIGINALS.glob("*.rtf"))) >= 2


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"caf\'e9 \'80 5", "café € 5"),
        (rb"\f1 \'cc\'e8\'ed\'f1\'ea", "Минск"),
        (rb"\f2 \'93\'fa\'96\'7b", "日本"),
        (rb"\f2 \'83A\'83\'5c", "アソ"),  # the second byte may be a letter, or a mark of RTF
        (rb"\f4 \'b1\'b1\'be\'a9", "北京"),
        (rb"\f5 \'c1\'e8\'de\'ed\'e1", "Αθήνα"),
        (rb"{\f1 \'cc}\'e9", "Мé"),  # the font of a group ends with it
        (rb"\u1052\'3f\u1080?nsk", "Миnsk"),
        (rb"\uc0\u1052\u1080 x", "Миx"),  # the space ends the word
        (rb"\uc2\u26085\'93\'fa\u26412??!", "日本!"),
        (rb"{\uc0 {\uc3 \u1052abcd}\u1080}e", "Мdиe"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"\u-10179? x", "\ufffd x"),
        (rb"\u-3913?item", "•item"),
        (rb"\f3 \'b7\f0 item", "•item"),
        (rb"\emdash\endash\lquote a\rquote\ldblquote b\rdblquote\bullet", "—–‘a’“b”•"),
        (rb"a\~b\_c\-d", "a\xa0b\u2011cd"),
        (rb"a\{b\}c\\d", "a{b}c\\d"),
        (b"one\r\n two", "one two"),
        (rb"a\tab b\line c", "a\tb\nc"),
        (rb"{\upr{Mi?sk}{\*\ud{Mi\u324?sk}}}", "Mińsk".replace("ńsk", "\u0144sk")),
        (rb"{\*\unknown {\par lost}} kept", "kept"),
        (rb"{\pict\bin4 }}{}kept}kept too", "kept too"),
        (rb"{\*\shppict{\pict 00ff}}kept", "kept"),
        (rb"{\object{\*\objdata 00}{\result shown}}", "shown"),
        (rb"{\v hidden}shown", "shown"),
        (rb"{\field{\*\fldinst PAGE}{\fldrslt 7}}", "7"),
        (rb"\ucfoo\ x", "x"),
    ],
)
def test_text_is_what_the_document_shows(body: bytes, text: str) -> None:
    assert texts(body) == [text]


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (rb"\ansi\ansicpg1251", rb"\'cc\'e8\'ed\'f1\'ea", "Минск"),
        (rb"\ansi\ansicpg936", rb"\'b1\'b1\'be\'a9", "北京"),
        (rb"\ansi\ansicpg65001", b"\xe5\x8c\x97", "北"),
        (rb"\mac", rb"\'8e", "é"),
        (rb"\pc", rb"\'82", "é"),
        (rb"\ansi\ansicpg0", rb"\'e9", "é"),
        (rb"\ansi\ansicpg99999", rb"\'e9", "é"),
        (rb"\ansi\ansicpg1251\deff1", rb"\plain \'cc", "М"),
    ],
)
def test_bytes_are_in_the_code_page_of_the_document(head: bytes, body: bytes, text: str) -> None:
    assert texts(body, head) == [text]


def test_what_cannot_be_decoded_is_counted() -> None:
    written = read_rtf(rb"{\rtf1\ansi\ansicpg1252 a\'81\'8d}")
    assert (written.paragraphs[0].text, written.notes) == (
        "a\ufffd\ufffd",
        ("2 characters could not be decoded",),
    )


def test_paragraphs_have_what_they_look_like() -> None:
    styles = rb"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0\b\fs32 heading 1;}{\s2 Title;}}"
    found = paragraphs(
        styles + rb"\pard\s2\fs40 Dam\par\pard\plain\s1\b\fs32 Orla\par\pard\plain\fs20 It {\b opened}.\par{\b All}"
        rb"\par\page\pard Next"
    )
    assert [(one.text, one.kind, one.level, one.style, one.is_bold, one.size, one.after_break) for one in found] == [
        ("Dam", "paragraph", None, "title", False, 20.0, False),
        ("Orla", "heading", 1, "heading 1", True, 16.0, False),
        ("It opened.", "paragraph", None, "normal", False, 10.0, False),
        ("All", "paragraph", None, "normal", True, 10.0, False),
        ("Next", "paragraph", None, "normal", False, 10.0, True),
    ]


def test_a_list_has_its_numbers_but_not_its_bullets() -> None:
    found = paragraphs(rb"{\pntext\f3\'b7\tab}One\par\pard\ls2\ilvl1{\listtext 2.\tab}Two\par\pard Three\par")
    assert [(one.text, one.kind, one.level) for one in found] == [
        ("One", "list", 1),
        ("2. Two", "list", 2),
        ("Three", "paragraph", None),
    ]


def test_rows_of_tables() -> None:
    found = paragraphs(
        rb"\trowd\pard\intbl Boat\cell Day\par Night\cell\row\trowd\pard\intbl Frame\cell\cell\row\pard After\par"
    )
    assert [(one.text, one.kind, one.cells) for one in found] == [
        ("Boat | Day Night", "table", ("Boat", "Day\nNight")),
        ("Frame", "paragraph", ()),
        ("After", "paragraph", ()),
    ]


def test_links_are_taken_and_never_opened() -> None:
    (found,) = paragraphs(
        rb'See {\field{\*\fldinst {HYPERLINK "http://sund.example/a"}}{\fldrslt {\ul the list}}} and '
        rb'{\field{\*\fldinst HYPERLINK \\l "mark"}{\fldrslt here}}, '
        rb'{\field{\*\fldinst INCLUDETEXT "/etc/passwd"}{\fldrslt kept}}'
    )
    assert found.text == "See the list and here, kept"
    assert found.links == (Link("link", "the list", "http://sund.example/a"),)


def test_what_is_no_part_of_the_body_is_a_part_of_its_own() -> None:
    found = paragraphs(
        rb"{\header Daily\par}{\footerf Page \chpgn}Text{\footnote {\b Note} one\par two} {\deleted gone}goes on"
        rb"{\*\annotation why?}{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt box\par}}{\shprslt box}}\par End"
    )
    assert [(one.text, one.part) for one in found] == [
        ("Text goes on", "body"),
        ("Daily", "page_header"),
        ("Page", "page_footer"),
        ("Note one", "footnote"),
        ("two", "footnote"),
        ("why?", "comment"),
        ("box", "text_box"),
        ("gone", "deleted"),
        ("End", "body"),
    ]


def test_properties_and_no_times() -> None:
    written = read_rtf(
        rb"{\rtf1\ansi{\info{\title \'c5ben}{\author A. Okoro}{\keywords ferry}{\creatim\yr2004\mo1\dy2}"
        rb"{\operator x}{\doccomm y}}text}"
    )
    assert written.properties == {"title": "Åben", "author": "A. Okoro", "keywords": "ferry"}
    assert [one.text for one in written.paragraphs] == ["text"]
    assert not any(value.field == "published" for value in read(rb"{\rtf1{\info{\creatim\yr2004}}text}").values)


def test_an_author_counts_where_a_byline_names_him() -> None:
    head = rb"{\rtf1{\info{\author A. Okoro}}"
    with_byline = read(head + rb"By A. Okoro\par " + LEDE.encode() + b"}")
    without = read(head + LEDE.encode() + b"}")
    assert [(value.field, value.text) for value in with_byline.values] == [("authors", "A. Okoro")]
    assert (without.values, without.notes) == (
        (),
        ("its properties name 'A. Okoro' as author: not used, since no byline does",),
    )


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"{\\rtf1 Text {\\b that", "it breaks off: groups are not closed"),
        (b"{\\rtf1 Text}{\\rtf1 more}", "12 bytes after its end were not read"),
        (b"{\\rtf1 Text {\\v secret}}", "6 characters of hidden text left out"),
    ],
)
def test_what_was_mended_is_noted(content: bytes, note: str) -> None:
    document = read(content)
    assert document.notes == (note,)
    assert document.layout is not None
    assert document.layout.blocks[0].text.startswith("Text")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{\\rtf1 {\\v all of it is hidden}}", "no text in it"),
        (b"{\\rtf1 {\\footer 7}}", "no text in it, only what is set aside"),
        (b"{\\rtf1 " + b"{" * 600, "groups nested over 500 deep"),
    ],
)
def test_what_cannot_be_read_has_a_reason_and_a_cure(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(content)
    assert caught.value.reason == reason
    assert caught.value.cure


def test_what_is_no_rtf() -> None:
    with pytest.raises(UnreadableError, match="no RTF"):
        read_rtf(b"Text")


def test_it_is_told_by_its_first_bytes() -> None:
    assert identify(b"\r\n{\\rtf1 text}", "a.doc")[0].name == "rtf"
    assert identify(b"He wrote {\\rtf1 text}", "a.rtf")[0].name == "text"


@pytest.mark.parametrize(
    "content",
    [
        b"{\\rtf1 " + b"{\\*\\x " * 300_000,
        b"{\\rtf1 {\\pict " + b"0" * 20_000_000,
        b"{\\rtf1 " + b"\\par " * 300_000 + b"x}",
        b"{\\rtf1 " + b"{\\b x}" * 60_000 + b"}",
        b"{\\rtf1 x\\u" + b"9" * 1_000_000 + b"}",
        b"{\\rtf1 x\\bin999999999 }",
        b"{\\rtf1 x" + b"\\upr" * 100_000,
        b"{\\rtf1 {\\info{\\title " + b"{\\b x}" * 100_000,
    ],
    ids=lambda content: content[:20].decode(),
)
def test_hostile_documents_end_soon(content: bytes) -> None:
    started = time.process_time()
    try:
        read(content)
    except UnreadableError as error:
        assert error.cure
    assert time.process_time() - started < 10


_GOOD = (
    rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 A;}}{\info{\title T}}\pard\intbl\f0 \'b1\'b1 a\cell b\cell\row "
    rb"\pard{\footnote n}\u26085\'93\'fa {\field{\*\fldinst HYPERLINK \"http://a.example/\"}{\fldrslt x}}\par\page"
    rb"{\listtext 1.}z}"
)
_WORDS = (
    *(
        rb"{",
        rb"}",
        rb"\par ",
        rb"\cell ",
        rb"\row ",
        rb"\intbl ",
        rb"\pard ",
        rb"\footnote ",
        rb"\shptxt ",
        rb"\field ",
    ),
    *(rb"\fldrslt ", rb"\*", rb"\u55357?", rb"\'93", rb"x", rb"\fonttbl ", rb"\info ", rb"\title ", rb"\stylesheet "),
    *(rb"\header ", rb"\deleted ", rb"\upr ", rb"\bin2 ", rb"\fldinst ", rb"\listtext ", rb"\f1"),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(6, len(_GOOD)), st.integers(0, 30), st.binary(max_size=8))
def test_a_mutated_document_is_read_or_refused(at: int, length: int, instead: bytes) -> None:
    try:
        read(_GOOD[:at] + instead + _GOOD[at + length :])
    except ReadError as error:
        assert str(error)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(_WORDS), max_size=40))
def test_words_in_any_order(words: list[bytes]) -> None:
    for paragraph in read_rtf(b"{\\rtf1 " + b"".join(words)).paragraphs:
        assert paragraph.text
