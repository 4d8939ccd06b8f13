"""`archive imports undo`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.engines import connected, state

Run = Callable[..., Result]


def test_without_a_terminal_it_must_be_accepted_beforehand(seeds: Run, seeds_archive: Path) -> None:
    """What goes is told first, and who undid it and why stands on record."""
    before = state(seeds_archive)
    answer = seeds("imports", "undo", "1")
    assert (answer.exit_code, answer.stdout) == (2, "")
    first, second, last = answer.stderr.splitlines()
    assert first.startswith("import 1 of 20")
    assert first.endswith("19 units")
    assert second.startswith("16 articles it alone brought will go: ")
    assert second.endswith(" and 6 more")
    assert second.count(",") == 9
    assert last == "archive: nothing was undone; --yes accepts it"
    assert state(seeds_archive) == before
    answer = seeds("imports", "undo", "1", "--yes", "--who", "Ada", "--because", "the wrong folder")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr.splitlines()[-1] == "import 1 is undone"
    (row,) = json.loads(seeds("imports", "-f", "json").stdout)
    assert (row["status"], row["undone_by"], row["undone_because"]) == ("undone", "Ada", "the wrong folder")
    assert "undone by Ada on 20" in seeds("imports", width=300).stdout
    assert json.loads(seeds("stats", "-f", "json").stdout)["articles"] == 0
    assert {row["key"] for row in json.loads(seeds("imports", "show", "1", "-f", "json").stdout)} == {None}
    assert seeds("verify", "--deep").exit_code == 0


@pytest.mark.parametrize(("answered", "code"), [("y\n", 0), ("n\n", 130)])
def test_on_a_terminal_it_is_asked_for(seeds: Run, monkeypatch: pytest.MonkeyPatch, answered: str, code: int) -> None:
    monkeypatch.setattr("archive.cli.undoing._is_asked", lambda: True)
    answer = seeds("imports", "undo", "1", stdin=answered)
    assert answer.exit_code == code
    assert "Undo it? [y/N]" in answer.stderr
    (row,) = json.loads(seeds("imports", "-f", "json").stdout)
    assert row["status"] == ("undone" if code == 0 else "finished")


def test_what_other_imports_met_stays(seeds: Run, seeds_archive: Path) -> None:
    Path("one.txt").write_text("A text that stands alone.")
    seeds("import", "one.txt")
    seeds("import", "one.txt")
    answer = seeds("imports", "undo", "3", "--yes")
    assert "no article is otherwise without it" in answer.stderr
    seeds("import", "one.txt")
    answer = seeds("imports", "undo", "2", "--yes")
    assert "1 article will be what other imports make of them" in answer.stderr
    assert json.loads(seeds("stats", "-f", "json").stdout)["articles"] == 17


def test_what_decisions_rest_on_is_refused(seeds: Run, seeds_archive: Path, key: Callable[[str], str]) -> None:
    cited = key("courier/2023-03-01_trade.md")
    seeds("set", cited, "section=Trade")
    answer = seeds("imports", "undo", "1", "--yes")
    assert answer.exit_code == 1
    assert answer.stderr.endswith(
        f"archive: import 1 is not undone: decision 1 about {cited}, which it brought. --force undoes it all the same\n"
    )
    assert seeds("imports", "undo", "1", "--yes", "--force").exit_code == 0
    with connected(seeds_archive) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchall() == [(0,)]
        assert connection.execute("SELECT article_key FROM decisions").fetchall() == [(cited,)]


@pytest.mark.parametrize(("number", "code", "said"), [("7", 1, "there is no import 7"), ("x", 2, "'x' is not a valid")])
def test_what_is_no_import(seeds: Run, number: str, code: int, said: str) -> None:
    answer = seeds("imports", "undo", number, "--yes")
    assert answer.exit_code == code
    assert said in answer.stderr


def test_what_was_undone_is_not_undone_again(seeds: Run) -> None:
    seeds("imports", "undo", "1", "--yes", "--who", "Ada")
    answer = seeds("imports", "undo", "1", "--yes")
    assert answer.exit_code == 2
    assert "import 1 was undone by Ada at 20" in answer.stderr
