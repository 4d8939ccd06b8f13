"""What a driver says past SQLAlchemy is an error as SQLAlchemy raises it, of its kind, on both engines."""

from pathlib import Path

import pytest
from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from archive.db.engine import errors_explained, open_engine
from archive.db.inserting import insert_values
from archive.db.kept_statements import run_kept
from archive.db.location import Location
from archive.db.tables import articles
from archive.errors import ArchiveError
from tests.engines import assert_sound, rows

OF_LANGUAGE: Select[int] = select(func.count()).where(articles.c.language == bindparam("language"))


def test_rows_that_break_a_rule_break_it_as_elsewhere(seeds_archive: Location) -> None:
    engine = open_engine(seeds_archive)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        insert_values(connection, "authors", ("id", "name", "name_key"), [(1, "again", "again")])
    engine.dispose()
    assert_sound(seeds_archive)


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_kept_statement_finds_the_same_whether_a_transaction_was_begun(
    seeds_archive: Location, is_begun: bool
) -> None:
    ((number,),) = rows(seeds_archive, "SELECT count(*) FROM articles WHERE language = 'en'")
    engine = open_engine(seeds_archive, read_only=True)
    with engine.connect() as connection:
        if is_begun:
            connection.execute(text("SELECT 1"))
        assert connection.in_transaction() == is_begun
        assert run_kept(connection, OF_LANGUAGE, {"language": "en"}) == [(number,)] != [(0,)]
    engine.dispose()


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_kept_statement_that_cannot_be_run_is_an_error_as_elsewhere(seeds_archive: Location, is_begun: bool) -> None:
    statement = select(text("nothing")).select_from(text("nowhere"))
    engine = open_engine(seeds_archive, read_only=True)
    with pytest.raises(DBAPIError, match="nowhere"), engine.connect() as connection:
        if is_begun:
            connection.execute(text("SELECT 1"))
        run_kept(connection, statement, {})
    engine.dispose()


def test_a_full_disk_is_told_where_rows_go_to_the_driver(empty_archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "archive.db"
    file.write_bytes(empty_archive.read_bytes())
    engine = open_engine(file)
    with (
        pytest.raises(ArchiveError, match="the disk is full; make room"),
        errors_explained(file),
        engine.begin() as connection,
    ):
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        insert_values(connection, "authors", ("id", "name", "name_key"), [(1, "x" * 1_000_000, "x")])
    engine.dispose()
    assert rows(file, "SELECT count(*) FROM authors") == [(0,)]


@pytest.mark.postgresql
def test_a_kept_statement_tells_that_the_server_is_gone(seeds_archive: Location) -> None:
    engine = open_engine(seeds_archive, read_only=True)
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        rows(seeds_archive, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        run_kept(connection, OF_LANGUAGE, {"language": "en"})
    assert caught.value.connection_invalidated
    engine.dispose()
