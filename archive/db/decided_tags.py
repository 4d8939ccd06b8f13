"""The tags of articles once people have decided: put there, taken off, or left to inputs and rules."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, update

from archive.db import tables
from archive.db.decided import BY_DECISION
from archive.db.decisions import ACCEPTED, Decision
from archive.db.ids import Ids
from archive.db.lookups import chunks

Pair = tuple[int, int]  # an article and a topic

_TAGS, _REJECTED, _EVIDENCE = tables.article_topics, tables.rejected_topics, tables.tag_evidence


class _Tag(NamedTuple):
    """A tag as it is: its id, the decisions that speak for it, and how much else does."""

    id: int
    decisions: Sequence[int]
    others: int


class _Rejected(NamedTuple):
    """A topic that was taken off: the id of that, the decision, and how much speaks for it all the same."""

    id: int
    decision_id: int
    others: int


def settle_tags(connection: Connection, wanted: Mapping[Pair, Decision | None]) -> None:
    """Make topics on articles what is decided of them; with None, as if no person had said anything of them.

    What was accepted is a tag, with the decision as evidence beside what else there is. What was rejected is none; what
    speaks for it is kept apart, and speaks for it again once that does not stand any more.
    """
    for some in chunks(sorted(wanted)):
        portion = _Portion(connection, some, wanted)
        portion.write(connection)


_OF_TAG = _EVIDENCE.c.article_topic_id == bindparam("tag")
_OF_REJECTED = _EVIDENCE.c.rejected_topic_id == bindparam("rejected")

# in this order, in which no evidence is ever without its tag
_STATEMENTS: Mapping[str, Executable] = {
    "new tag": insert(_TAGS),
    "new rejected": insert(_REJECTED),
    "undecided": delete(_EVIDENCE).where(_OF_TAG, _EVIDENCE.c.method == BY_DECISION),
    "to tag": update(_EVIDENCE).where(_OF_REJECTED).values(article_topic_id=bindparam("tag"), rejected_topic_id=None),
    "to rejected": update(_EVIDENCE)
    .where(_OF_TAG)
    .values(article_topic_id=None, rejected_topic_id=bindparam("rejected")),
    "decided": update(_REJECTED).where(_REJECTED.c.id == bindparam("rejected")).values(decision_id=bindparam("by")),
    "rejected gone": delete(_REJECTED).where(_REJECTED.c.id == bindparam("rejected")),
    "tag gone": delete(_TAGS).where(_TAGS.c.id == bindparam("tag")),
    "evidence": insert(_EVIDENCE),
}


class _Portion:
    """As many topics on articles as one statement can name: what is to be written of all, each kind of row at once."""

    def __init__(self, connection: Connection, pairs: Collection[Pair], wanted: Mapping[Pair, Decision | None]) -> None:
        ids = {article_id for article_id, _ in pairs}
        self._tags, self._rejected = _find_evidence(connection, ids), _find_rejected(connection, ids)
        self._ids = Ids(connection)
        self._rows: dict[str, list[dict[str, object]]] = {name: [] for name in _STATEMENTS}
        for pair in pairs:
            decision = wanted[pair]
            if decision is None:
                self._leave(pair)
            elif decision.value == ACCEPTED:
                self._accept(pair, decision)
            else:
                self._reject(pair, decision)

    def write(self, connection: Connection) -> None:
        """Write it all."""
        for name, statement in _STATEMENTS.items():
            if self._rows[name]:
                connection.execute(statement, self._rows[name])

    def _accept(self, pair: Pair, decision: Decision) -> None:
        tag, rejected = self._tags.get(pair), self._rejected.get(pair)
        if tag is not None and rejected is None and tag.decisions == [decision.id]:
            return
        if tag is not None and tag.decisions:
            self._add("undecided", tag=tag.id)
        tag_id = self._new_tag(pair) if tag is None else tag.id
        if rejected is not None:
            self._add("to tag", rejected=rejected.id, tag=tag_id)
            self._add("rejected gone", rejected=rejected.id)
        of = {"article_topic_id": tag_id, "decision_id": decision.id, "given_text": decision.name}
        self._add("evidence", **of, method=BY_DECISION, field="topics")

    def _reject(self, pair: Pair, decision: Decision) -> None:
        tag, rejected = self._tags.get(pair), self._rejected.get(pair)
        if rejected is None:
            rejected_id = self._ids.take(_REJECTED.name)
            of = {"article_id": pair[0], "topic_id": pair[1], "decision_id": decision.id}
            self._add("new rejected", id=rejected_id, **of)
        else:
            rejected_id = rejected.id
            if rejected.decision_id != decision.id:
                self._add("decided", rejected=rejected_id, by=decision.id)
        if tag is not None:
            self._add("undecided", tag=tag.id)
            self._add("to rejected", tag=tag.id, rejected=rejected_id)
            self._add("tag gone", tag=tag.id)

    def _leave(self, pair: Pair) -> None:
        tag, rejected = self._tags.get(pair), self._rejected.get(pair)
        others = 0 if tag is None else tag.others
        if tag is not None and tag.decisions:
            self._add("undecided", tag=tag.id)
        if rejected is not None:
            if rejected.others:
                self._add("to tag", rejected=rejected.id, tag=self._new_tag(pair) if tag is None else tag.id)
                others += rejected.others
            self._add("rejected gone", rejected=rejected.id)
        if tag is not None and not others:
            self._add("tag gone", tag=tag.id)

    def _new_tag(self, pair: Pair) -> int:
        tag_id = self._ids.take(_TAGS.name)
        self._add("new tag", id=tag_id, article_id=pair[0], topic_id=pair[1])
        return tag_id

    def _add(self, name: str, **row: object) -> None:
        self._rows[name].append(row)


def _find_evidence(connection: Connection, article_ids: Collection[int]) -> dict[Pair, _Tag]:
    tag, found = _TAGS.c, dict[Pair, _Tag]()
    for some in chunks(article_ids):
        rows = connection.execute(
            select(tag.article_id, tag.topic_id, tag.id, _EVIDENCE.c.method, _EVIDENCE.c.decision_id)
            .outerjoin(_EVIDENCE, _EVIDENCE.c.article_topic_id == tag.id)
            .where(tag.article_id.in_(some))
        )
        for article_id, topic_id, tag_id, method, decision_id in rows:
            known = found.get((article_id, topic_id), _Tag(tag_id, [], 0))
            by = [*known.decisions, decision_id] if method == BY_DECISION else known.decisions
            others = known.others + (method not in (None, BY_DECISION))
            found[article_id, topic_id] = _Tag(tag_id, by, others)
    return found


def _find_rejected(connection: Connection, article_ids: Collection[int]) -> dict[Pair, _Rejected]:
    rejected, found = _REJECTED.c, dict[Pair, _Rejected]()
    for some in chunks(article_ids):
        rows = connection.execute(
            select(rejected.article_id, rejected.topic_id, rejected.id, rejected.decision_id, _EVIDENCE.c.id)
            .outerjoin(_EVIDENCE, _EVIDENCE.c.rejected_topic_id == rejected.id)
            .where(rejected.article_id.in_(some))
        )
        for article_id, topic_id, rejected_id, decision_id, evidence_id in rows:
            others = found[article_id, topic_id].others if (article_id, topic_id) in found else 0
            others += evidence_id is not None
            found[article_id, topic_id] = _Rejected(rejected_id, decision_id, others)
    return found
