"""Archives are made with larger pages than SQLite's own; those that were made before keep theirs, whatever is done."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archive.copying import copy_archive
from archive.db import backups
from archive.db.engine import open_engine
from archive.db.sqlite import PAGE_SIZE
from archive.db.wiping import sqlite as wiping
from archive.ingest import import_paths

pytestmark = pytest.mark.sqlite("pages are those of files")

SMALL = 4096


@pytest.fixture
def old(seeds_archive: Path) -> Path:
    """An archive as it was made before, with SQLite's own pages."""
    with closing(sqlite3.connect(seeds_archive, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f"PRAGMA page_size = {SMALL}")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = WAL")
    assert page_size(seeds_archive) == SMALL
    return seeds_archive


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "ferry.txt"
    path.write_text("The ferry left the harbour of Orla at dawn on Monday, with forty cars and no lights.\n")
    return path


def test_an_archive_is_made_with_large_pages(tmp_path: Path, text: Path) -> None:
    import_paths(tmp_path / "archive.db", [str(text)])
    assert page_size(tmp_path / "archive.db") == PAGE_SIZE


def test_the_log_grows_as_long_whatever_the_size_of_pages(old: Path, empty_archive: Path) -> None:
    for path in (old, empty_archive):
        with open_engine(path).connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one()
        assert pages * page_size(path) == 256 * 2**20


def test_an_older_archive_is_imported_into_as_it_is(old: Path, text: Path) -> None:
    before = articles(old)
    import_paths(old, [str(text)])
    assert (page_size(old), articles(old)) == (SMALL, before + 1)


def test_an_older_archive_is_backed_up_and_restored_as_it_is(old: Path, text: Path, tmp_path: Path) -> None:
    copy, before = tmp_path / "copy.db", articles(old)
    backups.backup(old, copy)
    import_paths(old, [str(text)])
    backups.restore(old, copy)
    assert (page_size(copy), page_size(old), articles(old)) == (SMALL, SMALL, before)


def test_an_older_archive_is_copied_into_a_new_one_and_back(
    old: Path, new_archive: Callable[..., Path], tmp_path: Path
) -> None:
    new, empty = tmp_path / "new.db", new_archive("empty", "empty.db")
    with closing(sqlite3.connect(empty, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f"PRAGMA page_size = {SMALL}")
        connection.execute("VACUUM")
    copy_archive(old, new)
    copy_archive(new, empty)
    assert (page_size(new), page_size(empty)) == (PAGE_SIZE, SMALL)
    assert articles(new) == articles(empty) == articles(old)


def test_wiping_keeps_the_size_of_pages(old: Path) -> None:
    with wiping.alone(old) as connection:
        wiping.wipe(connection)
    assert page_size(old) == SMALL


def page_size(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA page_size").fetchone()[0])


def articles(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
