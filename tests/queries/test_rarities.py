"""What every question must know of an archive: asked once of what is seen as of one moment, and not of what alters."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from archive.db import clock
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.db.tables import articles
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.hiding import visible
from archive.queries.rarities import rarities
from tests.engines import connected

LATER = "2999-01-01T00:00:00.000000Z"
NOTHING = (False, None, False)


def hide_one(database: Location) -> None:
    with connected(database) as connection:
        connection.execute("UPDATE articles SET status = 'withheld' WHERE id = (SELECT min(id) FROM articles)")
        connection.commit()


def put_under_embargo(connection: Connection, until: str) -> None:
    connection.exec_driver_sql(
        f"UPDATE articles SET embargo_until = '{until}' WHERE id = (SELECT max(id) FROM articles)"
    )


def number(connection: Connection) -> int:
    return len(connection.scalars(Asked().selection(connection).of(select(articles.c.id))).all())


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """Give the list of what is asked meanwhile."""
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", listen)
    yield asked
    event.remove(connection, "before_cursor_execute", listen)


def test_a_transaction_that_sees_one_moment_asks_once(seeds_archive: Location) -> None:
    with reading(seeds_archive) as connection:
        assert rarities(connection) == NOTHING
        with statements(connection) as asked:
            hide_one(seeds_archive)
            assert rarities(connection) == NOTHING  # and so do the articles that it sees
            all_there_are = number(connection)
            assert not [one for one in asked if "status IN" in one]
        connection.rollback()
        assert rarities(connection) == (True, None, False)
        assert number(connection) == all_there_are - 1


def test_who_writes_asks_each_time(seeds_archive: Location) -> None:
    engine = open_engine(seeds_archive)
    with engine.begin() as connection:
        before = number(connection)
        assert rarities(connection) == NOTHING
        put_under_embargo(connection, LATER)
        assert rarities(connection) == (False, LATER, False)
        assert number(connection) == before - 1
    engine.dispose()


def test_an_embargo_ends_while_a_transaction_goes_on(seeds_archive: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(seeds_archive)
    with engine.begin() as connection:
        put_under_embargo(connection, "2030-01-01T00:00:00.000000Z")
    engine.dispose()
    with reading(seeds_archive) as connection:
        monkeypatch.setattr(clock, "now", lambda: "2029-12-31T23:59:59.999999Z")
        before = number(connection)
        monkeypatch.setattr(clock, "now", lambda: "2030-01-01T00:00:00.000000Z")
        assert (number(connection), visible(connection)) == (before + 1, None)


@pytest.mark.postgresql
def test_a_server_is_asked_in_one_and_reads_no_article_for_it(seeds_archive: Location) -> None:
    """Of a statement with parameters it makes, after five times, a plan for any: that read all articles."""
    with reading(seeds_archive) as connection:
        with statements(connection) as asked:
            Asked("harbour").selection(connection)
        (one,) = [one for one in asked if "FROM articles" in one or "FROM article_search" in one]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # which reads a few rows sooner
        plan = connection.exec_driver_sql(f"EXPLAIN {one}").scalars().all()
    assert "%" not in one
    assert not [line for line in plan if "Seq Scan" in line]
    for index in ("ix_articles_status", "ix_articles_embargo_until", "ix_article_search_too_long"):
        assert any(index in line for line in plan), index


@pytest.mark.postgresql
def test_reading_connects_once(seeds_archive: Location) -> None:
    import psycopg

    made = []
    connect = psycopg.connect

    def counted(*words: Any, **named: Any) -> object:
        made.append(1)
        return connect(*words, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg, "connect", counted)
        with reading(seeds_archive) as connection:
            number(connection)
    assert len(made) == 1
