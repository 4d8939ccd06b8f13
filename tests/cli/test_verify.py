"""`archive verify` says what is wrong and what helps; `archive repair` says what it did and what is left."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archive.db.location import Location
from tests.engines import connected, damage

Run = Callable[..., Result]


WARNED = "UPDATE source_names SET name_key = upper(name_key) WHERE id = 1"
ALTERED = "UPDATE article_revisions SET body = body || ' More.', words = 1 WHERE id = 1"


def stale(archive: Location) -> str:
    """Return what takes an article out of the search index."""
    name, number = ("article_fts_docsize", "id") if isinstance(archive, Path) else ("article_search", "article_id")
    return f"DELETE FROM {name} WHERE {number} = 1"


def test_a_sound_archive(seeds: Run) -> None:
    answer = seeds("verify")
    assert (answer.exit_code, answer.stdout) == (0, "the archive is sound\n")
    told = answer.stderr
    assert told.startswith("checked 16 articles, 17 texts, 17 originals, ")
    assert told.endswith(" s: 0 errors, 0 warnings, 0 notes; --deep also compares checksums\n")


def test_a_sound_archive_looked_at_deeply(seeds: Run) -> None:
    answer = seeds("verify", "--deep")
    assert (answer.exit_code, answer.stdout) == (0, "the archive is sound\n")
    assert answer.stderr.endswith(" s: 0 errors, 0 warnings, 0 notes\n")


def test_an_error_is_told_with_its_cure(seeds: Run, seeds_archive: Location) -> None:
    damage(seeds_archive, stale(seeds_archive), WARNED)
    answer = seeds("verify")
    assert answer.exit_code == 1
    assert [line.split()[:2] for line in answer.stdout.splitlines()[2:] if line[0] != " "] == [
        ["error", "search"],
        ["warning", "name_keys"],
    ]
    assert "1 article missing from the search index: number 1" in " ".join(seeds("verify", width=200).stdout.split())
    assert "`archive repair`" in answer.stdout
    assert "1 error, 1 warning, 0 notes" in answer.stderr


def test_warnings_alone_are_no_failure(seeds: Run, seeds_archive: Location) -> None:
    damage(seeds_archive, WARNED)
    answer = seeds("verify")
    assert answer.exit_code == 0
    assert "name_keys" in answer.stdout


def test_checksums_are_compared_when_asked_for(seeds: Run, seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE article_revisions SET words = 1 WHERE id = 1")
    assert seeds("verify").exit_code == 0
    assert seeds("verify", "--deep").exit_code == 1


def test_findings_for_programs(seeds: Run, seeds_archive: Location) -> None:
    for form, read in (("json", json.loads), ("jsonl", lambda text: [json.loads(line) for line in text.splitlines()])):
        assert read(seeds("verify", "-f", form).stdout) == []
    damage(seeds_archive, stale(seeds_archive), WARNED)
    expected = [
        {
            "severity": "error",
            "check": "search",
            "number": 1,
            "message": "1 article missing from the search index: number 1",
            "cure": "`archive repair`",
        },
    ]
    for form, read in (("json", json.loads), ("jsonl", lambda text: [json.loads(line) for line in text.splitlines()])):
        answer = seeds("verify", "-f", form)
        assert answer.exit_code == 1
        assert read(answer.stdout)[:1] == expected
    rows = list(csv.DictReader(io.StringIO(seeds("verify", "-f", "csv").stdout)))
    assert [(row["severity"], row["number"]) for row in rows] == [("error", "1"), ("warning", "1")]


def test_text_of_a_damaged_archive_is_not_obeyed(seeds: Run, seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE articles SET key = '\x1b[31m\nred' WHERE id = 1")
    for words in (["verify"], ["verify", "-f", "json"], ["repair"]):
        answer = seeds(*words)
        assert answer.exit_code == 1
        assert "\x1b" not in answer.stdout
    assert "\\x1b[31m red" in seeds("repair").stdout


@pytest.mark.sqlite("a missing file")
def test_what_is_no_archive(run: Run, tmp_path: Path) -> None:
    for command in ("verify", "repair"):
        answer = run("--db", tmp_path / "nothing.db", command)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert "there is no archive at" in answer.stderr


@pytest.mark.sqlite("a file is cut short")
def test_a_file_cut_short(seeds: Run, seeds_archive: Path) -> None:
    for size in (seeds_archive.stat().st_size - 36_000, 100_000):
        os.truncate(seeds_archive, size)
        for command in ("verify", "repair"):
            answer = seeds(command)
            assert (answer.exit_code, answer.stdout) == (1, "")
            assert f"{seeds_archive} cannot be read as an archive" in answer.stderr


@pytest.mark.sqlite("pages of a file are damaged")
def test_a_file_damaged_in_the_middle(seeds: Run, seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'import_items'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with seeds_archive.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes([7]) * 200)
    answer = seeds("verify", width=300)
    assert answer.exit_code == 1
    assert "the file is damaged: " in answer.stdout
    answer = seeds("repair")
    assert answer.exit_code == 1
    assert answer.stdout.splitlines()[0] == "nothing to do"
    assert answer.stdout.splitlines()[1].startswith("cannot be repaired: the file is damaged: ")


def test_repair_tells_line_by_line_what_it_did(seeds: Run, seeds_archive: Location) -> None:
    damage(seeds_archive, stale(seeds_archive), WARNED, "UPDATE article_revisions SET words = 1 WHERE id <= 3")
    tried = seeds("repair", "--dry-run")
    not_read = "originals were not compared with their checksums; `archive verify --deep` does\n"
    assert (tried.exit_code, tried.stderr) == (0, not_read)
    *would, end = tried.stdout.splitlines()
    assert end == "nothing was changed: this was only tried"
    done = seeds("repair")
    assert done.exit_code == 0
    how = "`archive db backup FILE`" if isinstance(seeds_archive, Path) else "pg_dump"
    assert done.stderr == f"no backup is made; {how} makes one\n{not_read}"
    assert done.stdout.splitlines() == would
    assert len(would) == 3
    assert would[0].startswith("3 texts counted, fingerprinted and indexed anew: ")
    assert would[-1] == "search index built anew of 16 articles"
    again = seeds("repair")
    assert (again.exit_code, again.stdout) == (0, "nothing to do\n")
    assert seeds("verify", "--deep").exit_code == 0


def test_a_repair_that_is_refused_says_nothing_of_backups(seeds: Run, seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE alembic_version SET version_num = '29991231_far_away'")
    answer = seeds("repair")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "update the program" in answer.stderr and "no backup" not in answer.stderr


@pytest.mark.parametrize("words", [["repair"], ["repair", "--dry-run"]])
def test_what_cannot_be_repaired_is_named(seeds: Run, seeds_archive: Location, words: list[str]) -> None:
    damage(seeds_archive, ALTERED)
    answer = seeds(*words)
    assert answer.exit_code == 1
    assert answer.stdout.splitlines()[-1].startswith(
        "cannot be repaired: 1 text altered since the import (by SHA-256): "
    )
    how = "archive db restore BACKUP" if isinstance(seeds_archive, Path) else "pg_restore"
    assert answer.stdout.splitlines()[-1].endswith(f"; `{how}` goes back to a backup")


def test_a_terminal_sees_how_far_it_is(seeds_archive: Location) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "archive", "--db", str(seeds_archive), "verify", "--deep"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 10_000)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    stdout, _ = child.communicate(timeout=60)
    assert (child.returncode, stdout) == (0, b"the archive is sound\n")
    assert b"0 errors, 0 warnings, 0 notes" in shown
    assert b"tables" in shown or b"integrity" in shown
