"""Vocabularies as the archive has them, to be written to files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from archive.db import tables, vocabulary
from archive.db.concepts import TopicRow, iter_topics, read_schemes
from archive.errors import NotFoundError
from archive.queries.topics import unknown_scheme
from archive.vocabularies import Concept, Match, Scheme


@dataclass(frozen=True)
class KnownVocabulary:
    """Topics as concepts, and what has to be known of them before the first is written."""

    schemes: tuple[Scheme, ...]
    languages: list[str]  # that anything is stated in; "" where a name in none stands beside others
    uris: dict[tuple[str, str], str]  # addresses of their own, by scheme and code
    number: int
    _connection: Connection
    _wanted: Sequence[ColumnElement[bool]]

    def concepts(self) -> Iterator[Concept]:
        """Yield the topics in the order of scheme and code, as they are now, whatever people decided of them.

        Those that were merged into others are left out.
        """
        codes = {topic_id: code for (_, code), topic_id in vocabulary.topic_codes(self._connection).items()}
        merged = vocabulary.merged_topics(self._connection)
        for topics in iter_topics(self._connection, self._wanted):
            yield from (_concept(topic, codes) for topic in topics if topic.id not in merged)


def find_vocabulary(connection: Connection, scheme: str | None = None, *, all_known: bool = False) -> KnownVocabulary:
    """Return the topics of a vocabulary, or of all; raises NotFoundError for a scheme without any.

    With `all_known` also those that only imports made; else of these only what others stand right below.
    """
    topic, names, definitions = tables.topics.c, tables.topic_names, tables.topic_definitions
    wanted: list[ColumnElement[bool]] = [topic.scheme == scheme] if scheme is not None else []
    if not all_known:
        below = tables.topics.alias("below")
        is_above = select(1).where(below.c.parent_id == topic.id, below.c.origin == "vocabulary").exists()
        wanted.append(or_(topic.origin == "vocabulary", is_above))
    by_scheme = select(topic.scheme, func.count()).where(*wanted).group_by(topic.scheme).order_by(topic.scheme)
    counted: dict[str, int] = dict(connection.execute(by_scheme).all())
    if scheme is not None and not counted:
        raise _no_topics(connection, scheme)
    languages: set[str] = set()
    for table in (names, definitions):
        of_topics = and_(tables.topics.c.id == table.c.topic_id, *wanted)
        languages.update(connection.scalars(select(table.c.language).join(tables.topics, of_topics).distinct()))
    several = (
        select(names.c.topic_id)
        .join(tables.topics, and_(topic.id == names.c.topic_id, *wanted))
        .where(names.c.kind == "label")
        .group_by(names.c.topic_id)
        .having(func.count() > 1, func.min(names.c.language) == "")
    )
    if connection.scalar(several.limit(1)) is None:
        languages.discard("")
    addressed = connection.execute(select(topic.scheme, topic.code, topic.uri).where(topic.uri.is_not(None), *wanted))
    stated = read_schemes(connection)
    schemes = (stated.get(name, {}) for name in counted)
    return KnownVocabulary(
        tuple(
            Scheme(name, row.get("name"), row.get("uri"), row.get("licence"))
            for name, row in zip(counted, schemes, strict=True)
        ),
        sorted(languages),
        {(of, code): uri for of, code, uri in addressed},
        sum(counted.values()),
        connection,
        wanted,
    )


def _no_topics(connection: Connection, scheme: str) -> NotFoundError:
    topic = tables.topics.c
    if connection.scalar(select(topic.id).where(topic.scheme == scheme).limit(1)) is not None:
        return NotFoundError(f"only imports made the topics of the scheme '{scheme}'; --all has them")
    return unknown_scheme(connection, scheme)


def _concept(topic: TopicRow, codes: dict[int, str]) -> Concept:
    labels = {language: name for kind, name, language in sorted(topic.names, key=_by_language) if kind == "label"}
    aliases: dict[str, tuple[str, ...]] = {}
    for kind, name, language in sorted(topic.names, key=_by_language):
        if kind == "alias":
            aliases[language] = (*aliases.get(language, ()), name)
    return Concept(
        scheme=topic.scheme,
        code=topic.code,
        name=topic.name,
        labels=labels or {"": topic.name},
        aliases=aliases,
        definitions=dict(sorted(topic.definitions)),
        parent=None if topic.parent_id is None else codes[topic.parent_id],
        phrases=tuple(sorted(rule for kind, rule in topic.rules if kind == "phrase")),
        rules=tuple(sorted(rule for kind, rule in topic.rules if kind == "query")),
        retired=topic.retired,
        retired_on=topic.retired_on,
        mappings=tuple(sorted(Match(*one) for one in topic.mappings)),
        uri=topic.uri,
    )


def _by_language(name: tuple[str, str, str]) -> tuple[str, str]:
    return name[2], name[1]
