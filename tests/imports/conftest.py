"""Imports as people run them: the real command, in a process of its own."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

FILES = 3000

_WORDS = (
    "harbour mayor council bridge report trade market river farmers visit school water minister budget vote station"
    " railway museum winter summer bakery storm ferry quarry orchard"
)
_TIMES = {"created_at", "seen_at", "started_at", "finished_at"}
_KEYS = {
    "articles": ("key",),
    "article_revisions": ("article_id", "number"),
    "originals": ("sha256",),
    "sources": ("slug",),
    "topics": ("scheme", "code"),
}

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


def command(database: Path, *words: object) -> list[str]:
    return [sys.executable, "-m", "archive", "--db", str(database), *map(os.fspath, map(_word, words))]


def _word(word: object) -> Any:
    return word if isinstance(word, str | bytes | os.PathLike) else str(word)


@pytest.fixture
def run() -> Run:
    """Return what runs `archive --db DATABASE WORDS…` to its end; a traceback, or a lock that shows, fails the test."""

    def invoke(database: Path, *words: object, **how: Any) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(command(database, *words), capture_output=True, text=True, timeout=120, **how)
        assert "Traceback" not in done.stderr, done.stderr
        assert "locked" not in done.stderr, done.stderr
        return done

    return invoke


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what starts `archive --db DATABASE WORDS…` in a session of its own; stderr goes to a file, `said`."""
    started: list[subprocess.Popen[str]] = []

    def begin(database: Path, *words: object, said: Path | None = None, **how: Any) -> "subprocess.Popen[str]":
        with (said or tmp_path / "said").open("w") as stderr:
            process = subprocess.Popen(
                command(database, *words),
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                text=True,
                start_new_session=True,
                **how,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of some thousand short articles, a few of them in two places."""
    folder = tmp_path_factory.mktemp("many")
    chance, words = random.Random(7), _WORDS.split()
    for number in range(FILES):
        if number % 400 == 0:
            (folder / f"{number // 400:02}").mkdir()
        file = folder / f"{number // 400:02}" / f"{number:05}.txt"
        paragraphs = (" ".join(chance.choices(words, k=30)).capitalize() + "." for _ in range(2))
        file.write_text(f"Report number {number} of the {chance.choice(words)}\n\n" + "\n\n".join(paragraphs) + "\n")
        if number % 97 == 50:
            file.write_bytes((folder / f"{(number - 20) // 400:02}" / f"{number - 20:05}.txt").read_bytes())
        if number % 131 == 60:
            file.write_bytes(b"")
    return folder


def rows(database: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:
        return connection.execute(query, parameters).fetchall()


@pytest.fixture
def query() -> Callable[..., list[tuple[Any, ...]]]:
    """Return what asks an archive in SQL."""
    return rows


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, list[str]]]:
    """Return what gives all that an archive knows, whoever wrote it when: rows without ids, times and imports.

    Instead of an id stands what it leads to. The archive is checked on the way: its file, its search, its references.
    """

    def all_of(database: Path) -> dict[str, list[str]]:
        with closing(sqlite3.connect(database, timeout=30)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
            connection.rollback()
            tables = [
                name
                for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
                if name not in ("about", "imports", "import_items") and not name.startswith(("article_fts", "sqlite_"))
            ]
            written = _Written(connection)
            return {table: sorted(written.rows(table)) for table in tables}

    return all_of


class _Written:
    """Rows of a database, written out with what they point to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._tables: dict[str, dict[int, dict[str, Any]]] = {}
        self._targets: dict[str, dict[str, str]] = {}

    def rows(self, table: str) -> list[str]:
        return [repr(self._told(table, row)) for row in self._rows(table).values()]

    def _rows(self, table: str) -> dict[int, dict[str, Any]]:
        if table not in self._tables:
            keys = self._connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()
            self._targets[table] = {column: target for _, _, target, column, *_ in keys}
            found = self._connection.execute(f"SELECT rowid, * FROM {table}")
            names = [description[0] for description in found.description][1:]
            self._tables[table] = {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}
        return self._tables[table]

    def _told(self, table: str, row: dict[str, Any], names: Iterable[str] = ()) -> list[tuple[str, object]]:
        return [(name, self._value(table, name, row[name])) for name in names or row if self._is_told(table, name)]

    def _is_told(self, table: str, name: str) -> bool:
        target = self._targets[table].get(name)
        return name != "id" and name not in _TIMES and target not in ("imports", "import_items")

    def _value(self, table: str, name: str, value: Any) -> object:
        target = self._targets[table].get(name)
        if target is None or value is None:
            return value
        return self._told(target, self._rows(target)[value], _KEYS.get(target, ()))


@pytest.fixture
def workers_of() -> Callable[[int], list[int]]:
    """Return what gives the processes that a process has started and that have not ended; needs Linux."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        pytest.skip("this system does not tell which processes a process has started")
    return _children


def _children(process: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so; fails after that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to this in time"
        time.sleep(0.005)


@pytest.fixture(name="until")
def _until() -> Callable[..., None]:
    return until


@pytest.fixture(name="is_running")
def _is_running() -> Callable[[int], bool]:
    return is_running
