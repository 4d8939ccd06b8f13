"""Which articles are hidden until somebody asks for them: those withheld, canceled, or under embargo at the moment."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, func, literal_column, not_, select, union_all

from archive.db import clock
from archive.db.tables import articles
from archive.normalize.status import CANCELED, HIDDEN, WITHHELD
from archive.queries.rarities import KEPT_BACK, rarities
from archive.query_language.tree import Fact, Query, leaves

Condition = ColumnElement[bool]


def visible(connection: Connection) -> Condition | None:
    """Return the condition that an article is not hidden now; None where none of the archive is."""
    known = rarities(connection)
    if not (known.any_kept_back or known.last_embargo):
        return None
    now = clock.now()
    if not known.any_kept_back and (known.last_embargo or "") <= now:
        return None
    kept = articles.alias("kept").c
    kept_back = select(kept.id).where(kept.status.in_([literal_column(one) for one in KEPT_BACK]))
    return articles.c.id.not_in(union_all(kept_back, select(kept.id).where(kept.embargo_until > now)))


def counted(connection: Connection, *, include_hidden: bool) -> list[Condition]:
    """Return the conditions on `articles` of those that count: all, or those that are not hidden now."""
    seen = None if include_hidden else visible(connection)
    return [] if seen is None else [seen]


def count_hidden(connection: Connection) -> int:
    """Return how many articles are hidden now."""
    seen = visible(connection)
    if seen is None:
        return 0
    return connection.scalar(select(func.count()).select_from(articles).where(not_(seen))) or 0


def why_hidden(status: str | None, embargo_until: str | None, now: str) -> str | None:
    """Return why an article is hidden at a moment (UTC, as the archive writes it), in words; None where it is not.

    >>> why_hidden("usable", "2030-01-01T12:00:00.000000Z", "2026-11-22T08:00:00.000000Z")
    'embargo until 2030-01-01 12:00 UTC'
    """
    if status in HIDDEN:
        return status
    if embargo_until is not None and embargo_until > now:
        return f"embargo until {embargo_until[:16].replace('T', ' ')} UTC"
    return None


def asks_for_hidden(queries: Iterable[Query]) -> bool:
    """Tell whether a query asks for what is hidden by name: a status that hides, or for embargoes."""
    return any(
        wanted and isinstance(leaf, Fact) and _names_hidden(leaf)
        for query in queries
        for leaf, wanted in leaves(query.tree)
    )


def _names_hidden(fact: Fact) -> bool:
    if fact.name == "status":
        return status_named(fact.value) in (WITHHELD, CANCELED)
    return fact.name == "has" and fact.value.lower() == "embargo"


def status_named(value: str) -> str:
    """Return the status that a query names; raises UsageError for what is none."""
    from archive.errors import UsageError
    from archive.normalize.status import publication_status

    try:
        return publication_status(value.removeprefix("="))
    except ValueError as error:
        raise UsageError(f"{error}; write status:{CANCELED}") from error
