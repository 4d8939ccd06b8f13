"""Decisions about topics: two that are one, another name, another place in the tree; done, and taken back.

What topics are is what files and inputs make of them, and then, one after the other, what was decided of them. So a
decision is taken back by taking back all later ones too, the last first, and making those so again without it; and a
file is loaded between the two.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from archive.db import decisions, vocabulary
from archive.db import topic_moves as moves
from archive.db.decisions import Decision
from archive.db.topic_moves import Ground, Topic
from archive.db.vocabulary import TopicName
from archive.errors import ArchiveError, UsageError
from archive.normalize.names import name_key
from archive.normalize.text import require_utf8
from archive.normalize.tokens import tokenize
from archive.resolve.decisions import Said, one_line
from archive.resolve.topics import LOCAL, TopicResolver, find_topic

MERGE, RENAME, MOVE, ALIAS = VERBS = ("topic_merge", "topic_rename", "topic_move", "topic_alias")


def first_names(connection: Connection) -> dict[str, str]:
    """Return by `scheme:code` what each topic that people gave another name was named before."""
    names: dict[str, str] = {}
    for one in decisions.standing_of(connection, (RENAME,)):
        for state in json.loads(decisions.earlier_state(connection, one.id) or "[]"):
            names.setdefault(state["topic"], state["name"])
    return names


class Topics:
    """Topics as people decided they are; one serves one transaction, in which nobody else decides of them.

    `keys` are of articles on which decisions are to be applied again, once the log says what stands. `named_later` says
    that imports which made a topic of a name came, where they were first made, after the decision about that name.
    """

    def __init__(self, connection: Connection, *, named_later: bool = False) -> None:
        self.keys: set[str] = set()
        self._named_later = named_later
        self._connection = connection
        self._done = decisions.standing_of(connection, VERBS)  # what the tables follow at this moment, in order
        self._taken_back: list[Decision] = []

    def decide(self, verb: str, name: str, value: str | None) -> Said | None:
        """Make a topic what a person says of it, and return what is to be put on record; None where it is so already.

        Raises NotFoundError for a topic that is not there, UsageError for what cannot be.
        """
        require_utf8("topic", name, value)
        topic, leads = self._find(name), decisions.merged_topics(self._connection)
        for merged in (name, f"{LOCAL}:{name}"):
            if merged in leads:
                raise UsageError(f"{merged} was merged into {leads[merged]} already; name that")
        said = self._decide[verb](self, topic, value)
        return None if said is None else said._replace(keys=self.keys)

    def take_back(self, decision: Decision) -> None:
        """Make topics what they would be without a decision.

        Raises UsageError, with the numbers, where later ones cannot stand without it; then nothing is changed.
        """
        with self._connection.begin_nested():
            self.take_all_back(since=decision)
            self._taken_back.remove(decision)
            if resting := [one.id for one, _ in self.do_again()]:
                numbers = ", then ".join(map(str, reversed(resting)))
                raise UsageError(f"what was decided later rests on decision {decision.id}; take back {numbers} first")

    def take_all_back(self, since: Decision | None = None) -> None:
        """Make topics what they were before anything was decided of them, or before a decision."""
        while self._done and (since is None or self._done[-1].id >= since.id):
            one = self._done.pop()
            self._taken_back.insert(0, one)
            states = json.loads(decisions.take_earlier_state(self._connection, one.id) or "[]")
            for state in states:
                self._restore(state)
            if states and one.subject == MERGE:
                self._part(*states)

    def do_again(self) -> list[tuple[Decision, ArchiveError]]:
        """Make all that was taken back so again, and return what cannot be, with the reason."""
        failed = []
        while self._taken_back:
            one = self._taken_back.pop(0)
            try:
                said = self.decide(one.subject, one.name, one.value)
            except ArchiveError as error:
                failed.append((one, error))
                continue
            self._done.append(one)
            if said is not None:
                decisions.keep_earlier_state(self._connection, one.id, said.before)
        return failed

    def _merge(self, topic: Topic, value: str | None) -> Said:
        target = self._find(one_line(value))
        if target.id == topic.id:
            raise UsageError(f"{topic.label} cannot be merged into itself; name another topic")
        if topic.id in self._above(target):
            raise UsageError(
                f"{target.label} stands below {topic.label}; move it first, or merge it into {topic.label}"
            )
        children = moves.children_of(self._connection, topic.id)
        if children and topic.scheme != target.scheme:
            raise UsageError(
                f"topics stand below {topic.label}, and cannot below one of another scheme; move them first"
            )
        self.keys |= moves.leave_decided(self._connection, [topic.id, target.id])
        before = [
            self._state(topic, ("name", "parent", "names", "phrases", "queries", "children", "led", "others")),
            self._state(target, ("origin", "names", "phrases", "queries", "others")),
        ]
        names = _by_key(one._replace(kind="alias") for one in self._names(topic)) | _by_key(self._names(target))
        vocabulary.set_topic_names(self._connection, target.id, list(names.values()))
        vocabulary.set_topic_names(self._connection, topic.id, ())
        for kind in ("phrase", "query"):
            both = [vocabulary.rules_of_topic(self._connection, one.id, kind) for one in (topic, target)]
            vocabulary.set_topic_rules(self._connection, target.id, kind, both[0] | both[1])
            vocabulary.set_topic_rules(self._connection, topic.id, kind, ())
        if topic.origin == "vocabulary":
            vocabulary.update_topic(self._connection, target.id, {"origin": topic.origin})
        moves.set_parent(self._connection, children, target.id)
        moves.set_parent(self._connection, [topic.id], None)
        matches = self._matches(target.id)
        moves.divide_evidence(
            self._connection,
            topic.id,
            {one: {(target.id, text) for text in matches(one) or [one[1]]} for one in self._grounds(topic)},
        )
        return self._said(topic, target.label, before)

    def _part(self, state: Mapping[str, Any], target_state: Mapping[str, Any]) -> None:
        """Divide what speaks for a topic between it and the one that was merged into it: whose name or phrase it is.

        What is neither's any more, as vocabularies change, goes to whom it was of.
        """
        topic, target = self._exactly(state["topic"]), self._exactly(target_state["topic"])
        self.keys |= moves.leave_decided(self._connection, [topic.id, target.id])
        resolver = self._resolver()
        owners: dict[Ground, set[tuple[int, str]]] = {}
        of_topic, of_target = self._matches(topic.id, resolver), self._matches(target.id, resolver)
        for one in self._grounds(target):
            owned = owners[one] = {(topic.id, text) for text in of_topic(one)}
            owned |= {(target.id, text) for text in of_target(one)}
            if list(one) in state["others"]:
                owned.add((topic.id, one[1]))
            if list(one) in target_state["others"] or not owned:
                owned.add((target.id, one[1]))
        moves.divide_evidence(self._connection, target.id, owners)

    def _rename(self, topic: Topic, value: str | None) -> Said | None:
        name = one_line(value)
        if name == topic.name:
            return None
        self._refuse_others(topic, name)
        before = self._state(topic, ("name", "names"))
        names = self._names(topic)
        shown = [one for one in names if one.kind == "label" and one.name == topic.name]
        if not any(one.kind == "label" and one.name == name for one in names):
            # labels in other languages stay; the one that was shown leads to the topic from now on, as an alias
            found = _by_key(one._replace(kind="alias") if one in shown else one for one in names)
            new = TopicName("label", name, name_key(name), min((one.language for one in shown), default=""))
            names = set((found | _by_key([new])).values())
        vocabulary.update_topic(self._connection, topic.id, {"name": name})
        vocabulary.set_topic_names(self._connection, topic.id, names)
        return self._said(topic, name, [before])

    def _alias(self, topic: Topic, value: str | None) -> Said | None:
        name, names = one_line(value), self._names(topic)
        self._refuse_others(topic, name)
        if name_key(name) in {one.key for one in names}:
            return None
        before = self._state(topic, ("names",))
        vocabulary.set_topic_names(self._connection, topic.id, [*names, TopicName("alias", name, name_key(name))])
        return self._said(topic, name, [before])

    def _move(self, topic: Topic, value: str | None) -> Said | None:
        parent = None if value is None else self._find(one_line(value))
        if (parent.id if parent else None) == topic.parent_id:
            return None
        if parent is not None and parent.id == topic.id:
            raise UsageError(f"{topic.label} cannot stand below itself; name another topic")
        if parent is not None and topic.id in self._above(parent):
            raise UsageError(f"{parent.label} stands below {topic.label} itself; move that first")
        if parent is not None and parent.scheme != topic.scheme:
            raise UsageError(f"{topic.label} cannot stand below {parent.label}, of another scheme; name one of its own")
        before = self._state(topic, ("parent",))
        moves.set_parent(self._connection, [topic.id], None if parent is None else parent.id)
        return self._said(topic, None if parent is None else parent.label, [before])

    _decide: Mapping[str, Callable[["Topics", Topic, str | None], Said | None]] = {
        MERGE: _merge,
        RENAME: _rename,
        MOVE: _move,
        ALIAS: _alias,
    }

    def _said(self, topic: Topic, value: str | None, before: Iterable[Mapping[str, object]]) -> Said:
        return Said(topic.label, value, json.dumps(before, ensure_ascii=False))

    def _state(self, topic: Topic, parts: Collection[str]) -> dict[str, object]:
        """Return what a topic is, as far as a decision alters it."""
        known: dict[str, Callable[[], object]] = {
            "name": lambda: topic.name,
            "origin": lambda: topic.origin,
            "parent": lambda: None if topic.parent_id is None else self._label(topic.parent_id),
            "names": lambda: sorted((one.kind, one.name, one.language) for one in self._names(topic)),
            "phrases": lambda: sorted(vocabulary.rules_of_topic(self._connection, topic.id, "phrase")),
            "queries": lambda: sorted(vocabulary.rules_of_topic(self._connection, topic.id, "query")),
            "children": lambda: [self._label(one) for one in moves.children_of(self._connection, topic.id)],
            "led": lambda: self._led(topic),
            "others": lambda: self._others(topic),
        }
        return {"topic": topic.label, **{part: known[part]() for part in parts}}

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Make a topic what it was."""
        topic_id = self._exactly(state["topic"]).id
        columns = {part: state[part] for part in ("name", "origin") if part in state}
        if "parent" in state:
            columns["parent_id"] = None if state["parent"] is None else self._exactly(state["parent"]).id
        if columns:
            vocabulary.update_topic(self._connection, topic_id, columns)
        if "names" in state:
            # what earlier versions kept has no languages
            names = [TopicName(kind, name, name_key(name), *language) for kind, name, *language in state["names"]]
            vocabulary.set_topic_names(self._connection, topic_id, names)
        if "phrases" in state:
            vocabulary.set_topic_rules(self._connection, topic_id, "phrase", state["phrases"])
        if "queries" in state:
            vocabulary.set_topic_rules(self._connection, topic_id, "query", state["queries"])
        moves.set_parent(self._connection, [self._exactly(one).id for one in state.get("children", ())], topic_id)

    def _led(self, topic: Topic) -> dict[str, str]:
        """Return where the names of a topic lead that others have, too, by their keys."""
        by_name = vocabulary.topic_names(self._connection)
        keys = sorted({one.key for one in self._names(topic)})
        return {
            key: self._label(by_name[key]) for key in keys if vocabulary.count_topics_named(self._connection, key) > 1
        }

    def _others(self, topic: Topic) -> list[Ground]:
        """Return what speaks for a topic, and would not if it came in today, as vocabularies change."""
        matches = self._matches(topic.id)
        return [one for one in self._grounds(topic) if not matches(one)]

    def _matches(self, topic_id: int, resolver: TopicResolver | None = None) -> Callable[[Ground], list[str]]:
        """Return what tells by which texts of a topic a ground would put it on articles: itself, or other spellings."""
        resolver = resolver or self._resolver()
        names = {one.name for one in vocabulary.names_of_topic(self._connection, topic_id)}
        queries = vocabulary.rules_of_topic(self._connection, topic_id, "query")
        phrases = vocabulary.rules_of_topic(self._connection, topic_id, "phrase")
        by_words: dict[tuple[str, ...], list[str]] = {}
        for text in sorted(phrases | names):
            by_words.setdefault(tuple(tokenize(text)), []).append(text)

        def matches(ground: Ground) -> list[str]:
            method, text = ground
            if method == "given":
                return [text] if resolver.find(self._connection, text) == topic_id else []
            if method == "query":
                return [text] if text in queries else []
            if method in ("mapping", "model"):  # what it rests on tells whose it is, and no name does
                return []
            texts = by_words.get(tuple(tokenize(text)), [])
            texts = [one for one in texts if method != "rule" or one in phrases]
            return [text] if text in texts else texts

        return matches

    def _grounds(self, topic: Topic) -> list[Ground]:
        return moves.grounds_of(self._connection, topic.id)

    def _names(self, topic: Topic) -> set[TopicName]:
        return vocabulary.names_of_topic(self._connection, topic.id)

    def _above(self, topic: Topic) -> set[int]:
        """Return the topics that a topic stands below."""
        above: set[int] = set()
        parent_id = topic.parent_id
        while parent_id is not None and parent_id not in above:
            above.add(parent_id)
            parent_id = moves.topic_of(self._connection, parent_id).parent_id
        return above

    def _refuse_others(self, topic: Topic, name: str) -> None:
        """Raise UsageError where a name leads to another topic."""
        known = self._resolver().find(self._connection, name)
        if known is not None and known != topic.id and not (self._named_later and self._takes_in(topic, known)):
            label = self._label(known)
            raise UsageError(f"'{name}' leads to {label}; `archive topics merge {label} {topic.label}` makes them one")

    def _takes_in(self, topic: Topic, other_id: int) -> bool:
        """Take in a topic that only imports made, of a name, with all its tags; False where there is more to it."""
        other = moves.topic_of(self._connection, other_id)
        is_decided = any(other.label in (one.name, one.value) for one in self._done)
        if other.origin != "import" or is_decided or other.parent_id or moves.children_of(self._connection, other.id):
            return False
        self.keys |= moves.leave_decided(self._connection, [other.id])
        owners = {one: [(topic.id, one[1])] for one in self._grounds(other)}
        moves.divide_evidence(self._connection, other.id, owners)
        moves.remove_topic(self._connection, other.id)
        return True

    def _resolver(self) -> TopicResolver:
        return TopicResolver(self._connection)

    def _find(self, name: str) -> Topic:
        return moves.topic_of(self._connection, find_topic(self._connection, name))

    def _exactly(self, label: str) -> Topic:
        """Return the topic of a `scheme:code`, wherever that leads now."""
        return moves.topic_of(self._connection, vocabulary.topic_labels(self._connection)[label])

    def _label(self, topic_id: int) -> str:
        return moves.topic_of(self._connection, topic_id).label


def _by_key(names: Iterable[TopicName]) -> dict[tuple[str, str], TopicName]:
    """Return names by what there is one of: how it is matched, and the language."""
    return {(one.key, one.language): one for one in names}
