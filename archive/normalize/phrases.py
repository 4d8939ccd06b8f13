"""Phrases of the vocabulary, found in a text all at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from archive.normalize.tokens import tokenize
from archive.normalize.wordings import finder

MOST = 1000  # passages of one phrase in one text that are kept: who wants to know why a topic is there looks at a few


class Phrase(NamedTuple):
    """Words that stand for a topic."""

    topic_id: int
    text: str


# Phrases of the same words, by their number in `PhraseMatcher.phrases`, and from which word to which, exclusive.
Found: TypeAlias = tuple[int, int, int]


class Queries(Protocol):
    """Rules that are queries: which of them name a text."""

    def find(
        self, fields: Mapping[str, Sequence[str]], /
    ) -> Sequence[tuple[tuple[int, str], Sequence[tuple[str, int, int]]]]:
        """Return by topic and query where their words stand: field, first word, last word, exclusive.

        The text is given by field as its folded words.
        """


class PhraseMatcher:
    """Finds many phrases in one pass over the words of a text.

    Phrases are compared word by word as `tokenize` makes them. Every occurrence is found, also where phrases overlap.
    Many phrases are looked for by an automaton, where `ahocorasick_rs` is installed; it finds the same. `phrases` are
    those of the same words, sorted, by the number of what was found.

    >>> matcher = PhraseMatcher([Phrase(1, "trade"), Phrase(2, "Trade war")])
    >>> sorted((matcher.phrases[of][0].text, start, end) for of, start, end in matcher.find(["a", "trade", "war"]))
    [('Trade war', 1, 3), ('trade', 1, 2)]
    """

    def __init__(self, phrases: Iterable[Phrase], *, by_automaton: bool | None = None) -> None:
        by_words: dict[tuple[str, ...], list[Phrase]] = {}
        for phrase in phrases:
            if words := tuple(tokenize(phrase.text)):
                by_words.setdefault(words, []).append(phrase)
        self.phrases = [tuple(sorted(of)) for of in by_words.values()]
        self.find = finder(list(by_words), by_automaton=by_automaton)
