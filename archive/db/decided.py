"""What an article is once people have decided: values, authors, a headline, tags put there or taken off."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from archive.db import tables
from archive.db.article_columns import NOT_CHOSEN_ANY_MORE
from archive.db.ids import Ids, inserted_id
from archive.db.lookups import find_authors
from archive.db.removal import authors_of, remove_unused_authors
from archive.db.search import fts5

BY_DECISION = "decision"
NOT_CHOSEN = "a person decided otherwise"


class Automatic(NamedTuple):
    """A value of an article as the input gives it, and where it was given."""

    text: str
    method: str


def automatic_values(connection: Connection, article_id: int) -> dict[str, Automatic]:
    """Return what inputs say of an article, by field, whatever people decided."""
    value = tables.article_values.c
    rows = connection.execute(select(value.field, value.text, value.method).where(value.article_id == article_id))
    return {field: Automatic(text, method) for field, text, method in rows}


def set_columns(connection: Connection, article_id: int, columns: Mapping[str, Any]) -> None:
    """Set columns of an article."""
    connection.execute(update(tables.articles).where(tables.articles.c.id == article_id).values(dict(columns)))


def set_authors(connection: Connection, article_id: int, credited: Sequence[tuple[str, str]]) -> None:
    """Credit an article to these names, each with its key, and to no others."""
    link = tables.article_authors
    before = authors_of(connection, [article_id])
    connection.execute(delete(link).where(link.c.article_id == article_id))
    known = find_authors(connection, [key for _, key in credited])
    ids = Ids(connection)
    for name, key in credited:
        if key not in known:
            known[key] = ids.take("authors")
            connection.execute(insert(tables.authors).values(id=known[key], name=name, name_key=key))
    for position, (_, key) in enumerate(credited):
        connection.execute(insert(link).values(article_id=article_id, author_id=known[key], position=position))
    remove_unused_authors(connection, before)


def set_headline(connection: Connection, article_id: int, headline: str | None, index: str | None) -> None:
    """Give an article a headline that a person decided on, '' for none; None goes back to that of its text."""
    article = tables.articles.c
    now = connection.execute(
        select(article.decided_headline, article.decided_headline_index).where(article.id == article_id)
    ).one()
    if (now.decided_headline, now.decided_headline_index) == (headline, index):
        return
    fts5.remove(connection, [article_id])
    set_columns(connection, article_id, {"decided_headline": headline, "decided_headline_index": index})
    fts5.add(connection, [article_id])


def choose_date(connection: Connection, article_id: int, given: Automatic | None) -> None:
    """Mark the date that an input gives as the article's publication date; with None, that a person chose another."""
    date = tables.article_dates.c
    of_article = (date.article_id == article_id, date.kind == "published")
    if given is None:
        connection.execute(
            update(tables.article_dates).where(*of_article, date.chosen).values(chosen=False, reason=NOT_CHOSEN)
        )
        return
    if connection.execute(select(1).where(*of_article, date.chosen)).first() is None:
        latest = select(date.id).where(*of_article, date.text == given.text, date.method == given.method)
        connection.execute(
            update(tables.article_dates)
            .where(date.id == latest.order_by(date.id.desc()).limit(1).scalar_subquery())
            .values(chosen=True, reason=None)
        )
        # those that a later import replaced meanwhile
        connection.execute(
            update(tables.article_dates).where(*of_article, date.reason == NOT_CHOSEN).values(NOT_CHOSEN_ANY_MORE)
        )


def accept_topic(connection: Connection, article_id: int, topic_id: int, decision_id: int, named: str) -> None:
    """Tag an article with a topic because a person said so; what spoke for it before speaks for it again."""
    tag_id = _tag(connection, article_id, topic_id)
    _take_rejection_back(connection, article_id, topic_id, tag_id)
    evidence = tables.tag_evidence
    connection.execute(
        delete(evidence).where(
            evidence.c.article_topic_id == tag_id,
            evidence.c.method == BY_DECISION,
            evidence.c.decision_id != decision_id,
        )
    )
    if connection.execute(
        select(1).where(evidence.c.article_topic_id == tag_id, evidence.c.decision_id == decision_id)
    ).first():
        return
    connection.execute(
        insert(evidence).values(
            article_topic_id=tag_id, decision_id=decision_id, method=BY_DECISION, given_text=named, field="topics"
        )
    )


def reject_topic(connection: Connection, article_id: int, topic_id: int, decision_id: int) -> None:
    """Take a topic off an article because a person said so; what speaks for it is kept apart."""
    rejected, tag, evidence = tables.rejected_topics, tables.article_topics, tables.tag_evidence
    rejected_id = connection.scalar(
        select(rejected.c.id).where(rejected.c.article_id == article_id, rejected.c.topic_id == topic_id)
    )
    if rejected_id is None:
        row = {"article_id": article_id, "topic_id": topic_id, "decision_id": decision_id}
        rejected_id = inserted_id(connection.execute(insert(rejected).values(row)))
    else:
        connection.execute(update(rejected).where(rejected.c.id == rejected_id).values(decision_id=decision_id))
    tag_id = _tag_id(connection, article_id, topic_id)
    if tag_id is None:
        return
    of_tag = evidence.c.article_topic_id == tag_id
    connection.execute(delete(evidence).where(of_tag, evidence.c.method == BY_DECISION))
    connection.execute(update(evidence).where(of_tag).values(article_topic_id=None, rejected_topic_id=rejected_id))
    connection.execute(delete(tag).where(tag.c.id == tag_id))


def leave_topic(connection: Connection, article_id: int, topic_id: int) -> None:
    """Let a topic be on an article or not as if no person had said anything of it."""
    evidence, tag = tables.tag_evidence, tables.article_topics
    tag_id = _tag(connection, article_id, topic_id)
    _take_rejection_back(connection, article_id, topic_id, tag_id)
    of_tag = evidence.c.article_topic_id == tag_id
    connection.execute(delete(evidence).where(of_tag, evidence.c.method == BY_DECISION))
    if connection.execute(select(1).where(of_tag)).first() is None:
        connection.execute(delete(tag).where(tag.c.id == tag_id))


def _take_rejection_back(connection: Connection, article_id: int, topic_id: int, tag_id: int) -> None:
    rejected, evidence = tables.rejected_topics, tables.tag_evidence
    rejected_id = connection.scalar(
        select(rejected.c.id).where(rejected.c.article_id == article_id, rejected.c.topic_id == topic_id)
    )
    if rejected_id is not None:
        connection.execute(
            update(evidence)
            .where(evidence.c.rejected_topic_id == rejected_id)
            .values(article_topic_id=tag_id, rejected_topic_id=None)
        )
        connection.execute(delete(rejected).where(rejected.c.id == rejected_id))


def _tag_id(connection: Connection, article_id: int, topic_id: int) -> int | None:
    tag = tables.article_topics
    return connection.scalar(select(tag.c.id).where(tag.c.article_id == article_id, tag.c.topic_id == topic_id))


def _tag(connection: Connection, article_id: int, topic_id: int) -> int:
    """Return the tag of an article with a topic, made if it is not there."""
    tag_id = _tag_id(connection, article_id, topic_id)
    if tag_id is None:
        row = {"article_id": article_id, "topic_id": topic_id}
        tag_id = inserted_id(connection.execute(insert(tables.article_topics).values(row)))
    return tag_id
