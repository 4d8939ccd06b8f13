"""What speaks for topics on articles: found, and replaced by what speaks for them today."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, union_all

from archive.db import tables
from archive.db.ids import Ids
from archive.db.lookups import chunks
from archive.db.store import drop_tags_without_evidence
from archive.documents import SetAside


class Evidence(NamedTuple):
    """What speaks for a topic on an article, as a row of `tag_evidence` has it."""

    article_id: int
    topic_id: int
    method: str
    rule: str | None = None
    given_text: str | None = None
    given_by: str | None = None
    revision_id: int | None = None
    set_aside_id: int | None = None
    field: str = "topics"
    start: int | None = None
    end: int | None = None
    score: float | None = None
    model_id: int | None = None

    @property
    def place(self) -> tuple[bool, bool, int, int]:
        """Where it stands among others, in the order of the text: headline, body, what was set aside."""
        return (self.field != "headline", self.field == "set_aside", self.start or 0, -(self.end or 0))


def find_evidence(connection: Connection, article_ids: Collection[int], methods: Sequence[str]) -> dict[int, Evidence]:
    """Return the evidence of these articles that is of one of these methods, by its id.

    What speaks for topics that people took off is among it.
    """
    evidence = tables.tag_evidence.c
    columns = [evidence[name] for name in Evidence._fields[2:]]
    found = {}
    for some in chunks(article_ids):
        both = union_all(
            *(
                select(evidence.id, of.c.article_id, of.c.topic_id, *columns)
                .select_from(of)
                .join(tables.tag_evidence, owner == of.c.id)
                .where(of.c.article_id.in_(some), evidence.method.in_(methods))
                for of, owner in (
                    (tables.article_topics, evidence.article_topic_id),
                    (tables.rejected_topics, evidence.rejected_topic_id),
                )
            )
        )
        for evidence_id, *row in connection.execute(both):
            found[evidence_id] = Evidence(*row)
    return found


def settle_evidence(
    connection: Connection,
    known: Mapping[int, Evidence],
    wanted: set[Evidence],
    topics: Collection[int] | None = None,
) -> None:
    """Let what is known, by its id, be what is wanted; of these topics only, if any are named.

    Tags that nothing speaks for any more go. For a topic that a person took off, new evidence is kept apart, and makes
    no tag.
    """
    if topics is not None:
        wanted = {one for one in wanted if one.topic_id in topics}
        known = {row_id: one for row_id, one in known.items() if one.topic_id in topics}
    gone = [row_id for row_id, one in known.items() if one not in wanted]
    new = sorted(
        wanted.difference(known.values()),
        key=lambda one: (one.article_id, one.topic_id, one.rule or "", one.place, repr(one)),
    )
    evidence, tag = tables.tag_evidence, tables.article_topics
    touched: set[int] = set()
    for some in chunks(gone):
        touched.update(
            connection.scalars(
                select(tag.c.article_id)
                .join(evidence, evidence.c.article_topic_id == tag.c.id)
                .where(evidence.c.id.in_(some))
            )
        )
        connection.execute(delete(evidence).where(evidence.c.id.in_(some)))
    if new:
        _insert(connection, new)
    drop_tags_without_evidence(connection, touched)


def _insert(connection: Connection, new: Sequence[Evidence]) -> None:
    ids = Ids(connection)
    articles = {one.article_id for one in new}
    tags, rejected = (_owners(connection, of, articles) for of in (tables.article_topics, tables.rejected_topics))
    new_tags = {}
    rows: list[dict[str, Any]] = []
    for one in new:
        about = (one.article_id, one.topic_id)
        rejected_id = rejected.get(about)
        if rejected_id is None and about not in tags:
            tags[about] = new_tags[about] = ids.take("article_topics")
        owner = {
            "article_topic_id": None if rejected_id is not None else tags[about],
            "rejected_topic_id": rejected_id,
        }
        rows.append({**owner, **dict(zip(Evidence._fields[2:], one[2:], strict=True))})
    if new_tags:
        connection.execute(
            insert(tables.article_topics),
            [
                {"id": tag_id, "article_id": article_id, "topic_id": topic_id}
                for (article_id, topic_id), tag_id in new_tags.items()
            ],
        )
    connection.execute(insert(tables.tag_evidence), rows)


def _owners(connection: Connection, of: Any, article_ids: Collection[int]) -> dict[tuple[int, int], int]:
    found = {}
    for some in chunks(article_ids):
        rows = connection.execute(select(of.c.article_id, of.c.topic_id, of.c.id).where(of.c.article_id.in_(some)))
        found.update({(article_id, topic_id): row_id for article_id, topic_id, row_id in rows})
    return found


def find_passages_aside(connection: Connection, revision_ids: Collection[int]) -> dict[int, list[tuple[int, SetAside]]]:
    """Return what was set aside of these texts, in order, each passage with its id."""
    passage = tables.set_aside.c
    columns = [passage[name] for name in ("kind", "text", "after_block", "rule", "rule_version")]
    found: dict[int, list[tuple[int, SetAside]]] = {}
    for some in chunks(revision_ids):
        rows = connection.execute(
            select(passage.revision_id, passage.id, *columns)
            .where(passage.revision_id.in_(some))
            .order_by(passage.revision_id, passage.position)
        )
        for revision_id, passage_id, *values in rows:
            found.setdefault(revision_id, []).append((passage_id, SetAside(*values)))
    return found


def find_tags(connection: Connection, article_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return which of these articles have which topic."""
    tag = tables.article_topics.c
    found: set[tuple[int, int]] = set()
    for some in chunks(article_ids):
        rows = connection.execute(select(tag.article_id, tag.topic_id).where(tag.article_id.in_(some)))
        found.update((article_id, topic_id) for article_id, topic_id in rows)
    return found
