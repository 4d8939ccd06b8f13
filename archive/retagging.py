"""Articles, tagged again by today's vocabulary: what rules find in their texts, what follows from given topics."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from archive.db import schema, vocabulary
from archive.db.engine import errors_explained, open_engine
from archive.db.enumerations import BY_RULE
from archive.db.evidence import Evidence, find_evidence, find_passages_aside, find_tags, settle_evidence
from archive.db.left_behind import find_left_behind, is_left
from archive.db.location import Location
from archive.db.lookups import chunks, current_texts
from archive.db.mappings import MAPPING
from archive.db.tables import articles, topics
from archive.documents import Given
from archive.prepare import Preparer, Settings
from archive.queries.article import around
from archive.queries.topics import unknown_scheme
from archive.resolve.derived_tags import QUERY, DerivedTags
from archive.running import Watch, signals_held, unwatched

_BATCH = 500
_EXAMPLES = 3
_FEW = 20  # articles of an archive in which more than half says nothing


class Example(NamedTuple):
    """An article that gains or loses a topic: its key, and the passage for it with what stands around; None of none."""

    key: str
    before: str | None
    passage: str | None
    after: str | None


@dataclass
class Difference:
    """What tagging again does to one topic: how many articles gain it, how many lose it, a few of each."""

    scheme: str
    code: str
    name: str
    added: int = 0
    removed: int = 0
    gaining: list[Example] = field(default_factory=list)
    losing: list[Example] = field(default_factory=list)


class Broad(NamedTuple):
    """A rule that names more than half of the archive: its topic, the rule, how many articles."""

    topic: str
    rule: str
    articles: int


@dataclass
class Retagged:
    """What came of tagging again: how many articles were looked at, in how many anything is otherwise, and what.

    Of texts that were left behind when the archive was copied, the tags stay as they are; `left_behind` is how many.
    """

    articles: int = 0
    otherwise: int = 0
    topics: list[Difference] = field(default_factory=list)
    broad: list[Broad] = field(default_factory=list)
    left_behind: int = 0
    cure: str = ""  # where these are


def retag(
    location: Location,
    scheme: str | None = None,
    *,
    dry_run: bool = False,
    watch: Watch = unwatched,
) -> Retagged:
    """Let articles have the tags that today's rules and mappings give them, and return what became otherwise.

    What inputs give and what people decided stays. With a `scheme` only its topics are looked at. Whole batches are
    written: stopped, it can be begun again. With `dry_run` nothing is.
    Raises NotFoundError for a scheme of which there is no topic, VocabularyError for a rule that cannot be read.
    """
    schema.require_current(location)
    done = _Done()
    engine = open_engine(location)
    try:
        with errors_explained(location):
            with engine.connect() as connection:
                ids = list(connection.scalars(select(articles.c.id).order_by(articles.c.id)))
                of_scheme = None if scheme is None else _topics_of(connection, scheme)
                retagger = _Retagger(connection, of_scheme)
                done.found.cure = find_left_behind(connection).cure
            for some in (ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH)):
                watch("articles", done.found.articles, len(ids))
                with signals_held(), _transaction(engine, dry_run=dry_run) as connection:
                    schema.require_unchanged(connection)
                    if retagger.settings != _settings(connection):
                        retagger = _Retagger(connection, of_scheme)
                    retagger.retag(connection, some, done)
            with engine.connect() as connection:
                done.name_topics(connection, len(ids))
    finally:
        engine.dispose()
    return done.found


class _Done:
    """Collects what became otherwise, by topic."""

    def __init__(self) -> None:
        self.found = Retagged()
        self.by_topic: dict[int, Difference] = {}
        self.of_rules: Counter[tuple[int, str]] = Counter()

    def of(self, topic_id: int) -> Difference:
        """Return the difference of a topic, which has its name later."""
        return self.by_topic.setdefault(topic_id, Difference("", "", ""))

    def name_topics(self, connection: Connection, number: int) -> None:
        """Give topics their names, those first of which most articles are otherwise, and tell broad rules."""
        broad = [(one, count) for one, count in self.of_rules.items() if number >= _FEW and count * 2 > number]
        names: dict[int, tuple[str, str, str]] = {}
        for some in chunks({*self.by_topic, *(topic_id for (topic_id, _), _ in broad)}):
            rows = connection.execute(
                select(topics.c.id, topics.c.scheme, topics.c.code, topics.c.name).where(topics.c.id.in_(some))
            )
            names.update({row[0]: (row[1], row[2], row[3]) for row in rows})
        for topic_id, difference in self.by_topic.items():
            difference.scheme, difference.code, difference.name = names[topic_id]
        self.found.topics = sorted(
            self.by_topic.values(), key=lambda one: (-one.added - one.removed, one.name, one.scheme, one.code)
        )
        self.found.broad = [
            Broad(names[topic_id][2], rule, count)
            for (topic_id, rule), count in sorted(broad, key=lambda one: (-one[1], one[0]))
        ]


class _Retagger:
    """Tags batches of articles again; holds what is costly to make of a vocabulary."""

    def __init__(self, connection: Connection, of_scheme: Collection[int] | None) -> None:
        self.settings = _settings(connection)
        self._topics = of_scheme
        self._derived = DerivedTags(connection, of_scheme)
        self._preparer = Preparer(self.settings)

    def retag(self, connection: Connection, ids: Sequence[int], done: _Done) -> None:
        """Tag these articles again, and add to what is done."""
        tags_before = find_tags(connection, ids)
        evidence_before = find_evidence(connection, ids, (*BY_RULE, MAPPING))
        texts = current_texts(connection, ids)
        left = {article_id for article_id, (_, headline, body) in texts.items() if is_left(headline or None, body)}
        done.found.left_behind += len(left)
        aside = find_passages_aside(connection, [revision_id for revision_id, _, _ in texts.values()])
        wanted: set[Evidence] = set()
        for article_id, (revision_id, headline, body) in texts.items():
            if article_id in left:
                continue
            passages = aside.get(revision_id, [])
            for match in self._preparer.matches(headline or None, body, [passage for _, passage in passages]):
                of_text = match.set_aside is None
                wanted.add(
                    Evidence(
                        *(article_id, match.topic_id, match.method, match.rule),
                        revision_id=revision_id if of_text else None,
                        set_aside_id=None if match.set_aside is None else passages[match.set_aside][0],
                        field=match.field,
                        start=match.start,
                        end=match.end,
                    )
                )
        # what follows from values and mappings is seen to after that
        known = {
            row_id: one
            for row_id, one in evidence_before.items()
            if one.article_id not in left
            and one.method != MAPPING
            and not (one.method == QUERY and one.rule in self._derived.rules)
        }
        settle_evidence(connection, known, wanted, self._topics)
        self._derived.follow(connection, ids, thoroughly=True)
        self._compare(connection, ids, tags_before, evidence_before, texts, done)

    def _compare(
        self,
        connection: Connection,
        ids: Sequence[int],
        tags_before: Collection[tuple[int, int]],
        evidence_before: Mapping[int, Evidence],
        texts: Mapping[int, tuple[int, str, str]],
        done: _Done,
    ) -> None:
        tags = find_tags(connection, ids)
        evidence = set(find_evidence(connection, ids, (*BY_RULE, MAPPING)).values())
        before = set(evidence_before.values())
        done.found.articles += len(ids)
        done.found.otherwise += len({one.article_id for one in before ^ evidence})
        done.of_rules.update(
            {
                (one.article_id, one.topic_id, one.rule): (one.topic_id, one.rule) for one in evidence if one.rule
            }.values()
        )
        gained, lost = sorted(tags.difference(tags_before)), sorted(set(tags_before).difference(tags))
        for _, topic_id in gained:
            done.of(topic_id).added += 1
        for _, topic_id in lost:
            done.of(topic_id).removed += 1
        _exemplify(connection, {id_: one.gaining for id_, one in done.by_topic.items()}, gained, evidence, texts)
        _exemplify(connection, {id_: one.losing for id_, one in done.by_topic.items()}, lost, before, texts)


def _exemplify(
    connection: Connection,
    examples: Mapping[int, list[Example]],
    tags: Iterable[tuple[int, int]],
    evidence: Iterable[Evidence],
    texts: Mapping[int, tuple[int, str, str]],
) -> None:
    """Add articles to the few examples of topics that have not enough."""
    about: dict[tuple[int, int], list[Evidence]] = {}
    room = {topic_id: _EXAMPLES - len(of) for topic_id, of in examples.items()}
    for article_id, topic_id in tags:
        if room[topic_id] > 0:
            room[topic_id] -= 1
            about[article_id, topic_id] = []
    for one in evidence if about else ():
        if (one.article_id, one.topic_id) in about:
            about[one.article_id, one.topic_id].append(one)
    for (article_id, topic_id), passages in about.items():
        key = connection.execute(select(articles.c.key).where(articles.c.id == article_id)).scalar_one()
        examples[topic_id].append(_example(key, passages, texts[article_id]))


def _example(key: str, about: Iterable[Evidence], text: tuple[int, str, str]) -> Example:
    """Return an article with the first passage that spoke for a topic in its current text."""
    revision_id, headline, body = text
    for one in sorted(about, key=lambda one: one.place):
        if one.given_text is not None:
            return Example(key, None, one.given_text, None)
        if one.revision_id == revision_id and one.start is not None and one.end is not None:
            field = headline if one.field == "headline" else body
            before, after = around(field, one.start, one.end)
            return Example(key, before, field[one.start : one.end], after)
    return Example(key, None, None, None)


def _settings(connection: Connection) -> Settings:
    return Settings(
        options=Given(),
        phrases=tuple(vocabulary.all_phrases(connection)),
        queries=tuple(vocabulary.all_queries(connection)),
        names=tuple(vocabulary.vocabulary_names(connection)),
    )


def _topics_of(connection: Connection, scheme: str) -> frozenset[int]:
    found = frozenset(connection.scalars(select(topics.c.id).where(topics.c.scheme == scheme)))
    if not found:
        raise unknown_scheme(connection, scheme)
    return found


@contextmanager
def _transaction(engine: Engine, *, dry_run: bool) -> Iterator[Connection]:
    """Give a connection in one transaction under the write lock, which is undone at its end if only tried."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        if dry_run:
            transaction.rollback()
