"""Questions about imports: which there were, what became of each unit, how large the archive is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from archive.db.location import Location
from archive.db.tables import (
    article_revisions,
    article_topics,
    articles,
    containers,
    import_items,
    imports,
    originals,
    sources,
    topics,
)
from archive.errors import NotFoundError
from archive.queries.hiding import count_hidden
from archive.queries.sources import as_known

_LARGEST_ID = 2**63 - 1  # SQLite refuses to compare with a larger number
OUTCOMES = ("added", "revised", "unchanged", "duplicate", "failed")


def list_imports(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield all imports, the latest first, with how many of their units ended how."""
    run, item = imports.c, import_items.c
    statement = (
        select(
            *(run.id.label("import"), run.started_at, run.finished_at, run.status, run.reason),
            func.count(item.id).label("units"),
            *(func.count().filter(item.outcome == outcome).label(outcome) for outcome in OUTCOMES),
            run.arguments,
            *(run.program_version, run.undone_at, run.undone_by, run.undone_because),
        )
        .outerjoin(import_items, item.import_id == run.id)
        .group_by(run.id)
        .order_by(run.id.desc())
    )
    for row in connection.execute(statement):
        yield dict(row._mapping)


def list_import_items(connection: Connection, import_id: int, outcome: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the units of an import in the order they were read; raises NotFoundError for an import that never was."""
    _require_import(connection, import_id)
    item = import_items.c
    statement = (
        select(
            *(item.position, item.outcome, articles.c.key, item.locator, item.reason),
            *(item.reader, item.source_as_read, item.id_as_read, item.url_as_read, item.published_as_read),
        )
        .outerjoin(articles, articles.c.id == item.article_id)
        .where(item.import_id == import_id)
        .order_by(item.position)
    )
    if outcome is not None:
        statement = statement.where(item.outcome == outcome)
    for row in connection.execute(statement):
        yield dict(row._mapping)


def list_searches(connection: Connection, import_id: int) -> list[tuple[str, str]]:
    """Return the searches that exports read by an import came from, as their covers state them: place and terms.

    Raises NotFoundError for an import that never was.
    """
    _require_import(connection, import_id)
    statement = (
        select(containers.c.locator, containers.c.search_terms)
        .where(containers.c.import_id == import_id, containers.c.search_terms.is_not(None))
        .order_by(containers.c.id)
    )
    return [(place, terms) for place, terms in connection.execute(statement)]


def _require_import(connection: Connection, import_id: int) -> None:
    if (
        not 0 < import_id <= _LARGEST_ID
        or not connection.execute(select(imports.c.id).where(imports.c.id == import_id)).first()
    ):
        raise NotFoundError(f"there is no import {import_id}; `archive imports` lists them")


def measure(connection: Connection, location: Location) -> dict[str, Any]:
    """Return how much an archive holds: counts, bytes, and of how many articles a value is not known."""
    article, revision = articles.c, article_revisions.c

    def count(table: Any) -> int:
        return connection.scalar(select(func.count()).select_from(table)) or 0

    unknown = connection.execute(
        select(
            func.count().filter(article.source_id.is_(None)).label("without_source"),
            func.count().filter(article.published.is_(None)).label("without_date"),
            func.count().filter(article.language.is_(None)).label("without_language"),
        )
    ).one()
    current = select(
        func.count(revision.fingerprint.distinct()).label("texts"), func.coalesce(func.sum(revision.words), 0)
    ).join(articles, article.revision_id == revision.id)
    texts, words = connection.execute(current).one()
    return {
        "articles": count(articles),
        "hidden": count_hidden(connection),
        "texts": texts,
        "revisions": count(article_revisions),
        "words": words,
        "sources_with_articles": connection.scalar(select(func.count(article.source_id.distinct()))),
        "sources": count(sources),
        "topics_with_articles": connection.scalar(select(func.count(article_topics.c.topic_id.distinct()))),
        "topics": count(topics),
        "tags": count(article_topics),
        **unknown._mapping,
        "first_published": connection.scalar(select(as_known(func.min))),
        "last_published": connection.scalar(select(as_known(func.max))),
        "imports": count(imports),
        "originals": count(originals),
        "original_bytes": connection.scalar(select(func.coalesce(func.sum(originals.c.size), 0))),
        "file_bytes": (
            location.stat().st_size
            if isinstance(location, Path)
            else connection.scalar(select(func.pg_database_size(func.current_database())))
        ),
    }
