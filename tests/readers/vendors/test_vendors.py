"""Exports of vendors as golden pairs; what is marked how; what misleads; what is broken, hostile, or no export."""

import io
import json
import time
from pathlib import Path

import pytest

from archive.documents import Document
from archive.readers.base import (
    HEAD,
    BadRecord,
    Conclusion,
    NotThisContainerError,
    Record,
    Remark,
    UnreadableError,
)
from archive.readers.vendors.container import VendorExports
from archive.readers.vendors.cover import counted
from archive.readers.vendors.profiles import PROFILES, profile, words
from archive.readers.vendors.reader import VendorArticle
from archive.readers.vendors.reuters import ReutersSgml
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "vendors"
GOLDEN = sorted(path for path in ORIGINALS.iterdir() if not path.name.endswith(".expected.json"))
LIMIT = 10_000_000


def taken(content: bytes | str, limit: int = LIMIT) -> tuple[list[Record], Conclusion]:
    data = content if isinstance(content, bytes) else content.encode()
    *records, conclusion = VendorExports().records(io.BytesIO(data), limit)
    assert isinstance(conclusion, Conclusion)
    records = [record for record in records if not isinstance(record, Remark)]
    assert all(isinstance(record, Record) for record in records)
    assert [record.place for record in records] == [f"article={at + 1}" for at in range(len(records))]  # type: ignore[union-attr]
    return records, conclusion  # type: ignore[return-value]


def read(record: Record) -> Document:
    (document,) = VendorArticle().read(record.place, record.content)
    return document


def only(content: str) -> Document:
    (record,), _ = taken(content)
    return read(record)


def values(document: Document, field: str) -> list[str]:
    return [value.text for value in document.values if value.field == field]


def body(document: Document) -> list[str]:
    assert document.layout is not None
    return [block.text for block in document.layout.blocks]


def aside(document: Document) -> list[tuple[str, str]]:
    assert document.layout is not None
    return [(passage.kind, passage.text) for passage in document.layout.set_aside]


def nexis(text: str, *, number: int = 1, of: int = 1, top: str = "", date: str = "February 28, 2023 Tuesday") -> str:
    return f"\n               {number} of {of} DOCUMENTS\n\n{top}   The Quill Courier\n\n   {date}\n\n{text}\n"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_golden_pairs(path: Path) -> None:
    container = ReutersSgml() if path.suffix == ".sgm" else VendorExports()
    content = path.read_bytes()
    assert container.identify(content[:HEAD], path.name)
    found: dict[str, object] = {}
    for record in container.records(io.BytesIO(content), LIMIT):
        if isinstance(record, Conclusion):
            found["conclusion"] = record._replace(error=None)._asdict() | {"error": str(record.error or "")}
        elif isinstance(record, Remark):
            found["remarks"] = [record.text]
        elif isinstance(record, BadRecord):
            found[record.place] = record.error.reason
        else:
            (document,) = container.reader.read(record.place, record.content)
            found[record.place] = {
                "values": [[value.field, value.text] for value in document.values],
                "topics": [[topic.text, topic.label] for topic in document.topics],
                "notes": list(document.notes),
                "layout": as_fields(document.layout) if document.layout else None,
            }
            assert {value.method for value in (*document.values, *document.topics)} == {"record"}
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(found)) == expected


def test_there_are_golden_pairs_of_every_layout() -> None:
    assert {path.name for path in GOLDEN} == {
        *("nexis.txt", "proquest.txt", "factiva.html", "europresse.html", "nexis_uni.rtf", "factiva.rtf"),
        "reuters.sgm",
    }


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_can_be_read_and_has_labels_in_four_languages(name: str) -> None:
    found = profile(name)
    assert found.labels
    assert found.terms
    assert words().languages["französisch"] == "fr"
    if name in ("nexis", "nexis_uni", "proquest"):
        for label in {"nexis": ("LENGTH", "LONGUEUR", "LÄNGE", "LONGITUD")}.get(
            name, ("Section", "Rubrique", "Rubrik", "Sección")
        ):
            assert label in found.labels


# What the cover says, and what was found


def test_an_article_that_is_missing_is_a_failure_that_says_which() -> None:
    cover = "Print Request: Selected Document(s): 1-3\nTerms: ferry\n"
    content = cover + nexis("One\n\nLENGTH: 1 words\n\nText.", number=1, of=3) + nexis("Three\n\nText.", number=3, of=3)
    records, conclusion = taken(content)
    assert [values(read(record), "headline") for record in records] == [["One"], ["Three"]]
    assert conclusion.search_terms == "ferry"
    assert conclusion.error is not None
    assert conclusion.error.reason == "the cover says 3 documents, 2 were found; number 2 is missing"
    assert conclusion.error.cure


def test_the_lines_before_articles_count_too() -> None:
    _, conclusion = taken(nexis("One\n\nText.", number=1, of=2))
    assert str(conclusion.error) == "the lines before them say 2 documents, 1 was found; number 2 is missing"
    _, conclusion = taken("".join(nexis("A\n\nText.", number=at, of=2) for at in (1, 2, 1, 2)))
    assert conclusion.error is None


@pytest.mark.parametrize(
    ("text", "number"), [("1-10", 10), ("7", 7), ("1-3, 7, 9-10", 6), ("", None), ("10-1", None), ("1-99999999", None)]
)
def test_lists_of_documents_are_counted(text: str, number: int | None) -> None:
    assert counted(text) == number


@pytest.mark.parametrize(
    ("cover", "terms"),
    [
        ("Suchbegriffe: Fähre", "Fähre"),
        ("Termes de recherche :\n\nbac ET\nmoulin\n\nmore", "bac ET moulin"),
        ("Terms: a\nJob Number: 7", "a"),
        ("Nothing was searched for", None),
    ],
)
def test_search_terms_are_taken_from_the_cover(cover: str, terms: str | None) -> None:
    assert taken(cover + "\n" + nexis("One\n\nText."))[1].search_terms == terms


# What misleads


def test_a_line_such_as_parts_articles_is_text_within_one() -> None:
    quoted = "One\n\nFirst.\n\n            2 of 2 DOCUMENTS\n\nLast.\n\nLANGUAGE: ENGLISH"
    records, conclusion = taken(nexis(quoted, number=1, of=2) + nexis("Two\n\nText.", number=2, of=2))
    assert body(read(records[0])) == ["First.", "2 of 2 DOCUMENTS", "Last."]
    assert len(records) == 2
    assert conclusion.error is None
    backwards = nexis("Two\n\nFirst.\n\n  1 of 3 DOCUMENTS\n\nLast.", number=2, of=3)
    assert len(taken(backwards)[0]) == 1


def test_a_text_keeps_what_looks_like_labels() -> None:
    text = (
        "Ferry\n\nLENGTH: 40 words\n\nLENGTH: 40 minutes.\n\nCORRECTION: said the sign.\n\nBYLINE: said another.\n\n"
        "LANGUAGE: Goats have one.\n\nThe end.\n\nLANGUAGE: ENGLISH\n\nLOAD-DATE: March 1, 2023\n\n"
        "Copyright 2023 The Quill Courier"
    )
    document = only(nexis(text))
    assert body(document) == [
        "LENGTH: 40 minutes.",
        "CORRECTION: said the sign.",
        "BYLINE: said another.",
        "LANGUAGE: Goats have one.",
        "The end.",
    ]
    assert values(document, "language") == ["en"]
    assert aside(document) == [("furniture", "LOAD-DATE: March 1, 2023")]


@pytest.mark.parametrize("mark", ["Correction Appended", "Rectificatif ajouté", "Berichtigung beigefügt"])
def test_that_a_text_was_corrected_is_no_headline(mark: str) -> None:
    document = only(nexis(f"{mark}\n\nFerry to the\nupper mill\n\nSECTION: NEWS; Pg. 3\n\nText."))
    assert values(document, "headline") == ["Ferry to the upper mill"]
    assert values(document, "page") == ["3"]
    assert ("notice", mark) in aside(document)


def test_of_two_dates_the_first_is_published_and_both_are_kept() -> None:
    document = only(nexis("Ferry\n\nText.", date="February 27, 2023 Monday 6:30 PM GMT\n   February 28, 2023"))
    assert values(document, "published") == ["February 27, 2023 6:30 PM GMT", "February 28, 2023"]
    document = only(nexis("Ferry\n\nPRINT-DATE: March 2, 2023\n\nLENGTH: 1 words\n\nText.", date="March 2023"))
    assert values(document, "published") == ["March 2023", "March 2, 2023"]


def test_a_label_that_nobody_knows_is_kept_and_noted() -> None:
    document = only(
        nexis("Ferry\n\nSHELF-MARK: 88\n\nLENGTH: 1 words\n\nText.\n\nCOLOUR: blue\n\nLOAD-DATE: March 1, 2023")
    )
    assert body(document) == ["Text."]
    assert document.notes == ("label 'SHELF-MARK' is not known: '88'", "label 'COLOUR' is not known: 'blue'")
    assert ("furniture", "SHELF-MARK: 88") in aside(document)


def test_a_dateline_or_speech_is_no_label() -> None:
    document = only(
        nexis("Ferry\n\nLENGTH: 11 words\n\nMINSK: The ferry left on Monday with eleven passengers and goats.\n\nEnd.")
    )
    assert body(document)[0].startswith("MINSK: The ferry")
    assert document.notes == ()


def test_right_to_left_marks_around_labels_do_not_hide_them() -> None:
    text = (
        "\u200f               1 of 1 DOCUMENTS\u200f\n\n\u200fصحيفة الريشة\u200f\n\n\u200f28 فبراير 2023\u200f\n\n"
        "\u200fعودة العبارة\u200f\n\n\u200fLENGTH: 4 words\u200f\n\nغادرت العبارة الميناء يوم الاثنين.\n\n"
        "\u200fLANGUAGE: ARABIC\u200f\n\nCopyright 2023 الريشة\n"
    )
    document = only(text)
    assert values(document, "language") == ["ar"]
    assert [one.strip("\u200f") for one in values(document, "headline")] == ["عودة العبارة"]
    assert body(document) == ["غادرت العبارة الميناء يوم الاثنين."]
    assert values(document, "published") == [
        "28 فبراير 2023"
    ]  # not a date that can be read, but the one that stands there


def test_no_headline_is_no_headline() -> None:
    document = only(nexis("No Headline In Original\n\nLENGTH: 1 words\n\nText."))
    assert values(document, "headline") == []
    assert document.notes == ("no headline: 'No Headline In Original'",)


@pytest.mark.parametrize(
    ("stated", "note"),
    [
        ("500 words", "500 words are stated, 1 were found"),
        ("1 words", None),
        ("Länge unbekannt", None),
        ("1.016 Wörter", "1,016 words are stated, 1 were found"),
    ],
)
def test_a_count_of_words_that_is_far_off_is_noted(stated: str, note: str | None) -> None:
    assert only(nexis(f"Ferry\n\nLENGTH: {stated}\n\nText.\n\nLANGUAGE: ENGLISH\n\nLOAD-DATE: May 1, 2023")).notes == (
        (note,) if note else ()
    )


def test_the_same_article_in_two_editions_is_two_records() -> None:
    first = nexis("Ferry\n\nText.", number=1, of=2, date="February 28, 2023 Tuesday\n   First Edition")
    second = nexis("Ferry\n\nText.", number=2, of=2, date="February 28, 2023 Tuesday\n   Late Edition")
    records, _ = taken(first + second)
    assert [values(read(record), "edition") for record in records] == [["First Edition"], ["Late Edition"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_exports_are_read_in_any_encoding(encoding: str, line_end: str) -> None:
    text = nexis(
        "Die Fähre fährt\n\nLÄNGE: 9 Wörter\n\nDie Fähre fährt wieder über den Fluß, sagt J. Müller.\n\nSPRACHE: DE"
    )
    content = text.replace("\n", line_end).encode(encoding)
    assert VendorExports().identify(content[:HEAD], "a.TXT")
    (record,), _ = taken(content)
    document = read(record)
    assert values(document, "headline") == ["Die Fähre fährt"]
    assert body(document) == ["Die Fähre fährt wieder über den Fluß, sagt J. Müller."]
    if encoding != "utf-16":
        assert record.content in content


def test_articles_of_factiva_with_codes_end_at_their_number_too() -> None:
    rows = []
    for number in (1, 2):
        rows += [f"HD\\tab Ferry {number}", "WC\\tab 9 words", "PD\\tab 3 March 2023", "SN\\tab The Quill Courier"]
        rows += ["LP\\tab The ferry left the mill on Monday.", f"AN\\tab Document QUIL000020230309ej390000{number}"]
    records, _ = taken("{\\rtf1\\ansi " + "\\par ".join(rows) + "\\par}")
    read_back = [read(record) for record in records]
    assert [values(one, "headline") for one in read_back] == [["Ferry 1"], ["Ferry 2"]]
    assert values(read_back[1], "id") == ["factiva:QUIL000020230309ej3900002"]


# What is cut off, broken or hostile


def test_the_last_article_that_is_cut_off_says_so() -> None:
    for name, notes in (
        ("nexis.txt", "no label and no copyright stands at its end: it may be cut off"),
        ("nexis_uni.rtf", "it does not end with 'End of Document': it may be cut off"),
        ("factiva.rtf", "no accession number stands at its end: it may be cut off"),
    ):
        records, _ = taken((ORIGINALS / name).read_bytes())
        assert notes in read(records[-1]).notes
        assert all(notes not in read(record).notes for record in records[:-1])
    for name, tag, notes in (
        ("factiva.html", b"Le bac a quitt", "its table does not end: it may be cut off"),
        ("europresse.html", b"El lunes"[3:], "its <article> does not end: it may be cut off"),
    ):
        content = (ORIGINALS / name).read_bytes()
        records, conclusion = taken(content[: content.index(tag) + 5])
        assert notes in read(records[-1]).notes
        assert conclusion.error is None or "were found" in str(conclusion.error)


def test_an_article_with_nothing_in_it_is_a_failure() -> None:
    for content in (
        b"1 of 1 DOCUMENTS\n\n",
        b"<article><p class='docOcurrContainer'></p></article>",
        b"_" * 60 + b"\n\n",
    ):
        with pytest.raises(UnreadableError, match="neither a headline nor a text"):
            list(VendorArticle().read("a", content))
    with pytest.raises(UnreadableError, match="not an article of an export that is known"):
        list(VendorArticle().read("a", b"Text."))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"The minutes count 3 of 10 documents that nobody found.\n"),
        ("a.txt", b"Title\n\n" + b"_" * 60 + b"\n\nA text below a line.\n"),
        ("a.txt", b"\x89PNG____docu"),
        ("a.html", b"<p>a</p>"),
        ("a.html", b"<table><tr><td>HD</td><td>1080</td></tr></table>"),
        ("a.html", b"<article><p>docOcurrContainer</p></article>"),
        ("a.rtf", b"{\\rtf1 A letter.\\par End of Document\\par}"),
        ("a.rtf", b"{\\rtf1 A letter.\\par Document 12\\par}"),
        ("a.rtf", b"{\\rtf1 " + b"{" * 2_000),
        ("a.docx", b"PK\x03\x04word/broken"),
        ("a.docx", b"PK\x03\x04xl/broken"),
    ],
)
def test_what_is_no_export_is_left_to_its_reader(name: str, content: bytes) -> None:
    if VendorExports().identify(content[:HEAD], name) is None:
        return
    with pytest.raises(NotThisContainerError):
        next(VendorExports().records(io.BytesIO(content), LIMIT))


def test_an_export_over_the_limit_says_so_and_anything_else_is_left() -> None:
    with pytest.raises(UnreadableError, match="an export of more than 100 bytes"):
        list(VendorExports().records(io.BytesIO(nexis("Ferry\n\nText.").encode() * 20), 100))
    with pytest.raises(NotThisContainerError):
        list(VendorExports().records(io.BytesIO(b"<html>" + b"x" * 200), 100))


@pytest.mark.parametrize(
    "content",
    [
        b"1 of 2 DOCUMENTS\n\nA 2023\n\n" * 20_000,
        b"1 of 2 DOCUMENTS\n\n" * 100_000,
        b"Title: a\nAuthor: b\n" + b"_" * 60 + b"\nFull text: a\nTitle: b\nAuthor: c\n" + (b"_" * 60 + b"\n") * 50_000,
        b"1 of 2 DOCUMENTS\n\n" + b"BYLINE: x\n" * 200_000,
        b"1 of 2 DOCUMENTS\n\n" + b"CORRECTION: x\n\ny\n\n" * 100_000,
        b"1 of 2 DOCUMENTS\n\nA\n\nMay 1, 2023\n\n" + b"LOAD-DATE: " * 100_000,
        (b"_" * 60 + b"\nFull text: a\nTitle: b\nAuthor: c\n") * 10_000 + b"ProQuest document ID: 1",
        b"<html>" + b"<table><tr><td><b>HD</b></td>" * 20_000,
        b"<html>" + b"<td " * 200_000 + b">HD<",
        b"<html>" + b"<td><b>" * 100_000 + b"HD</b></td>",
        b"<html>" + b"<article class='docOcurrContainer'>" * 30_000,
        b"<html><article class='DocPublicationName'>" + b"<div class='DocHeader'>1 " * 30_000,
    ],
    ids=range(12),
)
def test_hostile_exports_take_time_in_proportion(content: bytes) -> None:
    began = time.monotonic()
    try:
        for record in VendorExports().records(io.BytesIO(content), LIMIT):
            if isinstance(record, Record):
                for _ in VendorArticle().read(record.place, record.content):
                    break
    except (UnreadableError, NotThisContainerError):
        pass
    assert time.monotonic() - began < 30
