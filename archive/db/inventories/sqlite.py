"""What is in an SQLite file."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

from archive.db.inventories.base import ColumnSums, Inventory, TableState, is_counted, pages_of, quoted, watched
from archive.running import Watch


def take_inventory(connection: sqlite3.Connection, watch: Watch) -> Inventory:
    """Return what is in a database now; users' own tables and search indexes too, the archive's search index not."""
    listed = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"
    ).fetchall()
    names = [name for (name,) in listed if is_counted(name)]
    tables = {name: table_state(connection, name) for name in watched(names, watch)}
    return Inventory(tables, objects(connection))


def objects(connection: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    """Return by `type:name` each object with the table it is of and its statement."""
    return {
        f"{kind}:{name}": (table, sql)
        for kind, name, table, sql in connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
        )
        if is_counted(name)
    }


def table_state(connection: sqlite3.Connection, name: str) -> TableState:
    """Return what is in a table, also where it holds text that is no UTF-8; that is slower."""
    try:
        return _state(connection, name)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    factory = connection.text_factory
    connection.text_factory = lambda text: text.decode(errors="surrogateescape")
    try:
        return _state(connection, name)
    finally:
        connection.text_factory = factory


def pages(
    connection: sqlite3.Connection, name: str, columns: list[str] | None = None, where: str = ""
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a table in the order of their ids, in portions; after its values each row has its size.

    `columns` are those that are wanted, in this order; `where` is a condition in SQL.
    """
    listed = [row for row in _described(connection, name) if row[6] == 0]
    wanted = columns if columns is not None else [row[1] for row in listed]
    # SQLite knows how long a BLOB is without reading it
    blobs = [row[1] for row in listed if row[2].upper() in ("BLOB", "") and row[1] in wanted]
    lengths = [f"coalesce(length({quoted(column)}), 0)" for column in blobs]
    key = [quoted(row[1]) for row in sorted(listed, key=lambda row: int(row[5])) if row[5]]
    (without_rowid,) = connection.execute(
        "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", (name,)
    ).fetchone()
    names = ", ".join([*map(quoted, wanted), " + ".join(lengths) or "0"])
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(
        f"SELECT {names} FROM {quoted(name)} {where and f'WHERE {where}'} "
        f"ORDER BY {', '.join(key) if without_rowid else 'rowid'}"
    )
    return pages_of(cursor)


def pointing_nowhere(connection: sqlite3.Connection) -> Counter[tuple[str, int | None, str]]:
    """Return rows whose foreign keys lead nowhere: table, row id, what is wrong; how many times."""
    found: Counter[tuple[str, int | None, str]] = Counter()
    tables = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    for (table,) in tables.fetchall():
        try:
            for _, row, parent, _ in connection.execute(f"PRAGMA foreign_key_check({quoted(table)})"):
                found[table, row, f"point to no row of {parent}"] += 1
        except sqlite3.OperationalError as error:
            # a key of a user's table that leads to no unique column: no row of it can be looked up
            found[table, None, f"cannot be looked up ({error})"] += 1
    return found


def search_problem(connection: sqlite3.Connection) -> str | None:
    """Return how the search index is out of step with the texts, if it is; needs a transaction that can write."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'article_fts'").fetchall():
        return None
    try:
        connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return str(error)
    return None


def _state(connection: sqlite3.Connection, name: str) -> TableState:
    # generated columns (2 and 3) are computed, and hidden ones (1) are no values
    described = _described(connection, name)
    columns = [row[1] for row in described if row[6] == 0]
    sums = ColumnSums(columns)
    for page in pages(connection, name, columns):
        sums.add(page)
    return sums.state(frozenset(row[1] for row in described if row[6] in (2, 3)))


def _described(connection: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
