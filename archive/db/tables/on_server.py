"""The same tables as PostgreSQL has them: some indexes are other ones there."""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, MetaData, Table, UniqueConstraint, func

from archive.db.tables import metadata
from archive.db.tables.base import LongText


def tables_of(dialect: str) -> MetaData:
    """Return the tables as they are on an engine, by SQLAlchemy's name for it."""
    return metadata if dialect == "sqlite" else _on_server()


@cache
def _on_server() -> MetaData:
    """Return a copy of the tables with the indexes of a server.

    A b-tree there takes values up to some 2,700 bytes (a third of a page). Longer ones are looked up by an index of
    their hashes. A constraint cannot have one, so that none is there twice is seen by two digests of each: texts with
    one MD5 can be made, but not so that it is also that of their letters backwards.
    """
    copy = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(copy)
    for table in copy.tables.values():
        _give_indexes(table)
    return copy


def _give_indexes(table: Table) -> None:
    kept = sorted(table.indexes, key=lambda index: str(index.name))
    table.indexes.clear()
    hashed = set()
    for index in kept:
        where = index.dialect_options["sqlite"]["where"]
        if long := _long(index.columns):
            hashed.add(long[-1].name)
            Index(str(index.name), long[-1], postgresql_using="hash")
        else:
            Index(str(index.name), *index.columns, postgresql_where=where)
    for constraint in [one for one in table.constraints if isinstance(one, UniqueConstraint)]:
        if not (long := _long(constraint.columns)):
            continue
        table.constraints.discard(constraint)
        digests = [_digests(one) if one in long else [one] for one in constraint.columns]
        Index(str(constraint.name), *chain(*digests), unique=True)
        if long[-1].name not in hashed:
            Index(f"ix_{table.name}_{long[-1].name}", long[-1], postgresql_using="hash")


def _long(columns: Iterable[Column[Any]]) -> list[Column[Any]]:
    return [one for one in columns if one.type is LongText]


def _digests(column: Column[Any]) -> list[ColumnElement[str]]:
    return [func.md5(column), func.md5(func.reverse(column))]
