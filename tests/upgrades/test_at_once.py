"""Several programs in one archive while it is upgraded: they wait, go on, or stop with a reason."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive import ingest, portions
from archive.db import proof, schema, store, upgrades
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.errors import SchemaError
from archive.queries.sql import run_select
from tests.engines import assert_sound, connected, located, rows

REVISION = "20261122_first_archive"


def start_upgrade(path: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "archive", "--db", str(path), "db", "upgrade", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@contextmanager
def ended(processes: Sequence[subprocess.Popen[str]]) -> Iterator[None]:
    """Wait for processes at the end, and let none live on where a test fails."""
    try:
        yield
        for process in processes:
            process.wait(timeout=60)
    finally:
        for process in processes:
            process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


def first_line(process: subprocess.Popen[str]) -> str:
    """Wait until an upgrade has said what it will do: then it tries for the lock."""
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_second_upgrade_waits_and_is_told_that_it_is_done(
    oldest: Path, state: Callable[[Path], object], journal: str
) -> None:
    """A backup that is put back is not in WAL mode: the same there."""
    before = state(oldest)
    with closing(sqlite3.connect(oldest, isolation_level=None)) as writer:
        writer.execute(f"PRAGMA journal_mode = {journal}")
        writer.execute("BEGIN IMMEDIATE")
        both = [start_upgrade(oldest), start_upgrade(oldest)]
        with ended(both):
            assert {first_line(one) for one in both} == {
                "20261122_decisions: Room for what people decide: tags accepted or rejected, values corrected.\n"
            }
            time.sleep(0.3)
            assert [one.poll() for one in both] == [None, None], "both wait for the writer"
            writer.execute("COMMIT")
            told = [one.communicate(timeout=60) for one in both]
    assert [(one.returncode, err) for one, (_, err) in zip(both, told, strict=True)] == [(0, ""), (0, "")]
    assert sorted("nothing to do, another upgrade was first" in out for out, _ in told) == [False, True]
    assert sorted("rows, columns, keys and search index add up" in out for out, _ in told) == [False, True]
    assert sorted(file.name for file in oldest.parent.glob("*before*")) == [f"old.before-{REVISION}.db"]
    assert state(oldest.with_name(f"old.before-{REVISION}.db")) == before
    assert schema.current_revision(oldest) == schema.HEAD
    assert schema.differences(oldest) == []


def test_two_new_archives_at_once_are_one(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    both = [start_upgrade(path), start_upgrade(path)]
    with ended(both):
        told = [one.communicate(timeout=60) for one in both]
    assert [(one.returncode, err) for one, (_, err) in zip(both, told, strict=True)] == [(0, ""), (0, "")]
    assert schema.differences(path) == []


def test_plain_alembic_waits_too(oldest: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(oldest, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        alembic = subprocess.Popen(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "ARCHIVE_DB": str(oldest)},
            stderr=subprocess.PIPE,
            text=True,
        )
        with ended([alembic]):
            time.sleep(1)
            assert alembic.poll() is None
            writer.execute("INSERT INTO authors (name, name_key) VALUES ('Late', 'late')")
            writer.execute("COMMIT")
            _, told = alembic.communicate(timeout=60)
    assert alembic.returncode == 0, told
    with connected(oldest) as connection:
        assert connection.execute("SELECT name FROM authors WHERE name_key = 'late'").fetchall() == [("Late",)]
    assert schema.current_revision(oldest) == schema.HEAD


def test_readers_go_on_reading_what_they_began_with(oldest: Path, state: Callable[[Path], object]) -> None:
    shutil.copy(oldest, oldest.with_name("alone.db"))
    upgrades.upgrade(oldest.with_name("alone.db"), keep_backup=False)
    with closing(sqlite3.connect(f"file:{oldest}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = proof.take_inventory(reader)
        texts = reader.execute("SELECT id, body FROM article_revisions")
        first = texts.fetchone()
        upgrades.upgrade(oldest, keep_backup=False)
        assert len([first, *texts]) == before.tables["article_revisions"].rows
        assert proof.take_inventory(reader) == before
        reader.execute("COMMIT")
        assert "page" in {row[1] for row in reader.execute("PRAGMA table_info(articles)")}
    assert state(oldest) == state(oldest.with_name("alone.db"))


def test_question_goes_on_while_the_archive_is_upgraded(current: Path, add_migration: Callable[..., str]) -> None:
    """`archive sql` has begun to answer, in a process of its own."""
    name = add_migration(
        "ALTER TABLE articles ADD COLUMN mood TEXT\nUPDATE articles SET mood = 'calm'",
        {"columns_added": {"articles": ("mood",)}},
    )
    with run_select(current, "SELECT id, key FROM articles, (SELECT 1 FROM topics LIMIT 50) ORDER BY 1") as answer:
        answered = iter(answer)
        first = next(answered)
        upgrades.upgrade(current, keep_backup=False)
        assert schema.current_revision(current) == name
        assert len([first, *answered]) == 500


class Slow(ingest.Listener):
    """Leaves time between batches, as a larger import does."""

    def units_done(self, number: int, outcomes: object) -> None:
        time.sleep(1)


class BetweenBatches(ingest.Listener):
    """Does something once, when the first batch of an import is safely written."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act
        self.units = 0

    def units_done(self, number: int, outcomes: object) -> None:
        self.units += number
        if self._act is not None:
            act, self._act = self._act, None
            act()


@pytest.fixture
def letters(tmp_path: Path) -> list[str]:
    """Ten small files to be imported."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.txt").write_text(f"Letter {number}\n\nThe harbour was quiet on day {number}, he wrote.\n")
    return [str(folder)]


def test_import_stops_when_the_archive_is_upgraded_under_it(
    seeds_archive: Location, add_migration: Callable[..., str], letters: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade comes between two batches; the import works with a schema that is gone, so it stops and says so."""
    monkeypatch.setattr(portions, "BATCH", 4)
    name = add_migration(
        "ALTER TABLE articles ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'", {"columns_added": {"articles": ("mood",)}}
    )
    before = count(seeds_archive, "import_items")
    listener = BetweenBatches(lambda: upgrades.upgrade(seeds_archive, keep_backup=False))
    with pytest.raises(SchemaError, match=rf"was migrated to {name} while it was in use, .* written before is safe"):
        ingest.import_paths(seeds_archive, letters, ingest.ImportOptions(jobs=0), listener)
    assert listener.units == 4
    assert schema.current_revision(seeds_archive) == name
    assert count(seeds_archive, "import_items") == before + 4
    assert_sound(seeds_archive)
    status, reason = rows(seeds_archive, "SELECT status, reason FROM imports ORDER BY id DESC")[0]
    assert status == "failed" and "was migrated" in reason
    monkeypatch.setattr(schema, "HEAD", name)  # the program that made the upgrade takes the same in again
    summary = ingest.import_paths(seeds_archive, letters, ingest.ImportOptions(jobs=0))
    assert summary.outcomes == {"unchanged": 4, "added": 6}


def test_import_goes_on_after_an_upgrade_that_was_undone(
    seeds_archive: Location, add_migration: Callable[..., str], letters: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portions, "BATCH", 4)
    add_migration("DELETE FROM article_links")

    def try_it() -> None:
        with pytest.raises(proof.ProofError):
            upgrades.upgrade(seeds_archive, keep_backup=False)

    summary = ingest.import_paths(seeds_archive, letters, ingest.ImportOptions(jobs=0), BetweenBatches(try_it))
    assert summary.outcomes == {"added": 10}


def test_upgrade_waits_for_the_batch_that_an_import_is_writing(
    seeds_archive: Location, add_migration: Callable[..., str], letters: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole batch is there when the upgrade begins, and none comes after it."""
    monkeypatch.setattr(portions, "BATCH", 4)
    add_migration("SELECT 1")
    upgrade = (
        "import sys; from pathlib import Path; from archive.db import schema, upgrades;"
        "from archive.db.location import locate;"
        "schema.alembic_ini = lambda: Path(sys.argv[2]); print('ready', flush=True);"
        "upgrades.upgrade(locate(sys.argv[1]), keep_backup=len(sys.argv) > 3)"
    )
    waiting: list[subprocess.Popen[str]] = []
    real = store.write_batch

    def write_batch(*words: Any) -> None:
        if not waiting:
            command = [sys.executable, "-c", upgrade, located(seeds_archive), str(schema.alembic_ini())]
            command += ["with a backup"] if isinstance(seeds_archive, Path) else []
            waiting.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            assert first_line(waiting[0]) == "ready\n"
            time.sleep(0.7)
            assert waiting[0].poll() is None, "it waits"
        real(*words)

    before = count(seeds_archive, "import_items")
    monkeypatch.setattr(store, "write_batch", write_batch)
    with ended(waiting), pytest.raises(SchemaError, match="was migrated"):
        ingest.import_paths(seeds_archive, letters, ingest.ImportOptions(jobs=0), Slow())
    assert [one.returncode for one in waiting] == [0]
    seen = count(seeds_archive, "import_items")
    assert seen > before and (seen - before) % 4 == 0
    if isinstance(seeds_archive, Path):
        assert count(seeds_archive.with_name(f"seeds.before-{schema.HEAD}.db"), "import_items") == seen
    assert_sound(seeds_archive)


def test_what_was_opened_before_an_upgrade_is_known_as_such(
    seeds_archive: Location, add_migration: Callable[..., str]
) -> None:
    name = add_migration("SELECT 1")
    with open_engine(seeds_archive).connect() as connection:
        with connection.begin():
            schema.require_unchanged(connection)
        upgrades.upgrade(seeds_archive, keep_backup=False)
        with connection.begin(), pytest.raises(SchemaError, match=f"was migrated to {name}"):
            schema.require_unchanged(connection)


def count(location: Location, table: str) -> int:
    return int(rows(location, f"SELECT count(*) FROM {table}")[0][0])
