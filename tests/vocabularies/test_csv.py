"""Vocabularies as tables: columns, cells of many values, and what is refused."""

from pathlib import Path

import pytest

from archive.errors import VocabularyError
from archive.vocabularies import Concept, Match, Scheme, Vocabulary, read_vocabulary, write_vocabulary


def read(tmp_path: Path, content: str) -> Vocabulary:
    file = tmp_path / "words.csv"
    file.write_text(content, "utf-8", newline="")
    return read_vocabulary(file)


def test_all_columns(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "\ufeffscheme,code,name,parent,name@de,aliases,aliases@de,phrases,rules,definition@en,retired,mappings,uri,"
        "scheme_name,scheme_uri,scheme_licence\r\n"
        "boats,b0,Boat,,,,,,,,,,,Words of boats,https://words.example/,CC0\r\n\r\n"
        'boats,f1,Ferry,b0,Fähre,Ferry boat | Car ferry,"Fährschiff\r\nAutofähre\r\n","ferry","a ""b c"" | d | e",'
        '"Two\r\nlines.",2019,subj:1 | close wikidata:Q2,https://x.example/f,,,\r\n',
    )
    assert found == Vocabulary(
        [
            Concept("boats", "b0", "Boat", {"": "Boat"}),
            Concept(
                "boats",
                "f1",
                "Ferry",
                {"": "Ferry", "de": "Fähre"},
                {"": ("Car ferry", "Ferry boat"), "de": ("Autofähre", "Fährschiff")},
                {"en": "Two\nlines."},
                "b0",
                ("ferry",),
                ('a "b c"', "d", "e"),
                True,
                "2019",
                (Match("close", "wikidata", "Q2"), Match("exact", "subj", "1")),
                "https://x.example/f",
            ),
        ],
        (Scheme("boats", "Words of boats", "https://words.example/", "CC0"),),
    )
    assert [one.line for one in found.concepts] == [2, 4]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters(delimiter: str, tmp_path: Path) -> None:
    (one,) = read(tmp_path, f"code{delimiter}name\nf{delimiter}Ferry, by night\n").concepts
    assert (one.code, one.name) == ("f", "Ferry, by night")


def test_a_name_alone_is_enough(tmp_path: Path) -> None:
    assert [(one.scheme, one.code) for one in read(tmp_path, "name\nNight ferry\n").concepts] == [
        ("local", "night-ferry")
    ]
    (one,) = read(tmp_path, "name@de,code\nFähre,f\n").concepts
    assert (one.name, one.labels) == (None, {"de": "Fähre"})


@pytest.mark.parametrize(
    ("cell", "expected"), [("yes", True), ("FALSE", False), ("", False), ("1", True), ("0", False)]
)
def test_retired(cell: str, expected: bool, tmp_path: Path) -> None:
    (one,) = read(tmp_path, f"name,retired\nFerry,{cell}\n").concepts
    assert (one.retired, one.retired_on) == (expected, None)


@pytest.mark.parametrize(
    ("values", "cell"),
    [
        (("a", "b"), "a | b"),
        (("a | b",), '"a | b\n"'),
        (("a |", "| b"), '"a |\n| b\n"'),
        (("|", "||"), "| | ||"),
        (('say "a"',), '"say ""a"""'),
    ],
)
def test_cells_of_many_values(values: tuple[str, ...], cell: str, tmp_path: Path) -> None:
    concept = Concept("local", "a", "A", {"": "A"}, phrases=values)
    text = "".join(write_vocabulary("csv", [], [concept]))
    assert f",{cell}," in text
    assert read(tmp_path, text).concepts == [concept]


def test_a_cell_may_be_longer_than_python_reads_by_itself(tmp_path: Path) -> None:
    concept = Concept("local", "a", "A", {"": "A"}, phrases=tuple(f"phrase {number:06}" for number in range(20_000)))
    assert read(tmp_path, "".join(write_vocabulary("csv", [], [concept]))).concepts == [concept]


def test_nothing_to_write_is_a_header() -> None:
    assert "".join(write_vocabulary("csv", [], [])) == (
        "scheme,code,name,parent,aliases,phrases,rules,definition,retired,mappings,uri\n"
    )


REFUSED = {
    "an unknown column": ("name,colour\nA,red\n", ": there is no column 'colour' (known: scheme, code, name, "),
    "a language of a column that has none": ("name,code@de\n", ": there is no column 'code@de' (known: "),
    "no name of a language": ("name,name@1 2\n", ": a language of the header, '1 2': not a language tag"),
    "a column twice": ("name,name@EN,name@en\n", ": the column name@en stands twice in the header (line 1)"),
    "no column of names": ("code,parent\n", ": the header has no column 'name' (line 1)"),
    "no name": ("name,code\n,f\n", ": row 1 has no name (line 2)"),
    "more cells": ("name,code\nA,b\nB,c,d\n", ": row 2 has more cells than the header has columns; put texts into"),
    "a quote without end": ('name,code\n"A,b\n', " is not valid CSV: unexpected end of data (line 2)"),
    "another address of a scheme": (
        "name,scheme_uri\nA,https://a.example/\nB,https://b.example/\n",
        ": the scheme local of row 2 has another scheme_uri further up (line 3)",
    ),
    "no address of a scheme": ("name,scheme_uri\nA,words\n", ": the scheme_uri of row 1 is no address such as"),
    "a control character": ("name,code\nA\0,b\n", ": a name of row 1 has a control character in it (U+0000); take"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    content, message = REFUSED[case]
    with pytest.raises(VocabularyError) as caught:
        read(tmp_path, content)
    assert str(caught.value).removeprefix(f"{tmp_path}/words.csv").startswith(message)


def test_an_empty_file_has_no_names(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="the header has no column 'name'"):
        read(tmp_path, "")
