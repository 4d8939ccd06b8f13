"""Saved queries: found by name, and put in where others use them."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from archive.db.tables import saved_queries
from archive.errors import UsageError
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import Fact, Leaf, Node, Query, Saved, replaced

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


def kept_name(name: str) -> str:
    """Return a name as it is kept, in lower case; raises UsageError for one that cannot stand in a query."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name; write letters, digits, - and _, as in belarus-2023")
    return name.lower()


def list_queries(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield saved queries by name: name, query, saved_at."""
    saved = saved_queries.c
    for row in connection.execute(select(saved.name, saved.query, saved.saved_at).order_by(saved.name)):
        yield dict(row._mapping)


def find_query(connection: Connection, name: str) -> str | None:
    """Return the query of a name, as typed; None where none is saved."""
    wanted = name.strip().lower()
    if not wanted.isprintable():
        return None
    return connection.scalar(select(saved_queries.c.query).where(saved_queries.c.name == wanted))


def with_saved(connection: Connection, query: Query, today: date, *above: str) -> Query:
    """Return a query with those that it uses put in, and those that they use.

    Raises QueryError for a name that is not known, and for a query that uses itself.
    """
    if query.tree is None:
        return query

    def put_in(leaf: Leaf) -> Node:
        if not (isinstance(leaf, Fact) and leaf.name == "query"):
            return leaf
        name = leaf.value.lower()
        if name in above:
            way = " → ".join((*above[above.index(name) :], name))
            raise QueryError(f"the query uses itself: {way}", query.text, leaf.span)
        text = find_query(connection, name)
        if text is None:
            from difflib import get_close_matches

            near = get_close_matches(name, connection.scalars(select(saved_queries.c.name)).all(), n=1)
            meant = f"; query:{near[0]} was probably meant" if near else "; `archive query` lists those that are"
            raise QueryError(f"no query is saved as '{leaf.value}'{meant}", query.text, leaf.span)
        return Saved(name, with_saved(connection, parse_query(text, today), today, *above, name))

    return query.altered(tree=replaced(query.tree, put_in))
