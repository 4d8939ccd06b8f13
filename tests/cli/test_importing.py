"""`archive import`: what it says, and how it ends. What it does is tested with the import itself."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

import archive.cli.importing as importing
from tests.engines import connected, state

Run = Callable[..., Result]

CHECKOUT = Path(__file__).resolve().parents[2]
ARTICLES = CHECKOUT / "seeds" / "articles"
OUTCOMES = ("added", "revised", "unchanged", "duplicate", "failed")


@pytest.fixture
def take(run: Run, database: Path) -> Run:
    """Return what runs `archive import` on a fresh archive, in one process."""
    return lambda *words, **how: run("--db", database, "import", "--jobs", "0", *words, **how)


def test_what_is_the_same_of_many_units_of_a_file_is_said_a_few_times(take: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    records = [{"title": f"Story {number}", "body": "Ships lay in the harbour.", "date": "soon"} for number in range(7)]
    file.write_text("\n".join([*map(json.dumps, records), *["[1]"] * 4]))
    answer = take(file)
    *told, more_failed, more_noted = sorted(answer.stderr.splitlines(), key=lambda line: " more unit" in line)
    assert [line.partition("#")[2][:6] for line in told].count("line=1") >= 1
    assert len(told) == 6
    assert "1 more unit: " in (more_failed if more_failed.startswith("failed") else more_noted)
    assert any(": 4 more units: date 'soon' was not used" in line for line in (more_failed, more_noted))


def test_the_summary_adds_up(take: Run) -> None:
    answer = take(ARTICLES)
    assert answer.exit_code == 1
    assert answer.stdout == (
        "import 1: 19 read = 16 added + 1 revised + 0 unchanged + 1 duplicate + 1 failed\n"
        "not stated: source 3, date 6, only a month 1, only a year 1\n"
    )
    failed, noted = answer.stderr.splitlines()
    assert failed.startswith("failed: ")
    assert "scan-of-page-3.png: not text: a PNG image; save its text as a .txt" in failed
    assert noted.startswith("note: ")
    assert "undated note.md: date 'last Tuesday-ish' was not used" in noted


def test_the_summary_as_json(take: Run) -> None:
    answer = take(ARTICLES, "-f", "json")
    assert answer.exit_code == 1
    value = json.loads(answer.stdout)
    assert list(value) == ["import", "units", *OUTCOMES, "not_stated"]
    assert value["units"] == 19 == sum(value[outcome] for outcome in OUTCOMES)
    assert value["not_stated"] == {"source": 3, "date": 6, "only_a_month": 1, "only_a_year": 1}


def test_all_known_says_nothing_of_what_is_not(take: Run) -> None:
    answer = take("-", "--source", "S", "--published", "2023-02-01", "--language", "en", stdin="A body of text.")
    assert answer.exit_code == 0
    assert answer.stdout == "import 1: 1 read = 1 added + 0 revised + 0 unchanged + 0 duplicate + 0 failed\n"


def test_a_dry_run_lists_units_and_writes_nothing(take: Run, database: Path) -> None:
    take("-q", ARTICLES / "courier")
    before = state(database)
    answer = take("-q", "--dry-run", ARTICLES)
    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[-2:] == [
        "dry run, nothing was written: 19 read = 14 added + 1 revised + 2 unchanged + 1 duplicate + 1 failed",
        "not stated: source 3, date 6, only a month 1, only a year 1",
    ]
    assert answer.stdout.split()[:4] == ["outcome", "key", "place", "reason"]
    listed = json.loads(take("-q", "--dry-run", "-f", "json", ARTICLES).stdout)
    assert [unit["outcome"] for unit in listed].count("added") == 14
    rows = take("-q", "--dry-run", "-f", "csv", ARTICLES / "courier").stdout.splitlines()
    assert rows[0].startswith("position,outcome,key,locator,reason") and len(rows) == 3
    assert state(database) == before
    # a server does not give the numbers again that were tried
    assert re.match("import [2-5]: 19 read = 14 added", take("-q", ARTICLES).stdout)


def test_a_dry_run_makes_no_archive(run: Run, tmp_path: Path) -> None:
    answer = run("--db", tmp_path / "new.db", "import", "--dry-run", "-f", "jsonl", "-", stdin="A body about Belarus.")
    assert (answer.exit_code, json.loads(answer.stdout)["outcome"]) == (0, "added")
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [((), "stopped; whole batches are in the archive"), (("--dry-run",), "stopped; nothing was written")],
)
def test_stopped(take: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "import_paths", stop)
    monkeypatch.setattr("archive.rehearsal.rehearse_import", stop)
    answer = take(*words, "a.txt")
    assert answer.exit_code == 130
    assert said in answer.stderr


def test_quiet_tells_failures_only(take: Run) -> None:
    answer = take("-q", ARTICLES)
    assert answer.exit_code == 1
    assert [line[:8] for line in answer.stderr.splitlines()] == ["failed: "]


def test_again_is_unchanged(take: Run) -> None:
    take("-q", ARTICLES / "courier")
    answer = take(ARTICLES / "courier")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout.startswith("import 2: 2 read = 0 added + 0 revised + 2 unchanged + 0 duplicate + 0 failed\n")


def test_places_are_told_as_seen_from_here(take: Run) -> None:
    Path("empty.txt").touch()
    answer = take(Path.cwd() / "empty.txt")
    assert answer.exit_code == 1
    assert answer.stderr == "failed: empty.txt: empty file; remove it, or fill it\n"


def test_options_hold_for_what_does_not_say(take: Run, run: Run, database: Path) -> None:
    Path("a.txt").write_text("A body of words.")
    options = ["--source", "Lantern Wire", "--topic", "Harbour", "--topic", "Lace", "--language", "de"]
    assert take("a.txt", *options, "--published", "2023-02").exit_code == 0
    (article,) = json.loads(run("--db", database, "list", "-f", "json").stdout)
    assert (article["source"], article["language"], article["published"]) == ("Lantern Wire", "de", "2023-02")
    assert article["topics"] == ["Harbour", "Lace"]


def test_limits(take: Run) -> None:
    Path("a.txt").write_text("x" * 1_000_001)
    answer = take("a.txt", "--max-size", "1")
    assert answer.exit_code == 1
    assert "failed: a.txt: " in answer.stderr
    answer = take("a.txt", "--max-characters", "1000000")
    assert answer.exit_code == 1
    assert take("a.txt").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a.txt", "--nosuch"],
        ["a.txt", "--published", "someday"],
        ["a.txt", "--language", "?"],
        ["a.txt", "--max-size", "0"],
        ["a.txt", "--max-characters", "none"],
        ["a.txt", "--jobs", "-1"],
        ["a.txt", "-f", "xml"],
    ],
)
def test_usage(words: list[str], take: Run) -> None:
    Path("a.txt").write_text("A body of words.")
    answer = take(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr


def test_a_missing_archive_is_made_with_the_seeds(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    answer = run("--db", path, "import", "--jobs", "0", "-", stdin="A body about Belarus.")
    assert answer.exit_code == 0
    assert len(json.loads(run("--db", path, "topics", "--all", "-f", "json").stdout)) > 50
    assert len(json.loads(run("--db", path, "sources", "--all", "-f", "json").stdout)) > 30


def test_what_is_no_archive_is_left_alone(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("not a database at all, though it is called one" * 20)
    answer = run("--db", text, "import", "-", stdin="A body.")
    assert answer.exit_code == 1
    assert "cannot be read as an archive" in answer.stderr
    assert text.read_text().startswith("not a database")
    other = tmp_path / "other.db"
    with connected(other) as connection:
        connection.execute("CREATE TABLE things (id INTEGER)")
    answer = run("--db", other, "import", "-", stdin="A body.")
    assert answer.exit_code == 1
    assert "is a database, but no archive; nothing was changed" in answer.stderr


def test_stopping_says_that_it_can_go_on(take: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "import_paths", stopped)
    answer = take("-", stdin="A body.")
    assert (answer.exit_code, answer.stdout) == (130, "")
    assert answer.stderr == "stopped; whole batches are in the archive, importing the same again goes on\n"


def test_what_is_wrong_in_the_defaults_of_a_folder_is_told_once(take: Run) -> None:
    folder = Path("news")
    folder.mkdir()
    (folder / "archive.toml").write_text("source = 'Lantern Wire'\ncolour = 'red'\n")
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text(f"The body of {name}.")
    (folder / "b.meta.toml").write_text("published = 'someday'\n")
    answer = take("news")
    assert answer.exit_code == 0
    of_folder, of_file = answer.stderr.splitlines()
    assert of_folder.startswith("note: news/archive.toml: ") and "'colour'" in of_folder
    assert of_file.startswith("note: news/b.txt: date 'someday' was not used")


@pytest.mark.parametrize("option", ["--source", "--topic"])
def test_an_option_that_names_nothing_is_refused(take: Run, option: str) -> None:
    answer = take("-", option, " ", stdin="A text.")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert f"{option} names nothing; name one, or leave the option out" in answer.stderr
