"""Questions about sources."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from archive.db.tables import articles, sources
from archive.queries.hiding import counted


def list_sources(
    connection: Connection, *, all_known: bool = False, include_hidden: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield the sources of articles, those with most first; with `all_known`, those without an article too.

    Without `include_hidden`, articles that are withheld, canceled or under embargo do not count.

    `first` and `last` are the dates of its earliest and latest article, as exactly as known.
    """
    article, source = articles.c, sources.c
    statement = (
        select(
            source.slug,
            source.name,
            source.kind,
            source.country,
            source.language,
            source.origin,
            func.count(article.id).label("articles"),
            as_known(func.min).label("first"),
            as_known(func.max).label("last"),
        )
        .select_from(sources)
        .outerjoin(articles, and_(article.source_id == source.id, *counted(connection, include_hidden=include_hidden)))
        .group_by(source.id)
        .order_by(func.count(article.id).desc(), source.slug)
    )
    if not all_known:
        statement = statement.having(func.count(article.id) > 0)
    for row in connection.execute(statement):
        yield dict(row._mapping)


def as_known(choose: Callable[[Any], Any]) -> ColumnElement[str | None]:
    """Return the date of the earliest (`func.min`) or latest (`func.max`) of a group of articles, as exactly as known.

    The first moment that a date can mean, always of one width, stands before the date while one is chosen.
    """
    article = articles.c
    moment = len("YYYY-MM-DDTHH:MM:SS")
    return func.substr(choose(article.published_from + article.published), moment + 1)


def count_without_source(connection: Connection, *, include_hidden: bool = True) -> int:
    """Return how many articles have no source."""
    seen = counted(connection, include_hidden=include_hidden)
    return (
        connection.scalar(select(func.count()).select_from(articles).where(articles.c.source_id.is_(None), *seen)) or 0
    )
