"""An archive's schema is looked at before anything else is done, and never changed silently."""

import os
import shutil
import signal
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.db import backups, schema
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.db.sqlite import connect_read_only, driver_of
from archive.errors import ArchiveError, SchemaError
from archive.running import stopped_in_order
from tests.engines import NewArchive, connected, state


def test_missing_file_is_named_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"there is no archive at .*no\.db; `archive import PATH` makes one"):
        schema.require_current(tmp_path / "no.db")


def test_folder_is_told_from_an_archive(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="is a folder; name the file of the archive"):
        schema.require_current(tmp_path)


@pytest.mark.sqlite("bytes of a file are damaged")
def test_damage_that_sqlite_quotes_in_its_message_is_an_error_with_a_reason(seeds_archive: Path) -> None:
    """Bytes that are no UTF-8 in a table's statement come back in SQLite's message."""
    content = seeds_archive.read_bytes()
    at = content.index(b"CREATE TABLE about")
    seeds_archive.write_bytes(content[:at] + b"CREATE \xff\xfe\xffLE" + content[at + 12 :])
    with pytest.raises(SchemaError, match="cannot be read as an archive"):
        schema.current_revision(seeds_archive)


def test_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, this is a letter and no database, whatever its name says.\n" * 40)
    with pytest.raises(SchemaError, match="cannot be read as an archive"):
        schema.require_current(path)


def test_database_of_something_else_is_left_alone(new_archive: NewArchive) -> None:
    shop = new_archive(None, "shop.db")
    with connected(shop) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('abc')")
        connection.commit()
    before = state(shop)
    for act in (schema.require_current, schema.upgrade):
        with pytest.raises(SchemaError, match="a database, but no archive"):
            act(shop)
    assert state(shop) == before


def test_newer_schema_asks_for_a_newer_program(database: Location) -> None:
    stamp(database, "20991231_what_comes")
    with pytest.raises(SchemaError, match=r"20991231_what_comes, which .* does not know: .*update the program"):
        schema.require_current(database)


def test_older_schema_names_the_upgrade(database: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "HEAD", "20991231_what_comes")
    with pytest.raises(SchemaError, match="`archive db upgrade` brings it up to date"):
        schema.require_current(database)


def test_unknown_migration_is_refused(database: Location) -> None:
    with pytest.raises(SchemaError, match="`archive db history` lists"):
        schema.upgrade(database, "no_such_migration")


def test_upgrade_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no folder"):
        schema.upgrade(tmp_path / "nowhere" / "archive.db")


@pytest.mark.sqlite("a backup is a file")
def test_backup_is_the_same_archive_in_one_file(seeds_archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    backups.backup(seeds_archive, copy)
    assert not copy.with_name("copy.db-wal").exists()
    with connected(seeds_archive) as one, connected(copy) as other:
        assert list(one.iterdump()) == list(other.iterdump())
        assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    schema.require_current(copy)


@pytest.mark.sqlite("a backup is a file")
def test_backup_overwrites_nothing(seeds_archive: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    with pytest.raises(ArchiveError, match="exists"):
        backups.backup(seeds_archive, taken)
    assert taken.read_text() == "mine"
    with pytest.raises(ArchiveError, match="there is no folder"):
        backups.backup(seeds_archive, tmp_path / "nowhere" / "copy.db")


def test_failing_migration_leaves_nothing_of_itself(database: Location) -> None:
    """A migration that breaks in the middle is undone as a whole."""
    with connected(database) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.commit()
        before = list(connection.iterdump())
    with pytest.raises(SchemaError, match=r"migrated: \w+ \W?about\W? already exists; nothing was changed$"):
        schema.upgrade(database)
    with connected(database) as connection:
        assert list(connection.iterdump()) == before


@pytest.mark.sqlite("modes of files")
def test_read_only_media_are_opened(seeds_archive: Path) -> None:
    """Where nothing can be written, neither file nor folder, the archive is read as it is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy = Path(shutil.copy(seeds_archive, folder / "archive.db"))
        copy.chmod(0o444)
        folder.chmod(0o555)
        child = os.fork()
        if child == 0:
            if os.geteuid() == 0:
                os.setuid(65534)
            try:
                os._exit(0 if schema.current_revision(copy) == schema.HEAD else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        folder.chmod(0o755)
    assert os.waitstatus_to_exitcode(status) == 0


def test_archive_that_may_not_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:
        hidden = Path(name) / "hidden"
        hidden.mkdir()
        child = os.fork()
        if child == 0:
            try:
                hidden.chmod(0)
                if os.geteuid() == 0:
                    os.setuid(65534)
                schema.current_revision(hidden / "archive.db")
            except SchemaError as error:
                os._exit(0 if "may not be read" in str(error) else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)
        hidden.chmod(0o755)
    assert os.waitstatus_to_exitcode(status) == 0


def stamp(path: Location, revision: str) -> None:
    with connected(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_a_migration_undoes_it(tmp_path: Path, number: signal.Signals) -> None:
    """What Python raises while SQLite calls it back is lost, and SQLite told that it may not go on."""
    path = tmp_path / "archive.db"
    sent: list[str] = []

    def send(statement: str) -> None:
        if "CREATE TABLE" in statement and not sent:
            sent.append(statement)
            signal.raise_signal(number)

    def look(connection: Connection | None) -> None:
        if connection is not None:
            driver_of(connection).set_trace_callback(send)

    with stopped_in_order(), pytest.raises(KeyboardInterrupt):
        schema.upgrade(path, at_migrations=look)
    assert sent
    assert schema.current_revision(path) is None


@pytest.mark.sqlite("what SQLite puts beside a file")
def test_a_look_leaves_nothing_beside_an_archive(seeds_archive: Path) -> None:
    """Neither where nobody else is there nor where another comes and goes meanwhile; what they need stays."""
    with connected(seeds_archive) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.execute("SELECT 1 FROM about")
    alone = {file.name for file in seeds_archive.parent.iterdir()}
    schema.current_revision(seeds_archive)
    with open_engine(seeds_archive, read_only=True).connect() as look:
        assert look.exec_driver_sql("SELECT count(*) FROM articles").scalar() == 16
    assert {file.name for file in seeds_archive.parent.iterdir()} == alone
    with (
        closing(sqlite3.connect(seeds_archive, isolation_level=None)) as writer,
        closing(connect_read_only(seeds_archive)) as first,
    ):
        assert first.execute("SELECT count(*) FROM authors WHERE name_key = 'later'").fetchone() == (0,)
        schema.current_revision(seeds_archive)
        writer.execute("INSERT INTO authors (name, name_key) VALUES ('Later', 'later')")
        schema.current_revision(seeds_archive)
        assert first.execute("SELECT count(*) FROM authors WHERE name_key = 'later'").fetchone() == (1,)
    assert {file.name for file in seeds_archive.parent.iterdir()} == alone
