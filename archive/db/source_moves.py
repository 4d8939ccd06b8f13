"""What decisions about sources alter: names and domains that move, articles that move with them."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, select, tuple_, update

from archive.db import tables, vocabulary
from archive.db.lookups import chunks
from archive.db.vocabulary import Source


def names_of(connection: Connection, source_id: int) -> list[tuple[str, str, str]]:
    """Return the names that lead to a source, as long as they do: name, its key, `label` or `alias`."""
    name = tables.source_names.c
    rows = connection.execute(
        select(name.name, name.name_key, name.kind)
        .where(name.source_id == source_id, name.valid_until.is_(None))
        .order_by(name.id)
    )
    return [(one, key, kind) for one, key, kind in rows]


def domains_of(connection: Connection, source_id: int) -> list[str]:
    """Return the domains that lead to a source, as long as they do."""
    domain = tables.source_domains.c
    statement = select(domain.domain).where(domain.source_id == source_id, domain.valid_until.is_(None))
    return list(connection.scalars(statement.order_by(domain.id)))


def move_name(connection: Connection, key: str, origin: int, target: int, kind: str = "alias") -> None:
    """Let a name that leads to one source lead to another; where it leads there already, only there."""
    name = tables.source_names
    here = (name.c.name_key == key, name.c.source_id == origin)
    if connection.execute(select(1).where(name.c.name_key == key, name.c.source_id == target)).first():
        connection.execute(delete(name).where(*here))
    else:
        connection.execute(update(name).where(*here).values(source_id=target, kind=kind))


def move_domain(connection: Connection, domain: str, origin: int, target: int) -> None:
    """Let a domain of one source lead to another; where it leads there already, only there."""
    table = tables.source_domains
    here = (table.c.domain == domain, table.c.source_id == origin)
    if connection.execute(select(1).where(table.c.domain == domain, table.c.source_id == target)).first():
        connection.execute(delete(table).where(*here))
    else:
        connection.execute(update(table).where(*here).values(source_id=target))


def remove_name(connection: Connection, source_id: int, key: str) -> None:
    """Let an alias no longer lead to a source; the name that it is shown by stays."""
    name = tables.source_names.c
    connection.execute(
        delete(tables.source_names).where(name.source_id == source_id, name.name_key == key, name.kind == "alias")
    )


def remove_domain(connection: Connection, source_id: int, domain: str) -> None:
    """Let a domain no longer lead to a source."""
    table = tables.source_domains
    connection.execute(delete(table).where(table.c.source_id == source_id, table.c.domain == domain))


def set_name(connection: Connection, source_id: int, name: str, key: str) -> None:
    """Show a source by another name; the one before goes on leading to it."""
    vocabulary.update_source(connection, source_id, {"name": name})
    known = tables.source_names.c
    if connection.execute(select(1).where(known.source_id == source_id, known.name_key == key)).first() is None:
        vocabulary.add_source_name(connection, source_id, name, key)
    vocabulary.set_source_label(connection, source_id, name, key)


def articles_of(connection: Connection, source_id: int) -> list[tuple[int, str, str | None]]:
    """Return the articles of a source: id, key, and the source as their input names it, None where it does not."""
    article, value = tables.articles.c, tables.article_values.c
    rows = connection.execute(
        select(article.id, article.key, value.text)
        .outerjoin(tables.article_values, (value.article_id == article.id) & (value.field == "source"))
        .where(article.source_id == source_id)
        .order_by(article.id)
    )
    return [(article_id, key, text) for article_id, key, text in rows]


def move_articles(connection: Connection, article_ids: Collection[int], origin: Source, target: Source) -> None:
    """Give articles of one source to another, with what identifies them within it."""
    identifier, other = tables.article_identifiers, tables.article_identifiers.alias()
    for some in chunks(sorted(article_ids)):
        connection.execute(update(tables.articles).where(tables.articles.c.id.in_(some)).values(source_id=target.id))
        within = (identifier.c.article_id.in_(some), identifier.c.scope == origin.slug)
        there = select(other.c.scheme, other.c.value, other.c.article_id).where(other.c.scope == target.slug)
        connection.execute(
            update(identifier)
            .where(*within, tuple_(identifier.c.scheme, identifier.c.value, identifier.c.article_id).not_in(there))
            .values(scope=target.slug)
        )
        connection.execute(delete(identifier).where(*within))


def remove_source(connection: Connection, source_id: int) -> None:
    """Take out a source that nothing leads to any more."""
    connection.execute(delete(tables.sources).where(tables.sources.c.id == source_id))
