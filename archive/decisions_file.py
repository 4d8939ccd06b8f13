"""Decisions as a file: the one thing in an archive that cannot be computed again, one JSON object a line.

A line has `number`, `made_at` (UTC), `who`, `article` (its key) with its `identifiers`, `subject`, `name`, `value` and
`reason` as the table of decisions has them, and for a topic `topic`, its name. One that forgets an article has
`forgotten`, by what its bytes and texts are known; one about an article that was forgotten since is `wiped`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from archive.db import decisions, lookups, tables, tombstones, vocabulary, wiping
from archive.db.decisions import ACCEPTED, DECIDING, FIELD, FORGET, REJECTED, THRESHOLD, TOPIC, UNDO, Decision
from archive.db.location import Location
from archive.db.lookups import Identifier
from archive.db.precedence import LATEST, PERSON, RULES, Rule, find_rule
from archive.db.thresholds import follow_thresholds, is_threshold
from archive.db.tombstones import Hash
from archive.decide import deciding
from archive.errors import ArchiveError, UsageError
from archive.normalize.names import name_key
from archive.resolve.decisions import Applier, cleaned
from archive.resolve.sources import SourceResolver
from archive.resolve.topic_decisions import MOVE, first_names
from archive.resolve.verbs import VERBS, make_so, take_back

_TEXTS = ("made_at", "who", "subject", "name")
_MAY_BE_NULL = ("article", "value", "reason", "topic")
_SHA256 = re.compile("[0-9a-f]{64}")
_TIME = len("2026-11-22T08:00:00.000000Z")


@dataclass
class Restored:
    """What became of a file of decisions: how many were put on record, how many were there, and what was not."""

    added: int = 0
    already: int = 0
    forgotten: list[str] = field(default_factory=list)  # keys of the articles that it forgot
    unfinished: str | None = None  # why these were not wiped from the file yet
    missing: list[str] = field(default_factory=list)  # what is not in this archive, in words
    contradicting: list[str] = field(default_factory=list)  # what people say otherwise than others, in words


def dump_decisions(connection: Connection) -> Iterator[dict[str, Any]]:
    """Yield all decisions, in the order they came, as they stand in a file."""
    article, identifier = tables.articles.c, tables.article_identifiers.c
    # as it was made, where a person did that: what was said of it since stands in lines of its own
    named = {f"{scheme}:{code}": name for scheme, code, name in connection.execute(_TOPICS)}
    named |= first_names(connection)
    wiped = decisions.before_forgetting(connection)
    hashes = tombstones.hashes_by_decision(connection)
    for one in decisions.find_all(connection):
        rows = connection.execute(
            select(identifier.scheme, identifier.scope, identifier.value)
            .join(tables.articles, article.id == identifier.article_id)
            .where(article.key == one.article_key)
            .order_by(identifier.scheme, identifier.scope, identifier.value)
        )
        yield {
            "number": one.id,
            "made_at": one.made_at,
            "who": one.who,
            "article": one.article_key,
            "identifiers": [list(row) for row in rows],
            "subject": one.subject,
            "name": one.name,
            "value": one.value,
            "reason": one.reason,
            **({"topic": named.get(one.name)} if one.subject == TOPIC else {}),
            **({"forgotten": hashes.get(one.id, {})} if one.subject == FORGET else {}),
            **({"wiped": True} if one.id in wiped else {}),
        }


def restore_decisions(location: Location, lines: Iterable[str]) -> Restored:
    """Put the decisions of a file on record, and make articles so; restored again, it adds nothing.

    An article is found by its key, or by its identifiers where they lead to one. Decisions about articles that are
    not there are passed over and named. Raises UsageError, with the line, for a file that is not of this form; then
    nothing is changed.
    """
    records = [_read(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    with deciding(location) as connection:
        restoring = _Restoring(connection)
        before = find_rule(connection, decisions.undone(connection))
        for record in records:
            restoring.take(record)
        rule = find_rule(connection, decisions.undone(connection))
        restoring.find_contradictions(rule)
        applier = Applier(connection)
        applier.apply(restoring.touched)
        if rule != before:
            applier.apply_rule()
        follow_thresholds(connection)
    if restoring.done.forgotten:
        try:
            wiping.finish(location)
        except ArchiveError as error:
            restoring.done.unfinished = str(error)
    return restoring.done


_TOPICS = select(tables.topics.c.scheme, tables.topics.c.code, tables.topics.c.name)


class _Restoring:
    """One file on its way into the log."""

    def __init__(self, connection: Connection) -> None:
        self.done = Restored()
        self.touched: dict[str, None] = {}
        self._connection = connection
        self._known = {one[1:]: one for one in decisions.find_all(connection)}
        self._numbers: dict[int, int] = {}  # of the file, to those of the archive
        self._made: dict[int, Decision] = {}
        self._topics = vocabulary.topic_codes(connection)
        self._sources: SourceResolver | None = None

    def take(self, record: dict[str, Any]) -> None:
        """Put one decision on record, unless it is there or what it is about is not."""
        record = self._as_wiped(record)
        # of what was forgotten nothing else is there to be found
        key = record["article"] if record["wiped"] or record["subject"] == FORGET else self._article(record)
        if record["article"] is not None and key is None:
            self.done.missing.append(f"article {record['article']} (line {record['line']})")
            return
        name = record["name"]
        if record["subject"] == UNDO:
            if int(name) not in self._numbers:
                self.done.missing.append(f"decision {name}, which line {record['line']} takes back")
                return
            name = str(self._numbers[int(name)])
        elif record["subject"] == TOPIC and not record["wiped"]:
            self._make_topic(name, record.get("topic"))
        row = (record["made_at"], record["who"], key, record["subject"], name, record["value"], record["reason"])
        known = self._known.get(row)
        if known is None:
            try:
                before = self._make_so(record)
            except ArchiveError as error:
                self.done.missing.append(f"way to do what line {record['line']} says ({error})")
                return
            known = self._known[row] = decisions.add(self._connection, *row, before=before)
            self.done.added += 1
            if known.subject == FORGET:
                self._forget(known, record["forgotten"])
            if key is not None:
                self.touched[key] = None
        else:
            self.done.already += 1
        self._made[known.id] = known
        self._numbers[record["number"]] = known.id

    def _make_so(self, record: dict[str, Any]) -> str | None:
        """Make a source or topic what is decided of it, as later ones rest on it; returns what was before."""
        if (record["subject"], record["name"]) == (FIELD, "source") and record["value"]:
            self._sources = self._sources or SourceResolver(self._connection)
            self._sources.named(self._connection, record["value"])
        if record["subject"] in VERBS:
            self._sources = None  # names may lead elsewhere from here on
            what = (record["subject"], record["name"], record["value"])
            said = make_so(self._connection, *what, named_later=True)
            self.touched |= dict.fromkeys(said.keys if said else ())
            return said.before if said else None
        target = self._made.get(self._numbers[int(record["name"])]) if record["subject"] == UNDO else None
        if target is not None and target.subject in VERBS:
            self._sources = None
            self.touched |= dict.fromkeys(take_back(self._connection, target))
        return None

    def _as_wiped(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a decision of an older file without what it said, where its article was forgotten since."""
        if record["article"] is None or record["subject"] == FORGET:
            return record
        last = max((one.made_at for one in tombstones.find_tombstones(self._connection, record["article"])), default="")
        if record["made_at"] > last:
            return record
        name = tombstones.WIPED_TOPIC if record["subject"] == TOPIC else record["name"]
        return {**record, "name": name, "value": None, "reason": None, "wiped": True}

    def _forget(self, decision: Decision, known: dict[str, list[str]]) -> None:
        """Put on record what a decision forgets, and remove the articles that are here all the same.

        Those are the ones made of its bytes, and the one of its key, if that has one of its texts.
        """
        hashes = {Hash(kind, sha256) for kind, listed in known.items() for sha256 in listed}
        stone_id = tombstones.bury(self._connection, decision, hashes)
        ids = tombstones.find_articles(self._connection, decision.article_key or "", hashes)
        tombstones.remove_forgotten(self._connection, dict.fromkeys(ids, (stone_id, decision)))
        self.done.forgotten.append(str(decision.article_key))

    def find_contradictions(self, rule: Rule) -> None:
        """Note where two people of the file say different things of one article, and neither was taken back."""
        gone = decisions.undone(self._connection)
        wiped = decisions.before_forgetting(self._connection)
        of_file = set(self._numbers.values())
        last: dict[tuple[str | None, str, str], Decision] = {}
        for one in sorted(decisions.find_all(self._connection), key=lambda one: (one.made_at, one.id)):
            if one.id not in of_file or one.id in gone or one.subject not in (FIELD, TOPIC):
                continue
            if one.id in wiped:
                continue
            about = (one.article_key, one.subject, one.name)
            before = last.get(about)
            if before is not None and name_key(before.who) != name_key(one.who) and before.value != one.value:
                counts = rule.told() if one.subject == TOPIC and rule.name != LATEST else "the later counts"
                self.done.contradicting.append(
                    f"{one.article_key} {one.name}: {before.who} said {_shown(before.value)}, "
                    f"{one.who} later {_shown(one.value)}; {counts}"
                )
            last[about] = one

    def _article(self, record: dict[str, Any]) -> str | None:
        if record["article"] is None:
            return None
        if lookups.find_keys(self._connection, [record["article"]]):
            return str(record["article"])
        found = set(
            lookups.find_identified(self._connection, [Identifier(*one) for one in record["identifiers"]]).values()
        )
        if len(found) != 1:
            return None
        return self._connection.scalar(select(tables.articles.c.key).where(tables.articles.c.id == found.pop()))

    def _make_topic(self, name: str, written: str | None) -> None:
        scheme, _, code = name.partition(":")
        if (scheme, code) not in self._topics:
            label = written or code
            self._topics[scheme, code] = vocabulary.add_topic(
                self._connection, scheme, code, label, name_key(label), origin="import"
            )


def _shown(value: str | None) -> str:
    return "that none is known" if value is None else f"'{value}'"


def _read(number: int, line: str) -> dict[str, Any]:
    """Return the decision in a line; raises UsageError where it is none."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _no_decision(number, f"not JSON ({error})") from error
    if not isinstance(record, dict):
        raise _no_decision(number, "not an object")
    for name in _TEXTS:
        if not isinstance(record.get(name), str) or not record[name].strip():
            raise _no_decision(number, f"no {name}")
    for name in _MAY_BE_NULL:
        if not isinstance(record.setdefault(name, None), (str, type(None))):
            raise _no_decision(number, f"{name} is no text")
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise _no_decision(number, "half a character in it") from error
    if not isinstance(record.get("number"), int):
        raise _no_decision(number, "no number")
    if not isinstance(record.setdefault("wiped", False), bool):
        raise _no_decision(number, "wiped is neither true nor false")
    _check_what(number, record)
    identifiers = record.setdefault("identifiers", [])
    if not isinstance(identifiers, list) or not all(_is_identifier(one) for one in identifiers):
        raise _no_decision(number, "identifiers are not lists of scheme, scope and value")
    return {**record, "line": number}


def _check_what(number: int, record: dict[str, Any]) -> None:
    """Raise UsageError where a decision says nothing that can be made so."""
    subject, name, value = record["subject"], record["name"], record["value"]
    if len(record["made_at"]) != _TIME or not record["made_at"].endswith("Z"):
        raise _no_decision(number, "made_at is no time as the archive writes it")
    if record["wiped"]:
        if (
            record["article"] is None
            or subject not in (FIELD, TOPIC, UNDO)
            or (record["value"], record["reason"]) != (None, None)
        ):
            raise _no_decision(number, "one that was wiped is about an article and says nothing more")
    elif subject == FIELD:
        try:
            cleaned(name, value)
        except ArchiveError as error:
            raise _no_decision(number, str(error)) from error
    elif subject == TOPIC:
        scheme, _, code = name.partition(":")
        if not scheme or not code or value not in (ACCEPTED, REJECTED):
            raise _no_decision(number, "a topic is named as scheme:code, and accepted or rejected")
    elif subject == FORGET:
        if name != tombstones.ARTICLE or not record["article"] or not (record["reason"] or "").strip():
            raise _no_decision(number, "what forgets an article names it and says why")
        if not _are_hashes(record.get("forgotten")):
            raise _no_decision(number, "forgotten is not SHA-256 by original, text and fingerprint")
    elif subject == THRESHOLD:
        scheme, _, code = name.partition(":")
        if not scheme or not code or not is_threshold(value):
            raise _no_decision(number, "a threshold is of scheme:code or scheme:*, a score or off")
    elif subject == DECIDING:
        if name not in RULES or (name == PERSON) != bool((value or "").strip()) or record["article"] is not None:
            raise _no_decision(number, f"which decisions count is {', '.join(RULES)}, the last with a name")
    elif subject in VERBS:
        if not value and subject != MOVE:
            raise _no_decision(number, "no value")
    elif subject != UNDO:
        raise _no_such(number, subject)
    if subject == UNDO and not name.isdecimal():
        raise _no_such(number, subject)
    if subject in (FIELD, TOPIC) and record["article"] is None:
        raise _no_decision(number, "no article")


def _are_hashes(known: object) -> bool:
    return isinstance(known, dict) and all(
        kind in tombstones.KINDS
        and isinstance(listed, list)
        and all(isinstance(one, str) and _SHA256.fullmatch(one) for one in listed)
        for kind, listed in known.items()
    )


def _is_identifier(one: object) -> bool:
    return isinstance(one, list) and len(one) == 3 and all(isinstance(part, str) for part in one)


def _no_such(number: int, subject: str) -> UsageError:
    known = (FIELD, TOPIC, UNDO, FORGET, DECIDING, THRESHOLD, *VERBS)
    return _no_decision(number, f"subject '{subject}' is none of {', '.join(known)}, or names no number")


def _no_decision(number: int, why: str) -> UsageError:
    return UsageError(f"line {number} is no decision as `archive decisions dump` writes it: {why}; nothing was changed")
