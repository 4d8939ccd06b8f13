"""Articles as they stand: their current text with the bytes it was made of, and what they were given."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from archive.db.tables import (
    article_authors,
    article_dates,
    article_revisions,
    article_values,
    articles,
    authors,
    import_items,
    originals,
)
from archive.documents import FoundDate, Value


class Standing(NamedTuple):
    """The current state of an article's text, and what it was made of."""

    article_id: int
    key: str
    revision_id: int
    headline: str | None
    headline_method: str | None
    body: str
    text_sha256: str
    published: str | None
    published_precision: str | None
    language: str | None
    original_id: int
    sha256: str
    media_type: str
    size: int
    content: bytes
    item_id: int
    locator: str
    reader: str | None


class GivenValue(NamedTuple):
    """A value that an article was given, and of which original."""

    value: Value
    original_id: int | None


def find_standing(connection: Connection, ids: Sequence[int]) -> list[Standing]:
    """Return the current text of each of these articles, its bytes, and the unit that gave it."""
    article, revision, original, item = articles.c, article_revisions.c, originals.c, import_items.c
    # the unit that gave the text; one of its bytes, where it was made of them later
    unit = import_items.alias("unit")
    of_bytes = (
        select(func.min(unit.c.id))
        .where(unit.c.article_id == article.id, unit.c.original_id == original.id)
        .correlate(articles, article_revisions, originals)
    )
    gave = func.coalesce(
        of_bytes.where(unit.c.revision_id == revision.id).scalar_subquery(), of_bytes.scalar_subquery()
    )
    rows = connection.execute(
        select(
            *(article.id, article.key, revision.id, revision.headline, revision.headline_method, revision.body),
            *(revision.text_sha256, article.published, article.published_precision, article.language),
            *(original.id, original.sha256, original.media_type, original.size, original.content),
            *(item.id, item.locator, item.reader),
        )
        .select_from(articles)
        .join(article_revisions, revision.id == article.revision_id)
        .join(originals, original.id == revision.original_id)
        .join(import_items, item.id == gave)
        .where(article.id.in_(ids))
        .order_by(article.id)
    )
    return [Standing._make(row) for row in rows]


def find_values(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, GivenValue]]:
    """Return by article what each of its fields was given."""
    value, item = article_values.c, import_items.c
    found: dict[int, dict[str, GivenValue]] = {}
    for article_id, name, text, method, original_id in connection.execute(
        select(value.article_id, value.field, value.text, value.method, item.original_id)
        .outerjoin(import_items, item.id == value.import_item_id)
        .where(value.article_id.in_(ids))
    ):
        found.setdefault(article_id, {})[name] = GivenValue(Value(name, text, method), original_id)
    return found


def find_unread_dates(connection: Connection, ids: Sequence[int]) -> dict[int, list[Value]]:
    """Return the dates that were given to each article and could not be read."""
    date = article_dates.c
    found: dict[int, list[Value]] = {}
    for article_id, text, method in connection.execute(
        select(date.article_id, date.text, date.method)
        .where(date.article_id.in_(ids), date.kind == "published", date.value.is_(None))
        .order_by(date.id)
    ):
        found.setdefault(article_id, []).append(Value("published", text, method))
    return found


def find_mentioned_dates(connection: Connection, revision_ids: Collection[int]) -> dict[int, list[FoundDate]]:
    """Return by revision the dates that it mentions."""
    names = FoundDate._fields
    date = article_dates.c
    found: dict[int, list[FoundDate]] = {}
    for revision_id, *columns in connection.execute(
        select(date.revision_id, *(date[name] for name in names)).where(
            date.revision_id.in_(revision_ids), date.kind == "mentioned"
        )
    ):
        found.setdefault(revision_id, []).append(FoundDate(*columns))
    return found


def find_credited(connection: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return by article the name keys of those credited, in printed order."""
    found: dict[int, list[str]] = {}
    for article_id, key in connection.execute(
        select(article_authors.c.article_id, authors.c.name_key)
        .join(authors, authors.c.id == article_authors.c.author_id)
        .where(article_authors.c.article_id.in_(ids))
        .order_by(article_authors.c.article_id, article_authors.c.position)
    ):
        found.setdefault(article_id, []).append(key)
    return found
