"""The process of `archive sql` by itself: how it opens a file that cannot be written, and what it lets pass."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import SchemaError
from archive.queries import sql, sql_child
from archive.queries.sql_errors import explained

NOBODY = 65534


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Be a user whom permissions bind, for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)  # type: ignore[attr-defined,unused-ignore]
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)  # type: ignore[attr-defined,unused-ignore]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach, which pytest's own are not."""
    path = Path(tempfile.mkdtemp())
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


def close_to_writing(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


def make_database(path: Path, journal: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute("CREATE TABLE a (x)")
    connection.execute("INSERT INTO a VALUES ('heron')")
    return connection


def read(database: Path) -> list[tuple[str]]:
    settled = sql._is_settled(database, Path(f"{database}-wal"))
    connection = sql_child.open_to_read(f"file://{database}", settled, 0.0)
    with contextlib.closing(connection):
        return connection.execute("SELECT x FROM a").fetchall()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_database_on_a_medium_that_cannot_be_written_is_read(folder: Path, journal: str) -> None:
    make_database(folder / "a.db", journal).close()
    close_to_writing(folder)
    with unprivileged():
        assert sql._is_settled(folder / "a.db", folder / "a.db-wal")
        assert read(folder / "a.db") == [("heron",)]
    assert list(folder.iterdir()) == [folder / "a.db"]


def test_an_empty_log_beside_it_does_not_matter(folder: Path) -> None:
    make_database(folder / "a.db", "wal").close()
    (folder / "a.db-wal").touch()
    close_to_writing(folder)
    with unprivileged():
        assert read(folder / "a.db") == [("heron",)]


def test_a_log_with_changes_beside_it_is_never_passed_over(folder: Path) -> None:
    writer = make_database(folder / "b.db", "wal")
    for name in ("b.db", "b.db-wal"):
        shutil.copy(folder / name, folder / name.replace("b", "a", 1))
    writer.close()
    close_to_writing(folder)
    with unprivileged():
        assert not sql._is_settled(folder / "a.db", folder / "a.db-wal")
        with pytest.raises(sqlite3.OperationalError, match="unable to open") as caught:
            read(folder / "a.db")
    report = {"code": caught.value.sqlite_errorname, "message": str(caught.value), "type": "", "names": []}
    error = explained({**report, "refused": None, "opened": False, "value_bytes": 1}, "SELECT", "SELECT 1")
    assert isinstance(error, SchemaError)
    assert "-wal" in str(error)


def test_a_file_without_permission_is_not_read(folder: Path) -> None:
    make_database(folder / "a.db", "delete").close()
    (folder / "a.db").chmod(0)
    with unprivileged(), pytest.raises(sqlite3.OperationalError, match="unable to open"):
        read(folder / "a.db")


def test_the_guard_remembers_the_first_refusal() -> None:
    guard = sql_child.Guard()
    assert guard(sqlite3.SQLITE_READ, "a", "x", "main", None) == sqlite3.SQLITE_OK
    assert guard.refused is None
    assert guard(sqlite3.SQLITE_DELETE, "a", None, "main", None) == sqlite3.SQLITE_DENY
    assert guard(sqlite3.SQLITE_INSERT, "b", None, "main", None) == sqlite3.SQLITE_DENY
    assert guard.refused == ("DELETE", "a")


def test_what_sqlite_may_learn_to_do_later_is_refused() -> None:
    guard = sql_child.Guard()
    assert guard(9999, None, None, None, None) == sqlite3.SQLITE_DENY
    assert guard.refused == ("a change", "")


def test_fts5_may_ask_whether_its_index_was_changed() -> None:
    assert sql_child.Guard()(sqlite3.SQLITE_PRAGMA, "data_version", None, "main", None) == sqlite3.SQLITE_OK


@pytest.mark.parametrize("deed", ["load_extension('./evil')", "(SELECT * FROM pragma_soft_heap_limit)"])
def test_no_view_of_a_file_can_do_what_a_statement_cannot(tmp_path: Path, deed: str) -> None:
    writer = make_database(tmp_path / "a.db", "delete")
    writer.execute(f"CREATE VIEW evil AS SELECT {deed}")
    writer.close()
    connection = sql_child.open_to_read(f"file://{tmp_path / 'a.db'}", False, 0.0)
    guard = sql_child.guard(connection, 1000, 1000)
    with contextlib.closing(connection), pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT * FROM evil").fetchall()
    assert guard.refused or "load_extension" in deed


def test_names_leave_out_the_tables_in_which_an_index_is_kept() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE a (x, y); CREATE VIEW lost AS SELECT 1 FROM gone; CREATE VIRTUAL TABLE s USING fts5(x)"
    )
    with contextlib.closing(connection):
        found = dict(sql_child.names(connection))
    assert found["a"] == ["x", "y"]
    assert found["lost"] == []
    assert "s" in found
    assert "s_data" not in found


def test_the_process_imports_nothing_of_the_archive_and_nothing_installed() -> None:
    script = (
        "import sys, runpy; runpy.run_path(sys.argv[1]);"
        "print([m for m in sys.modules if m.split('.')[0] not in sys.stdlib_module_names | {'__main__'}])"
    )
    command = [sys.executable, "-I", "-S", "-c", script, str(sql_child.__file__)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
