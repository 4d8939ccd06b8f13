"""Which of many queries name a text, in one pass over its words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from archive.normalize.phrases import MOST
from archive.normalize.wordings import finder
from archive.query_language.hits import Hit, find_hits
from archive.query_language.rules import parse_rule, truth
from archive.query_language.tree import And, Leaf, Near, Node, Or, Text, Words, leaves


class Rule(NamedTuple):
    """A query that tags with a topic."""

    topic_id: int
    text: str


class Passage(NamedTuple):
    """Words that a rule found: field, first word, last word, exclusive."""

    field: str
    first: int
    last: int


class Matched(NamedTuple):
    """A rule that names a text, and what of the text it names; nothing, where it only excludes."""

    rule: Rule
    passages: list[Passage]


_Wording: TypeAlias = tuple[str, ...]
# What a text must have in it if a rule shall name it: one of these wordings, or a word that begins so.
_Anchors: TypeAlias = frozenset[_Wording | str]


class RuleMatcher:
    """Finds which of many rules name a text; those that ask for more than words are none of its business.

    Words and phrases of all rules are found at once. A rule is looked at where one of its wordings stands that it
    cannot do without.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: list[tuple[Rule, Node, tuple[Text, ...]]] = []
        self._simple: dict[_Wording, list[tuple[int, str | None]]] = {}  # rules that are one wording: number, field
        self._by_wording: dict[_Wording, list[int]] = {}
        self._by_prefix: dict[str, list[int]] = {}
        self._always: list[int] = []
        wordings: dict[_Wording, None] = {}
        for number, rule in enumerate(rules):
            tree = parse_rule(rule.text).tree
            if tree is None:
                raise TypeError("a rule has a tree")
            texts = [(leaf, wanted) for leaf, wanted in leaves(tree) if isinstance(leaf, (Words, Near))]
            self._rules.append((rule, tree, tuple(dict.fromkeys(leaf for leaf, wanted in texts if wanted))))
            for leaf, _ in texts:
                wordings |= dict.fromkeys(_wordings(leaf))
            if isinstance(tree, Words) and not tree.is_prefix:
                self._simple.setdefault(tree.words, []).append((number, tree.column))
                continue
            anchors = _anchors(tree)
            if anchors is None:
                self._always.append(number)
            for anchor in anchors or ():
                if isinstance(anchor, str):
                    self._by_prefix.setdefault(anchor, []).append(number)
                else:
                    self._by_wording.setdefault(anchor, []).append(number)
        self._wordings = list(wordings)
        self._find = finder(self._wordings)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def find(self, fields: Mapping[str, Sequence[str]]) -> list[Matched]:
        """Return the rules that name a text, which is given by field as its folded words; in the order of the rules.

        >>> matcher = RuleMatcher([Rule(1, "ferry NOT mill"), Rule(2, "headline:mill")])
        >>> [one.rule.topic_id for one in matcher.find({"headline": ["the", "ferry"], "body": ["a", "pier"]})]
        [1]
        """
        places = {field: self._places(words) for field, words in fields.items()}
        candidates = set(self._always)
        passages: dict[int, list[Passage]] = {}
        for field, hits in places.items():
            for wording, spans in hits.items():
                candidates.update(self._by_wording.get(wording, ()))
                for number, column in self._simple.get(wording, ()):
                    if column is None or column == field:
                        found = [Passage(field, start, end) for start, end in sorted(spans)]
                        passages[number] = [*passages.get(number, ()), *found]
        if self._lengths:
            for word in frozenset().union(*fields.values()):
                for length in self._lengths:
                    candidates.update(self._by_prefix.get(word[:length], ()))
        if candidates:
            text = TextInWords(fields, places)
            for number in candidates:
                _, tree, wanted = self._rules[number]
                if truth(tree, text.has):
                    passages[number] = text.passages(wanted)
        return [Matched(self._rules[number][0], passages[number][:MOST]) for number in sorted(passages)]

    def _places(self, words: Sequence[str]) -> dict[_Wording, list[tuple[int, int]]]:
        """Return where which wordings stand."""
        places: dict[_Wording, list[tuple[int, int]]] = {}
        for number, start, end in self._find(words):
            places.setdefault(self._wordings[number], []).append((start, end))
        return places


class TextInWords:
    """A text by its words, asked for what of queries stands in it; what was asked once is remembered.

    `places` says by field where wordings stand that were looked for before, all of those that will be asked for.
    """

    def __init__(
        self,
        fields: Mapping[str, Sequence[str]],
        places: Mapping[str, Mapping[_Wording, Sequence[tuple[int, int]]]] | None = None,
    ) -> None:
        self._fields = fields
        self._places = places
        self._hits: dict[tuple[Text, str], list[Hit]] = {}

    def has(self, leaf: Leaf) -> bool | None:
        """Tell whether words stand in the text; None of what no text tells."""
        if not isinstance(leaf, (Words, Near)):
            return None
        return any(self._found(leaf, field) for field in self._in(leaf))

    def passages(self, wanted: Iterable[Text]) -> list[Passage]:
        """Return where these stand, in the order of the text and each once, up to the thousandth."""
        spans = {
            (field, hit.first, hit.last)
            for leaf in wanted
            for field in self._in(leaf)
            for hit in self._found(leaf, field)
        }
        order = list(self._fields)
        return [
            Passage(*span) for span in sorted(spans, key=lambda span: (order.index(span[0]), span[1], -span[2]))[:MOST]
        ]

    def _in(self, leaf: Text) -> Iterable[str]:
        return self._fields if leaf.column is None else (leaf.column,)

    def _found(self, leaf: Text, field: str) -> list[Hit]:
        hits = self._hits.get((leaf, field))
        if hits is None:
            hits = self._hits[leaf, field] = self._look(leaf, field)
        return hits

    def _look(self, leaf: Text, field: str) -> list[Hit]:
        if self._places is not None:
            places = self._places[field]
            if isinstance(leaf, Words) and not leaf.is_prefix:
                return [Hit(*span) for span in places.get(leaf.words, ())]
            # dear, and so only where all that must stand there does
            if not all(wording in places for wording in _wordings(leaf)):
                return []
        return find_hits(leaf, self._fields[field])


def _wordings(leaf: Text) -> list[_Wording]:
    """Return the whole words, and the phrases, that must stand in a text for a leaf to be so."""
    terms = leaf.terms if isinstance(leaf, Near) else (leaf,)
    whole = (term.words[:-1] if term.is_prefix else term.words for term in terms)
    return [words for words in whole if words]


def _anchors(node: Node) -> _Anchors | None:
    """Return wordings of which a text must have one if a tree shall be so; None where it can be so without any."""
    match node:
        case Words(words, is_prefix):
            whole = words[:-1] if is_prefix else words
            return frozenset({whole or words[-1]})
        case Near(terms):
            return _fewest([_anchors(term) for term in terms])
        case And(parts):
            return _fewest([_anchors(part) for part in parts])
        case Or(parts):
            sides = [_anchors(part) for part in parts]
            known = [side for side in sides if side is not None]
            return frozenset().union(*known) if len(known) == len(sides) else None
    return None


def _fewest(sides: Sequence[_Anchors | None]) -> _Anchors | None:
    """Return the side that most likely stands in the fewest texts."""
    known = [side for side in sides if side is not None]
    # beginnings are dearer to look for than words, and longer wordings are rarer
    return min(
        known,
        key=lambda side: (
            sum(isinstance(one, str) for one in side),
            len(side),
            -min(sum(map(len, one)) for one in side),
        ),
        default=None,
    )
