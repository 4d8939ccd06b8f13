"""`archive revisions`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from archive.cli.revisions import _as_shown, _what_changed

Run = Callable[..., Result]

NOTHING: dict[str, list[str]] = {"changed": [], "figures": [], "passages_gone": [], "passages_new": []}


def said(**row: Any) -> str:
    return "; ".join(_what_changed({**NOTHING, **row}))


def test_a_table_says_what_changed(seeds: Run, key: Callable[[str], str]) -> None:
    answer = seeds("revisions")
    assert (answer.exit_code, answer.stderr) == (0, "")
    heading, _, line = answer.stdout.splitlines()[:3]
    assert heading.split()[0] == "seen"
    assert key("wire/lw-0457.md") in line
    assert "1.1 %" in line
    assert "23 percent" in line


def test_rows_have_the_names_that_are_promised(seeds: Run) -> None:
    (row,) = json.loads(seeds("revisions", "-f", "json").stdout)
    assert list(row) == [
        *("key", "source", "headline", "headline_method", "revision", "previous_revision", "is_current", "seen_at"),
        *("cause", "changed", "percent", "headline_before", "figures", "passages_gone", "passages_new"),
        *("set_aside_gone", "set_aside_new"),
    ]
    assert row["figures"] == [{"before": "23 percent", "after": "33 percent"}]


@pytest.mark.parametrize("words", [["--since", "2100"], ["--source", "radio-lintel"]])
def test_nothing_found(words: list[str], seeds: Run) -> None:
    answer = seeds("revisions", *words)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "nothing found; fewer options find more\n"


def test_nothing_changed_yet(database: Path, run: Run) -> None:
    answer = run("--db", database, "revisions", "-f", "json")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "[]\n", "no text has changed since it came\n")


def test_what_a_query_leaves_out_is_told(seeds: Run) -> None:
    answer = seeds("revisions", "date:2023-02", "-f", "csv")
    assert len(answer.stdout.splitlines()) == 2
    assert answer.stderr == "left out: 6 without a date, 1 with a date too coarse to tell\n"


def test_what_is_no_date_or_no_source(seeds: Run) -> None:
    answer = seeds("revisions", "--since", "soon")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == "archive: --since soon: this is no date\n"
    assert seeds("revisions", "--source", "nosuch").exit_code == 2


def test_a_limit_that_leaves_something_out_says_so(tmp_path: Path, run: Run) -> None:
    for number in range(4):
        (tmp_path / "a.md").write_text(f"---\nurl: https://example.org/a\n---\nThere were {number} gulls.\n")
        run("--db", tmp_path / "a.db", "import", "-q", "--jobs", "0", tmp_path / "a.md")
    answer = run("--db", tmp_path / "a.db", "revisions", "--limit", "2", "-f", "json")
    assert [row["revision"] for row in json.loads(answer.stdout)] == [4, 3]
    assert answer.stderr == "2 of 3; --limit 0 shows all\n"
    assert run("--db", tmp_path / "a.db", "revisions", "--limit", "3").stderr == ""


def test_what_changed_in_words() -> None:
    assert said(changed=["headline", "order", "layout"]) == "headline; sentences moved; marks and spaces"
    assert said(changed=["passages_gone"], passages_gone=["A."]) == "1 passage gone"
    assert said(changed=["passages_new"], passages_new=["A.", "B."]) == "2 passages new"
    assert said(changed=["set_aside"]) == "only what was set aside"
    assert said(changed=["wording", "set_aside"]) == "wording; what was set aside"
    figures = [("1", "2"), (None, "3"), ("4", None), ("5", "6"), ("7", "8"), ("9", "10")]
    pairs = [{"before": before, "after": after} for before, after in figures]
    assert said(changed=["figures"], figures=pairs) == "figures 1 → 2, 3 new, 4 gone, 5 → 6, 2 more"


@pytest.mark.parametrize(("percent", "share"), [(0.0, "0 %"), (0.02, "<0.1 %"), (0.1, "0.1 %"), (100.0, "100 %")])
def test_a_share_in_words(percent: float, share: str) -> None:
    assert _as_shown({**NOTHING, "percent": percent, "seen_at": "2026-03-01T12:00:00.000000Z"})["share"] == share


@pytest.mark.parametrize("width", [40, 60, 200])
def test_any_width_shows_all_of_it(width: int, seeds: Run, key: Callable[[str], str]) -> None:
    shown = seeds("revisions", width=width).stdout
    assert all(len(line) <= width for line in shown.splitlines())
    assert key("wire/lw-0457.md") in shown
    assert "Lantern Wire" in shown
