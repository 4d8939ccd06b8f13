"""How many articles there are of each source, topic, author, language, section, year or month."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, case, func, select

from archive.db.tables import (
    article_authors,
    article_revisions,
    article_topics,
    articles,
    authors,
    sources,
    topics,
)
from archive.queries.by_date import from_index
from archive.queries.matching import Match
from archive.queries.selection import Selection, with_words

GROUPS = ("source", "topic", "author", "language", "section", "year", "month")

_LENGTHS = {"year": 4, "month": 7}  # characters of a date that name it
_IN_INDEX = ("source", "year", "month")  # what the index has of an article


def count_by(connection: Connection, selection: Selection, by: str, unit: str = "articles") -> Iterator[dict[str, Any]]:
    """Yield one row for each group, with most first, of dates in their order: the group's name and the number.

    `unit` is `articles`, `texts` (copies are one) or `sources`. None stands for articles of which it is not known; of
    months also for those known only to the year. An article with several topics or authors counts for each of them.
    """
    for row in selection.execute(connection, _counting_of(selection, by, unit)):
        yield {by: row[0], unit: row[1]}


def counting_by(selection: Selection, by: str, unit: str) -> Select[Any]:
    """Return the SELECT behind `count_by`."""
    return selection.narrowed(_counting_of(selection, by, unit))


def _counting_of(selection: Selection, by: str, unit: str) -> Select[Any]:
    match = None if selection.match is None else selection.match.form
    in_index = match is not None and by in _IN_INDEX and unit == "articles" and selection.is_in_index
    return _counting(match, by, unit, in_index)


@lru_cache(maxsize=64)
def _counting(match: Match | None, by: str, unit: str, in_index: bool) -> Select[Any]:
    article = articles.c
    chosen: FromClause = articles
    group: ColumnElement[Any]
    name: ColumnElement[Any]
    if by == "source":
        group = article.source_id
        name = select(sources.c.name).where(sources.c.id == group).scalar_subquery()
    elif by == "topic":
        chosen = articles.outerjoin(article_topics, article_topics.c.article_id == article.id)
        group = article_topics.c.topic_id
        name = select(topics.c.name).where(topics.c.id == group).scalar_subquery()
    elif by == "author":
        chosen = articles.outerjoin(article_authors, article_authors.c.article_id == article.id)
        group = article_authors.c.author_id
        name = select(authors.c.name).where(authors.c.id == group).scalar_subquery()
    elif by in _LENGTHS:
        group = func.substr(article.published_from, 1, _LENGTHS[by])
        if by == "month":
            group = case((article.published_precision != "year", group))
        name = group
    else:
        group = name = getattr(article, by)
    number = {
        "articles": func.count(article.id.distinct()) if by in ("topic", "author") else func.count(),
        "texts": func.count(article_revisions.c.fingerprint.distinct()),
        "sources": func.count(article.source_id.distinct()),
    }[unit]
    if unit == "texts":
        chosen = chosen.join(article_revisions, article_revisions.c.id == article.revision_id)
    # what a column is called stands for it in the order, so that it is worked out once
    shown, counted = name.label("name"), number.label("number")
    statement = select(shown, counted).select_from(chosen).group_by(group)
    if match is not None:
        statement = with_words(statement, match)
    if in_index:
        statement = from_index(statement)
    if by in _LENGTHS:
        return statement.order_by(shown.asc().nulls_last())
    return statement.order_by(counted.desc(), shown.asc().nulls_last())
