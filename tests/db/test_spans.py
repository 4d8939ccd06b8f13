"""What is published within a span, told by its precision where that is enough, is what the moments themselves say."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, create_engine, func, insert, select

from archive.db.spans import published_within
from archive.db.tables import articles
from archive.documents import PublishedTime
from archive.normalize.dates import parse_published

# few days, at whose ends much begins and ends; and times of day that begin a day, and that do not
_DAYS = ["2022-12-31", "2023-01-01", "2023-01-31", "2023-02-01", "2023-02-28", "2023-03-01", "2024-01-01"]
_TIMES = ["", "T00:00", "T00:00:00", "T12:30", "T12:30:00", "T12:30:59", "T23:59", "T23:59:59Z"]
DATES = st.one_of(
    st.sampled_from(["2022", "2023", "2024", "2022-12", "2023-01", "2023-02", "2023-03"]),
    st.builds(str.__add__, st.sampled_from(_DAYS), st.sampled_from(_TIMES)),
).map(parse_published)
SPANS = st.tuples(
    st.none() | DATES.map(lambda date: date.starts), st.none() | DATES.map(lambda date: date.ends)
).filter(any)  # what has neither side is no span


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        articles.create(opened)
        yield opened
    engine.dispose()


def counted(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(func.count()).select_from(articles).where(condition)).scalar_one() == 1


@given(date=st.none() | DATES, span=SPANS)
def test_a_span_has_what_surely_ends_and_may_begin_within(
    date: PublishedTime | None, span: tuple[str | None, str | None], connection: Connection
) -> None:
    values: dict[str, Any] = {"key": "a", "created_at": ""}
    if date is not None:
        values |= {"published_from": date.starts, "published_until": date.ends, "published_precision": date.precision}
    with connection.begin_nested() as kept:
        connection.execute(insert(articles), values)
        sides = published_within(*span)
        found = [counted(connection, one) for one in sides]
        kept.rollback()
    if date is None:
        assert found == [False, True]
        return
    first, last = datetime.fromisoformat(date.starts), datetime.fromisoformat(date.ends)
    starts = datetime.min if span[0] is None else datetime.fromisoformat(span[0])
    ends = datetime.max if span[1] is None else datetime.fromisoformat(span[1])
    assert found == [first >= starts and last <= ends, last > starts and first < ends]
