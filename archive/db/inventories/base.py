"""What an inventory says of a database, and how a column's checksum is made: the same for the same rows everywhere."""

import hashlib
import marshal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from archive.running import Watch

PAGE_ROWS = 500  # hashed at once; MEASURED: more fit no cache and take longer
PAGE_BYTES = 16_000_000  # of originals, which may be large

# What is derived of the texts, and what belongs to the engine or to Alembic.
_LEFT_OUT = ("article_search", "alembic_version")
_LEFT_OUT_PREFIXES = ("article_fts_", "article_impacts_", "sqlite_")


@dataclass(frozen=True)
class TableState:
    """What is in a table: how many rows, a checksum of each column, and the names of columns that are computed."""

    rows: int
    columns: dict[str, str]
    generated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Inventory:
    """What is in a database: its tables, and by `type:name` each object with the table it is of and its statement.

    Objects are tables (those that a module makes too), views, triggers and indexes.
    """

    tables: dict[str, TableState]
    objects: dict[str, tuple[str, str]]


class ColumnSums:
    """Checksums of the columns of a table, of rows as they pass in the order of their ids.

    A checksum is SHA-256 of a column's values, each with its type, so it says also which row has which value.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._sums = [hashlib.sha256(usedforsecurity=False) for _ in columns]
        self._rows = 0

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Count rows in; what a row has beyond the columns is left out."""
        self._rows += len(rows)
        for one, values in zip(self._sums, zip(*rows, strict=True), strict=False):
            # Version 2 writes each value with its type, and none as a reference to an earlier one. The first 5 bytes
            # say how many there are; without them it makes no difference where a page ends.
            one.update(memoryview(marshal.dumps(values, 2))[5:])

    def state(self, generated: frozenset[str] = frozenset()) -> TableState:
        """Return what was counted in."""
        sums = (one.hexdigest() for one in self._sums)
        return TableState(self._rows, dict(zip(self._columns, sums, strict=True)), generated)


def pages_of(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows, so many at once as are well kept in memory; the last value of each is its size."""
    page: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        page.append(row)
        size += row[-1]
        if len(page) == PAGE_ROWS or size > PAGE_BYTES:
            yield page
            page, size = [], 0
    if page:
        yield page


def watched(tables: Sequence[str], watch: Watch) -> Iterator[str]:
    """Yield the names of tables, of each of which `watch` is told before it is read."""
    for number, name in enumerate(tables):
        watch(name, number, len(tables))
        yield name


def is_counted(name: str) -> bool:
    """Tell whether a table is in an inventory: the archive's search index is not."""
    return name not in _LEFT_OUT and not name.startswith(_LEFT_OUT_PREFIXES)


def quoted(name: str) -> str:
    """Return a name as it stands in a statement."""
    return '"' + name.replace('"', '""') + '"'
