"""What an import asks the archive, a whole batch at a time: one query per kind of question."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import CompoundSelect, Connection, func, select, text, union_all

from archive.db.enumerations import BY_RULE
from archive.db.tables import (
    article_identifiers,
    article_links,
    article_revisions,
    article_topics,
    article_values,
    articles,
    authors,
    body_blocks,
    import_items,
    originals,
    rejected_topics,
    set_aside,
    sources,
    tag_evidence,
)
from archive.documents import Article, LastItem

T = TypeVar("T")
Times = tuple[str | None, str | None]  # when a version was modified, when it was saved

# SQLite takes 32,766 parameters in one statement; a tuple takes three.
_CHUNK = 5_000


class Place(NamedTuple):
    """What a locator last gave."""

    article_id: int
    revision_id: int
    original_id: int
    original_sha256: str
    context_sha256: str
    text_sha256: str
    normalizer_version: int
    stated_in_id: int | None
    modified_at: str | None
    crawled_at: str | None


class Surroundings(NamedTuple):
    """What is kept of a state of a text beside its headline and its body."""

    blocks: tuple[tuple[int, str, int | None, int, int], ...] = ()  # position, kind, level, start, end
    set_aside: tuple[tuple[str, str, int], ...] = ()  # kind, text, after which block
    links: tuple[tuple[str, str | None, str | None], ...] = ()  # kind, text, url


class Identifier(NamedTuple):
    """Something that identifies an article."""

    scheme: str
    scope: str
    value: str


@dataclass(slots=True)
class KnownValue:
    """A value that an article has: as given, from where, at which place, and by a version of which times."""

    text: str
    method: str
    locator: str
    modified_at: str | None = None
    crawled_at: str | None = None


def is_later(times: Times, others: Times) -> bool | None:
    """Tell of two versions, by when they were modified, else saved, whether one is later; None where nobody can."""
    for mine, other in zip(times, others, strict=True):
        if mine and other and mine != other:
            return mine > other
    return None


@dataclass(slots=True)
class KnownRevision:
    """A state of an article's text."""

    id: int
    number: int
    text_sha256: str
    fingerprint: str
    modified_at: str | None = None
    crawled_at: str | None = None

    def follows(self, other: "KnownRevision | Article") -> bool | None:
        """Tell whether its publisher changed it, else whether it was saved, after the other; None where nobody can."""
        return is_later((self.modified_at, self.crawled_at), (other.modified_at, other.crawled_at))


# what a rule found: topic id, method, rule, field, start, end; no place where the rule names no words
RuleTag: TypeAlias = tuple[int, str, str, str, int | None, int | None]


@dataclass(slots=True)
class KnownArticle:
    """An article, as far as an import has to know it to decide about a unit."""

    id: int
    key: str
    source_id: int | None
    scope: str
    revisions: list[KnownRevision]
    values: dict[str, KnownValue]
    identifiers: set[Identifier]
    given_topics: set[tuple[int, str, str]]  # topic_id, given_text, given_by
    rule_tags: set[RuleTag]

    current_id: int | None = None

    @property
    def current(self) -> KnownRevision:
        """The state of its text that is shown and searched."""
        return next((one for one in self.revisions if one.id == self.current_id), self.revisions[-1])


def find_places(connection: Connection, locators: Collection[str]) -> dict[str, Place]:
    """Return what each of these locators last gave, where it gave an article."""
    rows = connection.execute(_PLACES[connection.dialect.name], {"locators": json.dumps(list(locators))}).all()
    return {row[0]: Place._make(row[1:]) for row in rows}


def has_unit(connection: Connection, import_id: int, position: int) -> bool:
    """Tell whether an import has written its unit at a position."""
    unit = import_items.c
    found = select(unit.id).where(unit.import_id == import_id, unit.position == position).limit(1)
    return connection.scalar(found) is not None


def find_last_items(connection: Connection, locators: Collection[str]) -> dict[str, LastItem]:
    """Return the last unit with an article that each of these locators gave."""
    rows = connection.execute(_LAST_ITEMS[connection.dialect.name], {"locators": json.dumps(list(locators))}).all()
    return {row[0]: LastItem._make(row[1:]) for row in rows}


# Asked for every file of every import: one parameter for all locators is several times as quick as one for each,
# and the last row is found from the end of the index, however many imports there were. A server that has no statistics
# of the table yet would go back through all rows by their ids; `+ 0` leaves it the index of locators.
_LAST = {
    "sqlite": (
        "FROM json_each(:locators) l "
        "JOIN import_items i ON i.id = (SELECT id FROM import_items "
        "WHERE locator = l.value AND article_id IS NOT NULL ORDER BY id DESC LIMIT 1) "
        "JOIN originals o ON o.id = i.original_id "
    ),
    "postgresql": (
        "FROM json_array_elements_text(CAST(:locators AS json)) l (value) "
        'JOIN LATERAL (SELECT * FROM import_items WHERE locator = l.value COLLATE "C" AND article_id IS NOT NULL '
        "ORDER BY id + 0 DESC LIMIT 1) i ON true "
        "JOIN originals o ON o.id = i.original_id "
    ),
}
_LAST_ITEMS = {name: text(f"SELECT i.locator, i.id, o.sha256, i.context_sha256 {last}") for name, last in _LAST.items()}
_PLACES = {
    name: text(
        "SELECT i.locator, i.article_id, i.revision_id, i.original_id, o.sha256, i.context_sha256, "
        f"coalesce(i.text_sha256, r.text_sha256), r.normalizer_version, "
        f"i.stated_in_id, i.modified_at, i.crawled_at {last}"
        "JOIN article_revisions r ON r.id = i.revision_id"
    )
    for name, last in _LAST.items()
}


def find_identified(connection: Connection, identifiers: Collection[Identifier]) -> dict[Identifier, int]:
    """Return the article that each identifier leads to; the oldest, where conflicting inputs gave it to several."""
    engine = connection.dialect.name
    found: dict[Identifier, int] = {}
    for some in chunks(identifiers):
        for *identifier, article_id in connection.execute(_IDENTIFIED[engine], {"identifiers": json.dumps(some)}):
            found[Identifier(*identifier)] = article_id
    return found


# Each is looked up by the index of values: engines go through a list of tuples for every row of the table. Without
# statistics of the table, a server would look for the least along the index of articles; `+ 0` keeps it from that.
_IDENTIFIED = {
    "sqlite": text(
        "SELECT i.scheme, i.scope, i.value, min(i.article_id) FROM json_each(:identifiers) l "
        "JOIN article_identifiers i ON i.scheme = json_extract(l.value, '$[0]') "
        "AND i.scope = json_extract(l.value, '$[1]') AND i.value = json_extract(l.value, '$[2]') "
        "GROUP BY i.scheme, i.scope, i.value"
    ),
    "postgresql": text(
        "SELECT l.scheme, l.scope, l.value, i.article_id "
        "FROM (SELECT one ->> 0 AS scheme, one ->> 1 AS scope, one ->> 2 AS value FROM (SELECT CAST(listed AS json) "
        "AS one FROM json_array_elements_text(CAST(:identifiers AS json)) AS listed) AS asked) AS l "
        "JOIN LATERAL (SELECT min(article_id + 0) AS article_id FROM article_identifiers "
        'WHERE value = l.value COLLATE "C" AND scheme = l.scheme COLLATE "C" AND scope = l.scope COLLATE "C") AS i '
        "ON i.article_id IS NOT NULL"
    ),
}


def find_articles(connection: Connection, ids: Collection[int]) -> dict[int, KnownArticle]:
    """Return these articles, as an import has to know them."""
    known: dict[int, KnownArticle] = {}
    for some in chunks(ids):
        rows = connection.execute(
            select(articles.c.id, articles.c.key, articles.c.source_id, sources.c.slug, articles.c.revision_id)
            .outerjoin(sources, sources.c.id == articles.c.source_id)
            .where(articles.c.id.in_(some))
        )
        for article_id, key, source_id, slug, current_id in rows:
            known[article_id] = KnownArticle(
                article_id, key, source_id, slug or "", [], {}, set(), set(), set(), current_id
            )
        revision = article_revisions.c
        for article_id, *state in connection.execute(
            select(
                *(revision.article_id, revision.id, revision.number, revision.text_sha256, revision.fingerprint),
                *(revision.modified_at, revision.crawled_at),
            )
            .where(revision.article_id.in_(some))
            .order_by(revision.article_id, revision.number)
        ):
            known[article_id].revisions.append(KnownRevision(*state))
        value, item = article_values.c, import_items.c
        for article_id, field, *said in connection.execute(
            select(
                *(value.article_id, value.field, value.text, value.method),
                *(item.locator, item.modified_at, item.crawled_at),
            )
            .join(import_items, item.id == value.import_item_id)
            .where(value.article_id.in_(some))
        ):
            known[article_id].values[field] = KnownValue(*said)
        identifier = article_identifiers.c
        for article_id, *parts in connection.execute(
            select(identifier.article_id, identifier.scheme, identifier.scope, identifier.value).where(
                identifier.article_id.in_(some)
            )
        ):
            known[article_id].identifiers.add(Identifier(*parts))
        for article_id, topic_id, method, given_text, given_by, *passage in connection.execute(_evidence(some)):
            if method == "given":
                known[article_id].given_topics.add((topic_id, given_text, given_by))
            elif method in BY_RULE:
                known[article_id].rule_tags.add((topic_id, method, *passage))
    return known


def _evidence(article_ids: Sequence[int]) -> CompoundSelect[Any]:
    """Return the SELECT of what speaks for topics of articles, also for those that people took off."""
    evidence = tag_evidence.c
    columns = (evidence.method, evidence.given_text, evidence.given_by, evidence.rule, evidence.field)
    return union_all(
        *(
            select(of.c.article_id, of.c.topic_id, *columns, evidence.start, evidence.end)
            .join(tag_evidence, owner == of.c.id)
            .where(of.c.article_id.in_(article_ids))
            for of, owner in (
                (article_topics, evidence.article_topic_id),
                (rejected_topics, evidence.rejected_topic_id),
            )
        )
    )


def find_bodies(connection: Connection, revision_ids: Collection[int]) -> dict[int, str]:
    """Return the bodies of these revisions."""
    bodies: dict[int, str] = {}
    for some in chunks(revision_ids):
        rows = connection.execute(
            select(article_revisions.c.id, article_revisions.c.body).where(article_revisions.c.id.in_(some))
        )
        bodies.update(rows.all())
    return bodies


def current_texts(connection: Connection, article_ids: Collection[int]) -> dict[int, tuple[int, str, str]]:
    """Return the current text of each of these articles: its id, headline ('' for none) and body."""
    article, revision = articles.c, article_revisions.c
    found = {}
    for some in chunks(article_ids):
        rows = connection.execute(
            select(article.id, revision.id, revision.headline, revision.body)
            .join(article_revisions, revision.id == article.revision_id)
            .where(article.id.in_(some))
        )
        found.update({row[0]: (row[1], row[2] or "", row[3]) for row in rows})
    return found


def find_surroundings(connection: Connection, revision_ids: Collection[int]) -> dict[int, Surroundings]:
    """Return what else is kept of these revisions, in order."""
    block, passage, link = body_blocks.c, set_aside.c, article_links.c
    kept: list[dict[int, list[Any]]] = [{}, {}, {}]
    for some in chunks(revision_ids):
        for of_kind, id_column, position, columns in (
            (
                kept[0],
                block.revision_id,
                block.position,
                (block.position, block.kind, block.level, block.start, block.end),
            ),
            (kept[1], passage.revision_id, passage.position, (passage.kind, passage.text, passage.after_block)),
            (kept[2], link.revision_id, link.position, (link.kind, link.text, link.url)),
        ):
            for revision_id, *values in connection.execute(
                select(id_column, *columns).where(id_column.in_(some)).order_by(id_column, position)
            ):
                of_kind.setdefault(revision_id, []).append(tuple(values))
    return {one: Surroundings(*(tuple(of_kind.get(one, ())) for of_kind in kept)) for one in revision_ids}


def find_keys(connection: Connection, keys: Collection[str]) -> set[str]:
    """Return those of these keys that an article has."""
    found: set[str] = set()
    for some in chunks(keys):
        found.update(connection.scalars(select(articles.c.key).where(articles.c.key.in_(some))))
    return found


def find_authors(connection: Connection, name_keys: Collection[str]) -> dict[str, int]:
    """Return the ids of the authors that are in the archive already, by name key."""
    found: dict[str, int] = {}
    for some in chunks(name_keys):
        rows = connection.execute(select(authors.c.name_key, authors.c.id).where(authors.c.name_key.in_(some)))
        found.update(rows.all())
    return found


def count_not_stated(connection: Connection, import_id: int) -> dict[str, int]:
    """Return of how many articles that an import met a value is not known: source, date, only a month, only a year.

    Nothing is said of what is known of all.
    """
    met = select(import_items.c.article_id).where(import_items.c.import_id == import_id)
    article = articles.c
    row = connection.execute(
        select(
            func.count().filter(article.source_id.is_(None)).label("source"),
            func.count().filter(article.published.is_(None)).label("date"),
            func.count().filter(article.published_precision == "month").label("only a month"),
            func.count().filter(article.published_precision == "year").label("only a year"),
            func.count().filter(article.language.is_(None)).label("language"),
        ).where(article.id.in_(met))
    ).one()
    return {name: number for name, number in row._mapping.items() if number}


def find_originals(connection: Connection, digests: Collection[str]) -> dict[str, int]:
    """Return the ids of the originals that are in the archive already, by SHA-256."""
    found: dict[str, int] = {}
    for some in chunks(digests):
        rows = connection.execute(select(originals.c.sha256, originals.c.id).where(originals.c.sha256.in_(some)))
        found.update(rows.all())
    return found


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """Yield values in portions of which one statement can name all."""
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
