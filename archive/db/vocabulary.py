"""Sources and topics in the tables: read whole, found, added, and brought in line with a vocabulary file."""

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from archive.db import decisions, tables
from archive.db.clock import now
from archive.db.ids import inserted_id


class Source(NamedTuple):
    """A source, as far as an import has to know it."""

    id: int
    slug: str
    name: str


class TopicName(NamedTuple):
    """A name of a topic: `label` or `alias`, as written, as it is matched, and its language, '' if none is stated."""

    kind: str
    name: str
    key: str
    language: str = ""


_SOURCE = (tables.sources.c.id, tables.sources.c.slug, tables.sources.c.name)


def source_names(connection: Connection) -> dict[str, Source]:
    """Return the source that each known name (as a name key) leads to."""
    names = tables.source_names.c
    rows = connection.execute(
        select(names.name_key, *_SOURCE)
        .join(tables.sources, tables.sources.c.id == names.source_id)
        .where(names.valid_until.is_(None))
        .order_by(names.id.desc())
    )
    return {key: Source(*source) for key, *source in rows}


def source_domains(connection: Connection) -> dict[str, Source]:
    """Return the source that each known domain leads to."""
    domains = tables.source_domains.c
    rows = connection.execute(
        select(domains.domain, *_SOURCE)
        .join(tables.sources, tables.sources.c.id == domains.source_id)
        .where(domains.valid_until.is_(None))
        .order_by(domains.id.desc())
    )
    return {domain: Source(*source) for domain, *source in rows}


def find_source(connection: Connection, key: str) -> Source | None:
    """Return the source that a name key leads to, as the archive has it at this moment."""
    names = tables.source_names.c
    row = connection.execute(
        select(*_SOURCE)
        .join(tables.source_names, tables.sources.c.id == names.source_id)
        .where(names.name_key == key)
        .order_by(names.valid_until.is_not(None), names.id)
    ).first()
    return None if row is None else Source(*row)


def find_source_by_slug(connection: Connection, slug: str) -> Source | None:
    """Return the source of that slug."""
    row = connection.execute(select(*_SOURCE).where(tables.sources.c.slug == slug)).first()
    return None if row is None else Source(*row)


def add_source(connection: Connection, name: str, slug: str, key: str, *, origin: str) -> Source:
    """Return a new source of that name; its slug gets a number where another source has it."""
    taken = set(
        connection.scalars(select(tables.sources.c.slug).where(tables.sources.c.slug.startswith(slug, autoescape=True)))
    )
    free = next(
        slug if number == 1 else f"{slug}-{number}"
        for number in range(1, len(taken) + 2)
        if (slug if number == 1 else f"{slug}-{number}") not in taken
    )
    values = {"slug": free, "name": name, "origin": origin, "created_at": now()}
    source_id = inserted_id(connection.execute(insert(tables.sources), values))
    add_source_name(connection, source_id, name, key, kind="label")
    return Source(source_id, free, name)


def update_source(connection: Connection, source_id: int, values: Mapping[str, str | None]) -> None:
    """Set columns of a source."""
    connection.execute(update(tables.sources).where(tables.sources.c.id == source_id), values)


def add_source_name(connection: Connection, source_id: int, name: str, key: str, kind: str = "alias") -> None:
    """Let one more name lead to a source; `kind` is `label` for the one that is shown."""
    row = {"source_id": source_id, "name": name, "name_key": key, "kind": kind}
    connection.execute(insert(tables.source_names), row)


def set_source_label(connection: Connection, source_id: int, name: str, key: str) -> None:
    """Make a name that leads to a source the one that it is shown by; the others are aliases."""
    table = tables.source_names
    of_source = table.c.source_id == source_id
    connection.execute(update(table).where(of_source, table.c.name_key != key).values(kind="alias"))
    connection.execute(update(table).where(of_source, table.c.name_key == key).values(kind="label", name=name))


def add_source_domain(connection: Connection, source_id: int, domain: str) -> None:
    """Let one more domain lead to a source."""
    connection.execute(insert(tables.source_domains), {"source_id": source_id, "domain": domain})


def agency_names(connection: Connection) -> list[tuple[int, str, str]]:
    """Return what agencies are called where they are credited: source, language, name."""
    name = tables.agency_names.c
    rows = connection.execute(select(name.source_id, name.language, name.name).order_by(name.id))
    return [(source_id, language, written) for source_id, language, written in rows]


def add_agency_name(connection: Connection, source_id: int, language: str, name: str, key: str) -> None:
    """Let a source be credited under one more name in texts of a language."""
    row = {"source_id": source_id, "language": language, "name": name, "name_key": key}
    connection.execute(insert(tables.agency_names), row)


def topic_names(connection: Connection) -> dict[str, int]:
    """Return the topic that each known name (as a name key) leads to, in whatever language.

    Of several it is a local one, else one that is not retired, else the oldest. A merge changes nothing of that: where
    several have a name, it leads where it led, or to what that was merged into.
    """
    names = tables.topic_names.c
    rows = connection.execute(
        select(names.name_key, names.topic_id)
        .join(tables.topics, tables.topics.c.id == names.topic_id)
        .order_by(tables.topics.c.scheme == "local", tables.topics.c.retired.desc(), names.topic_id.desc())
    )
    found: dict[str, int] = dict(rows.all())
    if merges := decisions.topic_merges(connection):
        leads, ids = decisions.merged_topics(connection), topic_labels(connection)
        for _, _, before in merges:
            led_then = json.loads(before)[0]["led"].items()
            # one that only an undone import had is not there any more
            found |= {key: ids[to] for key, led in led_then if (to := leads.get(led, led)) in ids}
    return found


def topic_codes(connection: Connection) -> dict[tuple[str, str], int]:
    """Return the topic of each scheme and code."""
    rows = connection.execute(select(tables.topics.c.scheme, tables.topics.c.code, tables.topics.c.id))
    return {(scheme, code): topic_id for scheme, code, topic_id in rows}


def topic_labels(connection: Connection) -> dict[str, int]:
    """Return the topic of each `scheme:code`."""
    return {f"{scheme}:{code}": topic_id for (scheme, code), topic_id in topic_codes(connection).items()}


def merged_topics(connection: Connection) -> dict[int, int]:
    """Return for each topic that was merged into another the one that it leads to now."""
    leads = decisions.merged_topics(connection)
    ids = topic_labels(connection) if leads else {}
    return {ids[name]: ids[led] for name, led in leads.items()}


def find_topic(connection: Connection, scheme: str, code: str) -> int | None:
    """Return the topic of a scheme and code, as the archive has it at this moment."""
    return connection.scalar(
        select(tables.topics.c.id).where(tables.topics.c.scheme == scheme, tables.topics.c.code == code)
    )


def find_topic_by_name(connection: Connection, key: str) -> int | None:
    """Return the topic that a name key leads to.

    Of several it is one that is not retired, whose name it is, not an alias; else the oldest.
    """
    named, topic = tables.topic_names.c, tables.topics.c
    by_name = (
        select(named.topic_id)
        .join(tables.topics, topic.id == named.topic_id)
        .where(named.name_key == key)
        .order_by(topic.retired, named.kind.desc(), named.topic_id)
    )
    return connection.scalar(by_name.limit(1))


def count_topics_named(connection: Connection, key: str) -> int:
    """Return how many topics have a name key."""
    named = tables.topic_names
    return connection.scalar(select(func.count(named.c.topic_id.distinct())).where(named.c.name_key == key)) or 0


def add_topic(connection: Connection, scheme: str, code: str, name: str, key: str, *, origin: str) -> int:
    """Return the id of a new topic."""
    values = {"scheme": scheme, "code": code, "name": name, "origin": origin, "created_at": now()}
    topic_id = inserted_id(connection.execute(insert(tables.topics), values))
    row = {"topic_id": topic_id, "kind": "label", "name": name, "name_key": key}
    connection.execute(insert(tables.topic_names), row)
    return topic_id


def topics_named_by_code(connection: Connection) -> set[int]:
    """Return the topics that an import made of a code alone: they are called by it."""
    topic = tables.topics.c
    own = topic.scheme + ":" + topic.code
    return set(connection.scalars(select(topic.id).where(topic.origin == "import", topic.name == own)))


def update_topic(connection: Connection, topic_id: int, values: Mapping[str, object]) -> None:
    """Set columns of a topic."""
    connection.execute(update(tables.topics).where(tables.topics.c.id == topic_id), values)


def set_topic_names(connection: Connection, topic_id: int, names: Collection[TopicName]) -> None:
    """Make these a topic's names, in place of those it had."""
    table = tables.topic_names
    connection.execute(delete(table).where(table.c.topic_id == topic_id))
    if names:
        connection.execute(
            insert(table),
            [
                {"topic_id": topic_id, "kind": kind, "name": name, "name_key": key, "language": language}
                for kind, name, key, language in names
            ],
        )


def names_of_topic(connection: Connection, topic_id: int) -> set[TopicName]:
    """Return a topic's names."""
    table = tables.topic_names.c
    columns = (table.kind, table.name, table.name_key, table.language)
    return {TopicName(*row) for row in connection.execute(select(*columns).where(table.topic_id == topic_id))}


def rules_of_topic(connection: Connection, topic_id: int, kind: str) -> set[str]:
    """Return the rules of a kind (`phrase` or `query`) that tag with a topic."""
    rules = tables.topic_rules.c
    return set(connection.scalars(select(rules.expression).where(rules.topic_id == topic_id, rules.kind == kind)))


def set_topic_rules(connection: Connection, topic_id: int, kind: str, expressions: Collection[str]) -> None:
    """Make these the rules of a kind that tag with a topic, in place of those it had."""
    table = tables.topic_rules
    connection.execute(delete(table).where(table.c.topic_id == topic_id, table.c.kind == kind))
    if expressions:
        connection.execute(
            insert(table), [{"topic_id": topic_id, "kind": kind, "expression": one} for one in sorted(expressions)]
        )


def all_phrases(connection: Connection) -> list[tuple[int, str]]:
    """Return all phrases that tag: topic id and phrase, in a fixed order."""
    return _all_rules(connection, "phrase")


def all_queries(connection: Connection) -> list[tuple[int, str]]:
    """Return all queries that tag: topic id and query, in a fixed order."""
    return _all_rules(connection, "query")


def _all_rules(connection: Connection, kind: str) -> list[tuple[int, str]]:
    rules = tables.topic_rules.c
    rows = connection.execute(
        select(rules.topic_id, rules.expression).where(rules.kind == kind).order_by(rules.topic_id, rules.expression)
    )
    return [(topic_id, expression) for topic_id, expression in rows]


def vocabulary_names(connection: Connection) -> list[tuple[int, str]]:
    """Return the names of all topics of vocabularies: topic id and name, in a fixed order.

    Topics that an import made are not among them: if they were, each import would read with other rules than the last.
    """
    names = tables.topic_names.c
    rows = connection.execute(
        select(names.topic_id, names.name)
        .join(tables.topics, tables.topics.c.id == names.topic_id)
        .where(tables.topics.c.origin == "vocabulary")
        .order_by(names.topic_id, names.name)
    )
    return [(topic_id, name) for topic_id, name in rows]


def has_sources(connection: Connection) -> bool:
    """Tell whether the archive knows any source."""
    return connection.execute(select(tables.sources.c.id).limit(1)).first() is not None


def source_values(connection: Connection, source_id: int) -> dict[str, str | None]:
    """Return the columns of a source that a vocabulary can set."""
    source = tables.sources.c
    row = connection.execute(
        select(source.name, source.kind, source.country, source.language).where(source.id == source_id)
    ).one()
    return dict(row._mapping)
