"""An archive on PostgreSQL whose large tables lie in parts by the hash of a column, as Citus would lay them.

PostgreSQL asks of a table in parts what Citus asks of a distributed one: a unique key has the column that the parts are
made by, and what refers to it names that column, too. What Citus asks besides is reckoned: see `Placed.group`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import errors
from sqlalchemy import URL

from archive.db.views import VIEWS
from tests.engines import connected

PARTS = 4
ARTICLE = "article_id"
WHOLE, SHARDS = "whole", "shards"  # schemas: of the tables as they were, and of the parts


class Placed(NamedTuple):
    """Where a table would be: distributed by a column, a reference (a copy on each server), or local (on one)."""

    table: str
    kept: str
    by: str = ""

    @property
    def group(self) -> str:
        """Tables of which rows lie together that have the same value, so that one can refer to another."""
        return "articles" if self.by == ARTICLE or self.table == "articles" else self.table


class Changed(NamedTuple):
    """What a distributed table could not keep: columns of unique keys, and of references to be widened or dropped."""

    keys: tuple[str, ...]
    widened: tuple[str, ...]
    dropped: tuple[str, ...]


class Reference(NamedTuple):
    """A foreign key, which here is always of one column."""

    name: str
    table: str
    column: str
    target: str


def tables_of(connection: Any) -> set[str]:
    """Return all tables of an archive."""
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name for (name,) in found.fetchall()}


def references_of(connection: Any, schemas: Sequence[str] = ("public",)) -> list[Reference]:
    """Return all foreign keys of tables in these schemas."""
    found = connection.execute(
        "SELECT c.conname, t.relname, a.attname, p.relname, cardinality(c.conkey) FROM pg_constraint c "
        "JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class p ON p.oid = c.confrelid "
        "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] "
        "WHERE c.contype = 'f' AND t.relnamespace::regnamespace::text = ANY (?) ORDER BY c.conname",
        [list(schemas)],
    ).fetchall()
    assert all(columns == 1 for *_, columns in found)
    return [Reference(*names) for *names, _ in found]


def distribute(location: URL, places: Sequence[Placed]) -> dict[str, Changed]:
    """Lay the tables of an archive out as they are placed; return what distributed ones could not keep."""
    placed = {one.table: one for one in places}
    chosen = [one for one in places if one.kept == "distributed"]
    with connected(location) as connection:
        connection.execute("SET session_replication_role = origin")
        connection.execute(f"CREATE SCHEMA {WHOLE}")
        connection.execute(f"CREATE SCHEMA {SHARDS}")
        for view in VIEWS:
            connection.execute(f"DROP VIEW IF EXISTS {view.name} CASCADE")
        for one in chosen:
            connection.execute(f"ALTER TABLE {one.table} SET SCHEMA {WHOLE}")
        references = [one for one in references_of(connection, (WHOLE,)) if one.table in placed]
        for one in chosen:
            _make(connection, one)
            _fill(connection, one, references, placed)
        keys = {one.table: _add_keys(connection, one) for one in chosen}
        changed = {}
        for one in chosen:
            own = [reference for reference in references if reference.table == one.table]
            ways = [(_refer(connection, reference, placed), reference.column) for reference in own]
            widened, dropped = (
                tuple(sorted(name for is_so, name in ways if is_so == way)) for way in ("widened", "dropped")
            )
            changed[one.table] = Changed(keys[one.table], widened, dropped)
            _keep_sequence(connection, one.table)
        connection.execute(f"DROP SCHEMA {WHOLE} CASCADE")
        for view in VIEWS:
            connection.execute(f"CREATE VIEW {view.name} AS {view.postgresql}")
    return changed


def _columns_of(connection: Any, table: str) -> set[str]:
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0", [f"{WHOLE}.{table}"]
    )
    return {name for (name,) in found.fetchall()}


def _make(connection: Any, one: Placed) -> None:
    added = "" if one.by in _columns_of(connection, one.table) else f", {one.by} BIGINT NOT NULL"
    like = f"LIKE {WHOLE}.{one.table} INCLUDING DEFAULTS"
    connection.execute(f"CREATE TABLE {one.table} ({like}{added}) PARTITION BY HASH ({one.by})")
    for number in range(PARTS):
        values = f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {number})"
        connection.execute(f"CREATE TABLE {SHARDS}.{one.table}_{number} PARTITION OF {one.table} {values}")


def _fill(connection: Any, one: Placed, references: Sequence[Reference], placed: dict[str, Placed]) -> None:
    """Copy all rows; a table without the column gets it from what its rows refer to."""
    added = ""
    if one.by not in _columns_of(connection, one.table):
        parents = [
            f"(SELECT p.{ARTICLE} FROM {WHOLE}.{reference.target} p WHERE p.id = w.{reference.column})"
            for reference in references
            if reference.table == one.table and ARTICLE in _columns_of_whole(connection, reference.target, placed)
        ]
        added = f", coalesce({', '.join(parents)})"
    connection.execute(f"INSERT INTO {one.table} SELECT w.*{added} FROM {WHOLE}.{one.table} w")


def _columns_of_whole(connection: Any, table: str, placed: dict[str, Placed]) -> set[str]:
    return _columns_of(connection, table) if placed[table].group == "articles" else set()


def _add_keys(connection: Any, one: Placed) -> tuple[str, ...]:
    """Give a table its keys and indexes; return the columns of those that were refused, and got the column besides."""
    refused = []
    found = connection.execute(
        "SELECT i.relname, pg_get_indexdef(x.indexrelid), pg_get_constraintdef(c.oid), "
        "(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY k (number, place) "
        "JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number) "
        "FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
        "LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype IN ('p', 'u') "
        "WHERE x.indrelid = ?::regclass ORDER BY 1",
        [f"{WHOLE}.{one.table}"],
    ).fetchall()
    for name, index, constraint, columns in found:
        index = index.replace(f" ON {WHOLE}.{one.table} ", f" ON {one.table} ")
        statement = f"ALTER TABLE {one.table} ADD CONSTRAINT {name} {constraint}" if constraint else index
        try:
            connection.execute(statement)
        except errors.FeatureNotSupported:
            refused.append(columns)
            connection.execute(f"{statement.rpartition(')')[0]}, {one.by})")
    return tuple(sorted(refused))


def _refer(connection: Any, reference: Reference, placed: dict[str, Placed]) -> str:
    """Give a table a foreign key: `as it is`, `widened` by the columns that both lie by, or not at all: `dropped`."""
    one, target = placed[reference.table], placed[reference.target]
    add = f"ALTER TABLE {one.table} ADD CONSTRAINT {reference.name} FOREIGN KEY"
    as_it_is = f"{add} ({reference.column}) REFERENCES {reference.target} (id)"
    if target.kept == "reference" or (one.group == target.group and reference.column == one.by):
        connection.execute(as_it_is)
        return "as it is"
    if one.group != target.group or one.group != "articles":
        return "dropped"
    try:
        connection.execute(as_it_is)
    except errors.InvalidForeignKey:
        connection.execute(f"{add} ({reference.column}, {one.by}) REFERENCES {reference.target} (id, {target.by})")
        return "widened"
    raise AssertionError(f"PostgreSQL took {as_it_is}")


def _keep_sequence(connection: Any, table: str) -> None:
    """Have the new table own what numbers its rows."""
    if "id" not in _columns_of(connection, table):
        return
    ((sequence,),) = connection.execute("SELECT pg_get_serial_sequence(?, 'id')", [f"{WHOLE}.{table}"]).fetchall()
    name = sequence.rpartition(".")[2]
    connection.execute(f"ALTER SEQUENCE {sequence} OWNED BY NONE")
    connection.execute(f"ALTER SEQUENCE {sequence} SET SCHEMA public")
    connection.execute(f"ALTER SEQUENCE {name} OWNED BY {table}.id")
