"""What docs/upgrading.md says of an upgrade that goes well, and of the ways back; each claim is a test."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from archive.db import backups, proof, schema, upgrades
from tests.engines import connected

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST = "20261122_first_archive"
BACKUP = f"old.before-{FIRST}.db"

Run = Callable[..., Result]
State = Callable[[Path], object]


def files(path: Path) -> list[str]:
    """Return what is in the archive's folder."""
    return sorted(file.name for file in path.parent.iterdir())


def in_the_middle(path: Path, look: Callable[[], None]) -> None:
    """Upgrade an archive, and look when all migrations have run and nothing is committed."""
    looked = []

    def at_end(connection: Any) -> None:
        if connection is None:
            look()
            looked.append(True)

    schema.upgrade(path, at_migrations=at_end)
    assert looked and schema.current_revision(path) == schema.HEAD


def readable(path: Path) -> tuple[proof.Inventory, list[tuple[Any, ...]]]:
    """Return all that a reader sees, and the migration that it stands at; unlike `state`, this needs no write lock."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return proof.take_inventory(connection), connection.execute("SELECT * FROM alembic_version").fetchall()


def with_stale_search(path: Path) -> None:
    """Make the search index disagree with the texts, so that the proof fails."""
    with connected(path) as connection:
        connection.execute("INSERT INTO article_fts (rowid, headline, body) VALUES (999999, 'of', 'nothing')")
        connection.commit()


def test_commands_ask_for_the_upgrade_and_change_nothing(oldest: Path, archive: Run) -> None:
    before = oldest.read_bytes()
    for words in (("list",), ("stats",), ("import", str(CHECKOUT / "seeds" / "articles"))):
        done = archive(oldest, *words)
        assert done.exit_code == 1
        assert "`archive db upgrade` brings it up to date" in done.stderr
    assert archive(oldest, "db", "current").stdout == f"{FIRST}\n"
    assert (oldest.read_bytes(), files(oldest)) == (before, ["old.db"])


def test_it_says_what_will_change_then_where_the_backup_is_then_that_it_is_done(oldest: Path, archive: Run) -> None:
    done = archive(oldest, "db", "upgrade")
    assert done.exit_code == 0, done.stderr
    told = [done.stdout.index(f"{step}: {what}") for step, what in reversed(schema.history()[:-1])]
    told.append(done.stdout.index(f"backup: {oldest.with_name(BACKUP)}"))
    told.append(done.stdout.index(f"is at {schema.HEAD}; rows, columns, keys and search index add up"))
    assert told == sorted(told)


@pytest.mark.parametrize("option", ["--dry-run", "--sql"])
def test_trying_it_leaves_nothing_behind(
    oldest: Path, archive: Run, tmp_path_factory: pytest.TempPathFactory, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    before = oldest.read_bytes()
    done = archive(oldest, "db", "upgrade", option)
    assert done.exit_code == 0, done.stderr
    assert ("CREATE TABLE decisions" in done.stdout) == (option == "--sql")
    assert ("tried on a copy: nothing would be lost" in done.stdout) == (option == "--dry-run")
    assert (oldest.read_bytes(), files(oldest), list(temporary.iterdir())) == (before, ["old.db"], [])


def test_trying_it_finds_what_would_not_add_up(oldest: Path, archive: Run, state: State) -> None:
    with_stale_search(oldest)
    before = state(oldest)
    done = archive(oldest, "db", "upgrade", "--dry-run")
    assert done.exit_code == 1
    assert "the search index does not agree with the texts" in done.stderr
    assert (state(oldest), files(oldest)) == (before, ["old.db"])


def test_backup_is_what_was_there_in_one_checked_file(oldest: Path, archive: Run, state: State) -> None:
    before = state(oldest)
    assert archive(oldest, "db", "upgrade").exit_code == 0
    assert files(oldest) == [BACKUP, "old.db"]
    kept = oldest.with_name(BACKUP)
    assert not kept.with_name(f"{kept.name}-wal").exists()
    assert state(kept) == before


def test_backup_is_there_before_anything_is_changed(oldest: Path) -> None:
    before = readable(oldest)
    seen = []

    def look(kept: Path) -> None:
        seen.append((readable(kept), readable(oldest)))

    upgrades.upgrade(oldest, backed_up=look)
    assert seen == [(before, before)]


def test_what_does_not_add_up_is_undone_and_told_and_the_backup_stays(oldest: Path, archive: Run, state: State) -> None:
    with_stale_search(oldest)
    before = state(oldest)
    done = archive(oldest, "db", "upgrade")
    assert done.exit_code == 1
    assert "the upgrade was undone" in done.stderr and "the search index does not agree" in done.stderr
    assert state(oldest) == before
    assert state(oldest.with_name(BACKUP)) == before


def test_until_it_is_done_readers_see_the_archive_as_it_was(oldest: Path) -> None:
    before = readable(oldest)

    def look() -> None:
        assert readable(oldest) == before

    in_the_middle(oldest, look)
    assert readable(oldest) != before


def test_nobody_else_writes_meanwhile(oldest: Path) -> None:
    def look() -> None:
        with (
            connected(oldest) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("DELETE FROM articles")

    in_the_middle(oldest, look)


def test_power_cut_in_the_middle_leaves_what_was_there(
    oldest: Path, archive: Run, state: State, tmp_path: Path
) -> None:
    """What a power cut leaves is the file and its log as they are on the disk, without what memory knows of them."""
    before = state(oldest)
    cut = tmp_path / "cut.db"

    def look() -> None:
        shutil.copy(oldest, cut)
        shutil.copy(f"{oldest}-wal", f"{cut}-wal")

    in_the_middle(oldest, look)
    assert state(cut) == before
    assert archive(cut, "db", "upgrade").exit_code == 0


def test_power_cut_just_after_the_end_leaves_what_is_there(
    oldest: Path, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committed, but not yet written from the log into the file."""
    cut = tmp_path / "cut.db"

    def cut_here(_: Any) -> None:
        shutil.copy(oldest, cut)
        shutil.copy(f"{oldest}-wal", f"{cut}-wal")

    # held open, or the last one to leave would write the log into the file
    with connected(oldest) as reader:
        reader.execute("PRAGMA journal_mode = WAL").fetchone()
        reader.execute("SELECT count(*) FROM articles").fetchone()
        monkeypatch.setattr("archive.db.engine.settle", cut_here)
        schema.upgrade(oldest)
    assert Path(f"{cut}-wal").stat().st_size > 0
    assert state(cut) == state(oldest)
    assert schema.current_revision(cut) == schema.HEAD


def test_what_is_committed_is_on_the_disk(oldest: Path) -> None:
    """https://www.sqlite.org/pragma.html#pragma_synchronous: with FULL, the log is flushed at each commit."""
    seen = []

    def look(connection: Any) -> None:
        if connection is not None:
            driver = connection.connection.driver_connection
            seen.append([driver.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")])

    schema.upgrade(oldest, at_migrations=look)
    assert seen == [["wal", 2]]


def test_afterwards_the_archive_is_one_file(oldest: Path, archive: Run, state: State, tmp_path: Path) -> None:
    assert archive(oldest, "db", "upgrade").exit_code == 0
    log = Path(f"{oldest}-wal")
    assert not log.exists() or log.stat().st_size == 0
    copy = Path(shutil.copy(oldest, tmp_path / "copy.db"))
    assert state(copy) == state(oldest)


def test_archive_backup_and_log_take_at_most_three_times_the_room(oldest: Path) -> None:
    size = oldest.stat().st_size
    used = []

    def look(connection: Any) -> None:
        if connection is None:
            used.append(sum(file.stat().st_size for file in oldest.parent.iterdir() if file.is_file()))

    def backing_up(_connection: Any) -> None:
        backups.backup(oldest, oldest.with_name(BACKUP))

    schema.upgrade(oldest, locked=backing_up, at_migrations=look)
    look(None)
    assert 2 * size < max(used) <= 3 * size


def test_backup_is_gone_back_to_and_what_stood_there_is_kept(oldest: Path, archive: Run, state: State) -> None:
    before = state(oldest)
    assert archive(oldest, "db", "upgrade").exit_code == 0
    upgraded = state(oldest)
    done = archive(oldest, "db", "restore", str(oldest.with_name(BACKUP)))
    assert done.exit_code == 0, done.stderr
    assert state(oldest) == before
    (kept,) = [name for name in files(oldest) if "replaced" in name]
    assert re.fullmatch(r"old\.replaced-\d{8}T\d{6}\.db", kept)
    assert files(oldest) == [BACKUP, "old.db", kept]
    assert state(oldest.with_name(kept)) == upgraded
    assert state(oldest.with_name(BACKUP)) == before
    assert archive(oldest, "db", "upgrade", "--no-backup").exit_code == 0
    assert state(oldest) == upgraded


def test_missing_archive_is_made_empty(archive: Run, tmp_path: Path) -> None:
    path = tmp_path / "typo.db"
    done = archive(path, "db", "upgrade")
    assert (done.exit_code, done.stdout) == (0, f"made {path}, empty, at {schema.HEAD}\n")
    assert files(path) == ["typo.db"]


def alembic(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *words],
        cwd=CHECKOUT,
        env={**os.environ, "ARCHIVE_DB": str(path)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_plain_alembic_comes_to_the_same_without_a_backup(oldest: Path, state: State, tmp_path: Path) -> None:
    other = Path(shutil.copy(oldest, tmp_path / "other.db"))
    done = alembic(oldest, "upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert files(oldest) == ["old.db", "other.db"]
    schema.upgrade(other)
    assert state(oldest) == state(other)


def test_plain_alembic_proves_it_too(oldest: Path, state: State) -> None:
    with_stale_search(oldest)
    before = state(oldest)
    done = alembic(oldest, "upgrade", "head")
    assert done.returncode != 0
    assert "the upgrade was undone" in done.stderr and "the search index does not agree" in done.stderr
    assert state(oldest) == before


def test_downgrade_keeps_all_that_the_older_schema_has_room_for(oldest: Path, archive: Run) -> None:
    before = readable(oldest)
    assert archive(oldest, "db", "upgrade", "--no-backup").exit_code == 0
    done = archive(oldest, "db", "downgrade", FIRST)
    assert done.exit_code == 0, done.stderr
    after = readable(oldest)
    assert after[1] == before[1]
    changed = {name for name, table in before[0].tables.items() if after[0].tables.get(name) != table}
    assert changed == {"about"}, "only which program made the schema is noted anew"
    assert after[0].tables.keys() == before[0].tables.keys()


def test_downgrade_that_would_lose_a_decision_is_refused(oldest: Path, archive: Run, state: State) -> None:
    assert archive(oldest, "db", "upgrade", "--no-backup").exit_code == 0
    with connected(oldest) as connection:
        connection.execute(
            "INSERT INTO decisions (made_at, who, subject, name, value) "
            "VALUES ('2026-11-22T08:00:00.000000Z', 'Ada', 'topic', 'local:trade', 'rejected')"
        )
        connection.commit()
    before = state(oldest)
    done = archive(oldest, "db", "downgrade", FIRST)
    assert done.exit_code == 1
    assert "1 decisions of people would be lost" in done.stderr
    assert state(oldest) == before


def test_what_a_downgrade_forgets_is_said_by_each_migration(oldest: Path, archive: Run) -> None:
    told = archive(oldest, "db", "upgrade", "--dry-run").stdout
    for step in upgrades.plan(oldest):
        (forgets,) = [line for line in step.doc.splitlines()[1:] if "downgrade" in line]
        assert forgets in told


@pytest.mark.parametrize(
    "words",
    ["current", "check", "upgrade nonsense", "upgrade +99", "downgrade base", f"downgrade {FIRST}", "stamp head"],
)
def test_plain_alembic_makes_no_archive_unless_it_is_to(tmp_path: Path, words: str) -> None:
    done = alembic(tmp_path / "typo.db", *words.split())
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == []
