import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle

from archive.documents import Document, Layout
from archive.errors import ReadError
from archive.readers import identify, read_documents
from archive.readers.base import UnreadableError
from archive.readers.pdf import pages, process
from archive.readers.pdf.lines import read_lines
from archive.readers.pdf.paragraphs import make_paragraphs
from tests.readers.pdf.make import (
    BODY,
    HEADING,
    INDENTED,
    TITLE,
    by_hand,
    drawn,
    flowed,
    page_of,
    prose,
    stream,
)

TEXT = b"BT /F 12 Tf 50 700 Td (The harbour office confirmed it.) Tj ET\n"


def read(content: bytes) -> Document:
    (document,) = read_documents("a.pdf", "a.pdf", content)
    return document


def layout(content: bytes) -> Layout:
    found = read(content).layout
    assert found is not None
    return found


def blocks(content: bytes) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in layout(content).blocks]


def lines_at(x: float, top: float, texts: list[str], step: float = 13) -> list[tuple[float, float, str]]:
    return [(x, top - number * step, text) for number, text in enumerate(texts)]


@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("style", [BODY, INDENTED], ids=["parted", "indented"])
def test_paragraphs_of_columns_and_pages_are_as_written(columns: int, style: ParagraphStyle) -> None:
    truth = [prose(number) for number in range(24)]
    story = [("Ferry to Elling sails again after weeks of repairs", TITLE)]
    for number, text in enumerate(truth):
        if number in (7, 15):
            story.append((f"What the council says {number}", HEADING))
        story.append((text, style))
    found = layout(flowed(story, columns=columns, head="The Sund Courier, page {}", foot="{}"))
    assert found.headline == "Ferry to Elling sails again after weeks of repairs"
    assert [block.text for block in found.blocks if block.kind == "heading"] == [
        "What the council says 7",
        "What the council says 15",
    ]
    paragraphs = [block.text for block in found.blocks if block.kind == "paragraph"]
    assert " ".join(paragraphs) == " ".join(truth)
    # where a sentence ends a column nothing tells whether its paragraph goes on
    assert len(set(truth) & set(paragraphs)) >= len(truth) - 4
    assert {(one.kind, one.rule) for one in found.set_aside} == {
        ("furniture", "page_header"),
        ("furniture", "page_footer"),
    }
    assert found.set_aside[0].text == "The Sund Courier, page 1"


def test_a_page_drawn_row_by_row_is_read_by_columns() -> None:
    left = [f"left line number {number} goes on and" for number in range(12)]
    right = [f"right line number {number} goes on as" for number in range(12)]
    rows = []
    for number in range(12):
        rows += [(60.0, 700 - 13.0 * number, left[number]), (320.0, 700 - 13.0 * number, right[number])]
    ((_, text),) = blocks(drawn(rows))
    assert text == " ".join(left + right)


def test_lines_drawn_from_below_are_read_from_above() -> None:
    texts = [f"line number {number} of the text that" for number in range(12)]
    ((_, text),) = blocks(drawn(lines_at(60, 700, texts)[::-1]))
    assert text == " ".join(texts)


def test_a_row_of_a_table_stays_a_row() -> None:
    rows = [(x, 700.0 - 13 * row, f"{name} {row}") for row in range(8) for x, name in ((60.0, "Boat"), (320.0, "Fare"))]
    assert blocks(drawn(rows))[0][1].startswith("Boat 0 Fare 0")


@pytest.mark.parametrize(
    ("texts", "joined", "doubtful"),
    [
        (["The harbour office con-", "firmed it, and confirmed it", "twice."], "confirmed it, and", 0),
        (["A well-", "known captain is well-known", "here."], "A well-known captain", 0),
        (["The harbour office con-", "firmed it on Tuesday in the", "hall."], "office con-firmed it", 1),
        (["It was open from 1990 -", "and then closed for good in", "May."], "1990 - and then", 0),
        (["From the year 1990-", "2001 it was closed and then", "open."], "1990- 2001", 0),
    ],
)
def test_hyphens_at_ends_of_lines_go_only_where_that_is_sure(texts: list[str], joined: str, doubtful: int) -> None:
    document = read(drawn(lines_at(60, 700, texts)))
    assert document.layout is not None
    assert joined in document.layout.blocks[0].text
    noted = [note for note in document.notes if "hyphen" in note]
    assert noted == ([f"{doubtful} words parted at the end of a line were left with their hyphen"] if doubtful else [])


def test_ligatures_are_letters_and_scripts_stay() -> None:
    ((_, text),) = blocks(drawn([(60, 700, "The oﬃce ﬁrst in Минск, Αθήνα and Åben")]))
    assert text == "The office first in Минск, Αθήνα and Åben"


def test_right_to_left_is_in_the_order_of_reading() -> None:
    logical = "הנמל נסגר אתמול לשיט"
    ((_, text),) = blocks(drawn([(60, 700, logical[::-1])]))
    assert text == logical


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_is_turned_is_read_as_it_is_shown(turn: int) -> None:
    texts = [f"line number {number} of the text that" for number in range(6)]
    at = lines_at(60, 700, texts)
    found = process.ask_for_pages(drawn(at, turn=turn))
    lines = read_lines(found["pages"])
    paragraphs, _ = make_paragraphs([line for line in lines if line.part == "body"])
    assert [one.text for one in paragraphs] == [" ".join(texts)]
    assert found["pages"][0][:2] == [595.0, 842.0]


def test_what_repeats_at_the_edge_of_pages_is_set_aside_and_kept() -> None:
    contents = []
    for number in range(4):
        texts = [prose(number * 20 + line, 1)[:60] for line in range(20)]
        edges = [(60.0, 810.0, "The Sund Courier"), (290.0, 30.0, f"{number + 1} / 4")]
        contents.append([edges[0], *lines_at(60, 700, texts), edges[1]])
    found = layout(drawn(*contents))
    assert [(one.kind, one.rule, one.text) for one in found.set_aside] == [
        row
        for number in range(1, 5)
        for row in (
            *((("furniture", "page_header", "The Sund Courier"),) if number == 1 else ()),
            ("furniture", "page_footer", f"{number} / 4"),
        )
    ]
    assert "Courier" not in " ".join(block.text for block in found.blocks)


def test_what_a_browser_prints_gives_the_address() -> None:
    texts = [f"The harbour office said thing number {number} on" for number in range(9)]
    page = [
        (30.0, 820.0, "3/3/25, 10:15 AM"),
        *lines_at(60, 700, texts),
        (30.0, 20.0, "https://sund.example/news/ferry-sails"),
        (550.0, 20.0, "1/1"),
    ]
    document = read(drawn(page))
    assert [(value.field, value.text, value.method) for value in document.values] == [
        ("url", "https://sund.example/news/ferry-sails", "saved_from")
    ]
    assert document.layout is not None
    assert [one.kind for one in document.layout.set_aside] == ["furniture", "furniture"]


def test_footnotes_are_notes() -> None:
    story = [(prose(number), BODY) for number in range(3)]
    note = BODY.clone("note", fontSize=7, leading=9, spaceBefore=300)
    found = layout(flowed([*story, ("1 Figures of the harbour office.", note)]))
    assert [(one.kind, one.rule, one.text) for one in found.set_aside] == [
        ("note", "footnote", "1 Figures of the harbour office.")
    ]


@pytest.mark.parametrize(
    ("title", "values"),
    [
        ("Ferry sails again", [("headline", "Ferry sails again", "meta")]),
        ("Microsoft Word - ferry.doc", []),
        ("ferry_final2.indd", []),
        ("Another piece", []),
    ],
)
def test_a_title_counts_where_the_text_has_it(title: str, values: list[tuple[str, str, str]]) -> None:
    story = [("Ferry sails again", TITLE), (prose(1), BODY), (prose(2), BODY)]
    document = read(flowed(story, title=title, author="ACER"))
    assert [(value.field, value.text, value.method) for value in document.values] == values
    assert document.layout is not None
    assert (document.layout.headline or values[0][1]) == "Ferry sails again"
    assert document.notes == ("its properties name 'ACER' as author: not used, since no byline does",)


def test_the_time_at_which_a_file_was_made_is_no_date_of_publication() -> None:
    assert not any(value.field == "published" for value in read(flowed([(prose(1), BODY)])).values)


def test_an_empty_password_opens_it() -> None:
    (found,) = blocks(drawn([(60, 700, "The harbour office")], encrypt=StandardEncryption("", "owner", canCopy=0)))
    assert found[1] == "The harbour office"


IMAGE = stream(b"\x00" * 300, b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8/ColorSpace/DeviceRGB")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            page_of(stream(b"q 500 0 0 500 0 0 cm /I Do Q"), b"/XObject<</I 6 0 R>>", {6: IMAGE}),
            "no text in it: 1 page of images",
        ),
        (page_of(stream(b"0 0 m 9 9 l S")), "no text in it: 1 page, blank or drawn"),
        (
            drawn([(60, 700, "secret")], encrypt=StandardEncryption("user", "owner")),
            "an encrypted PDF: it opens with a password only",
        ),
        (b"%PDF-1.7\n" + bytes(2000), "no PDF that can be read: it is broken or cut off"),
        (
            by_hand(
                {
                    1: b"<</Type/Catalog/Pages 2 0 R>>",
                    2: b"<</Type/Pages/Kids[" + b"3 0 R " * 100_000 + b"]/Count 100000>>",
                    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
                }
            ),
            "a PDF of 100,000 pages is over the limit of 2,000",
        ),
        (
            by_hand(
                {
                    1: b"<</Type/Catalog/Pages 2 0 R>>",
                    2: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>",
                    3: b"<</Type/Pages/Kids[2 0 R]/Count 5>>",
                }
            ),
            "no page of it can be read (2 pages)",
        ),
    ],
    ids=["scanned", "blank", "password", "broken", "many pages", "page tree that loops"],
)
def test_what_cannot_be_read_has_a_reason_and_a_cure(content: bytes, reason: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableError) as caught:
        read(content)
    assert caught.value.reason == reason
    assert caught.value.cure
    assert time.monotonic() - started < 60


def test_fonts_that_do_not_say_their_letters_are_not_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    line = ([["\ufffd\ufffd a \ufffd", 10.0, 90.0]], 100.0, 10.0, False, False)
    monkeypatch.setattr(
        process, "ask_for_pages", lambda content: {"pages": [[600.0, 800.0, [line], 0]], "info": {}, "broken": 0}
    )
    with pytest.raises(UnreadableError, match="its fonts do not say which letters they show") as caught:
        read(b"%PDF-1.4")
    assert caught.value.cure is not None
    assert "ocrmypdf" in caught.value.cure


def forms(depth: int) -> bytes:
    """Return a PDF whose form shows another one ten times, which shows another one ten times, and so on."""
    more = {}
    for number in range(depth):
        is_last = number == depth - 1
        inner = b"" if is_last else b"/XObject<</X %d 0 R>>" % (11 + number)
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>%s>>" % inner
        more[10 + number] = stream(TEXT if is_last else b"/X Do\n" * 10, entries)
    return page_of(stream(b"/X Do\n"), b"/XObject<</X 10 0 R>>", more)


@pytest.mark.parametrize(
    "content",
    [page_of(stream(stream_of, times=times)) for stream_of, times in ((b" " * 600_000_000, 2), (TEXT * 3_000_000, 1))]
    + [forms(9)],
    ids=["bomb", "operators", "forms"],
)
def test_over_a_limit_the_process_ends_and_the_next_is_read(content: bytes) -> None:
    started = time.monotonic()
    asked = process._Process()
    try:
        assert asked.ask(content, 2, 400_000_000) is None
        assert time.monotonic() - started < 60
        found = asked.ask(page_of(stream(TEXT)), 20, 1_500_000_000)
        assert found is not None
        assert found["pages"][0][2][0][0][0][0] == "The harbour office confirmed it."
    finally:
        asked.end()


def test_a_form_that_shows_itself_ends() -> None:
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>/XObject<</X 10 0 R>>>>"
    more = {10: stream(TEXT + b"/X Do\n", entries)}
    assert blocks(page_of(stream(b"/X Do\n"), b"/XObject<</X 10 0 R>>", more))


def test_a_process_that_ends_is_a_failure_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process._process, "ask", lambda content, seconds, memory: None)
    with pytest.raises(UnreadableError, match="the PDF library gave up: it needs more than 60 seconds") as caught:
        read(b"%PDF-1.4")
    assert caught.value.cure


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(UnreadableError) as caught:
        read(b"%PDF-1.4")
    assert caught.value.cure == "pip install 'archive[pdf]'"


def test_too_many_characters_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_CHARACTERS", 20)
    assert pages.read_pages(page_of(stream(TEXT)))["what"] == "more than 20 characters"
    monkeypatch.setattr(pages, "MOST_CHARACTERS", 1_000)
    monkeypatch.setattr(pages, "MOST_LINES", 0)
    assert pages.read_pages(page_of(stream(TEXT)))["what"] == "more than 0 lines"


def test_the_process_ends_with_the_one_that_asks(tmp_path: Path) -> None:
    script = (
        "import sys; from archive.readers.pdf import process; "
        "process.ask_for_pages(open(sys.argv[1], 'rb').read()); print(process._process._running.pid)"
    )
    path = tmp_path / "a.pdf"
    path.write_bytes(page_of(stream(TEXT)))
    run = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert not Path(f"/proc/{run.stdout.strip()}").exists()
    assert run.stderr == ""


def test_it_is_told_by_its_first_bytes() -> None:
    assert identify(b"%PDF-1.4 text", "a.txt")[0].name == "pdf"
    assert identify(b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4", "a.pdf")[0].name == "pdf"
    assert identify(b"A file that begins with %PDF- is one", "a.txt")[0].name == "text"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_200), st.integers(0, 40), st.binary(max_size=12))
def test_a_mutated_document_is_read_or_refused(at: int, length: int, instead: bytes) -> None:
    content = page_of(stream(TEXT * 3))
    try:
        read(b"%PDF-1.7" + (content[:at] + instead + content[at + length :])[8:])
    except ReadError as error:
        assert str(error)


_NUMBERS = st.floats(0, 900, width=16)
_PIECES = st.tuples(st.sampled_from(["a", "Page 1", "x-", "• b", "long text that goes on."]), _NUMBERS, _NUMBERS)
_LINES = st.tuples(st.lists(_PIECES, min_size=1, max_size=3), _NUMBERS, _NUMBERS, st.booleans(), st.booleans())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(_LINES, max_size=12), max_size=4))
def test_no_letter_is_lost_wherever_lines_stand(of_pages: list[list[pages.Line]]) -> None:
    paragraphs, _ = make_paragraphs(read_lines([[600.0, 800.0, lines, 0] for lines in of_pages]))
    kept = "".join(one.text for one in paragraphs)
    given = "".join(text for lines in of_pages for pieces, *_ in lines for text, _, _ in pieces)
    assert sorted(filter(str.isalnum, kept)) == sorted(filter(str.isalnum, given))
