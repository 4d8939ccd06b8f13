"""The project's TOML: what each key means, and what is refused."""

from pathlib import Path

import pytest

from archive.errors import VocabularyError
from archive.vocabularies import Concept, Match, Scheme, Vocabulary, read_vocabulary, write_vocabulary


def read(tmp_path: Path, content: str) -> Vocabulary:
    file = tmp_path / "words.toml"
    file.write_text(content, "utf-8")
    return read_vocabulary(file)


def test_all_keys(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        """
[[schemes]]
scheme = "boats"
name = "Words of boats"
uri = "https://words.example/boats/"
licence = "CC0"

[[topics]]
name = "Ferry"
scheme = "boats"
code = "f1"
parent = "b0"
names = { DE = "Fähre", zh_hant = "渡輪" }
aliases = { "" = ["Ferry boat"], de = ["Fährschiff", "FÄHRE"], en = ["Car ferry", "car  ferry"] }
definition = { en = "A boat that crosses." }
phrases = ["ferry", "ferry"]
rules = ["ferry NOT fairy"]
retired = 2021-09-30
mappings = ["subj:04015003", "close wikidata:Q25653", "related uri:https://other.example/f"]
uri = "https://other.example/ferry"
""",
    )
    assert found == Vocabulary(
        [
            Concept(
                "boats",
                "f1",
                "Ferry",
                labels={"": "Ferry", "de": "Fähre", "zh-Hant": "渡輪"},
                aliases={"": ("Ferry boat",), "de": ("Fährschiff",), "en": ("Car ferry",)},
                definitions={"en": "A boat that crosses."},
                parent="b0",
                phrases=("ferry",),
                rules=("ferry NOT fairy",),
                retired=True,
                retired_on="2021-09-30",
                mappings=(
                    Match("close", "wikidata", "Q25653"),
                    Match("exact", "subj", "04015003"),
                    Match("related", "uri", "https://other.example/f"),
                ),
                uri="https://other.example/ferry",
            )
        ],
        (Scheme("boats", "Words of boats", "https://words.example/boats/", "CC0"),),
    )
    assert found.concepts[0].line == 8


def test_a_name_alone_is_enough(tmp_path: Path) -> None:
    (one,) = read(tmp_path, '[[topics]]\nname = "Night ferry"\n').concepts
    assert (one.scheme, one.code, one.labels) == ("local", "night-ferry", {"": "Night ferry"})


def test_names_by_language_are_enough(tmp_path: Path) -> None:
    (one,) = read(tmp_path, '[[topics]]\ncode = "f"\nnames = { de = "Fähre", en-GB = "Ferry" }\n').concepts
    assert (one.name, one.shown(), one.shown("de"), one.shown("fr")) == (None, "Ferry", "Fähre", "Ferry")


def test_a_name_that_is_one_by_language_says_which_is_shown(tmp_path: Path) -> None:
    (one,) = read(tmp_path, '[[topics]]\nname = "Fähre"\nnames = { de = "Fähre", en = "Ferry" }\n').concepts
    assert (one.shown(), dict(one.labels)) == ("Fähre", {"de": "Fähre", "en": "Ferry"})
    assert one.shown("en") == "Ferry"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("false", (False, None)),
        ("true", (True, None)),
        ('"2019"', (True, "2019")),
        ("2021-09-30T12:00:00Z", (True, "2021-09-30T12:00:00+00:00")),
    ],
)
def test_retired(value: str, expected: tuple[bool, str | None], tmp_path: Path) -> None:
    (one,) = read(tmp_path, f'[[topics]]\nname = "F"\nretired = {value}\n').concepts
    assert (one.retired, one.retired_on) == expected


def test_white_space_is_single_spaces_and_a_definition_is_cleaned_with_a_note(tmp_path: Path) -> None:
    found = read(
        tmp_path, '[[topics]]\nname = " Night\\t\\u2028ferry "\ndefinition = """\nOne\\u0007 line.\n\nAnother. """\n'
    )
    assert found.concepts[0].name == "Night ferry"
    assert found.concepts[0].definitions == {"": "One line.\n\nAnother."}
    assert found.notes == ("in the definition of entry 1 of [[topics]]: 1 control character removed",)


def test_lines_of_rules(tmp_path: Path) -> None:
    content = (
        '[[topics]]\nname = "A"\n\n[[topics]]\nname = "B"\nrules = [\n  "ferry OR boat",\n  "\\"night ferry\\"",\n]\n'
    )
    one = read(tmp_path, content).concepts[1]
    assert one.rule_lines == {"ferry OR boat": 7, '"night ferry"': 8}
    # a header within a text: which line is whose cannot be told
    one = read(tmp_path, content + 'definition = """\n[[topics]]\n"""\n').concepts[1]
    assert (one.line, one.rule_lines) == (None, {})


ENTRY = '[[topics]]\nname = "A"\n'
REFUSED = {
    "no table": ("x = 1", "has no [[topics]] in it"),
    "topics that are no tables": ('topics = ["a"]', "has no [[topics]] in it"),
    "another table": (ENTRY + "[[topic]]", "has an unknown table or key 'topic' (known: schemes, sources, topics)"),
    "no TOML": ("[[topics]", "is not valid TOML: "),
    "a number that is too long": (f"[[topics]]\nx = {'1' * 5000}", "is not valid TOML: "),
    "arrays in arrays": (f"x = {'[' * 5000}", "is not valid TOML: it is nested too deeply"),
    "tables in tables": (ENTRY + f"[{'.'.join('a' * 30)}]", "is nested more than 20 deep; write it flat"),
    "dots": ("a" + ".a" * 30_000 + " = 1", "has too many dots on a line; write keys without dots"),
    "no name": ('[[topics]]\ncode = "a"', ": entry 1 of [[topics]] has no name (line 1)"),
    "a blank name": ('\n[[topics]]\nname = " "', ": entry 1 of [[topics]] has no name (line 2)"),
    "names that are none": ("[[topics]]\nnames = { de = 1 }", ": names of entry 1 of [[topics]] must be texts by"),
    "an unknown key": (ENTRY + 'rule = ["b"]', ": A has an unknown key 'rule' (known: aliases, code, definition, "),
    "rules that are a text": (ENTRY + 'rules = "b"', ": rules of A must be a list of texts (line 1)"),
    "aliases that are neither": (ENTRY + "aliases = 1", ": aliases of A must be a list of texts, or lists by language"),
    "aliases by language, not in lists": (ENTRY + 'aliases = { de = "b" }', ": aliases of A must be a list of texts,"),
    "a definition that is none": (ENTRY + "definition = 1", ": definition of A must be a text, or texts by language"),
    "retired as a number": (ENTRY + "retired = 1", ": retired of A must be true, false or a date"),
    "retired as a word": (ENTRY + 'retired = "soon"', ": 'soon', when A was retired, is no date such as 2021-09-30"),
    "a code that is a number": (ENTRY + "code = 7", ": code of A must be a text"),
    "a control character": (
        '[[topics]]\nname = "A\\u0007"',
        ": a name of entry 1 of [[topics]] has a control character in it (U+0007); take it out (line 1)",
    ),
    "one in an alias": (ENTRY + 'aliases = ["\\u001b[1m"]', ": an alias of A has a control character in it (U+001B)"),
    "one in a code": (ENTRY + 'code = "a\\u0085\\u0000"', ": a code of A has a control character in it (U+0000)"),
    "a name without end": (f'[[topics]]\nname = "{"A" * 1001}"', f": a name of {'A' * 80} is longer than 1,000 char"),
    "a code without end": (ENTRY + f'code = "{"a" * 501}"', ": a code of A is longer than 500 characters"),
    "a rule without end": (ENTRY + f'rules = ["{"a" * 20_001}"]', ": a rule of A is longer than 20,000 characters"),
    "a definition without end": (
        ENTRY + f'definition = "{"a" * 100_001}"',
        ": the definition of A is longer than 100,000 characters",
    ),
    "no language": (ENTRY + 'names = { "1 2" = "b" }', ": a language of A, '1 2': not a language tag"),
    "a language twice": (ENTRY + 'names = { en-gb = "b", en_GB = "c" }', ": a language of A stands twice, written"),
    "two names in no language": (ENTRY + 'names = { "" = "B" }', ": A has two names in no language, 'A' and 'B'"),
    "a mapping that is none": (ENTRY + 'mappings = ["same subj:1"]', ": the mapping 'same subj:1' of A is none;"),
    "a mapping without a code": (ENTRY + 'mappings = ["exact subj"]', ": the mapping 'exact subj' of A is none;"),
    "a mapping to no address": (
        ENTRY + 'mappings = ["close uri:a b"]',
        ": the mapping of A is no address such as https://",
    ),
    "a scheme with a colon": (ENTRY + 'scheme = "a:b"', ": the scheme 'a:b' of A cannot be a scheme's name"),
    "the scheme of addresses": (ENTRY + 'scheme = "uri"', ": the scheme 'uri' of A cannot be a scheme's name"),
    "no address": (ENTRY + 'uri = "words"', ": the uri of A is no address such as https://"),
    "schemes that are no tables": (ENTRY + '[schemes]\nscheme = "a"', ": write schemes as [[schemes]]"),
    "a scheme without its name": (ENTRY + "[[schemes]]", ": entry 1 of [[schemes]] has no scheme"),
    "a scheme's number": (ENTRY + "[[schemes]]\nscheme = 1", ": scheme of entry 1 of [[schemes]] must be a text"),
    "a scheme's unknown key": (ENTRY + '[[schemes]]\ncode = "a"', ": entry 1 of [[schemes]] has an unknown key 'code'"),
    "a scheme twice": (ENTRY + '[[schemes]]\nscheme = "a"\n' * 2, ": the scheme a stands twice in [[schemes]]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    content, message = REFUSED[case]
    with pytest.raises(VocabularyError) as caught:
        read(tmp_path, content + "\n")
    told = str(caught.value).removeprefix(f"{tmp_path}/words.toml").removeprefix(" ")
    assert told.startswith(message)


def test_what_is_written_is_pleasant_to_read() -> None:
    concepts = [
        Concept("local", "rivers", "Rivers", {"": "Rivers"}, {"": ("Streams",)}),
        Concept(
            "boats",
            "f1",
            "Ferry",
            {"en": "Ferry", "": "Fähre"},
            phrases=tuple(f"a ferry that is the number {number} of many" for number in range(4)),
            retired=True,
            definitions={"": 'One "line",\nand another \\'},
        ),
    ]
    assert "".join(write_vocabulary("toml", [Scheme("boats", uri="https://words.example/")], concepts)) == (
        """[[schemes]]
scheme = "boats"
uri = "https://words.example/"

[[topics]]
name = "Rivers"
code = "rivers"
aliases = ["Streams"]

[[topics]]
name = "Ferry"
names = { en = "Ferry", "" = "Fähre" }
code = "f1"
scheme = "boats"
retired = true
definition = "One \\"line\\",\\nand another \\\\"
phrases = [
    "a ferry that is the number 0 of many", "a ferry that is the number 1 of many",
    "a ferry that is the number 2 of many", "a ferry that is the number 3 of many",
]

"""
    )
