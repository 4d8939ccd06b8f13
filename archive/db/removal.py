"""Articles taken out of every table that knows them, and what nobody else has any more."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, delete, or_, select, update

from archive.db import tables
from archive.db.enumerations import BY_MODEL, BY_RULE
from archive.db.lookups import chunks
from archive.db.search import index_of

_OF_ARTICLE = (
    *(tables.article_topics, tables.rejected_topics, tables.article_values, tables.other_values),
    *(tables.article_identifiers, tables.article_dates, tables.article_authors),
    tables.article_credits,
)
_OF_REVISION = (tables.article_links, tables.body_blocks, tables.set_aside)

_SOURCE_AS_NAMED = (
    (tables.import_items.c.source_as_read, tables.import_items.c.article_id),
    (tables.article_identifiers.c.scope, tables.article_identifiers.c.article_id),
)


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
            (found.sources, _of(tables.article_credits.c.source_id, tables.article_credits.c.article_id, some)),
            *((found.sources, _named_by(text, owner, some)) for text, owner in _SOURCE_AS_NAMED),
            (found.topics, _of(tables.article_topics.c.topic_id, tables.article_topics.c.article_id, some)),
            (found.topics, _of(tables.rejected_topics.c.topic_id, tables.rejected_topics.c.article_id, some)),
        ):
            of_kind.update(one for (one,) in connection.execute(statement) if one is not None)
    return found


def remove_articles(connection: Connection, ids: Collection[int]) -> None:
    """Take these articles out, with their texts and all that is known of them.

    The units that gave them stay on record, and are no places any more. Originals, names of authors, sources, topics
    and decisions stay, too; `remove_unused` takes those that nothing leads to. What points to an article by its key is
    left as it is.
    """
    for some in chunks(ids):
        index_of(connection).remove(connection, some)
        remove_suggestions(connection, tables.suggestions.c.article_id.in_(some))
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
                    evidence.method.in_((*BY_RULE, BY_MODEL)),
                )
            )
        remove_suggestions(connection, tables.suggestions.c.revision_id.in_(some))
        for table in (tables.article_dates, tables.article_credits):
            connection.execute(delete(table).where(table.c.revision_id.in_(some)))
        for table in _OF_REVISION:
            connection.execute(delete(table).where(table.c.revision_id.in_(some)))
        connection.execute(delete(tables.article_revisions).where(tables.article_revisions.c.id.in_(some)))


def remove_suggestions(connection: Connection, which: ColumnElement[bool]) -> None:
    """Take out what models propose, where the condition on `suggestions` holds, with the words; tags are left alone."""
    suggestion, word = tables.suggestions, tables.suggestion_words
    connection.execute(delete(word).where(word.c.suggestion_id.in_(select(suggestion.c.id).where(which))))
    connection.execute(delete(suggestion).where(which))


def remove_judgements(connection: Connection, article_ids: Collection[int]) -> None:
    """Take out what models said of texts that these articles do not have any more; tags may have no evidence then."""
    evidence = tables.tag_evidence.c
    for some in chunks(article_ids):
        remove_suggestions(connection, tables.suggestions.c.article_id.in_(some))
        for of, owner in (
            (tables.article_topics, evidence.article_topic_id),
            (tables.rejected_topics, evidence.rejected_topic_id),
        ):
            owned = select(of.c.id).where(of.c.article_id.in_(some))
            connection.execute(delete(tables.tag_evidence).where(owner.in_(owned), evidence.method == BY_MODEL))


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


def remove_unused(connection: Connection, found: Shared) -> None:
    """Remove those of these authors, originals, sources and topics that nothing leads to any more.

    Sources and topics only where an import made them, and nobody decided anything of them.
    """
    remove_unused_authors(connection, found.authors)
    remove_unused_originals(connection, found.originals)
    source, decision = tables.sources.c, tables.decisions.c
    for some in chunks(sorted(find_unused_sources(connection, found.sources))):
        decided = select(1).where(or_(decision.name == source.slug, decision.value == source.slug)).exists()
        of_domain = _leads(tables.source_domains.c.source_id, source.id)
        remove_sources(
            connection, connection.scalars(select(source.id).where(source.id.in_(some), ~decided, ~of_domain)).all()
        )
    remove_unused_topics(connection, found.topics)


def remove_unused_originals(connection: Connection, ids: Collection[int]) -> None:
    """Take out those of these bytes that no unit and no text was made of."""
    if not ids:
        return
    # neither column has an index: one look at all of them
    kept: set[int | None] = set()
    for column in (tables.import_items.c.original_id, tables.article_revisions.c.original_id):
        kept.update(connection.scalars(select(column).distinct()))
    for some in chunks(sorted(set(ids) - kept)):
        connection.execute(delete(tables.originals).where(tables.originals.c.id.in_(some)))


def find_unused_sources(connection: Connection, ids: Collection[int]) -> set[int]:
    """Return those of these sources that an import made, that no article has or credits, no identifier and no file.

    What people decided of them is not asked.
    """
    source = tables.sources.c
    needed = (
        source.origin != "import",
        _leads(tables.articles.c.source_id, source.id),
        _leads(tables.article_identifiers.c.scope, source.slug),
        _leads(tables.article_credits.c.source_id, source.id),
        _leads(tables.agency_names.c.source_id, source.id),
    )
    found: set[int] = set()
    for some in chunks(sorted(ids)):
        found.update(connection.scalars(select(source.id).where(source.id.in_(some), ~or_(*needed))))
    return found


def remove_sources(connection: Connection, ids: Collection[int]) -> None:
    """Take out sources that nothing has, with the names and the domains that lead to them."""
    for some in chunks(sorted(ids)):
        for table in (tables.source_names, tables.source_domains):
            connection.execute(delete(table).where(table.c.source_id.in_(some)))
        connection.execute(delete(tables.sources).where(tables.sources.c.id.in_(some)))


def remove_unused_topics(connection: Connection, ids: Collection[int]) -> None:
    """Take out those of these topics that an import made, that are on no article, and that no decision names."""
    topic, decision = tables.topics.c, tables.decisions.c
    code, below = topic.scheme + ":" + topic.code, tables.topics.alias("below")
    needed = (
        topic.origin != "import",
        *(
            _leads(table.c.topic_id, topic.id)
            for table in (tables.article_topics, tables.rejected_topics, tables.topic_rules, tables.suggestions)
        ),
        _leads(below.c.parent_id, topic.id),
        select(1).where(or_(decision.name == code, decision.value == code)).exists(),
    )
    for some in chunks(sorted(ids)):
        unused = connection.scalars(select(topic.id).where(topic.id.in_(some), ~or_(*needed))).all()
        connection.execute(delete(tables.topic_names).where(tables.topic_names.c.topic_id.in_(unused)))
        connection.execute(delete(tables.topics).where(topic.id.in_(unused)))


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


def _named_by(text: Column[Any], owner: Column[Any], ids: Sequence[int]) -> Any:
    """Return the sources that inputs name, also where people decided on another."""
    name, slug = tables.source_names.c, tables.sources.c.slug
    texts = select(text).distinct().where(owner.in_(ids))
    return (
        select(tables.sources.c.id)
        .distinct()
        .outerjoin(tables.source_names, name.source_id == tables.sources.c.id)
        .where(or_(name.name.in_(texts), slug.in_(texts)))
    )


def _leads(column: Column[Any], target: Column[Any]) -> ColumnElement[bool]:
    return select(1).where(column == target).exists()
