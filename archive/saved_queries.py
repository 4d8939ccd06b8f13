"""Queries that people keep under a name: saved, and taken away again."""

from datetime import date

from sqlalchemy import Connection, delete, insert, update

from archive.db.clock import now
from archive.db.location import Location
from archive.db.tables import saved_queries
from archive.decide import deciding
from archive.errors import NotFoundError, UsageError
from archive.normalize.text import require_utf8
from archive.queries.saved import find_query, kept_name, list_queries
from archive.queries.selection import select_articles
from archive.query_language.parse import parse_query
from archive.query_language.tree import Fact, leaves


def save_query(location: Location, name: str, text: str, *, replace: bool = False) -> bool:
    """Save a query under a name, and tell whether that is new; the same again is no change.

    Raises QueryError for a query that cannot be understood or would use itself, UsageError for one without a word, for
    a name that cannot be one, and for one that stands for another query, unless that is to be replaced.
    """
    name = kept_name(name)
    require_utf8("QUERY", text)
    text = " ".join(text.split())
    with deciding(location) as connection:
        known = find_query(connection, name)
        if known == text:
            return False
        if known is not None and not replace:
            raise UsageError(f"{name} is saved as {known}; --replace puts this in its place")
        _write(connection, name, text, is_new=known is None)
        query = parse_query(text, date.today())
        if query.tree is None:
            raise UsageError("there is no word in the query")
        # what is written is tried where it stands: a query that would use itself is found so, and nothing is kept
        select_articles(connection, [parse_query(f"query:{name}", date.today())])
    return True


def drop_query(location: Location, name: str) -> None:
    """Take a saved query away; raises NotFoundError for a name that is not known, UsageError where others use it."""
    with deciding(location) as connection:
        if find_query(connection, name) is None:
            raise NotFoundError(f"no query is saved as '{name}'; `archive query` lists those that are")
        name = name.lower()
        users = [one["name"] for one in list_queries(connection) if name in _used_by(one["query"])]
        if users:
            raise UsageError(f"{', '.join(users)} uses it; change that first")
        connection.execute(delete(saved_queries).where(saved_queries.c.name == name))


def _used_by(text: str) -> set[str]:
    """Return the names of the saved queries that a query uses itself."""
    found = leaves(parse_query(text, date.today()).tree)
    return {leaf.value.lower() for leaf, _ in found if isinstance(leaf, Fact) and leaf.name == "query"}


def _write(connection: Connection, name: str, text: str, *, is_new: bool) -> None:
    values = {"query": text, "saved_at": now()}
    if is_new:
        connection.execute(insert(saved_queries).values(name=name, **values))
    else:
        connection.execute(update(saved_queries).where(saved_queries.c.name == name).values(**values))
