"""Tags that follow from what an article is: by mappings from topics that inputs give it, by rules from its values.

So whatever changes one of these (an import, a reparse, a decision, an import undone, a vocabulary) asks for it here.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, Connection, select

from archive.db import evidence, vocabulary
from archive.db.evidence import Evidence
from archive.db.lookups import chunks, current_texts
from archive.db.mappings import MAPPING, find_mapped, there_are_mappings
from archive.db.spans import published_within
from archive.db.tables import articles
from archive.errors import ArchiveError, VocabularyError
from archive.normalize.matching import found_by_query
from archive.normalize.tokens import tokenize
from archive.query_language.mistakes import QueryError
from archive.query_language.rule_matching import Rule, TextInWords
from archive.query_language.rules import asks_for_values, parse_rule, truth
from archive.query_language.tree import Everything, Fact, Leaf, Near, Node, Published, Words, leaves
from archive.resolve.conditions import in_language, in_section, of_kind, of_source

QUERY = "query"
_CONDITIONS = {"source": of_source, "language": in_language, "section": in_section, "kind": of_kind}


class DerivedTags:
    """Lets tags follow; one serves as long as nobody changes the vocabulary.

    Raises VocabularyError for a rule that cannot be understood.
    """

    def __init__(self, connection: Connection, topics: Collection[int] | None = None) -> None:
        self._topics = topics
        self._has_mappings = there_are_mappings(connection)
        self._rules: list[tuple[Rule, Node]] = []
        for rule in map(Rule._make, vocabulary.all_queries(connection)):
            tree = _parsed(connection, rule)
            if asks_for_values(tree):
                self._rules.append((rule, tree))
        self.rules = frozenset(rule.text for rule, _ in self._rules)

    def follow(self, connection: Connection, article_ids: Collection[int], *, thoroughly: bool = False) -> None:
        """Let these articles have the tags that follow for them today, and no others that followed once.

        Where nothing can follow, nothing is looked at; what followed from mappings that are gone goes `thoroughly`.
        """
        if not article_ids or not (self._has_mappings or self._rules or thoroughly):
            return
        wanted = find_mapped(connection, article_ids) if self._has_mappings else set()
        wanted |= self._by_rules(connection, article_ids)
        known = {
            row_id: one
            for row_id, one in evidence.find_evidence(connection, article_ids, (MAPPING, QUERY)).items()
            if one.method == MAPPING or one.rule in self.rules
        }
        evidence.settle_evidence(connection, known, wanted, self._topics)

    def _by_rules(self, connection: Connection, article_ids: Collection[int]) -> set[Evidence]:
        if not self._rules:
            return set()
        sides: dict[Leaf, dict[int, bool]] = {
            leaf: _sides(connection, article_ids, leaf)
            for leaf in dict.fromkeys(leaf for _, tree in self._rules for leaf, _ in leaves(tree))
            if isinstance(leaf, (Fact, Published))
        }
        values = {one: {leaf: side.get(one) for leaf, side in sides.items()} for one in article_ids}
        # what may be so, whatever the words are
        candidates = {
            one: [rule for rule in self._rules if truth(rule[1], known.get) is not False]
            for one, known in values.items()
        }
        found: set[Evidence] = set()
        texts = current_texts(connection, [one for one, rules in candidates.items() if rules])
        for one, (revision_id, headline, body) in texts.items():
            found.update(_tagged(one, revision_id, {"headline": headline, "body": body}, values[one], candidates[one]))
        return found


def _tagged(
    article_id: int,
    revision_id: int,
    texts: Mapping[str, str],
    values: Mapping[Leaf, bool | None],
    rules: Iterable[tuple[Rule, Node]],
) -> Iterable[Evidence]:
    """Yield what the rules among these say that are so of an article."""
    words = {field: tokenize(text) for field, text in texts.items()}
    text = TextInWords(words)
    for rule, tree in rules:
        if truth(tree, lambda leaf: values[leaf] if leaf in values else text.has(leaf)):
            wanted = [leaf for leaf, is_wanted in leaves(tree) if is_wanted and isinstance(leaf, (Words, Near))]
            for match in found_by_query(*rule, text.passages(wanted), texts, words):
                place = (match.field, match.start, match.end)
                yield Evidence(article_id, rule.topic_id, QUERY, rule.text, None, None, revision_id, None, *place)


def _sides(connection: Connection, article_ids: Collection[int], leaf: Leaf) -> dict[int, bool]:
    """Return of which articles a value is what a rule asks for, and of which it is not; it is not known of others."""
    if isinstance(leaf, Published):
        certain, possible = published_within(leaf.starts, leaf.ends)
        may_be = _those(connection, article_ids, possible)
        is_so = _those(connection, article_ids, certain)
        return {one: one in is_so for one in article_ids if one in is_so or one not in may_be}
    if isinstance(leaf, Everything) or not isinstance(leaf, Fact):
        raise TypeError(f"{leaf} is no value")
    try:
        is_so = _those(connection, article_ids, _CONDITIONS[leaf.name](connection, leaf.value))
    except (ArchiveError, ValueError):
        # nobody has heard of it here, and so no article has it
        is_so = set()
    return {one: one in is_so for one in article_ids}


def _those(connection: Connection, article_ids: Collection[int], condition: ColumnElement[bool]) -> set[int]:
    found: set[int] = set()
    for some in chunks(article_ids):
        found.update(connection.scalars(select(articles.c.id).where(articles.c.id.in_(some), condition)))
    return found


def _parsed(connection: Connection, rule: Rule) -> Node:
    try:
        tree = parse_rule(rule.text).tree
    except QueryError as error:
        name = next(label for label, topic in vocabulary.topic_labels(connection).items() if topic == rule.topic_id)
        raise VocabularyError(
            f"a rule of {name} cannot be read; load its vocabulary again with another one: {error}"
        ) from error
    if tree is None:
        raise TypeError("a rule has a tree")
    return tree
