"""What is left of articles when an import is undone, as it stands in the tables, and what is written of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from archive.db import tables
from archive.db.lookups import Identifier, KnownRevision
from archive.db.removal import detach_units
from archive.db.standing import GivenValue, find_values

Row = dict[str, Any]


class MetUnit(NamedTuple):
    """A unit as it is on record, with when its import began."""

    id: int
    import_id: int
    locator: str
    outcome: str
    reader: str
    original_id: int
    revision_id: int
    text_sha256: str | None
    stated_in_id: int | None
    modified_at: str | None
    crawled_at: str | None
    source_as_read: str | None
    id_as_read: str | None
    url_as_read: str | None
    started_at: str


class Text(NamedTuple):
    """A state of a text as it is on record."""

    revision: KnownRevision
    cause: str
    original_id: int
    normalizer_version: int
    seen_at: str
    words: int


def find_units(connection: Connection, article_id: int) -> list[MetUnit]:
    """Return the units that an article was met in, in the order they came."""
    item, run = tables.import_items.c, tables.imports.c
    rows = connection.execute(
        select(*(item[name] for name in MetUnit._fields[:-1]), run.started_at)
        .join_from(tables.import_items, tables.imports, run.id == item.import_id)
        .where(item.article_id == article_id)
        .order_by(item.id)
    )
    return [MetUnit._make(row) for row in rows]


def find_texts(connection: Connection, article_id: int) -> list[Text]:
    """Return the states of an article's text, by number."""
    revision = tables.article_revisions.c
    rows = connection.execute(
        select(
            *(revision.id, revision.number, revision.text_sha256, revision.fingerprint, revision.modified_at),
            *(revision.crawled_at, revision.cause, revision.original_id, revision.normalizer_version),
            *(revision.seen_at, revision.words),
        )
        .where(revision.article_id == article_id)
        .order_by(revision.number)
    )
    return [Text(KnownRevision(*row[:6]), *row[6:]) for row in rows]


def find_text(connection: Connection, revision_id: int) -> RowMapping:
    """Return a state of a text with all its columns."""
    revisions = tables.article_revisions
    return connection.execute(select(revisions).where(revisions.c.id == revision_id)).mappings().one()


def find_set_aside(connection: Connection, revision_id: int) -> list[RowMapping]:
    """Return what was set aside of a text, in order."""
    passages = tables.set_aside
    statement = select(passages).where(passages.c.revision_id == revision_id).order_by(passages.c.position)
    return list(connection.execute(statement).mappings())


def find_original(connection: Connection, original_id: int) -> RowMapping:
    """Return an original with its bytes."""
    originals = tables.originals
    return connection.execute(select(originals).where(originals.c.id == original_id)).mappings().one()


def find_identifiers(connection: Connection, article_id: int) -> dict[Identifier, int]:
    """Return what identifies an article, with the row of each."""
    of = tables.article_identifiers.c
    rows = connection.execute(select(of.id, of.scheme, of.scope, of.value).where(of.article_id == article_id))
    return {Identifier(*parts): row_id for row_id, *parts in rows}


def find_given_topics(connection: Connection, article_id: int) -> list[tuple[int, int, str, str, int]]:
    """Return the evidence that units give of an article's topics: its id, topic, as named, where given, the unit."""
    evidence = tables.tag_evidence.c
    found: list[tuple[int, int, str, str, int]] = []
    for of, owner in (
        (tables.article_topics, evidence.article_topic_id),
        (tables.rejected_topics, evidence.rejected_topic_id),
    ):
        rows = connection.execute(
            select(evidence.id, of.c.topic_id, evidence.given_text, evidence.given_by, evidence.import_item_id)
            .join_from(of, tables.tag_evidence, owner == of.c.id)
            .where(of.c.article_id == article_id, evidence.method == "given")
        )
        found += [(row[0], row[1], row[2], row[3], row[4]) for row in rows]
    return found


def find_dates_of_nobody(connection: Connection, article_id: int) -> list[tuple[str, str]]:
    """Return the publication dates of an article of which it is not known who gave them."""
    date = tables.article_dates.c
    rows = connection.execute(
        select(date.text, date.method).where(
            date.article_id == article_id, date.kind == "published", date.import_item_id.is_(None)
        )
    )
    return [(text, method) for text, method in rows]


def set_number(connection: Connection, revision_id: int, number: int) -> None:
    """Give a state of a text another number."""
    _set(connection, tables.article_revisions, revision_id, {"number": number})


def set_text(connection: Connection, revision_id: int, columns: Mapping[str, object]) -> None:
    """Set of which original a text is made, or its times."""
    _set(connection, tables.article_revisions, revision_id, columns)


def set_unit(connection: Connection, unit_id: int, columns: Mapping[str, object]) -> None:
    """Set which text a unit gave, or on whose record stands what it states."""
    _set(connection, tables.import_items, unit_id, columns)


def _set(connection: Connection, table: Any, row_id: int, columns: Mapping[str, object]) -> None:
    connection.execute(update(table).where(table.c.id == row_id).values(dict(columns)))


def detach(connection: Connection, import_id: int, article_id: int) -> None:
    """Let the units of an import be places of an article no more."""
    item = tables.import_items.c
    detach_units(connection, item.import_id == import_id, item.article_id == article_id)


def values_before(connection: Connection, article_id: int) -> dict[str, GivenValue]:
    """Return what stands of an article's values, by field."""
    return find_values(connection, [article_id]).get(article_id, {})


def write_statements(
    connection: Connection,
    article_id: int,
    values: Sequence[Row],
    others: Sequence[Row],
    dates: Sequence[Row],
    stay: Collection[tuple[str, str]],
) -> None:
    """Put what is stated of an article in place of what was; dates that nobody knows who gave stay where named."""
    for table, rows in ((tables.article_values, values), (tables.other_values, others)):
        connection.execute(delete(table).where(table.c.article_id == article_id))
        if rows:
            connection.execute(insert(table), list(rows))
    date = tables.article_dates
    of_article = (date.c.article_id == article_id, date.c.kind == "published")
    connection.execute(delete(date).where(*of_article, date.c.import_item_id.is_not(None)))
    for row_id, text, method in connection.execute(
        select(date.c.id, date.c.text, date.c.method).where(*of_article)
    ).all():
        if (text, method) not in stay:
            connection.execute(delete(date).where(date.c.id == row_id))
    if dates:
        if any(row["chosen"] for row in dates):
            reason = "a later import gave another"
            connection.execute(update(date).where(*of_article, date.c.chosen).values(chosen=False, reason=reason))
        connection.execute(insert(date), [{"article_id": article_id, **row} for row in dates])


def give_evidence_to(connection: Connection, heirs: Mapping[int, int | None]) -> None:
    """Let evidence, by its id, be given by another unit; by None it goes."""
    evidence = tables.tag_evidence
    for evidence_id, unit_id in heirs.items():
        mine = evidence.c.id == evidence_id
        if unit_id is None:
            connection.execute(delete(evidence).where(mine))
        else:
            connection.execute(update(evidence).where(mine).values(import_item_id=unit_id))


def remove_identifiers(connection: Connection, row_ids: Iterable[int]) -> None:
    """Take out identifiers."""
    table = tables.article_identifiers
    connection.execute(delete(table).where(table.c.id.in_(list(row_ids))))
