"""Statements that are made once and run again and again, without being looked up in SQLAlchemy each time."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ClauseElement, Connection, CursorResult, Dialect


def run_kept(
    connection: Connection, statement: ClauseElement, values: dict[str, Any]
) -> CursorResult[*tuple[Any, ...]]:
    """Return the rows of a SELECT that stays the same object, with values for its parameters.

    Its words are made once. To find them again, SQLAlchemy goes through a statement each time, which takes longer than
    a driver takes for an answer of a few rows. Columns are as the driver gives them: for what needs no conversion.
    """
    words, constants, places = _words_of(statement, connection.dialect)
    given = constants | values
    return connection.exec_driver_sql(words, given if places is None else tuple(given[name] for name in places))


@lru_cache(maxsize=256)
def _words_of(statement: ClauseElement, dialect: Dialect) -> tuple[str, dict[str, Any], tuple[str, ...] | None]:
    compiled: Any = statement.compile(dialect=dialect)
    return str(compiled), dict(compiled.params), tuple(compiled.positiontup) if compiled.positional else None
