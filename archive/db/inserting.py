"""How rows of a batch are inserted: many at a time, in the quickest way that the engine has.

Through the driver: SQLAlchemy's own way of many rows costs as much again as SQLite takes for them, and PostgreSQL has
COPY for it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, insert

from archive.db import tables

Row = dict[str, Any]

_AGAIN = (
    "id, import_id, position, locator, original_id, context_sha256, reader, source_as_read, id_as_read, url_as_read, "
    "published_as_read, outcome, article_id, revision_id, text_sha256, stated_in_id, modified_at, crawled_at"
)
_AS_BEFORE = (
    "i.locator, i.original_id, i.context_sha256, i.reader, i.source_as_read, i.id_as_read, i.url_as_read, "
    "i.published_as_read, 'unchanged', i.article_id, i.revision_id, i.text_sha256, i.stated_in_id, i.modified_at, "
    "i.crawled_at"
)
_UNCHANGED_EACH = (
    f"INSERT INTO import_items ({_AGAIN}) SELECT ?, ?, ?, {_AS_BEFORE} "
    "FROM import_items i JOIN articles a ON a.id = i.article_id WHERE i.id = ?"
)
_UNCHANGED_ALL = (
    f"INSERT INTO import_items ({_AGAIN}) SELECT again.id, again.import_id, again.position, {_AS_BEFORE} "
    "FROM unnest(%s::bigint[], %s::bigint[], %s::integer[], %s::bigint[]) AS again (id, import_id, position, last_id) "
    "JOIN import_items i ON i.id = again.last_id JOIN articles a ON a.id = i.article_id"
)


def insert_rows(connection: Connection, name: str, rows: Sequence[Row]) -> None:
    """Insert rows, all of which have the same columns."""
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        statement, values_of = _insert_statement(connection.dialect, name, columns)
        connection.exec_driver_sql(statement, [values_of(row) for row in rows])
    else:
        insert_values(connection, name, columns, map(itemgetter(*columns), rows))


def insert_values(connection: Connection, name: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows, given as values of these columns, by PostgreSQL's COPY."""
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column}"' for column in columns)
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def insert_unchanged(connection: Connection, units: Sequence[tuple[Any, ...]]) -> int:
    """Insert units that are as before: each its own last row again, as long as its article is still there.

    A unit is given as its id, its import, its place in it, and the id of its last row. Returns how many were inserted.
    """
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(_UNCHANGED_EACH, list(units)).rowcount
    return connection.exec_driver_sql(_UNCHANGED_ALL, tuple(map(list, zip(*units, strict=True)))).rowcount


@cache
def _insert_statement(
    dialect: Dialect, name: str, columns: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """Return the INSERT of these columns, and what gets a row's values in the order of its placeholders."""
    compiled = insert(tables.metadata.tables[name]).compile(dialect=dialect, column_keys=columns)
    return str(compiled), itemgetter(*(compiled.positiontup or columns))
