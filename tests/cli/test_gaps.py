"""`archive gaps`."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_terminal_shows_what_is_lacking_why_and_a_command(seeds: Run, seeds_archive: Path) -> None:
    answer = seeds("gaps", "--field", "source")
    assert (answer.exit_code, answer.stderr) == (0, "")
    first, keys, candidate, command = answer.stdout.splitlines()
    assert first.startswith("no source: 3 articles in ")
    assert first.endswith("seeds/articles")
    assert len(keys.split()) == 3
    assert candidate == "  Radio Lintel (1 other article of the folder)"
    assert command == f"archive --db {shlex.quote(str(seeds_archive))} set {keys.split()[0]} source='Radio Lintel'"


def test_more_than_the_examples(seeds: Run) -> None:
    shown = seeds("gaps", "--field", "published", "--limit", "1").stdout.splitlines()[1]
    assert shown.endswith(" …")
    assert len(shown.split()) == 4
    (row,) = json.loads(seeds("gaps", "--field", "published", "--limit", "1", "--examples", "0", "-f", "json").stdout)
    assert len(row["keys"]) == row["articles"] == 4


def test_a_command_is_not_broken_and_all_else_fits(seeds: Run, seeds_archive: Path) -> None:
    shown = seeds("gaps", "--limit", "0", width=50).stdout.splitlines()
    commands = [line for line in shown if line.startswith("archive ")]
    assert len(commands) == 3
    assert all(line.split()[:2] == ["archive", "--db"] for line in commands)
    assert all(len(line) <= 50 for line in shown if line not in commands)


def test_the_archive_is_named_only_where_it_was(seeds_archive: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_DB", str(seeds_archive))
    row, *_ = json.loads(run("gaps", "-f", "json").stdout)
    assert row["command"].startswith("archive set ")


def test_a_limit_that_leaves_something_out_says_so(seeds: Run) -> None:
    assert seeds("gaps", "--limit", "2").stderr == "2 of 3; --limit 0 shows all\n"
    assert seeds("gaps", "--limit", "3").stderr == ""


def test_whom_a_span_leaves_out_is_told(seeds: Run) -> None:
    Path("ferry.md").write_text("---\ndate: 2023-12-10\n---\nIt left.\n")
    seeds("import", "-q", "--jobs", "0", "ferry.md")
    answer = seeds("gaps", "--since", "2023-12", "-f", "json")
    assert {row["field"] for row in json.loads(answer.stdout)} == {"source", "language"}
    assert answer.stderr == "left out: 6 without a date, 1 with a date too coarse to tell\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no article lacks a source, a date or a language\n"),
        (["--field", "published"], "no article lacks a date\n"),
        (["--field", "language", "--field", "source"], "no article lacks a source or a language\n"),
    ],
)
@pytest.mark.parametrize("form", ["table", "csv"])
def test_nothing_lacks_anything(words: list[str], told: str, form: str, database: Path, run: Run) -> None:
    answer = run("--db", database, "gaps", *words, "-f", form)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", told)


def test_what_cannot_be_asked(seeds: Run) -> None:
    answer = seeds("gaps", "--field", "topics")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "'topics' is not one of 'source', 'published', 'language'" in answer.stderr
    assert seeds("gaps", "--source", "nosuch").exit_code == 2
    assert seeds("gaps", "--since", "soon").exit_code == 2


def test_control_characters_of_a_folder_are_not_obeyed(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "a\x1b]0;title\x07b"
    folder.mkdir()
    for name, front in (("a", "source: Quay\n"), ("b", "source: Quay\n"), ("c", "kind: news\n")):
        (folder / f"{name}.md").write_text(f"---\n{front}---\nText {name}.\n")
    run("--db", tmp_path / "a.db", "import", "-q", "--jobs", "0", folder)
    answer = run("--db", tmp_path / "a.db", "gaps", "--field", "source")
    assert answer.exit_code == 0
    assert "\x1b" not in answer.stdout
