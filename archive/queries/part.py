"""Which rows a part of an archive has: some articles, all that hangs on them, and all that these rows point to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, select

from archive.db import tables
from archive.db.tables import metadata
from archive.queries.selection import Selection

_AT_ONCE = 5_000  # ids in one statement

# What belongs to an article, and to what belongs to it, by the column that says so; owners stand before what they own.
_OWNED: tuple[Column[Any], ...] = (
    tables.article_revisions.c.article_id,
    tables.article_identifiers.c.article_id,
    tables.article_values.c.article_id,
    tables.other_values.c.article_id,
    tables.article_dates.c.article_id,
    tables.article_authors.c.article_id,
    tables.article_credits.c.article_id,
    tables.article_topics.c.article_id,
    tables.rejected_topics.c.article_id,
    tables.suggestions.c.article_id,
    tables.import_items.c.article_id,
    tables.body_blocks.c.revision_id,
    tables.set_aside.c.revision_id,
    tables.article_links.c.revision_id,
    tables.suggestion_words.c.suggestion_id,
    tables.tag_evidence.c.article_topic_id,
    tables.tag_evidence.c.rejected_topic_id,
    tables.earlier_states.c.decision_id,
)
# The vocabulary, which says what topics and sources are, and what people keep for their questions.
_WHOLE = (
    *("sources", "source_names", "source_domains", "agency_names", "saved_queries"),
    *("schemes", "topics", "topic_names", "topic_rules", "topic_definitions", "topic_mappings"),
)

Part = dict[str, set[int]]


def part_of(connection: Connection, selection: Selection) -> Part:
    """Return the ids of the rows, by table, that these articles need to be an archive of their own.

    Vocabulary and saved queries come as they are, decisions about these articles and about none, corpora all of whose
    articles are among them. An article that is needed by one of these, as a unit that states something of both, comes
    too. What is known of other articles stays behind, and so do tombstones, of articles that were forgotten.
    """
    part: Part = defaultdict(set)
    for name in _WHOLE:
        part[name] = set(connection.scalars(select(metadata.tables[name].c.id)))
    articles, decisions = tables.articles.c, tables.decisions.c
    part["articles"] = set(connection.scalars(select(articles.id).where(*selection.as_conditions())))
    part["decisions"] = set(connection.scalars(select(decisions.id).where(decisions.article_key.is_(None))))
    before = -1
    while (now := sum(map(len, part.values()))) != before:
        before = now
        keys = _found(connection, articles.key, articles.id, part["articles"])
        part["decisions"] |= _found(connection, decisions.id, decisions.article_key, keys)
        for owner in _OWNED:
            (pointed,) = owner.foreign_keys
            part[owner.table.name] |= _found(connection, owner.table.c.id, owner, part[pointed.column.table.name])
        for name, table in metadata.tables.items():
            for key in table.foreign_keys:
                part[key.column.table.name] |= _found(connection, key.parent, table.c.id, part[name])
    _add_corpora(connection, part, keys)
    _add_containers(connection, part)
    return dict(part)


def _add_corpora(connection: Connection, part: Part, keys: set[Any]) -> None:
    members = tables.corpus_revisions.c
    of: dict[int, set[str]] = defaultdict(set)
    for corpus_id, key in connection.execute(select(members.corpus_id, members.article_key)):
        of[corpus_id].add(key)
    part["corpora"] = {corpus_id for corpus_id, named in of.items() if named <= keys}
    part["corpus_revisions"] = _found(connection, members.id, members.corpus_id, part["corpora"])


def _add_containers(connection: Connection, part: Part) -> None:
    """Add files of many records of which one is in the part."""
    units, containers = tables.import_items.c, tables.containers.c
    files: set[tuple[int, str]] = set()
    for some in _portions(part["import_items"]):
        for import_id, locator in connection.execute(select(units.import_id, units.locator).where(units.id.in_(some))):
            files.update((import_id, locator[:place]) for place, letter in enumerate(locator) if letter == "#")
    found = connection.execute(select(containers.id, containers.import_id, containers.locator))
    part["containers"] = {row.id for row in found if (row.import_id, row.locator) in files}


def _found(connection: Connection, wanted: Column[Any], by: Column[Any], values: set[Any]) -> set[Any]:
    """Return what rows have in one column, NULL left out, that have one of these values in another."""
    found: set[Any] = set()
    for some in _portions(values):
        found.update(connection.scalars(select(wanted).where(by.in_(some), wanted.is_not(None))))
    return found


def _portions(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
