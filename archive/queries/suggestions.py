"""Questions about models and what they propose."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, case, false, func, select

from archive.db import vocabulary
from archive.db.tables import (
    article_revisions,
    article_topics,
    articles,
    models,
    rejected_topics,
    suggestion_words,
    suggestions,
    topics,
)
from archive.errors import NotFoundError
from archive.queries.selection import Selection


class StoredModel(NamedTuple):
    """A model as the archive keeps it: its row, scheme and number, its bytes and their SHA-256."""

    id: int
    scheme: str
    number: int
    content: bytes
    sha256: str


def find_latest_model(connection: Connection, scheme: str) -> StoredModel:
    """Return the latest model of a scheme; raises NotFoundError where there is none."""
    model = models.c
    row = connection.execute(
        select(model.id, model.scheme, model.number, model.content, model.sha256)
        .where(model.scheme == scheme)
        .order_by(model.number.desc())
        .limit(1)
    ).first()
    if row is not None:
        return StoredModel(*row)
    others = sorted(connection.scalars(select(model.scheme).distinct()))
    there = f"; there are models of {', '.join(others)}: --scheme {others[0]}" if others else ""
    raise NotFoundError(f"there is no model of scheme {scheme}; `archive topics learn` makes one{there}")


def list_suggestions(
    connection: Connection,
    selection: Selection,
    *,
    scheme: str | None = None,
    topic_id: int | None = None,
    at_least: Mapping[int, float] | float = 0,
    limit: int | None = None,
) -> tuple[list[dict[str, Any]], int]:
    """Return what models propose for the articles of a selection, the surest first, and how much of it there is.

    `at_least` is the score that is wanted, or that of each topic by its id; of others there is nothing.
    Each with `words`, the passages that carried its score, the strongest first. What is a tag already, or was taken
    off, is proposed no more, and neither is what was proposed for an earlier text.
    """
    where = [*_open(), suggestions.c.topic_id.not_in(vocabulary.merged_topics(connection))]
    if scheme is not None:
        where.append(topics.c.scheme == scheme)
    if topic_id is not None:
        where.append(suggestions.c.topic_id == topic_id)
    if isinstance(at_least, Mapping):
        wanted = suggestions.c.score >= case(dict(at_least), value=suggestions.c.topic_id) if at_least else false()
        where.append(wanted)
    else:
        where.append(suggestions.c.score >= at_least)
    number = connection.scalar(_joined(selection.of(select(func.count()).select_from(articles))).where(*where)) or 0
    statement = _joined(
        selection.of(
            select(
                *(suggestions.c.id, articles.c.key, article_revisions.c.headline, article_revisions.c.body),
                *(topics.c.scheme, topics.c.code, topics.c.name.label("topic")),
                *(suggestions.c.score, models.c.number.label("model")),
            ).select_from(articles)
        )
    )
    rows = connection.execute(
        statement.where(*where).order_by(suggestions.c.score.desc(), articles.c.key, topics.c.id).limit(limit)
    ).all()
    return [
        {
            **{name: getattr(row, name) for name in ("key", "headline", "scheme", "code", "topic", "score", "model")},
            "words": _words(connection, row.id, {"headline": row.headline or "", "body": row.body}),
        }
        for row in rows
    ], number


def _open() -> list[ColumnElement[bool]]:
    """Return the conditions of a suggestion that nothing was made of yet."""
    settled = (
        select(1).where(of.c.article_id == articles.c.id, of.c.topic_id == suggestions.c.topic_id).exists()
        for of in (article_topics, rejected_topics)
    )
    return [suggestions.c.revision_id == articles.c.revision_id, *(~one for one in settled)]


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(suggestions, suggestions.c.article_id == articles.c.id)
        .join(topics, topics.c.id == suggestions.c.topic_id)
        .join(models, models.c.id == suggestions.c.model_id)
        .join(article_revisions, article_revisions.c.id == suggestions.c.revision_id)
    )


def _words(connection: Connection, suggestion_id: int, text: dict[str, str]) -> list[dict[str, Any]]:
    word = suggestion_words.c
    rows = connection.execute(
        select(word.field, word.start, word.end, word.weight)
        .where(word.suggestion_id == suggestion_id)
        .order_by(word.weight.desc(), word.id)
    )
    return [
        {"text": text[field][start:end], "field": field, "start": start, "end": end, "weight": weight}
        for field, start, end, weight in rows
    ]
