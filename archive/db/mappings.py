"""Topics that follow from others: from those that inputs give, where vocabularies say that two are the same."""

from collections.abc import Collection

from sqlalchemy import Connection, select, union_all

from archive.db import tables, vocabulary
from archive.db.evidence import Evidence
from archive.db.lookups import chunks

MAPPING = "mapping"


def there_are_mappings(connection: Connection) -> bool:
    """Tell whether any vocabulary says that a topic is the same as one of another."""
    mapping = tables.topic_mappings.c
    return connection.scalar(select(1).where(mapping.relation == "exact").limit(1)) is not None


def find_mapped(connection: Connection, article_ids: Collection[int]) -> set[Evidence]:
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
                found.add(Evidence(article_id, topic_id, MAPPING, given_text=text, given_by=by))
    return found
