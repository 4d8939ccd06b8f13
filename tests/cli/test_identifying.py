"""`archive identify`."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_a_table_of_what_is_taken(run: Run) -> None:
    Path("in").mkdir()
    Path("in/a.txt").write_text("Boats came in.")
    Path("in/b.jsonl").write_text('{"text": "Boats came in."}\n')
    Path("in/orphan.meta.toml").write_text('title = "Of a text that is gone"\n')
    answer = run("identify", "in")
    assert answer.exit_code == 0
    assert [line.split()[:2] for line in answer.stdout.splitlines()[2:]] == [
        ["in/a.txt", "text"],
        ["in/b.jsonl", "JSON"],
    ]
    assert "note: in/orphan.meta.toml: a sidecar without its file" in answer.stderr
    assert not Path("archive.db").exists()
    counted = run("identify", "--count", "in", "-f", "json")
    assert [row["units"] for row in json.loads(counted.stdout)] == [None, 1]
    assert "units" in run("identify", "--members", "in").stdout


def test_what_nobody_takes_ends_with_1(run: Run) -> None:
    Path("a.txt").write_text("Boats came in.")
    Path("empty.txt").touch()
    answer = run("identify", "a.txt", "empty.txt")
    assert answer.exit_code == 1
    assert "empty file; remove it, or fill it" in answer.stdout
    row = json.loads(run("identify", "empty.txt", "-f", "jsonl").stdout)
    assert (row["reader"], row["why"], row["cure"]) == (None, "empty file", "remove it, or fill it")


def test_stdin(run: Run) -> None:
    answer = run("identify", "-", "-f", "csv", stdin="<html><p>Boats came in.")
    assert (answer.exit_code, answer.stdout.splitlines()[1]) == (0, "-,html,text/html,it begins as HTML does,,")


def test_usage(run: Run) -> None:
    assert run("identify").exit_code == 2
