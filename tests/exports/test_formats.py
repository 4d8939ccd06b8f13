"""Each format as programs read it, of an article of which all is known, and of one of which nothing is."""

import csv
import io
import json
from typing import Any

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from archive.exports import FIELDS, TEXT_FORMATS, writer
from archive.exports.bibtex import entry, escaped
from archive.exports.csl import reference as csl_reference
from archive.exports.jsonld import news_article
from archive.exports.ninjs import news_object
from archive.exports.ris import reference as ris_reference
from tests.exports.articles import FULL, article

BARE = article()


def written(form: str, *articles: dict[str, Any], **how: Any) -> str:
    return "".join(writer(form, **how)(iter(articles)))


def bibtex(text: str) -> dict[str, str]:
    library = bibtexparser.parse_string(text)
    assert library.failed_blocks == []
    (one,) = library.entries
    return {"": one.key, "type": one.entry_type, **{field.key: field.value for field in one.fields}}


@pytest.mark.parametrize(
    ("form", "empty"),
    [("jsonl", ""), ("ris", ""), ("bibtex", ""), ("ninjs", "[]\n"), ("csljson", "[]\n")],
)
def test_nothing_is_written_of_nothing(form: str, empty: str) -> None:
    assert written(form) == empty


def test_nothing_in_csv_is_a_header_and_in_json_ld_a_graph() -> None:
    assert written("csv", fields=["key", "url"]) == "key,url\n"
    assert json.loads(written("jsonld")) == {"@context": "https://schema.org", "@graph": []}


@pytest.mark.parametrize("form", TEXT_FORMATS)
def test_a_format_is_written_article_by_article(form: str) -> None:
    seen = []

    def articles() -> Any:
        for number in range(3):
            seen.append(number)
            yield FULL

    pieces = writer(form)(articles())
    next(pieces)
    assert len(seen) <= 1


def test_json_lines_have_all_fields_or_those_asked_for() -> None:
    lines = written("jsonl", FULL, BARE).splitlines()
    assert [json.loads(line) for line in lines] == [FULL, BARE]
    assert list(json.loads(lines[0])) == list(FIELDS)
    assert written("jsonl", FULL, fields=["url", "key"]) == f'{{"url": "{FULL["url"]}", "key": "{FULL["key"]}"}}\n'
    assert "李伟" in lines[0]


def test_csv_has_names_joined_and_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", FULL, BARE), newline="")))
    assert [row["authors"] for row in rows] == ["A. Okoro; 李伟", ""]
    assert rows[0]["topics"] == "Elections; Eels"
    assert rows[0]["body"] == FULL["body"]
    assert not {"blocks", "set_aside", "links"} & set(rows[0])
    (row,) = csv.DictReader(io.StringIO(written("csv", FULL, fields=["key", "blocks"]), newline=""))
    assert row == {"key": FULL["key"], "blocks": ""}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_safe_csv_lets_no_cell_begin_a_formula(start: str) -> None:
    hostile = article(headline=f'{start}HYPERLINK("https://mill.example")', words=-1)
    (row,) = csv.DictReader(io.StringIO(written("csv", hostile, safe=True), newline=""))
    assert row["headline"] == f"'{hostile['headline']}"
    assert row["words"] == "-1"  # a number is none
    (row,) = csv.DictReader(io.StringIO(written("csv", hostile), newline=""))
    assert row["headline"] == hostile["headline"]


def test_safe_csv_quotes_every_cell() -> None:
    assert written("csv", article(headline="a;=1+1"), fields=["headline", "url"], safe=True) == (
        '"headline","url"\n"a;=1+1",""\n'
    )


def test_ninjs() -> None:
    assert news_object(FULL) == {
        "uri": FULL["url"],
        "standard": {
            "name": "ninjs",
            "version": "3.0",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#",
        },
        "type": "text",
        "version": "1",
        "firstCreated": "2023-02-28T06:30:00+01:00",
        "versionCreated": "2023-03-01T00:00:00.000000Z",
        "language": "en-GB",
        "copyrightNotice": "© Mill",
        "by": "By A. Okoro and 李伟",
        "headlines": [{"value": FULL["headline"]}],
        "bodies": [{"contentType": "text/plain", "charCount": 15, "wordCount": 4, "value": FULL["body"]}],
        "descriptions": [{"role": "published", "value": "2023-02-28T06:30+01:00"}],
        "subjects": [
            {
                "name": "Elections",
                "literal": "medtop:20000574",
                "uri": "http://cv.iptc.org/newscodes/mediatopic/20000574",
            },
            {"name": "Eels", "literal": "local:eels"},
        ],
        "infoSources": [{"name": "Mill & Post", "role": "publisher"}],
        "genres": [{"name": "opinion"}],
        "altIds": [{"role": "key", "value": "7u4bzebenofx"}, {"role": "id", "value": "17"}],
    }
    bare = news_object(BARE)
    assert bare["uri"] == "archive:7u4bzebenofx"
    assert set(bare) == {"uri", "standard", "type", "version", "bodies", "altIds"}
    assert "firstCreated" not in news_object(article(published="2023-02-28", published_precision="day"))


def test_json_ld() -> None:
    assert json.loads(written("jsonld", FULL, BARE)) == {
        "@context": "https://schema.org",
        "@graph": [news_article(FULL), news_article(BARE)],
    }
    assert news_article(FULL) == {
        "@type": "NewsArticle",
        "headline": FULL["headline"],
        "url": FULL["url"],
        "datePublished": "2023-02-28T06:30+01:00",
        "dateModified": "2023-03-01T00:00:00.000000Z",
        "author": [{"name": "A. Okoro"}, {"name": "李伟"}],
        "publisher": {"@type": "Organization", "name": "Mill & Post"},
        "inLanguage": "en-GB",
        "articleSection": "Harbour",
        "pagination": "A3",
        "printEdition": "late",
        "genre": "opinion",
        "copyrightNotice": "© Mill",
        "about": [
            {"@type": "DefinedTerm", "name": "Elections", "termCode": "20000574", "inDefinedTermSet": "medtop"},
            {"@type": "DefinedTerm", "name": "Eels", "termCode": "eels", "inDefinedTermSet": "local"},
        ],
        "wordCount": 4,
        "articleBody": FULL["body"],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "key", "value": "7u4bzebenofx"},
            {"@type": "PropertyValue", "propertyID": "id", "value": "17"},
        ],
    }
    assert set(news_article(BARE)) == {"@type", "wordCount", "articleBody", "identifier"}
    assert news_article(article(published="2023-02", published_precision="month"))["datePublished"] == "2023-02"


def test_csl_json() -> None:
    assert json.loads(written("csljson", FULL, BARE)) == [
        {
            "id": "7u4bzebenofx",
            "type": "article-newspaper",
            "title": FULL["headline"],
            "author": [{"literal": "A. Okoro"}, {"literal": "李伟"}],
            "issued": {"date-parts": [[2023, 2, 28]]},
            "accessed": {"date-parts": [[2023, 3, 2]]},
            "URL": FULL["url"],
            "language": "en-GB",
            "section": "Harbour",
            "page": "A3",
            "edition": "late",
            "container-title": "Mill & Post",
        },
        {"id": "7u4bzebenofx", "type": "article-newspaper"},
    ]


def test_ris_reads_back() -> None:
    full, bare = rispy.loads(written("ris", FULL, BARE))
    assert {name: value for name, value in full.items() if value} == {
        "type_of_reference": "NEWS",
        "id": "7u4bzebenofx",
        "title": FULL["headline"],
        "authors": ["A. Okoro", "李伟"],
        "secondary_title": "Mill & Post",
        "year": "2023",
        "date": "2023/02/28/",
        "urls": [FULL["url"]],
        "access_date": "2023/03/02/",
        "language": "en-GB",
        "section": "Harbour",
        "start_page": "A3",
        "edition": "late",
    }
    assert bare == {"type_of_reference": "NEWS", "id": "7u4bzebenofx"}


def test_bibtex_reads_back() -> None:
    assert bibtex(written("bibtex", FULL)) == {
        "": "7u4bzebenofx",
        "type": "article",
        "author": "{A. Okoro} and {李伟}",
        "title": r"{AT\&T: 5\% of \textbraceleft{}mills\textbraceright{} – «why?»}",
        "journal": r"Mill \& Post",
        "year": "2023",
        "date": "2023-02-28",
        "url": "https://mill.example/a_b?q=%7B1%7D#x",
        "urldate": "2023-03-02",
        "language": "en-GB",
        "pages": "A3",
        "edition": "late",
        "month": "feb",
    }
    assert bibtex(written("bibtex", BARE)) == {"": "7u4bzebenofx", "type": "misc"}


@pytest.mark.parametrize(
    ("published", "precision", "parts", "ris", "bib"),
    [
        ("2023", "year", [2023], "2023///", {"year": "2023", "date": "2023"}),
        ("2023-02", "month", [2023, 2], "2023/02//", {"year": "2023", "date": "2023-02", "month": "feb"}),
        ("2023-12-05", "day", [2023, 12, 5], "2023/12/05/", {"year": "2023", "date": "2023-12-05", "month": "dec"}),
        (
            "2023-03-01T01:00+08:00",
            "minute",
            [2023, 3, 1],
            "2023/03/01/",
            {"year": "2023", "date": "2023-03-01", "month": "mar"},
        ),
    ],
)
def test_references_have_a_date_as_exact_as_it_is_known(
    published: str, precision: str, parts: list[int], ris: str, bib: dict[str, str]
) -> None:
    dated = article(published=published, published_precision=precision)
    assert csl_reference(dated)["issued"] == {"date-parts": [parts]}
    assert rispy.loads(ris_reference(dated))[0]["date"] == ris
    assert {name: value for name, value in bibtex(entry(dated)).items() if name in ("year", "month", "date")} == bib


def plain(latex: str) -> str:
    """Return what LaTeX prints of an escaped text."""
    commands = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciicircum": "^", "asciitilde": "~"}
    out = ""
    while latex:
        if latex.startswith("\\text"):
            name, _, latex = latex[5:].partition("{}")
            out += commands[name]
        elif latex[0] == "\\":
            out += latex[1]
            latex = latex[2:]
        else:
            assert latex[0] not in "{}$&%#_^~"
            out += latex[0]
            latex = latex[1:]
    return out


@given(st.text(st.sampled_from("ab \\{}$&%#_^~\"'@,=é李\n"), max_size=20))
def test_any_text_in_bibtex_reads_back(text: str) -> None:
    one_line = " ".join(text.split())
    assert plain(escaped(text)) == one_line
    if one_line:
        assert bibtex(entry(article(headline=text)))["title"] == f"{{{escaped(text)}}}"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_any_headline_in_ris_reads_back(text: str) -> None:
    one_line = " ".join(text.split())
    read = rispy.loads(ris_reference(article(headline=text)))[0]
    assert read.get("title", "") == one_line
