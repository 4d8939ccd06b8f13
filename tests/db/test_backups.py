"""Copies of an archive are whole and checked; an archive is put back from one, and what stood there is kept."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from archive.db import backups, proof, schema
from archive.db.engine import open_engine
from archive.db.sqlite import PAGE_SIZE
from archive.errors import ArchiveError, SchemaError
from tests.engines import connected

pytestmark = pytest.mark.sqlite("backups are copies of files; on servers pg_dump makes them")


@pytest.fixture
def archive(seeds_archive: Path) -> Path:
    return seeds_archive


@pytest.fixture
def copy(archive: Path, tmp_path: Path) -> Path:
    """A backup of the archive, which has changed since."""
    path = tmp_path / "copy.db"
    backups.backup(archive, path)
    execute(archive, "INSERT INTO authors (name, name_key) VALUES ('Later', 'later')")
    return path


def test_backup_while_others_write_is_one_moment_of_the_archive(archive: Path, tmp_path: Path) -> None:
    """Two tables that are always written together have the same rows in every backup."""
    execute(archive, "CREATE TABLE one (n INTEGER)", "CREATE TABLE other (n INTEGER, filling BLOB)")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(archive, isolation_level=None, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            number = 0
            while not stop.is_set():
                number += 1
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO one VALUES (?)", (number,))
                time.sleep(0.001)
                connection.execute("INSERT INTO other VALUES (?, zeroblob(5000))", (number,))
                connection.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(5):
            time.sleep(0.05)
            target = tmp_path / f"copy-{number}.db"
            backups.backup(archive, target)
            with connected(target) as connection:
                one = connection.execute("SELECT max(n), count(*) FROM one").fetchone()
                assert connection.execute("SELECT max(n), count(*) FROM other").fetchone() == one
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                counts.append(one[1])
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(set(counts)), "the writer went on writing"


def test_backup_is_told_of_and_does_not_begin_again_when_others_write(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_PAGES", 3)
    before = inventory(archive)
    steps: list[tuple[str, int, int | None]] = []

    def watch(what: str, done: int, total: int | None) -> None:
        steps.append((what, done, total))
        if done in (3, 9):
            execute(archive, f"INSERT INTO authors (name, name_key) VALUES ('{done}', '{done}')")

    backups.backup(archive, tmp_path / "copy.db", watch)
    *copied, last = steps
    pages = archive.stat().st_size // PAGE_SIZE
    assert copied == [("backup", min(done, pages), pages) for done in range(3, pages + 3, 3)]
    assert last == ("checking the backup", 0, None)
    assert inventory(tmp_path / "copy.db") == before


def test_backup_that_is_stopped_leaves_nothing(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "_PAGES", 3)

    def stop(_what: str, done: int, _total: int | None) -> None:
        assert done == 3
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backups.backup(archive, tmp_path / "copy.db", stop)
    assert list(tmp_path.glob("copy*")) == []


def test_backup_holds_what_is_only_in_the_log(archive: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(archive, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("INSERT INTO authors (name, name_key) VALUES ('In the log', 'in the log')")
        assert archive.with_name(archive.name + "-wal").stat().st_size > 0
        backups.backup(archive, tmp_path / "copy.db")
    assert values(tmp_path / "copy.db", "SELECT name FROM authors WHERE name_key = 'in the log'") == ["In the log"]


def test_backup_leaves_out_what_is_not_committed(archive: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(archive, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO authors (name, name_key) VALUES ('Perhaps', 'perhaps')")
        backups.backup(archive, tmp_path / "copy.db")
        writer.execute("ROLLBACK")
    assert values(tmp_path / "copy.db", "SELECT name FROM authors WHERE name_key = 'perhaps'") == []


def test_backup_writes_over_what_a_killed_one_left(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    unfinished = target.with_name("copy.db.unfinished")
    whole = archive.read_bytes()
    left = {
        "another archive": whole,
        "torn": whole[:200_000],
        "torn, with a first page of zeros": bytes(PAGE_SIZE) + whole[PAGE_SIZE:200_000],
    }
    for what, content in left.items():
        for log in ((), ("-journal",), ("-wal", "-shm")):
            unfinished.write_bytes(content)
            for suffix in log:
                unfinished.with_name(unfinished.name + suffix).write_bytes(b"of another time" * 1000)
            backups.backup(archive, target)
            assert inventory(target) == inventory(archive), (what, log)
            assert list(tmp_path.glob("*.unfinished*")) == []
            target.unlink()


def test_backup_is_open_to_no_more_people_than_the_archive(archive: Path, tmp_path: Path) -> None:
    archive.chmod(0o600)
    backups.backup(archive, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    archive.chmod(0o400)
    backups.backup(archive, tmp_path / "another.db")
    assert (tmp_path / "another.db").stat().st_mode & 0o777 == 0o600, "it can be restored and worked with"


def test_backup_of_a_damaged_archive_is_not_kept(archive: Path, tmp_path: Path) -> None:
    (page,) = values(archive, "SELECT rootpage FROM sqlite_schema WHERE name = 'article_values'")
    with archive.open("r+b") as file:
        file.seek((int(str(page)) - 1) * PAGE_SIZE)
        file.write(b"\xff" * PAGE_SIZE)
    with pytest.raises(ArchiveError, match=r"the backup of .* does not check out \(.*\); nothing was kept of it"):
        backups.backup(archive, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("there", ["file", "folder", "link"])
def test_backup_takes_the_place_of_nothing(archive: Path, tmp_path: Path, there: str) -> None:
    target = tmp_path / "taken"
    if there == "folder":
        target.mkdir()
    elif there == "link":
        target.symlink_to(archive)
    else:
        target.write_text("mine")
    with pytest.raises(ArchiveError, match="taken exists; name a file that does not"):
        backups.backup(archive, target)
    assert target.is_dir() or target.is_symlink() or target.read_text() == "mine"


def test_backup_into_a_folder_that_is_not_there(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"there is no folder .*nowhere to write the backup in"):
        backups.backup(archive, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(SchemaError, match="there is no archive at"):
        backups.backup(tmp_path / "nowhere.db", tmp_path / "copy.db")
    assert not list(tmp_path.glob("*copy*"))


def test_restore_goes_back_and_keeps_what_was_there(archive: Path, copy: Path) -> None:
    later, then = inventory(archive), inventory(copy)
    kept = backups.restore(archive, copy)
    assert kept is not None and kept.parent == archive.parent and kept.name.startswith("seeds.replaced-")
    assert inventory(archive) == then
    assert inventory(kept) == later
    assert inventory(copy) == then, "the backup is still there"
    assert not list(archive.parent.glob("*.restoring")) and not list(archive.parent.glob("seeds.db-*"))


def test_restored_archives_are_all_kept(archive: Path, copy: Path) -> None:
    """However quickly one follows on the other."""
    later = inventory(archive)
    kept = [backups.restore(archive, copy) for _ in range(4)]
    assert len(set(kept)) == 4
    assert kept[0] is not None and inventory(kept[0]) == later
    assert all(one is not None and one.exists() for one in kept)


def test_restore_into_nothing_makes_the_archive(archive: Path, copy: Path, tmp_path: Path) -> None:
    assert backups.restore(tmp_path / "new.db", copy) is None
    assert inventory(tmp_path / "new.db") == inventory(copy)


def test_restore_into_a_file_without_an_archive(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    kept = backups.restore(tmp_path / "empty.db", copy)
    assert inventory(tmp_path / "empty.db") == inventory(copy)
    assert kept is not None and values(kept, "SELECT name FROM sqlite_schema") == []


def test_restored_archive_can_be_worked_with(archive: Path, copy: Path) -> None:
    backups.restore(archive, copy)
    engine = open_engine(archive)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO authors (name, name_key) VALUES ('New', 'new')")
    assert values(archive, "SELECT name FROM authors WHERE name_key IN ('new', 'later')") == ["New"]


def test_restore_keeps_who_may_read_the_archive(archive: Path, copy: Path) -> None:
    archive.chmod(0o640)
    backups.restore(archive, copy)
    assert archive.stat().st_mode & 0o777 == 0o640


def test_restore_follows_a_link(archive: Path, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    real = archive.rename(tmp_path / "elsewhere" / "real.db")
    archive.symlink_to(real)
    kept = backups.restore(archive, copy)
    assert archive.is_symlink() and archive.resolve() == real
    assert inventory(real) == inventory(copy)
    assert kept is not None and kept.parent == real.parent


def test_restore_of_another_archive_is_refused(archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    schema.upgrade(other)
    before = archive.read_bytes()
    with pytest.raises(SchemaError, match=r"is a backup of another archive than .*; to work on it, name it with --db"):
        backups.restore(archive, other)
    assert archive.read_bytes() == before
    assert not list(tmp_path.glob("*.restoring")) and not list(tmp_path.glob("*.replaced-*"))


def test_restore_from_the_archive_itself_is_refused(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(archive)
    for name in (archive, tmp_path / "link.db"):
        with pytest.raises(SchemaError, match="is the archive itself; name a backup of it"):
            backups.restore(archive, name)


def test_restore_from_a_newer_program_is_refused(archive: Path, copy: Path) -> None:
    execute(copy, "UPDATE alembic_version SET version_num = '20991231_what_comes'")
    before = inventory(archive)
    with pytest.raises(SchemaError, match=r"20991231_what_comes, which this program .* update the program"):
        backups.restore(archive, copy)
    assert inventory(archive) == before


@pytest.mark.parametrize("damage", ["cut off", "overwritten", "a letter", "empty", "missing", "a folder", "of others"])
def test_restore_from_what_is_no_sound_backup_is_refused(archive: Path, copy: Path, damage: str) -> None:
    if damage == "cut off":
        os.truncate(copy, copy.stat().st_size * 2 // 3)
    elif damage == "overwritten":
        (page,) = values(copy, "SELECT rootpage FROM sqlite_schema WHERE name = 'article_values'")
        with copy.open("r+b") as file:
            file.seek((int(str(page)) - 1) * PAGE_SIZE)
            file.write(b"\xff" * PAGE_SIZE)
    else:
        copy.unlink()
        if damage == "a letter":
            copy.write_text("Dear reader, this is a letter and no backup.\n" * 100)
        elif damage == "empty":
            copy.touch()
        elif damage == "a folder":
            copy.mkdir()
        elif damage == "of others":
            execute(copy, "CREATE TABLE orders (id INTEGER)")
    before = inventory(archive)
    with pytest.raises(SchemaError, match=r"damaged|cannot be read|no archive|has no archive|is a folder"):
        backups.restore(archive, copy)
    assert inventory(archive) == before
    assert not list(archive.parent.glob("*.restoring")) and not list(archive.parent.glob("*.replaced-*"))


@pytest.mark.parametrize("there", ["a letter", "of others", "cut off"])
def test_restore_over_what_is_no_archive_names_the_way(archive: Path, copy: Path, there: str) -> None:
    """A name that was mistyped takes nobody's file away; a damaged archive is moved away by who knows."""
    if there == "cut off":
        os.truncate(archive, 200)
    else:
        archive.unlink()
        if there == "a letter":
            archive.write_text("Dear reader, this is a letter.\n" * 100)
        else:
            execute(archive, "CREATE TABLE orders (id INTEGER)")
    before = archive.read_bytes()
    with pytest.raises(SchemaError, match="to restore it all the same, move that file away first"):
        backups.restore(archive, copy)
    assert archive.read_bytes() == before
    archive.rename(archive.with_name("moved-away"))
    assert backups.restore(archive, copy) is None
    assert inventory(archive) == inventory(copy)


def test_restore_over_an_archive_that_is_damaged_further_in(archive: Path, copy: Path) -> None:
    """What it is can still be read: it is replaced, and kept as it is."""
    (page,) = values(archive, "SELECT rootpage FROM sqlite_schema WHERE name = 'article_values'")
    with archive.open("r+b") as file:
        file.seek((int(str(page)) - 1) * PAGE_SIZE)
        file.write(b"\xff" * PAGE_SIZE)
    damaged = archive.read_bytes()[4096:]
    kept = backups.restore(archive, copy)
    assert inventory(archive) == inventory(copy)
    assert kept is not None and kept.read_bytes()[4096:] == damaged


@contextmanager
def at_work(path: Path, *statements: str) -> Iterator[None]:
    """Another program has the archive open, and has done something in it."""
    program = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for statement in sys.argv[2:]: connection.execute(statement).fetchone()\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(path), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield


@pytest.mark.parametrize(
    "statements",
    [
        ("BEGIN IMMEDIATE", "UPDATE authors SET name = name"),
        ("UPDATE authors SET name = name",),
        ("SELECT 1 FROM authors",),
        ("BEGIN", "SELECT 1 FROM authors"),
    ],
    ids=["writing", "has written", "has read", "reading"],
)
def test_restore_while_another_program_is_at_work_is_refused(
    archive: Path, copy: Path, statements: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_PATIENCE", 0.1)
    before = inventory(archive)
    with (
        at_work(archive, *statements),
        pytest.raises(SchemaError, match=r"someone is at work in .*; close what uses it and try again"),
    ):
        backups.restore(archive, copy)
    assert inventory(archive) == before
    assert not list(archive.parent.glob("*.restoring")) and not list(archive.parent.glob("*.replaced-*"))
    assert backups.restore(archive, copy) is not None


def test_restore_waits_for_who_is_nearly_done(archive: Path, copy: Path) -> None:
    with closing(sqlite3.connect(archive, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, connection.close)
        done.start()
        assert backups.restore(archive, copy) is not None
        done.join()
    assert inventory(archive) == inventory(copy)


def test_restore_over_a_copied_file_beside_an_old_log(archive: Path, copy: Path) -> None:
    """Somebody copied a backup over the archive, whose emptied log and its index still lay there."""
    shutil.copy(copy, archive)
    execute(archive, "INSERT INTO authors (name, name_key) VALUES ('Since', 'since')")
    archive.with_name("seeds.db-wal").touch()
    archive.with_name("seeds.db-shm").write_bytes(bytes(32768))
    kept = backups.restore(archive, copy)
    assert inventory(archive) == inventory(copy)
    assert kept is not None and values(kept, "SELECT name FROM authors WHERE name_key = 'since'") == ["Since"]


def test_restore_takes_the_log_of_a_killed_program_into_what_is_kept(archive: Path, copy: Path) -> None:
    """What was only in the log when a program was killed is in the file that is kept."""
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(archive, isolation_level=None)
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("INSERT INTO authors (name, name_key) VALUES ('In the log', 'in the log')")
        os._exit(0)
    os.waitpid(child, 0)
    assert archive.with_name(archive.name + "-wal").stat().st_size > 0
    kept = backups.restore(archive, copy)
    assert kept is not None
    assert values(kept, "SELECT name FROM authors WHERE name_key = 'in the log'") == ["In the log"]
    assert values(archive, "SELECT name FROM authors WHERE name_key = 'in the log'") == []


def test_who_comes_in_at_the_last_moment_is_noticed(archive: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look whether anybody is there and the change, another program opens the archive."""
    before = inventory(archive)
    real = backups._take_alone

    def take_alone(path: Path) -> None:
        real(path)
        comes.enter_context(closing(latecomer := sqlite3.connect(path, isolation_level=None)))
        latecomer.execute("PRAGMA journal_mode = WAL")  # as every writer of ours does
        latecomer.execute("INSERT INTO authors (name, name_key) VALUES ('Late', 'late')")

    monkeypatch.setattr(backups, "_take_alone", take_alone)
    with ExitStack() as comes, pytest.raises(SchemaError, match="someone is at work in"):
        backups.restore(archive, copy)
    assert values(archive, "SELECT name FROM authors WHERE name_key = 'late'") == ["Late"]
    assert inventory(archive) != before
    assert not list(archive.parent.glob("*.replaced-*"))


def test_archive_without_an_id(archive: Path, tmp_path: Path) -> None:
    assert backups.archive_id(archive) is not None
    execute(archive, "DELETE FROM about")
    assert backups.archive_id(archive) is None
    execute(archive, "DROP TABLE about")
    assert backups.archive_id(archive) is None


def test_taken_paths_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.before-x.db"
    assert backups.free_path(path) == path
    path.touch()
    assert backups.free_path(path) == tmp_path / "a.before-x-2.db"
    (tmp_path / "a.before-x-2.db").touch()
    assert backups.free_path(path) == tmp_path / "a.before-x-3.db"


def inventory(path: Path) -> proof.Inventory:
    with connected(path) as connection:
        return proof.take_inventory(connection)


def values(path: Path, statement: str) -> list[object]:
    with connected(path) as connection:
        return [row[0] for row in connection.execute(statement)]


def execute(path: Path, *statements: str) -> None:
    with connected(path) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
