"""Originals, read and normalized again by today's rules: what would change, and new states of texts where it does.

What was given beside a file (sidecar, archive.toml, options) is taken as it was put on record, since those may be gone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import zstandard
from sqlalchemy import Connection, select

from archive.db import decided, decisions, lookups, store, vocabulary
from archive.db.article_columns import published_columns
from archive.db.changes import Change
from archive.db.credited import credit_again, find_due, find_on_record
from archive.db.ids import Ids
from archive.db.left_behind import NO_BYTES, find_left_behind
from archive.db.location import Location
from archive.db.lookups import KnownArticle, KnownRevision
from archive.db.precedence import precedence, standing
from archive.db.standing import (
    GivenValue,
    Standing,
    find_credited,
    find_mentioned_dates,
    find_standing,
    find_unread_dates,
    find_values,
)
from archive.db.tables import articles
from archive.decide import deciding
from archive.documents import (
    METHODS,
    VERSION_TIMES,
    WITHIN_THE_BYTES,
    Article,
    Failure,
    FoundDate,
    Given,
    Original,
    PublishedTime,
    Value,
)
from archive.normalize.agencies import Credit
from archive.normalize.bylines import split_byline
from archive.normalize.dates import parse_published
from archive.normalize.language import language_tag
from archive.normalize.names import name_key
from archive.prepare import Preparer, Settings
from archive.queries import reading
from archive.queries.articles import find_article_id
from archive.resolve.decisions import apply_again
from archive.resolve.derived_tags import DerivedTags
from archive.resolve.differences import Difference, difference_of_dates, differences_of_texts, told
from archive.resolve.sources import SourceResolver
from archive.resolve.topics import TopicResolver
from archive.running import Watch, unwatched

_BATCH = 200
_EXAMPLES = 3
_OF_TEXT = ("headline", "body", "blocks", "set_aside", "links")  # any of these makes a new revision
_OF_IDENTITY = ("id", "url", "headline")  # what identifies an article stays; a headline comes with its text


@dataclass
class Survey:
    """What came of looking at originals again.

    articles     how many were looked at
    ids          which of them would be, or are now, otherwise in anything
    revisions    how many of these get a new revision
    fields       by field: how many articles differ in it, and a few of them as (key, difference)
    refused      what today's readers do not take any more: key, and why; it stays as it is
    left_behind  how many cannot be read again, since their bytes were left behind when the archive was copied
    """

    articles: int = 0
    ids: list[int] = field(default_factory=list)
    revisions: int = 0
    fields: dict[str, tuple[int, list[tuple[str, Difference]]]] = field(default_factory=dict)
    refused: list[tuple[str, Failure]] = field(default_factory=list)
    left_behind: int = 0
    cure: str = ""  # where these are

    def rows(self) -> list[dict[str, Any]]:
        """Return the fields, those first in which most articles differ, each with its examples."""
        return [
            {
                "field": name,
                "articles": number,
                "examples": [{"key": key, "before": one.before, "after": one.after} for key, one in examples],
            }
            for name, (number, examples) in sorted(self.fields.items(), key=lambda one: (-one[1][0], one[0]))
        ]

    def add(self, again: "_Again") -> None:
        """Count an article that was looked at."""
        if again.is_left_behind:
            self.left_behind += 1
            return
        self.articles += 1
        if again.failure is not None:
            self.refused.append((again.stood.key, again.failure))
        if not again.differences:
            return
        self.ids.append(again.stood.article_id)
        self.revisions += again.is_new_text
        for difference in again.differences:
            number, examples = self.fields.get(difference.field, (0, []))
            shown = [*examples, (again.stood.key, difference)] if len(examples) < _EXAMPLES else examples
            self.fields[difference.field] = (number + 1, shown)


def survey(location: Location, keys: Sequence[str] = (), watch: Watch = unwatched) -> Survey:
    """Return what today's readers and rules would make otherwise of these articles, or of all; writes nothing.

    `watch` is told how many were read. Raises NotFoundError for a key that names no article.
    """
    found = Survey()
    with reading(location) as connection:
        found.cure = find_left_behind(connection).cure
        again = _Reader(connection)
        for some in _batches(_article_ids(connection, keys), "reading", watch):
            for one in again.read(some):
                found.add(one)
    return found


def reparse(location: Location, found: Survey, watch: Watch = unwatched) -> Survey:
    """Let articles be what today's readers and rules make of their originals, as a survey found; return what changed.

    A text that comes out otherwise is a new revision; tags, dates and search follow it. Earlier revisions, keys and
    identifiers stay, and so does what people decided. Whole batches are written: stopped, it can be begun again.
    Each original is read once more, so that what was imported or decided since the survey counts.
    """
    done = Survey()
    for some in _batches(found.ids, "writing", watch):
        with deciding(location) as connection:
            differing = []
            for one in _Reader(connection).read(some):
                done.add(one)
                if one.differences:
                    differing.append(one)
            _write(connection, differing)
    return done


@dataclass
class _Again:
    """An article as it stands and as it is read today.

    `filled` are values that today's reader finds in the original, `readings` those given before that mean something
    else today, `new_topics` those that the original gives and nobody knew.
    """

    stood: Standing
    unit: Article | None = None
    failure: Failure | None = None
    differences: list[Difference] = field(default_factory=list)
    filled: dict[str, Value] = field(default_factory=dict)
    readings: dict[str, Value] = field(default_factory=dict)
    new_topics: list[Value] = field(default_factory=list)
    dates: Sequence[FoundDate] | None = None  # those mentioned, where only they are others
    is_credited_otherwise: bool = False

    @property
    def is_left_behind(self) -> bool:
        return self.stood.content == NO_BYTES

    @property
    def is_new_text(self) -> bool:
        return any(difference.field in _OF_TEXT for difference in self.differences)


class _Reader:
    """Reads originals again, and compares; holds what is costly to make."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._preparer = Preparer(
            Settings(
                options=Given(),
                phrases=tuple(vocabulary.all_phrases(connection)),
                queries=tuple(vocabulary.all_queries(connection)),
                names=tuple(vocabulary.vocabulary_names(connection)),
            )
        )
        self._precedence = precedence(connection)

    def read(self, ids: Sequence[int]) -> Iterator[_Again]:
        """Yield each of these articles, as it stands and as it is read today."""
        connection = self._connection
        stood = find_standing(connection, ids)
        surroundings = lookups.find_surroundings(connection, {one.revision_id for one in stood})
        values = find_values(connection, ids)
        unread = find_unread_dates(connection, ids)
        mentioned = find_mentioned_dates(connection, {one.revision_id for one in stood})
        credited = find_credited(connection, ids)
        agencies, due = find_on_record(connection, ids), find_due(connection, ids)
        known = lookups.find_articles(connection, ids)
        made = decisions.of_articles(connection, [one.key for one in stood])
        for one in stood:
            if one.content == NO_BYTES:
                yield _Again(one)
                continue
            own = values.get(one.article_id, {})
            stands = standing(made.get(one.key, []), self._precedence)
            decided_fields = {name for (subject, name), last in stands.items() if subject == decisions.FIELD and last}
            again = self._prepared(one, [*(each.value for each in own.values()), *unread.get(one.article_id, [])])
            if again.unit is not None:
                again.differences += differences_of_texts(one, surroundings[one.revision_id], again.unit)
                dates = [date for date in again.unit.dates if date.kind == "mentioned"]
                otherwise = difference_of_dates(mentioned.get(one.revision_id, []), dates)
                if otherwise is not None:
                    if not again.is_new_text:
                        again.dates = dates
                    again.differences.append(otherwise)
                self._compare_values(again, own, decided_fields, credited.get(one.article_id, []))
                given = {(text, method) for _, text, method in known[one.article_id].given_topics}
                again.new_topics = [
                    topic
                    for topic in again.unit.topics
                    if topic.method in WITHIN_THE_BYTES and (topic.text, topic.method) not in given
                ]
                if again.new_topics:
                    names = ", ".join(topic.text for topic in again.new_topics)
                    again.differences.append(Difference("topics", "not given", names))
            _compare_credits(again, agencies.get(one.article_id, []), due.get(one.article_id, (0, []))[1])
            yield again

    def _prepared(self, stood: Standing, values: Sequence[Value]) -> _Again:
        beside = tuple(value for value in values if value.method not in (*WITHIN_THE_BYTES, "domain"))
        original = Original(stood.sha256, stood.media_type, stood.size, stood.content)
        content = zstandard.ZstdDecompressor().decompress(stood.content, max_output_size=stood.size)
        made = self._preparer.prepare_again(stood.locator, original, content, Given(beside), stood.reader)
        return _Again(stood, failure=made) if isinstance(made, Failure) else _Again(stood, unit=made)

    def _compare_values(
        self, again: _Again, known: dict[str, GivenValue], is_decided: Collection[str], credited: Sequence[str]
    ) -> None:
        """Find the values that the original gives otherwise than is known, and those that are read otherwise.

        A value that today's rules refuse stays as it is; so does one that another original gave.
        """
        stood, unit = again.stood, again.unit
        if unit is None:
            return
        for name, value in unit.values.items():
            before = known.get(name)
            if name in (*_OF_IDENTITY, *VERSION_TIMES) or value.method == "domain":
                continue
            if before is None or (
                METHODS.index(value.method) < METHODS.index(before.value.method)
                or (
                    value.method == before.value.method
                    and value.text != before.value.text
                    and before.original_id == stood.original_id
                )
            ):
                again.filled[name] = value
                again.differences.append(
                    Difference(name, "not given" if before is None else before.value.text, value.text)
                )
        now = {
            "published": (stood.published, stood.published_precision),
            "language": stood.language,
            "authors": tuple(credited),
        }
        for name, stands in now.items():
            if name not in known or name in again.filled or name in is_decided:
                continue
            today = _read_value(name, known[name].value.text)
            if today is not None and today != stands:
                again.readings[name] = known[name].value
                again.differences.append(Difference(name, told(stands), told(today)))


def _compare_credits(again: _Again, before: Sequence[Credit], today: Sequence[Credit]) -> None:
    """Find whether byline and text as they stand credit other agencies by the names that are known today."""
    if again.failure is None and list(before) != list(today):
        again.is_credited_otherwise = True
        again.differences.append(
            Difference("credited", *(told(tuple(one.text for one in all_)) for all_ in (before, today)))
        )


def _read_value(name: str, text: str) -> object:
    """Return what a value as given means today, to be compared; None where it cannot be read."""
    try:
        if name == "published":
            time = parse_published(text)
            return time.text, time.precision
        if name == "language":
            return language_tag(text)
    except ValueError:
        return None
    return tuple(name_key(author) for author in split_byline(text))


def _write(connection: Connection, differing: Sequence[_Again]) -> None:
    """Write new states of texts and values that are read otherwise, then what people decided about the articles."""
    ids, sources, topics = Ids(connection), SourceResolver(connection), TopicResolver(connection)
    known = lookups.find_articles(connection, [again.stood.article_id for again in differing])
    changes = []
    for again in differing:
        stood, unit = again.stood, again.unit
        if unit is None:
            continue
        article = known[stood.article_id]
        text = next(one for one in article.revisions if one.id == stood.revision_id)
        # made anew it is of the time it was, whether that stood in the bytes or beside them
        unit = unit._replace(modified_at=text.modified_at, crawled_at=text.crawled_at)
        if "published" in again.filled:
            store.drop_unread_date(connection, stood.article_id, again.filled["published"])
        if again.is_new_text or again.filled or again.new_topics:
            source = again.filled.get("source")
            changes.append(
                Change(
                    unit,
                    stood.item_id,
                    "revised",
                    article,
                    _made_anew(article, unit, ids) if again.is_new_text else text,
                    is_new_revision=again.is_new_text,
                    moves=again.is_new_text,
                    set_values=again.filled,
                    source_id=sources.named(connection, source.text).id if source else None,
                    new_topics=[
                        (topics.named(connection, topic.text, topic.label), topic.text, topic.method)
                        for topic in again.new_topics
                    ],
                )
            )
        if again.dates is not None:
            store.replace_mentioned_dates(connection, stood.article_id, stood.revision_id, again.dates)
        for name, value in again.readings.items():
            _read_anew(connection, stood.article_id, name, value)
    store.write_reparsed(connection, changes, ids)
    credit_again(
        connection,
        [one.stood.article_id for one in differing if one.is_credited_otherwise or "language" in one.readings],
    )
    apply_again(connection, {again.stood.key for again in differing})
    DerivedTags(connection).follow(connection, [again.stood.article_id for again in differing])


def _made_anew(article: KnownArticle, unit: Article, ids: Ids) -> KnownRevision:
    number = article.revisions[-1].number + 1
    times = (unit.modified_at, unit.crawled_at)
    return KnownRevision(ids.take("article_revisions"), number, unit.text_sha256, unit.fingerprint, *times)


def _read_anew(connection: Connection, article_id: int, name: str, value: Value) -> None:
    """Set what a value as given means today."""
    if name == "published":
        time: PublishedTime = parse_published(value.text)
        decided.set_columns(connection, article_id, published_columns(time, value.method))
        store.read_date_anew(connection, article_id, value, time)
    elif name == "language":
        decided.set_columns(connection, article_id, {"language": language_tag(value.text)})
    else:
        credited = [(author, name_key(author)) for author in split_byline(value.text)]
        decided.set_authors(connection, article_id, credited)


def _article_ids(connection: Connection, keys: Sequence[str]) -> list[int]:
    if keys:
        return sorted({find_article_id(connection, key) for key in keys})
    return list(connection.scalars(select(articles.c.id).order_by(articles.c.id)))


def _batches(ids: Sequence[int], what: str, watch: Watch) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        watch(what, start, len(ids))
        yield ids[start : start + _BATCH]
