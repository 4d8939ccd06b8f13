"""How rows of a batch are inserted: many at a time, in the quickest way that the engine has.

Through the driver: SQLAlchemy's own way of many rows costs as much again as SQLite takes for them, and PostgreSQL has
COPY for it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, insert, text

from archive.db import tables
from archive.db.driver_errors import told_by_sqlalchemy

Row = dict[str, Any]

_AGAIN = (
    "INSERT INTO import_items (id, import_id, position, locator, original_id, context_sha256, reader, source_as_read, "
    "id_as_read, url_as_read, published_as_read, outcome, article_id, revision_id, text_sha256, stated_in_id, "
    "modified_at, crawled_at) SELECT {new}, i.locator, i.original_id, i.context_sha256, i.reader, i.source_as_read, "
    "i.id_as_read, i.url_as_read, i.published_as_read, 'unchanged', i.article_id, i.revision_id, i.text_sha256, "
    "i.stated_in_id, i.modified_at, i.crawled_at "
    "FROM {units} JOIN import_items i ON i.id = {last} JOIN articles a ON a.id = i.article_id"
)
# One statement for all of a batch: one for each unit takes twice as long. Where ids follow each other as places do, an
# object of new ids to last ones is enough.
_UNCHANGED = {
    "sqlite": text(
        _AGAIN.format(
            new="CAST(u.key AS INTEGER), :import_id, CAST(u.key AS INTEGER) - :before",
            units="json_each(:units) u",
            last="u.value",
        )
    ),
    "postgresql": text(
        _AGAIN.format(
            new="u.id, :import_id, u.position",
            units="unnest(CAST(:ids AS bigint[]), CAST(:positions AS integer[]), CAST(:last AS bigint[])) "
            "AS u (id, position, last_id)",
            last="u.last_id",
        )
    ),
}


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
    """Insert rows, given as values of these columns; on PostgreSQL by COPY."""
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "sqlite":
        statement = f"INSERT INTO {name} ({names}) VALUES ({', '.join('?' * len(columns))})"
        with told_by_sqlalchemy(connection, statement):
            driver.executemany(statement, rows)
        return
    statement = f"COPY {name} ({names}) FROM STDIN"
    with told_by_sqlalchemy(connection, statement), driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def insert_unchanged(connection: Connection, import_id: int, units: Sequence[tuple[int, int, int]]) -> int:
    """Insert units that are as before: each its own last row again, as long as its article is still there.

    A unit is given as its id, its place in the import, and the id of its last row. Returns how many were inserted.
    """
    ids, positions, last = zip(*units, strict=True)
    values: dict[str, Any] = {"import_id": import_id}
    if connection.dialect.name == "sqlite":
        values |= {"units": json.dumps(dict(zip(ids, last, strict=True))), "before": ids[0] - positions[0]}
    else:
        values |= {"ids": list(ids), "positions": list(positions), "last": list(last)}
    return connection.execute(_UNCHANGED[connection.dialect.name], values).rowcount


@cache
def _insert_statement(
    dialect: Dialect, name: str, columns: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """Return the INSERT of these columns, and what gets a row's values in the order of its placeholders."""
    compiled = insert(tables.metadata.tables[name]).compile(dialect=dialect, column_keys=columns)
    return str(compiled), itemgetter(*(compiled.positiontup or columns))
