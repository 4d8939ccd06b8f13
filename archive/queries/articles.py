"""Questions about articles: which there are, how many, which one a key names."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select

from archive.db import clock
from archive.db.tables import (
    article_authors,
    article_revisions,
    article_topics,
    articles,
    authors,
    sources,
    topics,
)
from archive.errors import ForgottenError, NotFoundError
from archive.queries.by_date import narrowed_in_order
from archive.queries.hiding import why_hidden
from archive.queries.selection import ALL, Selection

# how many characters of a body are enough to derive a headline from
_BEGINNING = 1000
_PAGE = 500

Article = dict[str, Any]

UNITS = ("articles", "texts", "sources")

# The headline of an article, and how it came by it: what a person decided, '' for none, or else that of the text.
_DECIDED = articles.c.decided_headline
HEADLINE = case((_DECIDED.is_(None), article_revisions.c.headline), else_=func.nullif(_DECIDED, "")).label("headline")
HEADLINE_METHOD = case((_DECIDED.is_(None), article_revisions.c.headline_method), else_="decided").label(
    "headline_method"
)


def list_articles(
    connection: Connection, selection: Selection = ALL, limit: int | None = None, sort: str = "newest"
) -> Iterator[Article]:
    """Yield articles by date (`sort`: newest or oldest), undated ones last; each with the names of JSON output."""
    yield from summaries(connection, narrowed_in_order(summary_select(), connection, selection, sort, limit))


def count_articles(connection: Connection, selection: Selection = ALL, unit: str = "articles") -> int:
    """Return how many articles there are, how many different texts they have, or how many sources they state.

    `unit` is one of UNITS, or `without_source`: how many state none.
    """
    return connection.scalar(counting_of(selection, unit)) or 0


def counting_of(selection: Selection, unit: str) -> Select[Any]:
    """Return the SELECT behind `count_articles`."""
    if unit == "articles" and selection.match is not None and not selection.conditions:
        match = selection.match.form
        return selection.narrowed(select(func.count()).select_from(match.index).where(match.found))
    return selection.of(counting(unit))


def counting(unit: str) -> Select[int]:
    """Return the SELECT that counts articles, or their texts or sources: copies are one text, as their words are."""
    article, revision = articles.c, article_revisions.c
    if unit == "texts":
        return (
            select(func.count(revision.fingerprint.distinct()))
            .select_from(articles)
            .join(article_revisions, revision.id == article.revision_id)
        )
    counted = {
        "articles": func.count(),
        "sources": func.count(article.source_id.distinct()),
        "without_source": func.count().filter(article.source_id.is_(None)),
    }
    return select(counted[unit]).select_from(articles)


def find_keys(connection: Connection, selection: Selection) -> list[str]:
    """Return the keys of articles in the order they came."""
    article = articles.c
    return list(connection.scalars(select(article.key).where(*selection.as_conditions()).order_by(article.id)))


def find_article_id(connection: Connection, key: str) -> int:
    """Return the article of a key, which may be shortened while it stays unique; raises NotFoundError otherwise.

    That is a ForgottenError, with when and why, for the key of an article that was forgotten.
    """
    from archive.db.tombstones import find_tombstones  # late: it is seldom asked, and dear to load

    wanted = key.strip().lower()
    found: Sequence[Any] = ()
    if wanted.isascii() and wanted.isalnum():
        found = connection.execute(
            select(articles.c.key, articles.c.id)
            .where(articles.c.key >= wanted, articles.c.key < wanted + "\U0010ffff")
            .order_by(articles.c.key)
            .limit(6)
        ).all()
    if not found:
        for stone in find_tombstones(connection, key)[:1]:
            raise ForgottenError(f"{stone.told()}; its text and its bytes are gone")
        raise NotFoundError(f"there is no article '{key}'; `archive list` shows keys")
    if len(found) > 1 and found[0].key != wanted:
        names = ", ".join(row.key for row in found[:5]) + (", …" if len(found) > 5 else "")
        raise NotFoundError(f"'{key}' could be {names}; write more of it")
    return int(found[0].id)


def summary_select(*more: Any) -> Select[Any]:
    """Return the SELECT of what is shown of an article in lists; `more` columns stand at its end."""
    article, revision = articles.c, article_revisions.c
    return (
        select(
            article.id,
            article.key,
            HEADLINE,
            HEADLINE_METHOD,
            func.substr(revision.body, 1, _BEGINNING).label("beginning"),
            sources.c.name.label("source"),
            article.url,
            article.published,
            article.published_precision,
            article.language,
            revision.words,
            article.status,
            article.embargo_until,
            *more,
        )
        .select_from(articles)
        .join(article_revisions, revision.id == article.revision_id)
        .outerjoin(sources, sources.c.id == article.source_id)
    )


def summaries(connection: Connection, statement: Select[Any], *more: str) -> Iterator[Article]:
    """Yield what a `summary_select` gives, with authors and topics, in its order; read a page at a time."""
    result = connection.execute(statement)
    now = clock.now()
    while rows := result.fetchmany(_PAGE):
        ids = [row.id for row in rows]
        credited = _names(connection, ids, authors_of(ids))
        tagged = _names(connection, ids, topics_of(ids))
        for row in rows:
            yield {
                **_summary(row, credited[row.id], tagged[row.id], now),
                **{name: getattr(row, name) for name in more},
            }


def authors_of(ids: Sequence[int]) -> Select[Any]:
    """Return the SELECT of the authors of articles, in printed order: article id, name."""
    return (
        select(article_authors.c.article_id, authors.c.name)
        .join(authors, authors.c.id == article_authors.c.author_id)
        .where(article_authors.c.article_id.in_(ids))
        .order_by(article_authors.c.article_id, article_authors.c.position)
    )


def topics_of(ids: Sequence[int]) -> Select[Any]:
    """Return the SELECT of the topics of articles, in alphabetical order: article id, name."""
    return (
        select(article_topics.c.article_id, topics.c.name)
        .join(topics, topics.c.id == article_topics.c.topic_id)
        .where(article_topics.c.article_id.in_(ids))
        .order_by(article_topics.c.article_id, topics.c.name)
    )


def _names(connection: Connection, ids: Sequence[int], statement: Select[Any]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {article_id: [] for article_id in ids}
    for article_id, name in connection.execute(statement):
        names[article_id].append(name)
    return names


def _derived_headline(beginning: str) -> str:
    from archive.normalize.text import first_sentence  # late: most articles have a headline

    return first_sentence(beginning)


def _summary(row: Row[Any], credited: list[str], tagged: list[str], now: str) -> Article:
    derived = row.headline is None
    return {
        "key": row.key,
        "headline": _derived_headline(row.beginning) if derived else row.headline,
        "headline_method": "derived" if derived else row.headline_method,
        "source": row.source,
        "url": row.url,
        "published": row.published,
        "published_precision": row.published_precision,
        "language": row.language,
        "authors": credited,
        "topics": tagged,
        "words": row.words,
        "hidden": why_hidden(row.status, row.embargo_until, now),
    }
