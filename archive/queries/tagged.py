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
    """Articles of which something is known, topics of a scheme, and by both whether the one is about the other.

    What is not in `verdicts` is not known. `topics` are `scheme:code` by id.
    """

    articles: list[Example] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    verdicts: dict[tuple[int, int], bool] = field(default_factory=dict)

    def verdict(self, article_id: int, topic_id: int) -> bool | None:
        """Tell whether an article is about a topic; None where that is not known."""
        return self.verdicts.get((article_id, topic_id))


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
    found = Examples(topics={row.id: f"{scheme}:{row.code}" for row in rows})
    above = {row.id: row.parent_id for row in rows}
    methods = (*BY_PEOPLE, *BY_INPUTS) if with_given else BY_PEOPLE
    ids = list(connection.scalars(selection.of(select(articles.c.id)).order_by(articles.c.id)))
    for some in chunks(ids):
        _find_verdicts(connection, some, found, above, methods, only_rejected=only_rejected)
    known = {article_id for article_id, _ in found.verdicts}
    found.articles = list(find_texts(connection, [one for one in ids if one in known]))
    asked = {topic_id for (_, topic_id), is_so in found.verdicts.items() if is_so}
    found.topics = {topic_id: label for topic_id, label in found.topics.items() if topic_id in asked}
    return found


def _find_verdicts(
    connection: Connection,
    ids: Sequence[int],
    found: Examples,
    above: dict[int, int | None],
    methods: Sequence[str],
    *,
    only_rejected: bool,
) -> None:
    tag, evidence, rejected = article_topics.c, tag_evidence.c, rejected_topics.c
    has: dict[int, set[int]] = {}
    looked_at: dict[int, set[int]] = {}
    rows = connection.execute(
        select(tag.article_id, tag.topic_id, evidence.method)
        .join(tag_evidence, evidence.article_topic_id == tag.id)
        .where(tag.article_id.in_(ids), tag.topic_id.in_(found.topics))
        .distinct()
    )
    for row in rows:
        has.setdefault(row.article_id, set()).update(_with_above(row.topic_id, above))
        if row.method in methods:
            looked_at.setdefault(row.article_id, set()).add(row.topic_id)
    if not only_rejected:
        for article_id in looked_at:
            others = (topic_id for topic_id in found.topics if topic_id not in has[article_id])
            found.verdicts.update(((article_id, topic_id), False) for topic_id in others)
    found.verdicts.update(((article_id, one), True) for article_id, put in looked_at.items() for one in put)
    taken_off = connection.execute(
        select(rejected.article_id, rejected.topic_id).where(
            rejected.article_id.in_(ids), rejected.topic_id.in_(found.topics)
        )
    )
    found.verdicts.update(((article_id, topic_id), False) for article_id, topic_id in taken_off)


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
