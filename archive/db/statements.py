"""What units state of their articles: who stated what, also where another statement stands.

A statement stands in `article_values`, in `tag_evidence` or in `article_dates`; one that does not, or that another unit
made first, is a row of `other_values`. A unit that states what its place stated before has no rows of its own: it names
the unit that has them (`stated_in_id`), so that what is imported again and again costs nothing.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text, union_all

from archive.db.lookups import chunks
from archive.db.tables import (
    article_dates,
    article_topics,
    article_values,
    import_items,
    other_values,
    rejected_topics,
    tag_evidence,
)
from archive.documents import VERSION_TIMES, Article

TOPICS = "topics"
DERIVED = "domain"  # a source by the domain of the URL: nobody states it, and it follows from the URL


class Statement(NamedTuple):
    """What a unit says of one field (or `topics`), as the input gives it, and where it stood."""

    field: str
    text: str
    method: str


def stated_by(unit: Article) -> frozenset[Statement]:
    """Return all that a unit states but the times of its text, which belong to the unit itself."""
    return frozenset(
        (
            *(
                Statement(name, value.text, value.method)
                for name, value in unit.values.items()
                if name not in VERSION_TIMES and value.method != DERIVED
            ),
            *(Statement("published", date.text, date.method) for date in unit.dates if date.kind == "published"),
            *(Statement(TOPICS, topic.text, topic.method) for topic in unit.topics),
        )
    )


def find_stated(connection: Connection, article_ids: Collection[int]) -> dict[int, set[Statement]]:
    """Return what was stated of these articles, by the unit on whose record it stands."""
    value, other, date, evidence, item = (
        table.c for table in (article_values, other_values, article_dates, tag_evidence, import_items)
    )
    unit = func.coalesce(item.stated_in_id, item.id)
    found: dict[int, set[Statement]] = {}
    for some in chunks(article_ids):
        for statement in (
            select(unit, value.field, value.text, value.method)
            .join_from(article_values, import_items, item.id == value.import_item_id)
            .where(value.article_id.in_(some), value.method != DERIVED),
            select(unit, other.field, other.text, other.method)
            .join_from(other_values, import_items, item.id == other.import_item_id)
            .where(other.article_id.in_(some)),
            select(unit, date.kind, date.text, date.method)
            .join_from(article_dates, import_items, item.id == date.import_item_id)
            .where(date.article_id.in_(some), date.kind == "published"),
            union_all(
                *(
                    select(unit, evidence.field, evidence.given_text, evidence.given_by)
                    .join_from(of, tag_evidence, owner == of.c.id)
                    .join(import_items, item.id == evidence.import_item_id)
                    .where(of.c.article_id.in_(some), evidence.method == "given")
                    for of, owner in (
                        (article_topics, evidence.article_topic_id),
                        (rejected_topics, evidence.rejected_topic_id),
                    )
                )
            ),
        ):
            for unit_id, *stated in connection.execute(statement):
                found.setdefault(unit_id, set()).add(Statement(*stated))
    return found


def rows_of(article_id: int, item_id: int, stated: Iterable[Statement]) -> list[dict[str, Any]]:
    """Return the rows that say that a unit states these of an article: of `article_values` or of `other_values`."""
    return [{"article_id": article_id, **one._asdict(), "import_item_id": item_id} for one in stated]


def is_kept(field: str, method: str) -> bool:
    """Tell whether a value that no longer stands has to be kept: dates are in `article_dates`, what follows follows."""
    return field != "published" and method != DERIVED


# Values that no longer stand are kept, but where their own unit is only read otherwise (`archive reparse`).
KEEP_REPLACED = text(
    "INSERT INTO other_values (article_id, field, text, method, import_item_id) "
    "SELECT article_id, field, text, method, import_item_id FROM article_values "
    "WHERE article_id = :of AND field = :name AND field <> 'published' AND method <> 'domain' "
    "AND import_item_id <> :by"
)
