"""Statements that are made once and run again and again, without being looked up in SQLAlchemy each time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect

from archive.db.driver_errors import told_by_sqlalchemy


def run_kept(connection: Connection, statement: ClauseElement, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    """Return all rows of a SELECT that stays the same object, with values for its parameters.

    Its words are made once. To find them again, and to make a result, SQLAlchemy takes longer than SQLite takes for an
    answer of a few rows, so the driver is asked. Columns are as it gives them: for what needs no conversion.
    """
    words, constants, places = _words_of(statement, connection.dialect)
    named = constants | values
    given = named if places is None else tuple(named[name] for name in places)
    driver: Any = connection.connection.dbapi_connection
    rows: list[tuple[Any, ...]]
    if not connection.in_transaction():
        rows = list(map(tuple, connection.exec_driver_sql(words, given)))
        return rows
    with told_by_sqlalchemy(connection, words):
        rows = driver.execute(words, given).fetchall()
    return rows


@lru_cache(maxsize=256)
def _words_of(statement: ClauseElement, dialect: Dialect) -> tuple[str, dict[str, Any], tuple[str, ...] | None]:
    compiled: Any = statement.compile(dialect=dialect)
    return str(compiled), dict(compiled.params), tuple(compiled.positiontup) if compiled.positional else None
