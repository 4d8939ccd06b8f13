"""Tags that follow from other things on record: from topics that inputs give, and from values of an article."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, union_all

from archive.db import tables, vocabulary
from archive.db.ids import Ids
from archive.db.lookups import chunks
from archive.db.store import drop_tags_without_evidence

MAPPING, QUERY = "mapping", "query"


class Derived(NamedTuple):
    """What speaks for a topic on an article, as a row of `tag_evidence` has it."""

    article_id: int
    topic_id: int
    method: str
    rule: str | None = None
    given_text: str | None = None
    given_by: str | None = None
    revision_id: int | None = None
    field: str = "topics"
    start: int | None = None
    end: int | None = None


def there_are_mappings(connection: Connection) -> bool:
    """Tell whether any vocabulary says that a topic is the same as one of another."""
    mapping = tables.topic_mappings.c
    return connection.scalar(select(1).where(mapping.relation == "exact").limit(1)) is not None


def find_mapped(connection: Connection, article_ids: Collection[int]) -> set[Derived]:
    """Return what follows for these articles from the topics that inputs give them and nobody took off.

    A topic leads to those that its vocabulary, or theirs, says are exactly the same, one step far; of its own
    vocabulary's mappings to those that are loaded.
    """
    evidence, tag = tables.tag_evidence, tables.article_topics
    given, target, mapping = tables.topics.alias("given"), tables.topics.alias("target"), tables.topic_mappings
    known_as = (mapping.c.scheme == given.c.scheme) & (mapping.c.code == given.c.code)
    other = (target.c.scheme == mapping.c.scheme) & (target.c.code == mapping.c.code)
    leads = vocabulary.merged_topics(connection)
    found = set()
    for some in chunks(article_ids):
        of_given = (
            select(
                tag.c.article_id, given.c.id.label("given_id"), target.c.id, evidence.c.given_text, evidence.c.given_by
            )
            .select_from(evidence)
            .join(tag, tag.c.id == evidence.c.article_topic_id)
            .join(given, given.c.id == tag.c.topic_id)
            .where(evidence.c.method == "given", tag.c.article_id.in_(some))
        )
        is_exact = mapping.c.relation == "exact"
        both = union_all(
            of_given.join(mapping, known_as & is_exact).join(target, target.c.id == mapping.c.topic_id),
            of_given.join(mapping, (mapping.c.topic_id == given.c.id) & is_exact).join(
                target, other & (target.c.origin == "vocabulary")
            ),
        )
        for article_id, given_id, topic_id, text, by in connection.execute(both):
            topic_id = leads.get(topic_id, topic_id)
            if topic_id != given_id:
                found.add(Derived(article_id, topic_id, MAPPING, given_text=text, given_by=by))
    return found


def find_derived(connection: Connection, article_ids: Collection[int], rules: Collection[str]) -> dict[int, Derived]:
    """Return the evidence of these articles that rests on mappings or on one of these rules, by its id.

    What speaks for topics that people took off is among it.
    """
    evidence = tables.tag_evidence.c
    columns = [evidence[name] for name in Derived._fields[2:]]
    found = {}
    for some in chunks(article_ids):
        both = union_all(
            *(
                select(evidence.id, of.c.article_id, of.c.topic_id, *columns)
                .select_from(of)
                .join(tables.tag_evidence, owner == of.c.id)
                .where(of.c.article_id.in_(some), evidence.method.in_((MAPPING, QUERY)))
                for of, owner in (
                    (tables.article_topics, evidence.article_topic_id),
                    (tables.rejected_topics, evidence.rejected_topic_id),
                )
            )
        )
        for evidence_id, *row in connection.execute(both):
            derived = Derived(*row)
            if derived.method == MAPPING or derived.rule in rules:
                found[evidence_id] = derived
    return found


def replace_derived(connection: Connection, gone: Collection[int], new: Iterable[Derived]) -> None:
    """Take evidence out, by its id, and put other in; tags that nothing speaks for any more go.

    For a topic that a person took off, new evidence is kept apart, and makes no tag.
    """
    new = sorted(new, key=repr)
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


def _insert(connection: Connection, new: Sequence[Derived]) -> None:
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
        rows.append({**owner, **dict(zip(Derived._fields[2:], one[2:], strict=True))})
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


def current_texts(connection: Connection, article_ids: Collection[int]) -> Mapping[int, tuple[int, str, str]]:
    """Return the current text of each of these articles: its id, headline ('' for none) and body."""
    article, revision = tables.articles.c, tables.article_revisions.c
    found = {}
    for some in chunks(article_ids):
        rows = connection.execute(
            select(article.id, revision.id, revision.headline, revision.body)
            .join(tables.article_revisions, revision.id == article.revision_id)
            .where(article.id.in_(some))
        )
        found.update({row[0]: (row[1], row[2] or "", row[3]) for row in rows})
    return found
