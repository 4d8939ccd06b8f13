"""Terms that a process makes ahead while an upgrade is at work: the same as made in it, and no other's."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.db import upgrades
from archive.db.search import ahead, impacts
from archive.db.search.ahead import made_ahead, nothing_ahead
from archive.db.search.fts5 import vocabulary
from archive.queries.verification import verify
from tests.engines import connected, rows


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take any archive for one with many articles, and this machine for one of two processors."""
    monkeypatch.setattr(ahead, "_LEAST", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return what is filled with the articles whose terms the upgrade finds made."""
    ids: list[int] = []
    add_missing = impacts.add_missing

    def noting(connection: sqlite3.Connection, made: Iterator[list[impacts.Made]]) -> None:
        found = [list(some) for some in made]
        ids.extend(one.article_id for some in found for one in some)
        add_missing(connection, found)

    monkeypatch.setattr(impacts, "add_missing", noting)
    return ids


def terms(path: Path) -> list[tuple[str, int]]:
    with connected(path) as connection:
        words = vocabulary(connection, "article_impacts", "instance")
        return sorted(connection.execute(f"SELECT term, doc FROM {words}").fetchall())


def filled(path: Path) -> list[tuple[str, int]]:
    """Upgrade an archive, check it, and return what is in its index of impacts."""
    upgrades.upgrade(path, keep_backup=False)
    assert [one for one in verify(path).findings if one.severity == "error"] == []
    assert sorted(file.name for file in path.parent.iterdir() if file.name.startswith("old")) == ["old.db"]
    return terms(path)


def test_terms_made_ahead_are_those_made_in_it(oldest: Path, many: None, taken: list[int]) -> None:
    with_process = filled(oldest)
    assert taken == [one for (one,) in rows(oldest, "SELECT id FROM articles ORDER BY id")]
    with connected(oldest) as connection:
        impacts.clear(connection)
        impacts.add_missing(connection, ())
        connection.commit()
    assert with_process == terms(oldest) != []


@pytest.mark.parametrize("why", ["few articles", "one processor", "no process", "no room", "no memory"])
def test_without_them_they_are_made_then(
    why: str, oldest: Path, many: None, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(why)

    match why:
        case "few articles":
            monkeypatch.setattr(ahead, "_LEAST", 1_000_000)
        case "one processor":
            monkeypatch.setattr(os, "cpu_count", lambda: 1)
        case "no process":
            monkeypatch.setattr(subprocess, "Popen", refuse)
        case "no room":
            monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
        case _:
            monkeypatch.setattr(sys, "executable", "/bin/false")
    assert filled(oldest)
    assert taken == []


def test_terms_of_another_text_are_not_taken(oldest: Path) -> None:
    upgrades.upgrade(oldest, keep_backup=False)
    with connected(oldest) as connection:
        right = terms(oldest)
        made = list(impacts.make_all(connection))
        first, *others = made[0]
        impacts.clear(connection)
        other = first._replace(text=hashlib.sha256(b"another").digest(), terms="wrong.9000.1.10")
        gone = first._replace(article_id=10**9, terms="gone.9000.1.10")
        impacts.add_missing(connection, [[other, gone, *others], *made[1:]])
        connection.commit()
    assert terms(oldest) == right


def test_a_headline_and_a_body_are_told_from_others_that_are_as_long_together() -> None:
    texts = [(b"a", b"b c"), (b"a b", b"c"), (b"", b"a b c"), (b"1 a", b""), (None, b"1 a")]
    assert len({impacts._known_by(*one) for one in texts}) == len(texts)


def test_the_process_ends_with_the_upgrade(oldest: Path, many: None) -> None:
    """Also where that is killed: it waits for nothing else, here for a file that somebody holds."""
    with closing(sqlite3.connect(oldest, isolation_level=None)) as holding:
        holding.execute("PRAGMA locking_mode = EXCLUSIVE")
        holding.execute("BEGIN EXCLUSIVE")
        command = [sys.executable, "-m", ahead.__name__, str(oldest)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(1)
            process.stdin.close()  # type: ignore[union-attr]
            assert process.wait(20) == 1


def test_a_process_that_is_not_asked_is_ended(oldest: Path, many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen

    def noting(*words: object, **named: object) -> subprocess.Popen[bytes]:
        started.append(popen(*words, **named))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noting)
    with pytest.raises(KeyboardInterrupt), made_ahead(oldest) as made:
        assert made is not nothing_ahead
        raise KeyboardInterrupt
    (process,) = started
    assert process.returncode is not None
