"""Numbers for new rows, handed out before the rows are written."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import Connection, CursorResult, func, select, text

from archive.db.tables import metadata

_MOST_AT_ONCE = 1_000  # what is not taken is lost, and asking for each costs more than writing it

# which sequence it is, is looked up once, and not for each number
_FROM_SEQUENCE = text(
    "SELECT nextval((SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass))) FROM generate_series(1, :number)"
)


def inserted_id(result: CursorResult[Any]) -> int:
    """Return the id that the database gave to the one row that was inserted."""
    key = result.inserted_primary_key
    if key is None:
        raise ValueError("nothing was inserted")
    return int(key[0])


class Ids:
    """Hands out ids that are higher than any of their table.

    Sound only under the write lock, which an archive's transactions take when they begin; lasts as long as one does.
    Knowing the ids beforehand lets all rows of a batch be written table by table. `like` are those of a transaction
    that took about as many: then as many are asked for at once.
    """

    def __init__(self, connection: Connection, like: "Ids | None" = None) -> None:
        self._connection = connection
        self._expected = like._taken if like else Counter[str]()
        self._has_sequences = connection.dialect.name != "sqlite"
        self._next: dict[str, Iterator[int]] = {}
        self._taken: Counter[str] = Counter()

    def take(self, table: str) -> int:
        """Return the next id of a table."""
        self._taken[table] += 1
        for number in self._next.get(table, ()):
            return number
        self._next[table] = self._from_sequence(table) if self._has_sequences else self._from_highest(table)
        return next(self._next[table])

    def _from_highest(self, table: str) -> Iterator[int]:
        return count((self._connection.scalar(select(func.max(metadata.tables[table].c.id))) or 0) + 1)

    def _from_sequence(self, table: str) -> Iterator[int]:
        """Return ids from a sequence, which also numbers rows that come without.

        As many as are still expected; where nothing is, or there are more, each time as many as were taken.
        """
        taken = self._taken[table]
        left = self._expected[table] - taken + 1
        some = {"table": table, "number": min(left if left > 0 else taken, _MOST_AT_ONCE)}
        return iter(self._connection.scalars(_FROM_SEQUENCE, some).all())
