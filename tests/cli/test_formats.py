"""The four formats, of every command that has them."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from archive.cli import COMMANDS, cli, output
from archive.cli.escaping import escaped_json, printable, printable_line
from archive.db.location import Location

Run = Callable[..., Result]

# each command with -f, as it is called; KEY stands for an article's, REVISED for that of one with two revisions
CALLS = {
    "kwic": ["kwic", "trade", "--limit", "0"],
    "list": ["list", "--limit", "0"],
    "query": ["query"],
    "search": ["search", "trade", "--limit", "0"],
    "count": ["count", "trade"],
    "timeline": ["timeline", "--by", "year", "--per", "source", "--share"],
    "terms": ["terms", "--topic", "trade", "--min", "2"],
    "sample": ["sample", "-n", "5", "--per", "source"],
    "corpus": ["corpus"],
    "corpus verify": ["corpus", "verify", "trade"],
    "corpus methods": ["corpus", "methods", "trade"],
    "corpus texts": ["corpus", "texts", "trade"],
    "copies": ["copies", "KEY"],
    "diff": ["diff", "REVISED"],
    "revisions": ["revisions"],
    "show": ["show", "KEY"],
    "why": ["why", "KEY"],
    "sources": ["sources", "--all"],
    "topics": ["topics", "--all"],
    "topics deciding": ["topics", "deciding"],
    "topics agreement": ["topics", "agreement"],
    "topics list": ["topics", "list", "trade"],
    "topics unused": ["topics", "unused"],
    "topics show": ["topics", "show", "trade"],
    "topics test": ["topics", "test", "customs OR 北京", "--topic", "trade"],
    "topics load": ["topics", "load", "more.toml", "--dry-run"],
    "topics learn": ["topics", "learn"],
    "topics suggest": ["topics", "suggest", "--limit", "0"],
    "topics evaluate": ["topics", "evaluate", "--folds", "3"],
    "imports": ["imports"],
    "imports show": ["imports", "show", "1"],
    "stats": ["stats"],
    "decisions": ["decisions"],
    "decisions list": ["decisions", "list"],
    "gaps": ["gaps", "--limit", "0"],
    "sql": ["sql", "SELECT key, url, id FROM articles"],
    "db history": ["db", "history"],
    "import": ["import", "more.txt"],
    "identify": ["identify", "more.txt"],
}
OBJECTS = {
    *("topics show", "topics test", "topics deciding", "show", "why"),
    *("stats", "import", "corpus verify", "corpus methods"),
}


@pytest.fixture
def ask(
    seeds: Run, key: Callable[[str], str], teach: Callable[[Location], list[str]], seeds_archive: Location, request: Any
) -> Run:
    Path("more.txt").write_text("One more text of six words.")
    Path("more.toml").write_text('[[topics]]\nname = "Ferries"\n[[topics]]\nname = "Trade"\ncode = "trade"\n')
    seeds("set", key("zh/访问.md"), "section=Politics", "--because", "as printed")
    for who in ("Ada", "Bo"):
        seeds("tag", key("zh/访问.md"), "--who", who, "--", "+trade")
    seeds("query", "save", "lately", "trade date:-3w..")
    seeds("corpus", "freeze", "trade", "trade OR customs")
    if "call" in request.fixturenames and request.getfixturevalue("call") in (
        "topics learn",
        "topics suggest",
        "topics evaluate",
    ):
        teach(seeds_archive)
        seeds("topics", "learn")

    def ask(call: str, form: str) -> Result:
        keys = {"KEY": key("zh/访问.md"), "REVISED": key("wire/lw-0457.md")}
        words = [keys.get(word, word) for word in CALLS[call]]
        answer = seeds(*words, "-f", form)
        assert answer.exit_code == 0, answer.stderr
        return answer

    return ask


def test_every_command_with_formats_is_here() -> None:
    found = set()
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        subcommands = command.commands.items() if isinstance(command, click.Group) else ()
        for words, one in [(name, command), *((f"{name} {sub}", below) for sub, below in subcommands)]:
            assert one is not None
            if any(option.name == "form" for option in one.params):
                found.add(words)
    assert found - {"verify", "reparse", "topics retag"} == set(
        CALLS
    )  # of a sound and recent archive, these have nothing to say


@pytest.mark.parametrize("call", CALLS)
def test_json_is_one_array_or_one_object(call: str, ask: Run) -> None:
    value = json.loads(ask(call, "json").stdout)
    assert isinstance(value, dict if call in OBJECTS else list)
    assert value
    if isinstance(value, list):
        assert all(isinstance(row, dict) for row in value)
        assert len({tuple(row) for row in value}) == 1  # each row has the same names


@pytest.mark.parametrize("call", CALLS)
def test_json_lines_are_the_same_one_a_line(call: str, ask: Run) -> None:
    if call in ("import", "stats"):  # what they tell changes with each call
        rows = [json.loads(line) for line in ask(call, "jsonl").stdout.splitlines()]
        assert len(rows) == 1
        return
    value = json.loads(ask(call, "json").stdout)
    lines = ask(call, "jsonl").stdout.split("\n")
    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == (value if isinstance(value, list) else [value])


@pytest.mark.parametrize("call", CALLS)
def test_csv_reads_back(call: str, ask: Run) -> None:
    raw = ask(call, "csv").stdout_bytes
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8"), newline="")))
    assert rows
    assert all(None not in row and None not in row.values() for row in rows)  # as many cells as headings
    if call not in ("import", "stats"):
        value = json.loads(ask(call, "json").stdout)
        listed = value if isinstance(value, list) else [value]
        assert [list(row) for row in rows] == [list(row) for row in listed]
        assert [list(row.values()) for row in rows] == [
            [str(output.cell(one)) for one in row.values()] for row in listed
        ]


@pytest.mark.parametrize("call", CALLS)
def test_tables_have_no_blanks_at_the_ends_of_lines(call: str, ask: Run) -> None:
    lines = ask(call, "table").stdout.split("\n")
    assert lines.pop() == ""
    assert lines
    assert all(line == line.rstrip() for line in lines)


def test_other_scripts_stand_in_json_as_they_are(ask: Run) -> None:
    for form in ("json", "jsonl", "csv"):
        assert "卢卡申科再访北京" in ask("show", form).stdout_bytes.decode("utf-8")


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table"])
@pytest.mark.parametrize(
    "words", [["list", "--language", "is"], ["search", "xylophone"], ["sql", "SELECT 1 WHERE 1 = 0"]], ids=" ".join
)
def test_nothing_is_an_empty_answer_and_a_hint(words: list[str], form: str, seeds: Run) -> None:
    answer = seeds(*words, "-f", form)
    assert answer.exit_code == 0
    assert answer.stdout == ("[]\n" if form == "json" else "")
    assert answer.stderr.startswith("no")


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table"])
@pytest.mark.parametrize(
    "words", [["list", "--source", "nosuch"], ["search", "trade", "--topic", "nosuch"], ["imports", "show", "7"]]
)
def test_an_error_leaves_stdout_empty(words: list[str], form: str, seeds: Run) -> None:
    answer = seeds(*words, "-f", form)
    assert (answer.exit_code, answer.stdout) == (1 if words[0] == "imports" else 2, "")
    assert answer.stderr.startswith("archive: there is no ")


def test_bytes_and_infinite_numbers_are_valid_json(seeds: Run, engine: str) -> None:
    one = {
        "sqlite": "x'00ff' AS bytes, 9e999 AS much, -9e999 AS little",
        "postgresql": "'\\x00ff'::bytea AS bytes, 'Infinity'::float8 AS much, '-Infinity'::float8 AS little",
    }
    answer = seeds("sql", f"SELECT {one[engine]}, 1.5 AS some", "-f", "json")

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    rows = json.loads(answer.stdout, parse_constant=refuse)
    assert rows == [{"bytes": "00ff", "much": "Infinity", "little": "-Infinity", "some": 1.5}]


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        output.to_json({"thing": object()})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (0, 0),
        (["a", "b; c"], "a; b; c"),
        ([[1, 2]], "[[1, 2]]"),
        ({"a": "ü"}, '{"a": "ü"}'),
        (b"\xff", "ff"),
        (True, True),
    ],
)
def test_cells(value: Any, shown: Any) -> None:
    assert output.cell(value) == shown


def test_rows_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    def rows() -> Any:
        yield {"a": 1}
        assert capsys.readouterr().out.startswith('{"a": 1}')
        yield {"a": 2}

    assert output.print_rows(rows(), "jsonl", {}) == 2


def test_csv_on_a_terminal_is_not_obeyed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text": "\x1b]0;title\x07"}]
    output.print_rows(rows, "csv", {})
    assert "\x1b]0;title\x07" in capsys.readouterr().out  # a file gets what is there
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.print_rows(rows, "csv", {})
    assert capsys.readouterr().out == "text\n\\x1b]0;title\\x07\n"


LIVE = st.text(st.sampled_from("a é\n\t\x00\x07\x1b\x7f\x85\x9b\u2028\u202e\u2066\u200f\ud800\U0001f600北"))


@given(LIVE)
def test_printable_shows_everything_and_obeys_nothing(text: str) -> None:
    shown = printable(text)
    assert not set(shown) & set("\x00\x07\x1b\x7f\x85\x9b\u2028\u202e\u2066\ud800")
    assert re.sub(r"\\(?:x(..)|u(....))", lambda match: chr(int(match[1] or match[2], 16)), shown) == text
    assert printable(shown) == shown
    assert printable_line(text) == shown.replace("\n", "\\n").replace("\t", "\\t")


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    assert printable(b"caf\xe9.txt".decode("utf-8", "surrogateescape")) == "caf\\xe9.txt"


@given(LIVE)
def test_escaped_json_says_the_same(text: str) -> None:
    shown = escaped_json(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert not set(shown) & set("\x00\x07\x1b\x7f\x85\x9b\u2028\u202e\u2066\ud800\n")


@pytest.mark.parametrize(
    "words", [["imports", "-f", "json", "show", "1"], ["imports", "-f", "csv", "show", "1", "-f", "json"]]
)
def test_a_format_before_the_subcommand_holds_too(words: list[str], seeds: Run) -> None:
    assert len(json.loads(seeds(*words).stdout)) == 19
