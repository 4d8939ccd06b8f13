"""`archive forget`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archive.db import wiping
from archive.db.location import Location
from tests.engines import connected, state

Run = Callable[..., Result]


@pytest.fixture
def lace(key: Callable[[str], str]) -> str:
    return key("clippings/mayor.txt")


def test_without_a_terminal_it_must_be_accepted_beforehand(seeds: Run, seeds_archive: Location, lace: str) -> None:
    before = state(seeds_archive)
    answer = seeds("forget", lace, "--reason", "court")
    assert answer.exit_code == 2
    assert lace in answer.stdout
    assert answer.stderr.endswith("archive: nothing was forgotten; --yes does it\n")
    assert state(seeds_archive) == before
    assert seeds("forget", lace).exit_code == 2  # no reason


@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("n\n", 130)])
def test_on_a_terminal_it_is_asked_for(
    said: str, code: int, seeds: Run, seeds_archive: Location, lace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(seeds_archive)
    monkeypatch.setattr("archive.cli.forgetting._is_asked", lambda: True)
    answer = seeds("forget", lace, "--reason", "court", stdin=said)
    assert answer.exit_code == code
    assert "Forget this for good? [y/N]" in answer.stderr
    assert (state(seeds_archive) == before) is (code != 0)


def test_what_was_forgotten_is_told_wherever_it_is_asked_for(seeds: Run, seeds_archive: Location, lace: str) -> None:
    seeds("set", lace, "section=Sea", "--because", "as printed")
    if isinstance(seeds_archive, Path):
        shutil.copy(seeds_archive, seeds_archive.with_name("kept.db"))
    answer = seeds("forget", lace, "--reason", "court", "--who", "Ada", "--yes")
    assert (answer.exit_code, answer.stdout.splitlines()[-1]) == (0, "forgotten: 1 article (decision 2)")
    if isinstance(seeds_archive, Path):
        assert "may hold it, and is not touched" in answer.stderr and "kept.db" in answer.stderr
    else:
        assert "its log (WAL) and its replicas may hold it for a while, and backups for good" in answer.stderr
    for command in ("show", "why", "original", "diff", "copies"):
        answer = seeds(command, lace)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert f"archive: {lace} was forgotten on " in answer.stderr and " by Ada: court; " in answer.stderr
    assert seeds("set", lace, "section=Sea").exit_code == 1
    listed = seeds("decisions").stdout
    assert "forgets the article" in listed and "field section (wiped)" in listed and "as printed" not in listed
    assert seeds("decisions", "--article", lace[:6]).stdout == listed
    answer = seeds("decisions", "undo", "2")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "its text is gone for good" in answer.stderr
    answer = seeds("forget", lace, "--reason", "court", "--yes")
    assert (answer.exit_code, answer.stdout) == (0, "forgotten: 0 articles\n")
    assert f"already: {lace} was forgotten on " in answer.stderr


def test_a_wiping_that_was_interrupted_is_finished(
    seeds: Run, lace: str, seeds_archive: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(wiping, "wipe", lambda connection: None)
        seeds("forget", lace, "--reason", "court", "--yes")
    assert seeds("verify").exit_code == 1
    assert f"what was left of {lace} is wiped now" in seeds("forget", lace, "--reason", "court").stderr
    assert seeds("verify").exit_code == 0


def test_copies_and_translations_are_named(seeds: Run, seeds_archive: Location, key: Callable[[str], str]) -> None:
    mayor, trade = key("clippings/mayor.txt"), key("courier/2023-03-01_trade.md")
    seeds("set", trade, f"translation_of={mayor}")
    copy = Path("copy.md")
    with connected(seeds_archive) as connection:
        headline, body = connection.execute(
            "SELECT r.headline, r.body FROM article_revisions r JOIN articles a ON a.id = r.article_id WHERE a.key = ?",
            (mayor,),
        ).fetchone()
    copy.write_text(f"---\nurl: https://elsewhere.example/x\n---\n\n# {headline}\n\n{body}\n")
    seeds("import", str(copy))
    answer = seeds("forget", mayor, "--reason", "court", "--yes")
    assert answer.exit_code == 0
    assert "the text stays in " in answer.stderr
    assert f"decided to be translations of it, and still so: {trade}" in answer.stderr


def test_a_restored_file_says_what_it_forgot(
    seeds: Run, run: Run, lace: str, new_archive: Callable[..., Location]
) -> None:
    kept = new_archive("seeds", "kept.db")
    seeds("forget", lace, "--reason", "court", "--yes")
    seeds("decisions", "dump", "decisions.jsonl")
    answer = run("--db", kept, "decisions", "restore", "decisions.jsonl")
    assert (answer.exit_code, answer.stderr) == (0, f"forgotten: {lace}\n")


def test_a_restored_file_says_what_it_could_not_wipe(
    seeds: Run, run: Run, lace: str, new_archive: Callable[..., Location]
) -> None:
    kept = new_archive("seeds", "kept.db")
    seeds("forget", lace, "--reason", "court", "--yes")
    seeds("decisions", "dump", "decisions.jsonl")
    with connected(kept) as reader:
        reader.execute("BEGIN" if isinstance(kept, Path) else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1 FROM articles").fetchone()
        answer = run("--db", kept, "decisions", "restore", "decisions.jsonl")
    assert answer.exit_code == 1
    assert "traces may be left" in answer.stderr
