"""What SQLAlchemy made of a statement is used again, whichever archive it is asked of next."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from archive.db import postgresql, sqlite
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.db.tables import articles
from tests.engines import NewArchive


@pytest.fixture
def kept(engine: str) -> Callable[[], int]:
    """Return what counts the statements that are kept."""
    return lambda: len((sqlite if engine == "sqlite" else postgresql)._COMPILED)


def asked(database: Location, *, read_only: bool) -> list[object]:
    engine = open_engine(database, read_only=read_only)
    try:
        with engine.connect() as connection:
            return list(connection.scalars(select(articles.c.key.label("only_here")).order_by(articles.c.id)))
    finally:
        engine.dispose()


def test_of_another_archive_and_another_way_to_open_it(new_archive: NewArchive, kept: Callable[[], int]) -> None:
    full, empty = new_archive("seeds", "full.db"), new_archive("empty", "empty.db")
    before = kept()
    found = asked(full, read_only=True)
    assert kept() == before + 1
    assert asked(full, read_only=False) == found != []
    assert asked(empty, read_only=True) == []
    assert kept() == before + 1


@pytest.mark.postgresql
def test_not_on_a_server_that_takes_other_statements() -> None:
    make: Callable[[], postgresql.Dialect] = postgresql.Dialect
    one, same, older, other = (make() for _ in range(4))
    for dialect in (one, same, other):
        dialect.server_version_info = (18, 1)
    older.server_version_info = (14, 2)
    other.default_schema_name = "elsewhere"
    assert one == same and hash(one) == hash(same)
    assert one not in (older, other)
    assert one != sqlite.Dialect()
