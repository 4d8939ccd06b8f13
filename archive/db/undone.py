"""An import in the tables, when it is undone: what it met, what goes with it, and the record that it was undone."""

from collections.abc import Collection

from sqlalchemy import Connection, RowMapping, delete, func, or_, select, update

from archive.db import tables
from archive.db.clock import now
from archive.db.lookups import chunks
from archive.db.removal import detach_units, remove_unused_originals

UNDONE = "undone"

_item = tables.import_items.c


def find_import(connection: Connection, import_id: int) -> RowMapping | None:
    """Return an import with the number of its units; None where there is none of that number."""
    run = tables.imports
    units = select(func.count()).where(_item.import_id == import_id).scalar_subquery()
    return connection.execute(select(run, units.label("units")).where(run.c.id == import_id)).mappings().first()


def find_own_articles(connection: Connection, import_id: int) -> dict[int, str]:
    """Return the articles that no other import met, with their keys."""
    article, other = tables.articles.c, tables.import_items.alias()
    met = select(_item.article_id).where(_item.import_id == import_id)
    rows = connection.execute(
        select(article.id, article.key)
        .where(
            article.id.in_(met),
            ~select(1).where(other.c.article_id == article.id, other.c.import_id != import_id).exists(),
        )
        .order_by(article.id)
    )
    return {article_id: key for article_id, key in rows}  # noqa: C416 - rows are no pairs to mypy


def find_shared_articles(connection: Connection, import_id: int, own: Collection[int]) -> list[int]:
    """Return the articles that other imports met too and that this one said something of: a text, a value, a topic.

    A unit that only repeats what its place stated and gave before says nothing.
    """
    said = or_(
        *(_item.stated_in_id.is_(None), _item.stated_in_id == _item.id, _item.outcome != "unchanged"),
        *(
            select(1).where(table.c.import_item_id == _item.id, table.c.article_id == _item.article_id).exists()
            for table in (tables.other_values, tables.article_values)
        ),
    )
    articles = connection.scalars(
        select(_item.article_id)
        .where(_item.import_id == import_id, _item.article_id.is_not(None), said)
        .distinct()
        .order_by(_item.article_id)
    )
    return [article_id for article_id in articles if article_id not in own]


def find_unknown(connection: Connection, import_id: int, shared: Collection[int]) -> list[str]:
    """Return the keys of those of these articles of which it is not known what is left once the import is taken out.

    What several units stated of one article was not kept by older programs, where it did not stand.
    """
    mine, other = tables.import_items.alias(), tables.import_items.alias()
    keys: list[str] = []
    for some in chunks(shared):
        keys += connection.scalars(
            select(tables.articles.c.key)
            .where(
                tables.articles.c.id.in_(some),
                select(1)
                .where(mine.c.article_id == tables.articles.c.id, mine.c.import_id == import_id)
                .where(mine.c.stated_in_id.is_(None))
                .exists(),
                select(1)
                .where(other.c.article_id == tables.articles.c.id, other.c.import_id != import_id)
                .where(other.c.stated_in_id.is_(None))
                .exists(),
            )
            .order_by(tables.articles.c.id)
        )
    return keys


def find_translations(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """Return the articles that are said to translate one of these and are none of these: key, and key of that."""
    article = tables.articles.c
    found: dict[str, str] = {}
    for some in chunks(keys):
        rows = connection.execute(select(article.key, article.translation_of).where(article.translation_of.in_(some)))
        found.update((key, of) for key, of in rows if key not in keys)
    return found


def sources_as_read(connection: Connection, import_id: int) -> set[str]:
    """Return how the units of an import name their sources."""
    rows = connection.scalars(select(_item.source_as_read).where(_item.import_id == import_id).distinct())
    return {name for name in rows if name}


def sources_as_read_elsewhere(connection: Connection, import_id: int) -> set[str]:
    """Return how the units of all other imports name their sources, but for those that were undone."""
    rows = connection.scalars(
        select(_item.source_as_read).where(_item.import_id != import_id, _item.article_id.is_not(None)).distinct()
    )
    return {name for name in rows if name}


def close(connection: Connection, import_id: int, who: str, because: str | None) -> None:
    """Let the units of an import be no places any more, take out bytes that only it brought, and put it on record."""
    mine = list(
        connection.scalars(
            select(_item.original_id).where(_item.import_id == import_id, _item.original_id.is_not(None)).distinct()
        )
    )
    detach_units(connection, _item.import_id == import_id)
    connection.execute(delete(tables.containers).where(tables.containers.c.import_id == import_id))
    connection.execute(update(tables.import_items).where(_item.import_id == import_id).values(original_id=None))
    remove_unused_originals(connection, mine)
    connection.execute(
        update(tables.imports)
        .where(tables.imports.c.id == import_id)
        .values(status=UNDONE, undone_at=now(), undone_by=who, undone_because=because)
    )
