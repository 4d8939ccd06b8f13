"""What people decide about articles: values set, topics put on or taken off; on record, and to be taken back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from archive.db import decisions, schema, tables, vocabulary
from archive.db.clock import now
from archive.db.decisions import ACCEPTED, DECIDING, FIELD, FORGET, REJECTED, THRESHOLD, TOPIC, UNDO, Decision
from archive.db.engine import errors_explained, open_engine
from archive.db.location import Location
from archive.db.precedence import Rule, Votes, find_rule, precedence, said
from archive.db.thresholds import follow_thresholds
from archive.errors import NotFoundError, UsageError
from archive.normalize.names import name_key
from archive.normalize.text import require_utf8
from archive.queries.articles import find_article_id
from archive.resolve import topic_decisions
from archive.resolve.decisions import Applier, Changed, cleaned
from archive.resolve.sources import SourceResolver
from archive.resolve.topics import TopicResolver
from archive.resolve.verbs import VERBS, make_so, take_back


@dataclass
class Decided:
    """What came of deciding: the decisions as they are on record, what was so already, what is new by name."""

    made: list[Decision] = field(default_factory=list)
    already: int = 0
    new_names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wish:
    """What a person wants of one article: values by field (None: none is known), topics put on, topics taken off."""

    key: str
    values: Mapping[str, str | None] = field(default_factory=dict)
    topics: Sequence[str] = ()
    not_topics: Sequence[str] = ()
    reason: str | None = None


@contextmanager
def deciding(location: Location) -> Iterator[Connection]:
    """Give a connection in one transaction under the write lock; all of it is written, or nothing.

    Raises SchemaError where there is no archive, or one with another schema than this program's.
    """
    schema.require_current(location)
    engine = open_engine(location)
    try:
        with errors_explained(location), engine.begin() as connection:
            schema.require_unchanged(connection)
            yield connection
    finally:
        engine.dispose()


def decide(location: Location, wishes: Sequence[Wish], who: str) -> Decided:
    """Put on record what a person wants of articles, and make them so; all of it or, where something is off, nothing.

    A source or topic that has no such name yet is made. What stands decided already is not decided again; of a topic,
    what this person said already, unless saying it again alters what is shown. What others said is theirs.
    Raises NotFoundError for a key that names no article, UsageError for a field or value that cannot be set.
    """
    for wish in wishes:
        require_name(who, wish.reason)
        require_utf8("topic", *wish.topics, *wish.not_topics)
    who = who.strip()
    decided = Decided()
    with deciding(location) as connection:
        names = _Names(connection, decided.new_names)
        stands_by = precedence(connection)
        keys: dict[str, None] = {}
        for wish in wishes:
            key = full_key(connection, wish.key)
            keys[key] = None
            wanted = [(FIELD, name, names.value(connection, name, value)) for name, value in wish.values.items()]
            for topics, verdict in ((wish.topics, ACCEPTED), (wish.not_topics, REJECTED)):
                wanted += [(TOPIC, names.topic(connection, topic), verdict) for topic in topics]
            _refuse_contradictions(key, wanted)
            votes = said(decisions.of_articles(connection, [key]).get(key, []), stands_by)
            for subject, name, value in wanted:
                rule = stands_by.rule if subject == TOPIC else None
                if _is_said_already(votes.get((subject, name), {}), value, who, rule):
                    decided.already += 1
                    continue
                reason = (wish.reason or "").strip() or None
                decided.made.append(decisions.add(connection, now(), who, key, subject, name, value, reason))
        Applier(connection).apply(keys)
    return decided


def _is_said_already(votes: Votes, value: str | None, who: str, rule: Rule | None) -> bool:
    """Tell whether it would alter nothing if somebody said this: of a tag, neither what is shown nor what they say."""
    if rule is None:
        stands = Rule().choose(votes)
        return stands is not None and stands.value == value
    key = name_key(who)
    mine = votes.get(key)
    if mine is None or mine.value != value:
        return False
    now, then = rule.choose(votes), rule.choose({**{one: votes[one] for one in votes if one != key}, key: mine})
    return (now and now.value) == (then and then.value)


def set_rule(location: Location, rule: Rule, who: str, reason: str | None = None) -> tuple[Decision | None, Changed]:
    """Put on record which of several people's decisions about a tag is shown, and make all articles so.

    Returns the decision, None where that is the rule already, and how many tags were put on and taken off. The rule is
    applied in any case. Raises UsageError for a person who never decided about a topic: the name may be another.
    """
    require_name(who, reason)
    require_utf8("NAME", rule.person)
    with deciding(location) as connection:
        decision = None
        if not _is_same(find_rule(connection, decisions.undone(connection)), rule):
            if rule.person is not None:
                rule = Rule(rule.name, _spelled(connection, rule.person))
            row = (now(), who.strip(), None, DECIDING, rule.name, rule.person, (reason or "").strip() or None)
            decision = decisions.add(connection, *row)
        return decision, Applier(connection).apply_rule()


def _spelled(connection: Connection, person: str) -> str:
    """Return the name of somebody who decided about topics, as that person wrote it."""
    coders = decisions.people_of_tags(connection)
    for one in coders:
        if name_key(one) == name_key(person):
            return one
    raise UsageError(f"'{person}' decided about no topic; {', '.join(coders) or 'nobody'} did")


def _is_same(one: Rule, other: Rule) -> bool:
    return one.name == other.name and name_key(one.person or "") == name_key(other.person or "")


def decide_about(
    location: Location, verb: str, name: str, value: str | None, who: str, reason: str | None = None
) -> Decision | None:
    """Put on record what a person says of a source or topic (a verb of `verbs`), and make it so.

    Returns the decision; None where it is so already. Raises as `make_so` does; then nothing is changed.
    """
    require_name(who, reason)
    with deciding(location) as connection:
        said = make_so(connection, verb, name, value)
        if said is None:
            return None
        row = (now(), who.strip(), None, verb, said.name, said.value, (reason or "").strip() or None)
        decision = decisions.add(connection, *row, before=said.before)
        Applier(connection).apply(said.keys)
        if verb in topic_decisions.VERBS:
            follow_thresholds(connection)
    return decision


def undo(location: Location, number: int, who: str, reason: str | None = None) -> tuple[Decision, Decision]:
    """Take a decision back, or take that back again; returns the decision and the record of its undoing.

    Articles are as what else stands decided has them, and where nothing does, as the input says.
    Raises NotFoundError where there is no such decision, UsageError where it was taken back already, and where it
    forgot an article or is about one that was forgotten since.
    """
    require_name(who, reason)
    with deciding(location) as connection:
        decision = decisions.find(connection, number)
        if decision is None:
            raise NotFoundError(f"there is no decision {number}; `archive decisions` lists them")
        if number in decisions.undone(connection):
            raise UsageError(f"decision {number} was taken back already; `archive decisions` says by which")
        if decision.subject == FORGET:
            raise UsageError(f"{decision.article_key} was forgotten ({decision.reason}); its text is gone for good")
        if number in decisions.before_forgetting(connection):
            raise UsageError(f"decision {number} is about {decision.article_key} as it was before it was forgotten")
        target = decisions.find(connection, int(decision.name)) if decision.subject == UNDO else None
        if target is not None and target.subject in VERBS:
            kind = target.subject.partition("_")[0]
            raise UsageError(f"what decision {number} took back is of a {kind}; decide that again instead")
        keys = take_back(connection, decision) if decision.subject in VERBS else ()
        before = find_rule(connection, decisions.undone(connection))
        undone = decisions.add(connection, now(), who, decision.article_key, UNDO, str(number), None, reason)
        applier = Applier(connection)
        applier.apply([*keys, *([decision.article_key] if decision.article_key else [])])
        if find_rule(connection, decisions.undone(connection)) != before:
            applier.apply_rule()
        if {decision.subject, target.subject if target else None} & {THRESHOLD, *topic_decisions.VERBS}:
            follow_thresholds(connection)
    return decision, undone


def require_name(who: str, reason: str | None = None, *, does: str = "decides") -> None:
    """Raise UsageError where nobody is named, or where the name or the reason is no text."""
    require_utf8("--who", who)
    require_utf8("--because", reason)
    if not who.strip():
        raise UsageError(f"nobody is named who {does}; name somebody with --who, or in $ARCHIVE_WHO")


def full_key(connection: Connection, key: str) -> str:
    """Return the whole of a key, which may be shortened while it stays unique; raises NotFoundError otherwise."""
    article = tables.articles.c
    return str(connection.scalar(select(article.key).where(article.id == find_article_id(connection, key))))


class _Names:
    """Sources and topics as a person names them, and which of them were new."""

    def __init__(self, connection: Connection, new: list[str]) -> None:
        self._new = new
        self._sources = SourceResolver(connection)
        self._topics = TopicResolver(connection)
        self._known_sources = {source.id for source in vocabulary.source_names(connection).values()}
        self._codes = {topic_id: f"{scheme}:{code}" for (scheme, code), topic_id in _codes(connection)}

    def value(self, connection: Connection, name: str, value: str | None) -> str | None:
        """Return a value as it is kept: of a source its name, of another article its whole key."""
        text = cleaned(name, value)
        if text is None:
            return None
        if name == "source":
            source = self._sources.named(connection, text)
            if source.id not in self._known_sources:
                self._known_sources.add(source.id)
                self._new.append(f"source '{source.name}'")
            return source.name
        return full_key(connection, text) if name == "translation_of" else text

    def topic(self, connection: Connection, name: str) -> str:
        """Return the topic of a name as `scheme:code`."""
        topic_id = self._topics.named(connection, name)
        if topic_id not in self._codes:
            self._codes |= {known: f"{scheme}:{code}" for (scheme, code), known in _codes(connection)}
            self._new.append(f"topic {self._codes[topic_id]}")
        return self._codes[topic_id]


def _codes(connection: Connection) -> list[tuple[tuple[str, str], int]]:
    return list(vocabulary.topic_codes(connection).items())


def _refuse_contradictions(key: str, wanted: Sequence[tuple[str, str, str | None]]) -> None:
    said: dict[tuple[str, str], str | None] = {}
    for subject, name, value in wanted:
        if said.setdefault((subject, name), value) != value:
            raise UsageError(f"{name} is both put on {key} and taken off; say one of the two")
