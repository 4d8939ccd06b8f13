"""A connection as checks and repairs need it: statements in the words of both engines, `?` for values, rows as tuples.

One of `sqlite3` is such a connection as it is. One to a server stands behind `OnServer`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, cast

from sqlalchemy import Connection, CursorResult

_AT_ONCE = 100  # rows that a server sends: an archive has more than memory holds


class Rows(Protocol):
    """What a statement found, or did."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""

    def __iter__(self) -> Iterator[Any]:
        """Yield row by row."""

    def fetchone(self) -> Any:
        """Return the first row, None where there is none."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""


class Plain(Protocol):
    """A connection within one transaction."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows:
        """Run a statement, with a value for each `?` in it."""


class OnServer:
    """A connection to an archive on PostgreSQL; rows are read some at a time."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Run a statement, with a value for each `?` in it."""
        words = statement.replace("%", "%%")
        if values:
            words = words.replace("?", "%s")
        reads = words.lstrip().startswith(("SELECT", "WITH"))
        how = {"stream_results": True, "yield_per": _AT_ONCE} if reads else {}
        return _RowsOfServer(self.connection.exec_driver_sql(words, tuple(values) or None, execution_options=how))


def plain_of(connection: Connection) -> Plain:
    """Return an SQLAlchemy connection as one that takes plain statements, in the same transaction."""
    if connection.dialect.name != "sqlite":
        return OnServer(connection)
    return cast(Plain, connection.connection.driver_connection)


class _RowsOfServer:
    def __init__(self, result: CursorResult[Any]) -> None:
        self._result = result

    @property
    def rowcount(self) -> int:
        return self._result.rowcount

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._result
        finally:
            self._result.close()

    def fetchone(self) -> Any:
        return next(iter(self), None)

    def fetchall(self) -> list[Any]:
        return list(self)
