"""Which of many queries name a text, in one pass over its words."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from archive.query_language.hits import Hit, find_hits
from archive.query_language.rules import parse_rule, truth
from archive.query_language.tree import And, Leaf, Near, Node, Or, Text, Words, leaves

MOST = 1000  # passages of one rule in one text that are kept, as of a phrase


class Rule(NamedTuple):
    """A query that tags with a topic."""

    topic_id: int
    text: str


class Passage(NamedTuple):
    """Words that a rule found: field, first word, last word exclusive; `nth` counts the earlier ones like the first."""

    field: str
    first: int
    last: int
    nth: int


class Matched(NamedTuple):
    """A rule that names a text, and what of the text it names; nothing, where it only excludes."""

    rule: Rule
    passages: list[Passage]


# What a text must have in it if a rule shall name it: one of these words, or a word that begins so.
_Anchors: TypeAlias = frozenset[tuple[str, bool]]


class RuleMatcher:
    """Finds which of many rules name a text; those that ask for more than words are none of its business.

    A rule is looked at only where one of its words stands, one that it cannot do without.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: list[tuple[Rule, Node, tuple[Text, ...]]] = []
        self._by_word: dict[str, list[int]] = {}
        self._by_prefix: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, rule in enumerate(rules):
            tree = parse_rule(rule.text).tree
            if tree is None:
                raise TypeError("a rule has a tree")
            wanted = dict.fromkeys(
                leaf for leaf, is_wanted in leaves(tree) if is_wanted and isinstance(leaf, (Words, Near))
            )
            self._rules.append((rule, tree, tuple(wanted)))
            anchors = _anchors(tree)
            if anchors is None:
                self._always.append(number)
            for word, is_prefix in anchors or ():
                (self._by_prefix if is_prefix else self._by_word).setdefault(word, []).append(number)
        self._words = frozenset(self._by_word)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})

    def find(self, fields: Mapping[str, Sequence[str]]) -> list[Matched]:
        """Return the rules that name a text, which is given by field as its folded words; in the order of the rules.

        >>> matcher = RuleMatcher([Rule(1, "ferry NOT mill"), Rule(2, "headline:mill")])
        >>> [one.rule.topic_id for one in matcher.find({"headline": ["the", "ferry"], "body": ["a", "pier"]})]
        [1]
        """
        numbers = set(self._always)
        for words in fields.values():
            for word in self._words.intersection(words):
                numbers.update(self._by_word[word])
        if self._lengths:
            for word in frozenset().union(*fields.values()):
                for length in self._lengths:
                    numbers.update(self._by_prefix.get(word[:length], ()))
        if not numbers:
            return []
        text = TextInWords(fields)
        found = []
        for number in sorted(numbers):
            rule, tree, wanted = self._rules[number]
            if truth(tree, text.has):
                found.append(Matched(rule, text.passages(wanted)))
        return found


class TextInWords:
    """A text by its words, asked for what of queries stands in it; what was asked once is remembered."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = fields
        self._places: dict[str, dict[str, list[int]]] = {}
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
        passages = []
        for field, first, last in sorted(spans, key=lambda span: (order.index(span[0]), span[1], -span[2]))[:MOST]:
            places = self._of(field)[self._fields[field][first]]
            passages.append(Passage(field, first, last, bisect_left(places, first)))
        return passages

    def _in(self, leaf: Text) -> Iterable[str]:
        return self._fields if leaf.column is None else (leaf.column,)

    def _of(self, field: str) -> dict[str, list[int]]:
        """Return where each word stands in a field."""
        places = self._places.get(field)
        if places is None:
            places = self._places[field] = {}
            for at, word in enumerate(self._fields[field]):
                if (known := places.get(word)) is None:
                    places[word] = [at]
                else:
                    known.append(at)
        return places

    def _found(self, leaf: Text, field: str) -> list[Hit]:
        hits = self._hits.get((leaf, field))
        if hits is None:
            hits = self._hits[leaf, field] = list(self._find(leaf, field))
        return hits

    def _find(self, leaf: Text, field: str) -> Iterable[Hit]:
        words, places = self._fields[field], self._of(field)
        if isinstance(leaf, Near):
            # dear, and so only where each term has a chance
            whole = (word for term in leaf.terms for word in (term.words[:-1] if term.is_prefix else term.words))
            return find_hits(leaf, words) if all(word in places for word in whole) else ()
        if leaf.is_prefix:
            return find_hits(leaf, words) if all(word in places for word in leaf.words[:-1]) else ()
        rarest = min(range(len(leaf.words)), key=lambda at: len(places.get(leaf.words[at], ())))
        starts = (at - rarest for at in places.get(leaf.words[rarest], ()) if at >= rarest)
        length, wanted = len(leaf.words), list(leaf.words)
        return [Hit(at, at + length) for at in starts if length == 1 or list(words[at : at + length]) == wanted]


def _anchors(node: Node) -> _Anchors | None:
    """Return words of which a text must have one if a tree shall be so; None where it can be so without any."""
    match node:
        case Words(words, is_prefix):
            whole = words[:-1] if is_prefix else words
            # of several the longest is most likely the rarest
            return frozenset({(max(whole, key=len), False) if whole else (words[-1], True)})
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
    known = [side for side in sides if side is not None]
    # beginnings are dearer to look for than words
    return min(known, key=lambda side: (sum(is_prefix for _, is_prefix in side), len(side)), default=None)
