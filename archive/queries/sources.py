"""Questions about sources."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from archive.db.tables import articles, sources


def list_sources(connection: Connection, *, all_known: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the sources of articles, those with most first; with `all_known`, those without an article too."""
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
            func.min(article.published_on).label("first"),
            func.max(article.published_on).label("last"),
        )
        .outerjoin(articles, article.source_id == source.id)
        .group_by(source.id)
        .order_by(func.count(article.id).desc(), source.slug)
    )
    if not all_known:
        statement = statement.having(func.count(article.id) > 0)
    for row in connection.execute(statement):
        yield dict(row._mapping)


def count_without_source(connection: Connection) -> int:
    """Return how many articles have no source."""
    return connection.scalar(select(func.count()).select_from(articles).where(articles.c.source_id.is_(None))) or 0
