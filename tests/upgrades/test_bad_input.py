"""What is no archive, damaged, or of another program is refused with the reason, and nothing is written."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from archive.db import schema, upgrades
from tests.engines import connected


def no_archive(path: Path) -> None:
    with connected(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, what TEXT)")
        connection.execute("INSERT INTO orders (what) VALUES ('tea')")
        connection.commit()


def of_another_program(path: Path) -> None:
    """Another program that uses Alembic, and happens to have a table of articles."""
    with connected(path) as connection:
        connection.executescript(
            "CREATE TABLE articles (id INTEGER); CREATE TABLE alembic_version (version_num TEXT);"
            "INSERT INTO alembic_version VALUES ('1a2b3c4d5e6f')"
        )


def of_another_program_with_the_same_tables(path: Path) -> None:
    of_another_program(path)
    with connected(path) as connection:
        connection.execute("CREATE TABLE import_items (id INTEGER)")


def of_another_program_without_a_migration(path: Path) -> None:
    with connected(path) as connection:
        connection.executescript("CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE shop (id INTEGER)")


def letter(path: Path) -> None:
    path.write_text("Dear reader, this is a letter and no database, whatever its name says.\n" * 100)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_off_in_the_first_page(path: Path) -> None:
    os.truncate(path, 100)


def overwritten(path: Path) -> None:
    """A page in the middle holds something else."""
    with path.open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


MADE = {
    "no archive": (no_archive, "is a database, but no archive; nothing was changed"),
    "another program's": (of_another_program, "is a database, but no archive; nothing was changed"),
    "another program's, alike": (of_another_program_with_the_same_tables, "is 1a2b3c4d5e6f, which this program"),
    "another program's, unmarked": (of_another_program_without_a_migration, "is a database, but no archive"),
    "a letter": (letter, "cannot be read as an archive: file is not a database"),
}
DAMAGED = {
    "cut off": (cut_off, ("malformed", "does not check out", "damaged")),
    "cut off in the first page": (cut_off_in_the_first_page, ("file is not a database", "malformed", "disk I/O")),
    "overwritten": (overwritten, ("malformed", "does not check out", "damaged")),
    "a folder": (folder, ("is a folder; name the file of the archive",)),
    "a pipe": (pipe, ("there is no archive at",)),
}


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--sql",), ("--no-backup",)], ids=" ".join)
@pytest.mark.parametrize("what", MADE)
def test_what_is_no_archive_is_left_alone(
    tmp_path: Path, archive: Callable[..., Result], what: str, words: tuple[str, ...]
) -> None:
    make, told = MADE[what]
    path = tmp_path / "theirs.db"
    make(path)
    before = path.read_bytes()
    done = archive(path, "db", "upgrade", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert told in done.stderr
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--no-backup",)], ids=" ".join)
@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_is_left_as_it_is(
    oldest: Path, archive: Callable[..., Result], what: str, words: tuple[str, ...]
) -> None:
    damage, told = DAMAGED[what]
    damage(oldest)
    before = oldest.read_bytes() if oldest.is_file() else None
    done = archive(oldest, "db", "upgrade", *words)
    assert done.exit_code == 1
    assert any(part in done.stderr for part in told), done.stderr
    assert "Traceback" not in done.stderr
    assert (oldest.read_bytes() if oldest.is_file() else None) == before
    left = {file.name for file in oldest.parent.iterdir()} - {"checkout"}
    assert left <= {"old.db"}


def test_empty_file_becomes_an_archive(tmp_path: Path, archive: Callable[..., Result]) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    done = archive(path, "db", "upgrade")
    assert (done.exit_code, done.stdout) == (0, f"made {path}, empty, at {schema.HEAD}\n")
    assert schema.current_revision(path) == schema.HEAD
    assert not list(tmp_path.glob("*before*")), "there was nothing to keep"


@pytest.mark.parametrize("there", [True, False])
def test_trying_it_makes_no_archive(tmp_path: Path, archive: Callable[..., Result], there: bool) -> None:
    path = tmp_path / "new.db"
    if there:
        path.touch()
    done = archive(path, "db", "upgrade", "--dry-run")
    assert (done.exit_code, done.stdout) == (0, f"{path} would be made, empty; nothing was written\n")
    done = archive(path, "db", "upgrade", "--sql")
    assert done.exit_code == 0 and "CREATE TABLE articles" in done.stdout
    assert [(file, file.stat().st_size) for file in tmp_path.iterdir()] == ([(path, 0)] if there else [])


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("no_such_migration", "No such revision or branch 'no_such_migration'; `archive db history` lists the migrat"),
        ("base", "is not an ancestor of revision base"),
        ("+99", "Relative revision +99 didn't produce 99 migrations"),
        ("2026", "Multiple revisions start with '2026'"),
    ],
)
def test_unknown_migration(oldest: Path, archive: Callable[..., Result], revision: str, told: str) -> None:
    before = oldest.read_bytes()
    for words in ((revision,), (revision, "--sql"), (revision, "--dry-run")):
        done = archive(oldest, "db", "upgrade", *words)
        assert (done.exit_code, done.stdout) == (1, "")
        assert told in done.stderr, done.stderr
    assert oldest.read_bytes() == before
    assert {file.name for file in oldest.parent.iterdir()} == {"old.db"}


def test_unknown_migration_makes_no_archive(tmp_path: Path, archive: Callable[..., Result]) -> None:
    done = archive(tmp_path / "new.db", "db", "upgrade", "no_such_migration")
    assert done.exit_code == 1
    assert "No such revision or branch" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_name_that_no_file_can_have(tmp_path: Path, archive: Callable[..., Result]) -> None:
    done = archive(tmp_path / ("n" * 300), "db", "upgrade")
    assert done.exit_code == 1
    assert "may not be read: File name too long" in done.stderr


def test_archive_of_a_newer_program(oldest: Path, archive: Callable[..., Result]) -> None:
    upgrades.upgrade(oldest, keep_backup=False)
    with connected(oldest) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '20991231_what_comes'")
        connection.execute("UPDATE about SET value = '9.9.0' WHERE name = 'program_version'")
        connection.commit()
    before = oldest.read_bytes()
    for words in (("upgrade",), ("upgrade", "--dry-run"), ("downgrade", schema.HEAD)):
        done = archive(oldest, "db", *words)
        assert done.exit_code == 1
        assert "20991231_what_comes, which this program" in done.stderr
        assert "it was made by archive 9.9.0; update the program to that version" in done.stderr
    assert oldest.read_bytes() == before


@pytest.mark.parametrize("option", ["--dry-run", "--sql"])
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_trying_it_leaves_the_archive_byte_for_byte(
    oldest: Path, archive: Callable[..., Result], option: str, journal: str
) -> None:
    with closing(sqlite3.connect(oldest, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
    shutil.copy(oldest, oldest.with_name("as-it-was"))
    done = archive(oldest, "db", "upgrade", option)
    assert (done.exit_code, done.stderr) == (0, "")
    assert oldest.read_bytes() == oldest.with_name("as-it-was").read_bytes()
    assert {file.name for file in oldest.parent.iterdir()} == {"as-it-was", "old.db"}
    if option == "--sql":
        assert "CREATE TABLE decisions" in done.stdout and "ALTER TABLE articles ADD COLUMN page" in done.stdout
        assert "PRAGMA" not in done.stdout and "SELECT 1" not in done.stdout
    else:
        assert "tried on a copy: nothing would be lost" in done.stdout


def test_upgrade_without_a_backup(oldest: Path, archive: Callable[..., Result]) -> None:
    done = archive(oldest, "db", "upgrade", "--no-backup")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "backup:" not in done.stdout
    assert not list(oldest.parent.glob("*before*"))
    assert schema.current_revision(oldest) == schema.HEAD


def test_backups_of_earlier_upgrades_are_kept(oldest: Path, state: Callable[[Path], object]) -> None:
    first = oldest.with_name("old.before-20261122_first_archive.db")
    second = oldest.with_name("old.before-20261122_first_archive-2.db")
    first.write_text("mine")
    second.write_text("mine too")
    before = state(oldest)
    kept: list[Path] = []
    upgrades.upgrade(oldest, backed_up=kept.append)
    assert [file.read_text() for file in (first, second)] == ["mine", "mine too"]
    assert kept == [oldest.with_name("old.before-20261122_first_archive-3.db")]
    assert state(kept[0]) == before
