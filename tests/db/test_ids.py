"""Numbers for new rows: each once, rising, and few questions for many."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from archive.db.engine import open_engine
from archive.db.ids import Ids
from archive.db.location import Location


@pytest.fixture
def writing(database: Location) -> Iterator[Engine]:
    made = open_engine(database)
    yield made
    made.dispose()


def taken(engine: Engine, number: int, like: Ids | None = None) -> tuple[Ids, list[int], int]:
    """Return the ids that one transaction takes, and how often it asked."""
    asked = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal asked
        asked += "max(" in statement or "nextval" in statement

    with engine.begin() as connection:
        event.listen(connection, "before_cursor_execute", count)
        ids = Ids(connection, like=like)
        return ids, [ids.take("articles") for _ in range(number)], asked


def test_ids_of_a_transaction_like_the_one_before_are_asked_for_at_once(writing: Engine) -> None:
    on_server = writing.dialect.name != "sqlite"
    first, ids, asked = taken(writing, 700)
    assert ids == sorted(set(ids))
    assert asked > 1 or not on_server
    for number, least in ((700, 1), (20, 1), (699, 1)):
        _, more, asked = taken(writing, number, like=first)
        assert more == sorted(set(more))
        assert more[0] > ids[-1] or not on_server  # nothing was written: a file knows no ids that were taken
        assert asked == least


def test_more_ids_than_the_transaction_before_took_are_had_all_the_same(writing: Engine) -> None:
    first, _, _ = taken(writing, 3)
    _, ids, asked = taken(writing, 2_500, like=first)
    assert ids == sorted(set(ids))
    assert len(ids) == 2_500
    assert asked < 20
