"""The proof that a migration lost nothing: what is in an archive before and after, and what was declared to change.

Runs inside the migration's own transaction (`migrations/env.py`), so that what does not add up is undone as a whole.
"""

import hashlib
import marshal
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.errors import ArchiveError

_PAGE = 2000  # rows hashed at once


class ProofError(ArchiveError):
    """An upgrade would have lost or altered something; it was undone. `differences` says what."""

    def __init__(self, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        told = "\n  ".join(self.differences)
        super().__init__(f"the upgrade was undone, nothing was changed: it does not add up\n  {told}")


@dataclass(frozen=True)
class TableState:
    """What is in a table: how many rows, and a checksum of each column."""

    rows: int
    columns: dict[str, str]


@dataclass(frozen=True)
class Inventory:
    """What is in a database: its tables, and by `type:name` each view, trigger and index: its table and statement."""

    tables: dict[str, TableState]
    objects: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Changes:
    """What migrations declare to change; all else must be the same before and after.

    A migration's `CHANGES` is a dict of any of these names. `columns_*` are names of columns by table: `derived` are
    computed anew, `moved` is `table.column` to `table.column`. `rows_changed` are tables that gain or lose rows,
    `objects_changed` views, triggers and indexes (`view:documents`) that are made otherwise or dropped.
    """

    tables_added: frozenset[str] = frozenset()
    tables_dropped: frozenset[str] = frozenset()
    rows_changed: frozenset[str] = frozenset()
    objects_changed: frozenset[str] = frozenset()
    columns_added: Mapping[str, frozenset[str]] = field(default_factory=dict)
    columns_derived: Mapping[str, frozenset[str]] = field(default_factory=dict)
    columns_dropped: Mapping[str, frozenset[str]] = field(default_factory=dict)
    columns_moved: Mapping[str, str] = field(default_factory=dict)

    def inverted(self) -> "Changes":
        """Return what going back changes."""
        return Changes(
            tables_added=self.tables_dropped,
            tables_dropped=self.tables_added,
            rows_changed=self.rows_changed,
            objects_changed=self.objects_changed,
            columns_added=self.columns_dropped,
            columns_derived=self.columns_derived,
            columns_dropped=self.columns_added,
            columns_moved={new: old for old, new in self.columns_moved.items()},
        )


def declared(changes: Iterable[Mapping[str, Any]]) -> Changes:
    """Return the changes that several migrations declare, as one; raises ValueError for a key that means nothing."""
    sets: dict[str, set[str]] = {
        name: set() for name in ("tables_added", "tables_dropped", "rows_changed", "objects_changed")
    }
    columns: dict[str, dict[str, set[str]]] = {
        name: {} for name in ("columns_added", "columns_derived", "columns_dropped")
    }
    moved: dict[str, str] = {}
    for one in changes:
        for key, value in one.items():
            if key in sets:
                sets[key] |= set(value)
            elif key in columns:
                for table, names in value.items():
                    columns[key].setdefault(table, set()).update(names)
            elif key == "columns_moved":
                moved.update(value)
            else:
                raise ValueError(f"CHANGES has no '{key}'; it may have {', '.join([*sets, *columns, 'columns_moved'])}")
    by_table = {name: {table: frozenset(names) for table, names in tables.items()} for name, tables in columns.items()}
    return Changes(
        tables_added=frozenset(sets["tables_added"]),
        tables_dropped=frozenset(sets["tables_dropped"]),
        rows_changed=frozenset(sets["rows_changed"]),
        objects_changed=frozenset(sets["objects_changed"]),
        columns_added=by_table["columns_added"],
        columns_derived=by_table["columns_derived"],
        columns_dropped=by_table["columns_dropped"],
        columns_moved=moved,
    )


def take_inventory(connection: sqlite3.Connection) -> Inventory:
    """Return what is in a database now; users' own tables too, the tables inside a search index not.

    A column's checksum is BLAKE2b of its values in the order of the rows, so it says also which row has which value.
    """
    tables: dict[str, TableState] = {}
    listed = connection.execute("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'").fetchall()
    for name, kind, without_rowid in listed:
        if kind == "table" and not name.startswith("sqlite_") and name != "alembic_version":
            tables[name] = _table_state(connection, name, ordered=not without_rowid)
    objects = {
        f"{kind}:{name}": (table, sql)
        for kind, name, table, sql in connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema "
            "WHERE sql IS NOT NULL AND type IN ('view', 'trigger', 'index')"
        )
    }
    return Inventory(tables, objects)


def compare(before: Inventory, after: Inventory, changes: Changes) -> list[str]:
    """Return what differs without being declared, in words; nothing where all adds up."""
    differences = list(_compare_objects(before, after, changes))
    for name, old in before.tables.items():
        if name in changes.tables_dropped:
            continue
        new = after.tables.get(name)
        if new is None:
            differences.append(f"table {name} is gone")
            continue
        differences.extend(_compare_table(name, old, new, changes))
    differences.extend(
        f"table {name} is new, but not declared"
        for name in after.tables
        if name not in before.tables and name not in changes.tables_added
    )
    for source, target in changes.columns_moved.items():
        old_sum, new_sum = _column(before, source), _column(after, target)
        if old_sum is not None and old_sum != new_sum:
            differences.append(f"{target} has not the values that {source} had")
    return differences


def check_foreign_keys(connection: sqlite3.Connection) -> list[str]:
    """Return which rows point to rows that are not there, in words, a line for each pair of tables."""
    counts: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        counts[table, parent] = counts.get((table, parent), 0) + 1
    return [f"{number} rows of {table} point to no row of {parent}" for (table, parent), number in counts.items()]


def check_search(connection: sqlite3.Connection) -> list[str]:
    """Return whether the search index is out of step with the texts, in words."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'article_fts'").fetchall():
        return []
    try:
        connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return [f"the search index does not agree with the texts ({error}); `archive repair` builds it anew"]
    return []


def _table_state(connection: sqlite3.Connection, name: str, *, ordered: bool) -> TableState:
    quoted = _quoted(name)
    # generated columns are computed, and hidden ones are no values
    columns = [row[1] for row in connection.execute(f"PRAGMA table_xinfo({quoted})") if row[6] == 0]
    sums = [hashlib.blake2b(digest_size=16) for _ in columns]
    names = ", ".join(_quoted(column) for column in columns)
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(f"SELECT {names} FROM {quoted}" + (" ORDER BY rowid" if ordered else ""))
    number = 0
    for rows in _pages(cursor):
        number += len(rows)
        for column_sum, values in zip(sums, zip(*rows, strict=True), strict=True):
            # version 2 writes each value with its type, and none as a reference to an earlier one
            column_sum.update(marshal.dumps(values, 2))
    return TableState(number, {column: one.hexdigest() for column, one in zip(columns, sums, strict=True)})


def _pages(cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(_PAGE):
        yield rows


def _compare_table(name: str, old: TableState, new: TableState, changes: Changes) -> Iterator[str]:
    none: frozenset[str] = frozenset()
    moved = {source.partition(".")[2] for source in changes.columns_moved if source.startswith(f"{name}.")}
    arrived = {target.partition(".")[2] for target in changes.columns_moved.values() if target.startswith(f"{name}.")}
    dropped = changes.columns_dropped.get(name, none) | moved
    derived = changes.columns_derived.get(name, none)
    added = changes.columns_added.get(name, none) | arrived
    for column in new.columns:
        if column not in old.columns and column not in added:
            yield f"column {name}.{column} is new, but not declared"
    for column in old.columns:
        if column not in new.columns and column not in dropped:
            yield f"column {name}.{column} is gone"
    if name in changes.rows_changed:
        return
    if old.rows != new.rows:
        yield f"table {name} had {old.rows} rows and has {new.rows}"
        return
    for column, column_sum in old.columns.items():
        if column in new.columns and column not in derived | dropped and new.columns[column] != column_sum:
            yield f"values of {name}.{column} were altered"


def _compare_objects(before: Inventory, after: Inventory, changes: Changes) -> Iterator[str]:
    for name, (table, sql) in before.objects.items():
        if name in changes.objects_changed or table in changes.tables_dropped:
            continue
        kind, _, own_name = name.partition(":")
        if name not in after.objects:
            yield f"{kind} {own_name} is gone"
        elif after.objects[name][1] != sql:
            yield f"{kind} {own_name} was altered"


def _column(inventory: Inventory, name: str) -> str | None:
    table, _, column = name.partition(".")
    state = inventory.tables.get(table)
    return None if state is None else state.columns.get(column)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
