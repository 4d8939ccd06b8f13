"""Articles taken out of every table that knows them, and what nobody else has any more."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Table, delete, or_, select, update

from archive.db import tables
from archive.db.lookups import chunks
from archive.db.search import fts5


class Shared(NamedTuple):
    """Ids of what articles have, and others may have too: authors, originals, sources, topics."""

    authors: set[int]
    originals: set[int]
    sources: set[int]
    topics: set[int]


def find_shared(connection: Connection, ids: Collection[int]) -> Shared:
    """Return what these articles have that others may have too; to be asked before they are removed."""
    article, revision, item = tables.articles.c, tables.article_revisions.c, tables.import_items.c
    found = Shared(set(), set(), set(), set())
    for some in chunks(ids):
        for of_kind, statement in (
            (found.authors, _of(tables.article_authors.c.author_id, tables.article_authors.c.article_id, some)),
            (found.originals, _of(revision.original_id, revision.article_id, some)),
            (found.originals, _of(item.original_id, item.article_id, some)),
            (found.sources, _of(article.source_id, article.id, some)),
            (found.topics, _of(tables.article_topics.c.topic_id, tables.article_topics.c.article_id, some)),
            (found.topics, _of(tables.rejected_topics.c.topic_id, tables.rejected_topics.c.article_id, some)),
        ):
            of_kind.update(one for (one,) in connection.execute(statement) if one is not None)
    return found


def remove_articles(connection: Connection, ids: Collection[int]) -> None:
    """Take articles out of the search index and of all tables: texts, values, dates, tags with their evidence.

    The units of imports that gave them stay, and lead to no article. Originals, authors, sources and topics stay.
    """
    article, revision = tables.articles, tables.article_revisions
    for some in chunks(sorted(ids)):
        fts5.remove(connection, some)
        texts = select(revision.c.id).where(revision.c.article_id.in_(some))
        tags = select(tables.article_topics.c.id).where(tables.article_topics.c.article_id.in_(some))
        rejected = select(tables.rejected_topics.c.id).where(tables.rejected_topics.c.article_id.in_(some))
        evidence = tables.tag_evidence.c
        for of_tag in (evidence.article_topic_id.in_(tags), evidence.rejected_topic_id.in_(rejected)):
            connection.execute(delete(tables.tag_evidence).where(of_tag))
        for of_text in (tables.body_blocks, tables.set_aside, tables.article_links):
            connection.execute(delete(of_text).where(of_text.c.revision_id.in_(texts)))
        for of_article in (
            *(tables.article_topics, tables.rejected_topics, tables.article_values, tables.article_dates),
            *(tables.article_authors, tables.article_identifiers),
        ):
            connection.execute(delete(of_article).where(of_article.c.article_id.in_(some)))
        item = tables.import_items
        connection.execute(
            update(item).where(item.c.article_id.in_(some)).values(article_id=None, revision_id=None, text_sha256=None)
        )
        # each points to the other
        connection.execute(update(article).where(article.c.id.in_(some)).values(revision_id=None))
        connection.execute(delete(revision).where(revision.c.article_id.in_(some)))
        connection.execute(delete(article).where(article.c.id.in_(some)))


def remove_unused(connection: Connection, found: Shared) -> None:
    """Remove those of these authors, originals, sources and topics that nothing leads to any more.

    Sources and topics only where an import made them, and nobody decided anything of them.
    """
    source, topic, decision = tables.sources.c, tables.topics.c, tables.decisions.c
    code = topic.scheme + ":" + topic.code
    below = tables.topics.alias("below")
    removable: tuple[tuple[Table, Column[Any] | None, set[int], list[ColumnElement[bool]]], ...] = (
        (tables.authors, None, found.authors, [_leads(tables.article_authors.c.author_id, tables.authors.c.id)]),
        (
            tables.originals,
            None,
            found.originals,
            [
                _leads(tables.article_revisions.c.original_id, tables.originals.c.id),
                _leads(tables.import_items.c.original_id, tables.originals.c.id),
            ],
        ),
        (
            tables.sources,
            tables.source_names.c.source_id,
            found.sources,
            [
                source.origin != "import",
                _leads(tables.articles.c.source_id, source.id),
                _leads(tables.source_domains.c.source_id, source.id),
                select(1).where(or_(decision.name == source.slug, decision.value == source.slug)).exists(),
            ],
        ),
        (
            tables.topics,
            tables.topic_names.c.topic_id,
            found.topics,
            [
                topic.origin != "import",
                _leads(tables.article_topics.c.topic_id, topic.id),
                _leads(tables.rejected_topics.c.topic_id, topic.id),
                _leads(tables.topic_rules.c.topic_id, topic.id),
                select(1).where(below.c.parent_id == topic.id).exists(),
                select(1).where(or_(decision.name == code, decision.value == code)).exists(),
            ],
        ),
    )
    for table, named, ids, needed in removable:
        for some in chunks(sorted(ids)):
            unused = connection.scalars(select(table.c.id).where(table.c.id.in_(some), ~or_(*needed))).all()
            if named is not None:
                connection.execute(delete(named.table).where(named.in_(unused)))
            connection.execute(delete(table).where(table.c.id.in_(unused)))


def find_sharing(connection: Connection, ids: Collection[int]) -> list[tuple[str, str]]:
    """Return which other articles were made of bytes of these: key of one of these, and of the other."""
    revision, item = tables.article_revisions.c, tables.import_items.c
    made: dict[int, set[int]] = {}
    for some in chunks(sorted(find_shared(connection, ids).originals)):
        for statement in (
            select(revision.original_id, revision.article_id).where(revision.original_id.in_(some)),
            select(item.original_id, item.article_id).where(item.original_id.in_(some), item.article_id.is_not(None)),
        ):
            for original_id, article_id in connection.execute(statement.distinct()):
                made.setdefault(original_id, set()).add(article_id)
    pairs = {
        (mine, other)
        for of_original in made.values()
        for mine in of_original.intersection(ids)
        for other in of_original.difference(ids)
    }
    article = tables.articles.c
    keys: dict[int, str] = {}
    for some in chunks(sorted({one for pair in pairs for one in pair})):
        keys.update(connection.execute(select(article.id, article.key).where(article.id.in_(some))).all())
    return sorted((keys[mine], keys[other]) for mine, other in pairs)


def _of(what: Column[Any], owner: Column[Any], ids: Sequence[int]) -> Any:
    return select(what).distinct().where(owner.in_(ids))


def _leads(column: Column[Any], target: Column[Any]) -> ColumnElement[bool]:
    return select(1).where(column == target).exists()
