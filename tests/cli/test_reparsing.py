"""`archive reparse`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archive.normalize import layout
from tests.engines import state

Run = Callable[..., Result]


@pytest.fixture
def better(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another rule: a plain text has no headline."""
    monkeypatch.setattr(layout, "_is_headline", lambda paragraphs, parted: False)


def test_nothing_changes(seeds: Run, seeds_archive: Path) -> None:
    before = state(seeds_archive)
    answer = seeds("reparse")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "nothing changes: 16 articles looked at\n"
    assert state(seeds_archive) == before


@pytest.mark.usefixtures("better")
def test_a_dry_run_shows_what_would_change(seeds: Run, seeds_archive: Path) -> None:
    before = state(seeds_archive)
    answer = seeds("reparse", "--dry-run")
    assert answer.exit_code == 0
    heading, _, first, *_ = answer.stdout.splitlines()
    assert heading.split() == ["field", "articles", "example", "before", "after"]
    assert first.split()[:1] == ["body"]
    assert answer.stderr.endswith(" of 16 looked at\n")
    assert state(seeds_archive) == before
    rows = json.loads(seeds("reparse", "--dry-run", "-f", "json").stdout)
    assert all(list(row) == ["field", "articles", "examples"] for row in rows)
    assert all(list(one) == ["key", "before", "after"] for row in rows for one in row["examples"])
    assert {row["field"] for row in rows} >= {"headline", "body", "mentioned_dates"}


@pytest.mark.usefixtures("better")
def test_without_a_terminal_it_must_be_accepted_beforehand(seeds: Run, seeds_archive: Path) -> None:
    before = state(seeds_archive)
    answer = seeds("reparse")
    assert answer.exit_code == 2
    assert answer.stdout.startswith("field")
    assert answer.stderr.endswith("archive: nothing was written; --yes accepts it, --dry-run only shows it\n")
    assert state(seeds_archive) == before
    answer = seeds("reparse", "--yes")
    assert answer.exit_code == 0
    assert answer.stderr.splitlines()[-1].startswith("written: ")
    assert seeds("reparse").stderr == "nothing changes: 16 articles looked at\n"
    assert seeds("verify").exit_code == 0
    revisions = json.loads(seeds("revisions", "-f", "json", "--limit", "0").stdout)
    assert "reparse" in {row["cause"] for row in revisions}


@pytest.mark.usefixtures("better")
@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("n\n", 130)])
def test_on_a_terminal_it_is_asked_for(
    said: str, code: int, seeds: Run, seeds_archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(seeds_archive)
    monkeypatch.setattr("archive.cli.reparsing._is_asked", lambda: True)
    answer = seeds("reparse", stdin=said)
    assert answer.exit_code == code
    assert "Write this? [y/N]" in answer.stderr
    assert (state(seeds_archive) == before) is (code != 0)


def test_what_todays_readers_refuse_is_named(seeds: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.readers.READERS", ())
    answer = seeds("reparse", "-f", "json")
    assert (answer.exit_code, answer.stdout) == (0, "[]\n")
    *named, more, nothing = answer.stderr.splitlines()
    assert len(named) == 10
    assert all(line.startswith("left as it is: ") for line in named)
    assert more == "left as they are: 6 more that today's readers do not take"
    assert nothing == "nothing changes: 16 articles looked at"


def test_a_key_that_names_nothing(seeds: Run) -> None:
    answer = seeds("reparse", "nosuch", "--yes")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr.startswith("archive: there is no article 'nosuch'")
