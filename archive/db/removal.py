"""Articles taken out of every table and out of the search index."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, or_, select, update

from archive.db import tables
from archive.db.lookups import chunks
from archive.db.search import fts5

_OF_ARTICLE = (
    *(tables.article_topics, tables.rejected_topics, tables.article_values, tables.other_values),
    *(tables.article_identifiers, tables.article_dates, tables.article_authors),
)
_OF_REVISION = (tables.article_links, tables.body_blocks, tables.set_aside)


def remove_articles(connection: Connection, ids: Collection[int]) -> None:
    """Take these articles out, with their texts and all that is known of them.

    The units that gave them stay on record, and are no places any more. Originals, names of authors, sources, topics
    and decisions stay, too. What points to an article by its key is left as it is.
    """
    for some in chunks(ids):
        fts5.remove(connection, some)
        evidence = tables.tag_evidence.c
        for owner, of in ((evidence.article_topic_id, _OF_ARTICLE[0]), (evidence.rejected_topic_id, _OF_ARTICLE[1])):
            owned = select(of.c.id).where(of.c.article_id.in_(some))
            connection.execute(delete(tables.tag_evidence).where(owner.in_(owned)))
        for table in _OF_ARTICLE:
            connection.execute(delete(table).where(table.c.article_id.in_(some)))
        detach_units(connection, tables.import_items.c.article_id.in_(some))
        article, revision = tables.articles, tables.article_revisions
        connection.execute(update(article).where(article.c.id.in_(some)).values(revision_id=None))
        texts = list(connection.scalars(select(revision.c.id).where(revision.c.article_id.in_(some))))
        remove_revisions(connection, texts)
        connection.execute(delete(article).where(article.c.id.in_(some)))


def remove_revisions(connection: Connection, ids: Collection[int]) -> None:
    """Take out states of texts that are not current, with what is kept beside them and the evidence in them."""
    evidence, passage = tables.tag_evidence.c, tables.set_aside.c
    for some in chunks(ids):
        passages = list(connection.scalars(select(passage.id).where(passage.revision_id.in_(some))))
        if passages or some:
            connection.execute(
                delete(tables.tag_evidence).where(
                    or_(evidence.revision_id.in_(some), evidence.set_aside_id.in_(passages)),
                    evidence.method.in_(("rule", "trailing_tags")),
                )
            )
        dates = tables.article_dates
        connection.execute(delete(dates).where(dates.c.revision_id.in_(some)))
        for table in _OF_REVISION:
            connection.execute(delete(table).where(table.c.revision_id.in_(some)))
        connection.execute(delete(tables.article_revisions).where(tables.article_revisions.c.id.in_(some)))


def authors_of(connection: Connection, article_ids: Collection[int]) -> set[int]:
    """Return the names credited with these articles."""
    link = tables.article_authors.c
    found: set[int] = set()
    for some in chunks(article_ids):
        found.update(connection.scalars(select(link.author_id).where(link.article_id.in_(some)).distinct()))
    return found


def remove_unused_authors(connection: Connection, author_ids: Collection[int]) -> None:
    """Take out those of these names that are credited with no article any more."""
    author, link = tables.authors, tables.article_authors.c
    for some in chunks(author_ids):
        connection.execute(
            delete(author).where(author.c.id.in_(some), ~select(1).where(link.author_id == author.c.id).exists())
        )


def detach_units(connection: Connection, *which: object) -> None:
    """Let units of imports be places of no article any more; what they were read as, and how they ended, stays."""
    connection.execute(
        update(tables.import_items)
        .where(*which)  # type: ignore[arg-type]
        .values(article_id=None, revision_id=None, stated_in_id=None)
    )
