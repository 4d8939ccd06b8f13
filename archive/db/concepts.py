"""Topics of whole vocabularies: read, written and taken out many at a time, for files of tens of thousands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, or_, select, update

from archive.db import tables
from archive.db.clock import now
from archive.db.ids import Ids
from archive.db.lookups import chunks

Key = tuple[str, str]  # scheme and code
Row = dict[str, Any]

# What belongs to a topic and goes with it. Any other table that refers to topics says that one is in use.
PARTS = ("topic_names", "topic_definitions", "topic_rules", "topic_mappings")


@dataclass
class TopicRow:
    """A topic as the tables have it, with all that belongs to it."""

    id: int
    scheme: str
    code: str
    name: str
    parent_id: int | None
    origin: str
    uri: str | None
    retired: bool
    retired_on: str | None
    names: set[tuple[str, str, str]] = field(default_factory=set)  # kind, name, language
    definitions: set[Key] = field(default_factory=set)  # language, text
    rules: set[tuple[str, str]] = field(default_factory=set)  # kind, expression
    mappings: set[tuple[str, str, str]] = field(default_factory=set)  # relation, scheme, code


_COLUMNS = ("id", "scheme", "code", "name", "parent_id", "origin", "uri", "retired", "retired_on")
_OF_TOPICS = {
    "names": ("topic_names", ("kind", "name", "language")),
    "definitions": ("topic_definitions", ("language", "text")),
    "rules": ("topic_rules", ("kind", "expression")),
    "mappings": ("topic_mappings", ("relation", "scheme", "code")),
}


def read_topics(connection: Connection, schemes: Collection[str]) -> dict[Key, TopicRow]:
    """Return all topics of these schemes, by scheme and code."""
    found: dict[int, TopicRow] = {}
    topic = tables.topics.c
    of_schemes = topic.scheme.in_(schemes)
    for row in connection.execute(select(*(topic[name] for name in _COLUMNS)).where(of_schemes).order_by(topic.id)):
        found[row.id] = TopicRow(*row)
    read_parts(connection, found, select(topic.id).where(of_schemes))
    return {(one.scheme, one.code): one for one in found.values()}


def iter_topics(connection: Connection, wanted: Iterable[ColumnElement[bool]] = ()) -> Iterator[list[TopicRow]]:
    """Yield the topics of which these conditions hold, in the order of scheme and code, in portions."""
    topic = tables.topics.c
    ids = select(topic.id).where(*wanted).order_by(topic.scheme, topic.code)
    for some in chunks(connection.scalars(ids).all()):
        rows = connection.execute(select(*(topic[name] for name in _COLUMNS)).where(topic.id.in_(some)))
        found = {row.id: TopicRow(*row) for row in rows}
        read_parts(connection, found, some)
        yield [found[one] for one in some]


def read_parts(connection: Connection, topics: Mapping[int, TopicRow], ids: Any) -> None:
    """Fill in what belongs to topics; `ids` are theirs, or a query for them."""
    for part, (name, columns) in _OF_TOPICS.items():
        table = tables.metadata.tables[name].c
        rows = connection.execute(
            select(table.topic_id, *(table[one] for one in columns)).where(table.topic_id.in_(ids))
        )
        for topic_id, *values in rows:
            getattr(topics[topic_id], part).add(tuple(values))


def add_topics(connection: Connection, wanted: Sequence[TopicRow], name_keys: Mapping[str, str]) -> None:
    """Add topics, each with an id of its own from now on; of vocabularies, in their order, below none."""
    ids = Ids(connection)
    created = now()
    rows = []
    for one in wanted:
        one.id = ids.take("topics")
        values = {name: getattr(one, name) for name in _COLUMNS if name != "parent_id"}
        rows.append({**values, "created_at": created})
    _insert(connection, tables.topics, rows)
    for part in _OF_TOPICS:
        add_parts(connection, part, wanted, name_keys)


def update_topics(connection: Connection, topics: Iterable[TopicRow]) -> None:
    """Let the columns of topics be what they are here."""
    table = tables.topics
    rows = [{f"new_{name}": getattr(one, name) for name in _COLUMNS} for one in topics]
    if rows:
        values: dict[str, Any] = {
            name: bindparam(f"new_{name}") for name in _COLUMNS if name not in ("id", "scheme", "code")
        }
        connection.execute(update(table).where(table.c.id == bindparam("new_id")).values(values), rows)


def replace_parts(connection: Connection, part: str, topics: Sequence[TopicRow], name_keys: Mapping[str, str]) -> None:
    """Let one kind of what belongs to topics be what it is here."""
    table = tables.metadata.tables[_OF_TOPICS[part][0]]
    for some in chunks([one.id for one in topics]):
        connection.execute(delete(table).where(table.c.topic_id.in_(some)))
    add_parts(connection, part, topics, name_keys)


def add_parts(connection: Connection, part: str, topics: Iterable[TopicRow], name_keys: Mapping[str, str]) -> None:
    """Add one kind of what belongs to topics; `name_keys` has what each name is matched on."""
    name, columns = _OF_TOPICS[part]
    rows = []
    for one in topics:
        for values in sorted(getattr(one, part)):
            row = {"topic_id": one.id, **dict(zip(columns, values, strict=True))}
            if part == "names":
                row["name_key"] = name_keys[row["name"]]
            rows.append(row)
    _insert(connection, tables.metadata.tables[name], rows)


def count_uses(connection: Connection, topics: Mapping[int, str]) -> dict[int, dict[str, int]]:
    """Return what rests on topics, which come as their `scheme:code` by id: how many rows of which table, by topic.

    Decisions are those that name one; topics right below one count if they are not among these.
    """
    uses: dict[int, dict[str, int]] = defaultdict(dict)
    own = {*PARTS, "topics"}
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            if table.name not in own and any(key.column.table is tables.topics for key in column.foreign_keys):
                for some in chunks(topics):
                    counted = select(column, func.count()).where(column.in_(some)).group_by(column)
                    for topic_id, number in connection.execute(counted):
                        uses[topic_id][table.name] = uses[topic_id].get(table.name, 0) + number
    for some in chunks(topics):
        topic = tables.topics.c
        below = select(topic.id, topic.parent_id).where(topic.parent_id.in_(some))
        for topic_id, parent_id in connection.execute(below):
            if topic_id not in topics:
                uses[parent_id]["topics"] = uses[parent_id].get("topics", 0) + 1
    named = _named_in_decisions(connection)
    for topic_id, label in topics.items():
        if label in named:
            uses[topic_id]["decisions"] = named[label]
    return dict(uses)


def _named_in_decisions(connection: Connection) -> dict[str, int]:
    """Return how many decisions name each topic, as what they are about or as what they make of it."""
    decision = tables.decisions.c
    about_topics = or_(decision.subject == "topic", decision.subject.startswith("topic_"))
    found: dict[str, int] = defaultdict(int)
    for column in (decision.name, decision.value):
        rows = connection.execute(
            select(column, func.count()).where(about_topics, column.is_not(None)).group_by(column)
        )
        for label, number in rows:
            found[label] += number
    return found


def remove_topics(connection: Connection, ids: Collection[int]) -> None:
    """Take out topics on which nothing rests, with all that belongs to them."""
    topics = tables.topics
    for some in chunks(ids):
        connection.execute(update(topics).where(topics.c.id.in_(some)).values(parent_id=None))
        for name in PARTS:
            table = tables.metadata.tables[name]
            connection.execute(delete(table).where(table.c.topic_id.in_(some)))
    for some in chunks(ids):
        connection.execute(delete(topics).where(topics.c.id.in_(some)))


def read_schemes(connection: Connection) -> dict[str, Row]:
    """Return what is known of each scheme, by its short name."""
    scheme = tables.schemes.c
    columns = (scheme.scheme, scheme.name, scheme.uri, scheme.licence, scheme.loaded_at)
    return {row.scheme: dict(row._mapping) for row in connection.execute(select(*columns).order_by(scheme.scheme))}


def save_scheme(connection: Connection, scheme: str, values: Mapping[str, str | None]) -> None:
    """Let what is known of a scheme be this, whether it was known or not."""
    table = tables.schemes
    saved = connection.execute(update(table).where(table.c.scheme == scheme).values(**values)) if values else None
    if saved is None or not saved.rowcount:
        connection.execute(insert(table).values(scheme=scheme, **values))


def mappings_by_address(connection: Connection, address_scheme: str, beginning: str) -> list[tuple[int, int, str, str]]:
    """Return mappings to concepts that are known by an address that begins so: id, topic, relation, address."""
    mapping = tables.topic_mappings.c
    found = select(mapping.id, mapping.topic_id, mapping.relation, mapping.code).where(
        mapping.scheme == address_scheme, mapping.code.startswith(beginning, autoescape=True)
    )
    return [(one, topic_id, relation, code) for one, topic_id, relation, code in connection.execute(found)]


def replace_mappings(connection: Connection, gone: Collection[int], rows: Iterable[Row]) -> None:
    """Put mappings in place of others; one that is there already stays alone."""
    table = tables.topic_mappings
    for some in chunks(gone):
        connection.execute(delete(table).where(table.c.id.in_(some)))
    for row in rows:
        same = [table.c[name] == value for name, value in row.items()]
        if connection.scalar(select(table.c.id).where(*same)) is None:
            connection.execute(insert(table).values(**row))


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)
