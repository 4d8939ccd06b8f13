"""`archive imports` and `archive stats`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.engines import connected

Run = Callable[..., Result]

OUTCOMES = ("added", "revised", "unchanged", "duplicate", "failed")


def test_imports_are_listed_the_latest_first(seeds: Run) -> None:
    seeds("import", "--jobs", "0", "-", stdin="One more text.")
    rows = json.loads(seeds("imports", "-f", "json").stdout)
    assert [row["import"] for row in rows] == [2, 1]
    assert all(row["units"] == sum(row[outcome] for outcome in OUTCOMES) for row in rows)
    lines = seeds("imports", width=300).stdout.splitlines()  # room for the path of any checkout
    assert lines[0].split() == ["import", "started", "status", "units", "outcomes", "arguments"]
    assert "19  16 added, 1 revised, 1 duplicate, 1 failed" in lines[3]


def test_an_import_that_did_not_finish_says_why(seeds: Run, seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE imports SET status = 'interrupted', reason = 'stopped by the user'")
    shown = seeds("imports").stdout
    assert "interrupted" in shown
    assert "stopped by the user" in shown


def test_units_of_an_import(seeds: Run, key: Callable[[str], str]) -> None:
    rows = json.loads(seeds("imports", "show", "1", "-f", "json").stdout)
    assert [row["position"] for row in rows] == list(range(1, 20))
    assert rows[3]["outcome"] == "failed"
    assert rows[3]["key"] is None
    assert rows[0]["key"] == key("2023-02-28 visit preview.txt")


@pytest.mark.parametrize(("outcome", "number"), [("failed", 1), ("added", 16), ("revised", 1), ("duplicate", 1)])
def test_units_that_ended_so(outcome: str, number: int, seeds: Run) -> None:
    rows = json.loads(seeds("imports", "show", "1", "--outcome", outcome, "-f", "json").stdout)
    assert [row["outcome"] for row in rows] == [outcome] * number
    assert all(row["reason"] for row in rows if outcome != "added")


def test_no_unit_ended_so(seeds: Run) -> None:
    answer = seeds("imports", "show", "1", "--outcome", "unchanged")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "no unit of import 1 ended so\n")


@pytest.mark.parametrize("number", ["0", "2", "-1", "9223372036854775807", "99999999999999999999999"])
def test_an_import_that_never_was(number: str, seeds: Run) -> None:
    answer = seeds("imports", "show", "--", number)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == f"archive: there is no import {number}; `archive imports` lists them\n"


@pytest.mark.parametrize("words", [["show"], ["show", "one"], ["show", "1", "--outcome", "lost"], ["nosuch"]])
def test_usage(words: list[str], seeds: Run) -> None:
    assert seeds("imports", *words).exit_code == 2


def test_nothing_imported_yet(run: Run, database: Path) -> None:
    answer = run("--db", database, "imports")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "nothing was imported yet\n")


def test_stats(seeds: Run, seeds_archive: Path) -> None:
    numbers = json.loads(seeds("stats", "-f", "json").stdout)
    expected = {"articles": 16, "texts": 15, "revisions": 17, "without_source": 3, "without_date": 6, "imports": 1}
    assert expected.items() <= numbers.items()
    assert (numbers["first_published"], numbers["last_published"]) == ("2023", "2023-12-12")
    size = numbers["file_bytes"]
    assert size == seeds_archive.stat().st_size if isinstance(seeds_archive, Path) else size > 0
    shown = seeds("stats").stdout.splitlines()
    assert shown[0].split() == ["articles", "16"]
    assert len({len(line) for line in shown}) == 1  # numbers stand under each other


def test_stats_of_nothing(run: Run, database: Path) -> None:
    shown = run("--db", database, "stats").stdout
    assert "first published not known" in " ".join(shown.split())
