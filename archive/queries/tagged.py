"""Articles as examples to learn from: what people say they are about, and what they do not."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, select

from archive.db.lookups import chunks
from archive.db.tables import article_revisions, article_topics, articles, rejected_topics, tag_evidence, topics
from archive.queries.selection import Selection

BY_PEOPLE, BY_INPUTS = ("decision",), ("given", "mapping")


class Example(NamedTuple):
    """An article to learn from: its text, the day it was published (None if not known to the day), and its group.

    Articles of one group have the same text.
    """

    article_id: int
    revision_id: int
    headline: str
    body: str
    day: str | None
    group: Hashable


@dataclass
class Examples:
    """Articles of which something is known, and topics of a scheme that some of them have: `scheme:code` by id.

    By article, `accepted` are the topics that were put on it, `rejected` those that a person took off, and `has` those
    that it has at all, with what stands above them.
    """

    articles: list[Example] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    accepted: dict[int, set[int]] = field(default_factory=dict)
    rejected: dict[int, set[int]] = field(default_factory=dict)
    has: dict[int, set[int]] = field(default_factory=dict)
    only_rejected: bool = False

    def verdict(self, article_id: int, topic_id: int) -> bool | None:
        """Tell whether an article is about a topic; None where that is not known."""
        if topic_id in self.rejected.get(article_id, ()):
            return False
        accepted = self.accepted.get(article_id, ())
        if topic_id in accepted:
            return True
        return False if accepted and not self.only_rejected and topic_id not in self.has[article_id] else None


def find_examples(
    connection: Connection, scheme: str, selection: Selection, *, with_given: bool, only_rejected: bool
) -> Examples:
    """Return what is known of the articles of a selection and the topics of a scheme.

    An article is about a topic that a person put on it, and not about one that a person took off; `with_given` what
    inputs give counts as if people had put it there. An article that has one topic of the scheme in this way was looked
    at: it is not about those topics of the scheme that it does not have, unless `only_rejected`. What rules or models
    put on it is not known, and neither is a topic that stands above one it has.
    """
    topic = topics.c
    rows = connection.execute(select(topic.id, topic.code, topic.parent_id).where(topic.scheme == scheme)).all()
    above = {row.id: row.parent_id for row in rows}
    found = Examples(only_rejected=only_rejected)
    methods = (*BY_PEOPLE, *BY_INPUTS) if with_given else BY_PEOPLE
    ids = list(connection.scalars(selection.of(select(articles.c.id)).order_by(articles.c.id)))
    for some in chunks(ids):
        _find_tags(connection, some, scheme, found, above, methods)
    found.articles = list(
        find_texts(connection, [one for one in ids if one in found.accepted or one in found.rejected])
    )
    asked = {topic_id for put in found.accepted.values() for topic_id in put}
    found.topics = {row.id: f"{scheme}:{row.code}" for row in rows if row.id in asked}
    return found


def _find_tags(
    connection: Connection,
    ids: Sequence[int],
    scheme: str,
    found: Examples,
    above: dict[int, int | None],
    methods: Sequence[str],
) -> None:
    tag, evidence, rejected = article_topics.c, tag_evidence.c, rejected_topics.c
    rows = connection.execute(
        select(tag.article_id, tag.topic_id, evidence.method)
        .join(tag_evidence, evidence.article_topic_id == tag.id)
        .join(topics, topics.c.id == tag.topic_id)
        .where(tag.article_id.in_(ids), topics.c.scheme == scheme)
        .distinct()
    )
    for row in rows:
        found.has.setdefault(row.article_id, set()).update(_with_above(row.topic_id, above))
        if row.method in methods:
            found.accepted.setdefault(row.article_id, set()).add(row.topic_id)
    taken_off = connection.execute(
        select(rejected.article_id, rejected.topic_id)
        .join(topics, topics.c.id == rejected.topic_id)
        .where(rejected.article_id.in_(ids), topics.c.scheme == scheme)
    )
    for article_id, topic_id in taken_off:
        found.rejected.setdefault(article_id, set()).add(topic_id)


def _with_above(topic_id: int, above: dict[int, int | None]) -> set[int]:
    way: set[int] = set()
    one: int | None = topic_id
    while one is not None and one not in way:
        way.add(one)
        one = above.get(one)
    return way


def find_texts(connection: Connection, ids: Collection[int]) -> Iterator[Example]:
    """Yield the current texts of articles, by id; what has no word in its body is a group of its own."""
    article, revision = articles.c, article_revisions.c
    for some in chunks(ids):
        rows = connection.execute(
            select(
                *(article.id, article.revision_id, revision.headline, revision.body, article.published_on),
                *(revision.words, revision.fingerprint),
            )
            .join(article_revisions, revision.id == article.revision_id)
            .where(article.id.in_(some))
            .order_by(article.id)
        )
        for article_id, revision_id, headline, body, day, words, fingerprint in rows:
            yield Example(article_id, revision_id, headline or "", body, day, fingerprint if words else article_id)
