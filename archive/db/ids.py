"""Numbers for new rows, handed out before the rows are written."""

from typing import Any

from sqlalchemy import Connection, CursorResult, func, select

from archive.db.tables import metadata


def inserted_id(result: CursorResult[Any]) -> int:
    """Return the id that the database gave to the one row that was inserted."""
    key = result.inserted_primary_key
    if key is None:
        raise ValueError("nothing was inserted")
    return int(key[0])


class Ids:
    """Hands out ids that follow the highest of each table.

    Sound only under the write lock, which an archive's transactions take when they begin; lasts as long as one does.
    Knowing the ids beforehand lets all rows of a batch be written table by table.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] = {}

    def take(self, table: str) -> int:
        """Return the next id of a table."""
        last = self._last.get(table)
        if last is None:
            last = self._connection.scalar(select(func.max(metadata.tables[table].c.id))) or 0
        self._last[table] = last + 1
        return last + 1
