"""The proof that a migration lost nothing: what is in an archive before and after, and what was declared to change.

Runs inside the migration's own transaction (`migrations/env.py`), so that what does not add up is undone as a whole.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.db.inventories import Inventory, TableState, inventory_of, take_inventory
from archive.errors import ArchiveError

__all__ = [
    "Changes",
    "Inventory",
    "ProofError",
    "TableState",
    "check_foreign_keys",
    "check_search",
    "compare",
    "compare_table",
    "declared",
    "take_inventory",
]

# What people decided is compared whatever a migration declares.
_DECISIONS = "decisions"


class ProofError(ArchiveError):
    """An upgrade would have lost or altered something; it was undone. `differences` says what."""

    def __init__(self, differences: Sequence[str]) -> None:
        self.differences = tuple(differences)
        told = "\n  ".join(self.differences)
        super().__init__(f"the upgrade was undone, nothing was changed: it does not add up\n  {told}")


@dataclass(frozen=True)
class Changes:
    """What migrations declare to change; all else must be the same before and after.

    A migration's `CHANGES` is a dict of any of these names. `columns_*` are names of columns by table: `derived` are
    computed anew, `moved` is `table.column` to `table.column`. `rows_changed` are tables that gain or lose rows,
    `objects_changed` views, triggers and indexes (`view:documents`) that are new, made otherwise or dropped, and tables
    (`table:sources`) whose constraints change, but no column. What people decided is compared whatever is declared.
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
    """Return the changes that several migrations declare, in the order of an upgrade, as one.

    What one moves, the next may move on, compute or drop. Raises ValueError for a key that means nothing.
    """
    sets: dict[str, set[str]] = {
        name: set() for name in ("tables_added", "tables_dropped", "rows_changed", "objects_changed")
    }
    may = (*sets, "columns_added", "columns_derived", "columns_dropped", "columns_moved")
    # columns by `table.column`: what was left (another may stand there now); what is new; and where the values of what
    # is there now came from: a column as it was named at first, or None for values that were made
    left: set[str] = set()
    new: set[str] = set()
    origins: dict[str, str | None] = {}
    for one in changes:
        if unknown := [key for key in one if key not in may]:
            raise ValueError(f"CHANGES has no '{unknown[0]}'; it may have {', '.join(may)}")
        moved: dict[str, str | None] = {}
        for source, target in one.get("columns_moved", {}).items():
            made = source in left or _table(source) in sets["tables_added"]
            moved[target] = origins.get(source, None if made else source)
        dropped = {*one.get("columns_moved", ()), *_flat(one.get("columns_dropped", {}))}
        dropped.update(column for column in origins if _table(column) in one.get("tables_dropped", ()))
        added = _flat(one.get("columns_added", {}))
        left |= dropped
        new = (new - dropped) | added | moved.keys()
        origins = {column: origin for column, origin in origins.items() if column not in dropped}
        origins.update(dict.fromkeys(added | _flat(one.get("columns_derived", {}))))
        origins.update(moved)
        for key, names in sets.items():
            names.update(one.get(key, ()))
    derived = {column for column, origin in origins.items() if origin is None}
    returned = {column for column, origin in origins.items() if origin == column}
    return Changes(
        tables_added=frozenset(sets["tables_added"]),
        tables_dropped=frozenset(sets["tables_dropped"]),
        rows_changed=frozenset(sets["rows_changed"]),
        objects_changed=frozenset(sets["objects_changed"]),
        columns_added=_by_table((new | derived & left) - returned),
        columns_derived=_by_table(derived - new - left),
        columns_dropped=_by_table(left - returned),
        columns_moved={origin: column for column, origin in origins.items() if origin not in (None, column)},
    )


def compare(before: Inventory, after: Inventory, changes: Changes) -> list[str]:
    """Return what differs without being declared, in words; nothing where all adds up."""
    differences = list(_compare_objects(before, after, changes))
    for name, old in before.tables.items():
        if name in changes.tables_dropped:
            if name == _DECISIONS and old.rows:
                differences.append(f"table {name} would go, with {old.rows} decisions of people")
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
        if {_table(source), _table(target)} & changes.rows_changed - {_DECISIONS}:
            continue
        if old_sum is None:
            differences.append(f"{source} is declared as moved to {target}, but there was no such column")
        elif old_sum != new_sum:
            differences.append(f"{target} has not the values that {source} had")
    return differences


def compare_table(name: str, old: TableState, new: TableState, changes: Changes | None = None) -> list[str]:
    """Return what differs in one table without being declared, in words."""
    return list(_compare_table(name, old, new, changes or Changes()))


def check_foreign_keys(driver: Any, before: Any = None) -> list[str]:
    """Return which rows point to rows that are not there, in words, a line for each pair of tables.

    With `before`, a connection that sees the database as it was, only those that are new since then.
    """
    found = inventory_of(driver).pointing_nowhere(driver)
    if found and before is not None:
        found -= inventory_of(before).pointing_nowhere(before)
    counts: Counter[tuple[str, str]] = Counter()
    for (table, _, problem), number in found.items():
        counts[table, problem] += number
    return [f"{number} rows of {table} {problem}" for (table, problem), number in counts.items()]


def check_search(driver: Any) -> list[str]:
    """Return whether the search index is out of step with the texts, in words; needs a transaction that can write."""
    problem = inventory_of(driver).search_problem(driver)
    return [] if problem is None else [f"the search index does not agree with the texts ({problem})"]


def _compare_table(name: str, old: TableState, new: TableState, changes: Changes) -> Iterator[str]:
    none: frozenset[str] = frozenset()
    moved = {source.partition(".")[2] for source in changes.columns_moved if source.startswith(f"{name}.")}
    arrived = {target.partition(".")[2] for target in changes.columns_moved.values() if target.startswith(f"{name}.")}
    dropped = changes.columns_dropped.get(name, none) | moved
    derived = changes.columns_derived.get(name, none)
    rows_changed = name in changes.rows_changed
    if name == _DECISIONS and old.rows:
        dropped, derived, rows_changed = frozenset(moved), none, False
    added = changes.columns_added.get(name, none) | arrived
    for column in new.columns:
        if column not in old.columns and column not in added:
            yield f"column {name}.{column} is new, but not declared"
    for column in old.columns:
        if column not in new.columns and column not in dropped:
            yield f"column {name}.{column} is gone"
    for column in sorted(old.generated - new.generated - new.columns.keys() - dropped):
        yield f"column {name}.{column} is gone"
    if rows_changed:
        return
    if old.rows != new.rows:
        yield f"table {name} had {old.rows} rows and has {new.rows}"
        return
    for column, column_sum in old.columns.items():
        if column in new.columns and column not in derived | dropped and new.columns[column] != column_sum:
            yield f"values of {name}.{column} were altered"


def _compare_objects(before: Inventory, after: Inventory, changes: Changes) -> Iterator[str]:
    by_column = (changes.columns_added, changes.columns_derived, changes.columns_dropped)
    moved = {_table(column) for pair in changes.columns_moved.items() for column in pair}
    altered = {f"table:{table}" for table in {*by_column[0], *by_column[1], *by_column[2], *moved}}
    for name, (table, sql) in before.objects.items():
        if name in changes.objects_changed or table in changes.tables_dropped:
            continue
        kind, _, own_name = name.partition(":")
        if name in after.objects:
            if after.objects[name][1] != sql and name not in altered:
                yield f"{kind} {own_name} was altered"
        elif kind != "table" or own_name not in before.tables:
            yield f"{kind} {own_name} is gone"
    for name, (table, _) in after.objects.items():
        kind, _, own_name = name.partition(":")
        known = name in before.objects or name in changes.objects_changed or table in changes.tables_added
        if not known and own_name not in after.tables:
            yield f"{kind} {own_name} is new, but not declared"


def _table(column: str) -> str:
    return column.partition(".")[0]


def _flat(columns: Mapping[str, Iterable[str]]) -> set[str]:
    return {f"{table}.{name}" for table, names in columns.items() for name in names}


def _by_table(columns: Iterable[str]) -> dict[str, frozenset[str]]:
    tables: dict[str, set[str]] = {}
    for column in columns:
        table, _, name = column.partition(".")
        tables.setdefault(table, set()).add(name)
    return {table: frozenset(names) for table, names in tables.items()}


def _column(inventory: Inventory, name: str) -> str | None:
    table, _, column = name.partition(".")
    state = inventory.tables.get(table)
    return None if state is None else state.columns.get(column)
