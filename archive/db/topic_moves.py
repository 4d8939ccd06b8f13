"""What decisions about topics alter: places in the tree, and evidence that moves from one topic to another."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, literal, select, update

from archive.db import removal, tables
from archive.db.decided import BY_DECISION
from archive.db.decided_tags import settle_tags
from archive.db.enumerations import BY_MODEL

# What puts a topic on an article by itself: the method, and the phrase or the topic as named.
Ground = tuple[str, str]

_EVIDENCE = tables.tag_evidence
_TEXT = func.coalesce(_EVIDENCE.c.rule, _EVIDENCE.c.given_text)
_COPIED = [column for column in _EVIDENCE.columns if column.name not in ("id", "article_topic_id", "rule")]
# what two pieces of evidence for one tag have in common where they are one
_SAME = ("method", "given_text", "given_by", "field", "start", "end", "revision_id", "set_aside_id")


class Topic(NamedTuple):
    """A topic, as far as decisions about it have to know it."""

    id: int
    scheme: str
    code: str
    name: str
    parent_id: int | None
    origin: str

    @property
    def label(self) -> str:
        """Scheme and code, as a decision names it."""
        return f"{self.scheme}:{self.code}"


def topic_of(connection: Connection, topic_id: int) -> Topic:
    """Return the topic of an id."""
    columns = [tables.topics.c[name] for name in Topic._fields]
    return Topic(*connection.execute(select(*columns).where(tables.topics.c.id == topic_id)).one())


def children_of(connection: Connection, topic_id: int) -> list[int]:
    """Return the topics that stand right below a topic."""
    topic = tables.topics.c
    return list(
        connection.scalars(select(topic.id).where(topic.parent_id == topic_id).order_by(topic.scheme, topic.code))
    )


def set_parent(connection: Connection, topic_ids: Collection[int], parent_id: int | None) -> None:
    """Let topics stand right below another one; with None, at the top."""
    topics = tables.topics
    connection.execute(update(topics).where(topics.c.id.in_(topic_ids)).values(parent_id=parent_id))


def remove_topic(connection: Connection, topic_id: int) -> None:
    """Take out a topic that is on nothing and above nothing, with its names, and with what models say of it."""
    removal.remove_suggestions(connection, tables.suggestions.c.topic_id == topic_id)
    tag = tables.article_topics
    of_topic = select(tag.c.id).where(tag.c.topic_id == topic_id)
    connection.execute(
        delete(_EVIDENCE).where(_EVIDENCE.c.article_topic_id.in_(of_topic), _EVIDENCE.c.method == BY_MODEL)
    )
    connection.execute(delete(tag).where(tag.c.topic_id == topic_id))
    for table, column in ((tables.topic_names, tables.topic_names.c.topic_id), (tables.topics, tables.topics.c.id)):
        connection.execute(delete(table).where(column == topic_id))


def grounds_of(connection: Connection, topic_id: int) -> list[Ground]:
    """Return what puts a topic on any article by itself; not what models say, which follows from their suggestions."""
    tag = tables.article_topics
    rows = connection.execute(
        select(_EVIDENCE.c.method, _TEXT)
        .join(tag, tag.c.id == _EVIDENCE.c.article_topic_id)
        .where(tag.c.topic_id == topic_id, _EVIDENCE.c.method != BY_MODEL)
        .group_by(_EVIDENCE.c.method, _TEXT)
        .order_by(_EVIDENCE.c.method, _TEXT)
    )
    return [(method, text) for method, text in rows]


def leave_decided(connection: Connection, topic_ids: Collection[int]) -> set[str]:
    """Let these topics be on articles as if nobody had decided so; returns the keys of those where somebody had."""
    tag, rejected = tables.article_topics, tables.rejected_topics
    by_decision = select(tag.c.article_id, tag.c.topic_id).where(
        tag.c.topic_id.in_(topic_ids),
        select(1).where(_EVIDENCE.c.article_topic_id == tag.c.id, _EVIDENCE.c.method == BY_DECISION).exists(),
    )
    taken_off = select(rejected.c.article_id, rejected.c.topic_id).where(rejected.c.topic_id.in_(topic_ids))
    of_articles = connection.execute(by_decision.union(taken_off)).all()
    settle_tags(connection, dict.fromkeys(of_articles))
    article = tables.articles.c
    articles = {article_id for article_id, _ in of_articles}
    return {key for one in articles for key in connection.scalars(select(article.key).where(article.id == one))}


def divide_evidence(connection: Connection, origin: int, owners: Mapping[Ground, Collection[tuple[int, str]]]) -> None:
    """Give the evidence of a topic to those whom it is for: topic and phrase (or topic as named) by each ground.

    Evidence that a tag has already is not doubled. Tags that nothing speaks for any more go.
    """
    for ground, owned_by in owners.items():
        for topic_id, text in sorted(owned_by):
            if (topic_id, text) != (origin, ground[1]):
                _copy_evidence(connection, origin, ground, topic_id, text)
    tag = tables.article_topics
    of_origin = select(tag.c.id).where(tag.c.topic_id == origin)
    for ground, owned_by in owners.items():
        if (origin, ground[1]) not in owned_by:
            connection.execute(
                delete(_EVIDENCE).where(_EVIDENCE.c.article_topic_id.in_(of_origin), *_has_ground(ground))
            )
    connection.execute(
        delete(tag).where(tag.c.topic_id == origin, ~select(1).where(_EVIDENCE.c.article_topic_id == tag.c.id).exists())
    )


def _has_ground(ground: Ground) -> Sequence[ColumnElement[bool]]:
    method, text = ground
    return (_EVIDENCE.c.method == method, _TEXT.is_not_distinct_from(text))


def _copy_evidence(connection: Connection, origin: int, ground: Ground, topic_id: int, text: str) -> None:
    tag, there, known = tables.article_topics, tables.article_topics.alias("there"), _EVIDENCE.alias("known")
    here = tag.join(_EVIDENCE, _EVIDENCE.c.article_topic_id == tag.c.id)
    grounded = (tag.c.topic_id == origin, *_has_ground(ground))
    tagged = select(there.c.article_id).where(there.c.topic_id == topic_id)
    articles = (
        select(tag.c.article_id, literal(topic_id)).select_from(here).where(*grounded, tag.c.article_id.not_in(tagged))
    )
    connection.execute(insert(tag).from_select(["article_id", "topic_id"], articles.distinct()))
    rule = _EVIDENCE.c.rule if ground[0] == "given" else literal(text)
    same = select(1).where(
        known.c.article_topic_id == there.c.id,
        known.c.rule.is_not_distinct_from(rule),
        *(known.c[name].is_not_distinct_from(_EVIDENCE.c[name]) for name in _SAME),
    )
    rows = (
        select(there.c.id, rule, *_COPIED)
        .select_from(here.join(there, there.c.article_id == tag.c.article_id))
        .where(*grounded, there.c.topic_id == topic_id, ~same.exists())
    )
    columns = ["article_topic_id", "rule", *(column.name for column in _COPIED)]
    connection.execute(insert(_EVIDENCE).from_select(columns, rows))
