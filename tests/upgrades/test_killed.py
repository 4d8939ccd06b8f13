"""An upgrade that is killed leaves the archive as it was or as it is to be, never between, and can be run again."""

import hashlib
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from archive.db import schema, upgrades

FIRST = "20261122_first_archive"
PARTS = 2  # so that the tests can run side by side
LOOKS = {"SELECT", "PRAGMA", "EXPLAIN", "--"}  # the last is how FTS5's own statements are told
SLICE = 500  # steps of SQLite's machine; some statements take thousands of them


@contextmanager
def counted(at: Callable[[str], None], steps: int = 0) -> Iterator[None]:
    """Call `at` before every statement on every connection, and before a connection is closed.

    With `steps`, call it instead within statements, after so many steps of SQLite's machine each.
    """
    real, other = sqlite3.connect, sqlite3.dbapi2.connect

    class Watched(sqlite3.Connection):
        def __init__(self, *words: Any, **named: Any) -> None:
            super().__init__(*words, **named)
            if steps:
                self.set_progress_handler(lambda: at("step"), steps)
            else:
                self.set_trace_callback(at)

        def close(self) -> None:
            at("close")
            super().close()

    def connect(*words: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*words, **{**named, "factory": Watched})
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = connect  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite3.connect, sqlite3.dbapi2.connect = real, other


def moments(path: Path, steps: int = 0) -> list[str]:
    """Upgrade an archive, and return the moments at which it could have been killed."""
    seen: list[str] = []
    with counted(lambda statement: seen.append(statement.split(None, 1)[0].upper()), steps):
        upgrades.upgrade(path)
    return seen


def killed_at(path: Path, number: int, steps: int = 0) -> None:
    """Upgrade an archive in a process of its own that kills itself at one of the moments."""
    child = os.fork()
    if child == 0:
        left = number + 1

        def count(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with counted(count, steps):
                upgrades.upgrade(path)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, f"not reached: {number}"


def left_in(folder: Path) -> frozenset[tuple[str, bytes]]:
    """Return what lies there, byte by byte, but for the index of a log, which whoever comes next makes anew."""
    files = [file for file in folder.iterdir() if not file.name.endswith("-shm")]
    return frozenset((file.name, hashlib.sha256(file.read_bytes()).digest()) for file in files)


def clear(folder: Path) -> None:
    for file in folder.iterdir():
        if file.is_file():
            file.unlink()


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_statement_it_is_before_or_after(
    oldest: Path, tmp_path: Path, state: Callable[[Path], object], part: int
) -> None:
    folder = tmp_path / "killed"
    folder.mkdir()
    path = folder / "archive.db"
    shutil.copy(oldest, path)
    before = state(path)
    seen = moments(path)
    after = state(path)
    assert before != after
    assert seen.count("COMMIT") == 1 and seen[-1] == "CLOSE" and "PRAGMA" in seen[seen.index("COMMIT") :]
    committed = seen.index("COMMIT")
    while seen[committed + 1] == "--":  # FTS5 writes what it has gathered: part of the COMMIT
        committed += 1
    # between two statements that only look, nothing changes; after the COMMIT a look may empty the log
    numbers = [
        number for number in range(len(seen)) if number > committed or not {seen[number], seen[number - 1]} <= LOOKS
    ]
    assert len(numbers) > 30
    known: set[tuple[object, bool]] = set()
    for number in numbers[part::PARTS]:
        clear(folder)
        shutil.copy(oldest, path)
        killed_at(path, number)
        left = left_in(folder), number > committed
        if left in known:  # it was seen what comes of these very files
            continue
        known.add(left)
        stands = state(path)
        assert stands == (after if number > committed else before), f"when killed at {number}: {seen[number]}"
        upgrades.upgrade(path)
        assert state(path) == after
        assert not list(folder.glob("*.unfinished*"))
        assert all(state(backup) == before for backup in folder.glob("archive.before-*.db"))
    assert len(known) > 2


def test_killed_within_statements_it_is_before_or_after(
    oldest: Path, tmp_path: Path, state: Callable[[Path], object]
) -> None:
    folder = tmp_path / "killed"
    folder.mkdir()
    path = folder / "archive.db"
    shutil.copy(oldest, path)
    before = state(path)
    number_of_moments = len(moments(path, SLICE))
    after = state(path)
    assert number_of_moments > 40
    for number in range(0, number_of_moments, number_of_moments // 20):
        clear(folder)
        shutil.copy(oldest, path)
        killed_at(path, number, SLICE)
        assert state(path) in (before, after)
    upgrades.upgrade(path)
    assert state(path) == after
    assert schema.current_revision(path) == schema.HEAD


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("archive.db.backups._sync", f"stopped; nothing was changed: {{}} is at {FIRST}\n"),
        (
            "archive.db.engine.settle",
            f"stopped; but it was done already, and all adds up: {{}} is at {schema.HEAD}\n",
        ),
    ],
    ids=["during the backup", "after the end"],
)
def test_stopped_it_clears_up_and_says_where_the_archive_stands(
    oldest: Path,
    archive: Callable[..., Result],
    forked: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    where: str,
    told: str,
) -> None:
    monkeypatch.setattr(where, lambda _: signal.raise_signal(number))

    def upgrade() -> str:
        done = archive(oldest, "db", "upgrade")
        return f"{done.exit_code} {done.stderr}"

    assert forked(upgrade) == (0, "130 " + told.format(oldest))
    assert list(oldest.parent.glob("*.unfinished*")) == []
