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


# Phrases of the same words, sorted, and where they were found: from which word to which, exclusive.
Found: TypeAlias = tuple[tuple[Phrase, ...], int, int]


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
    Many phrases are looked for by an automaton, where `ahocorasick_rs` is installed; it finds the same.
    """

    def __init__(self, phrases: Iterable[Phrase], *, by_automaton: bool | None = None) -> None:
        by_words: dict[tuple[str, ...], list[Phrase]] = {}
        for phrase in phrases:
            if words := tuple(tokenize(phrase.text)):
                by_words.setdefault(words, []).append(phrase)
        wordings = {words: tuple(sorted(of)) for words, of in by_words.items()}
        self._find = finder(wordings, by_automaton=by_automaton)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Return what was found, in no certain order.

        >>> found = PhraseMatcher([Phrase(1, "trade"), Phrase(2, "Trade war")]).find(["a", "trade", "war"])
        >>> sorted((phrases[0].text, start, end) for phrases, start, end in found)
        [('Trade war', 1, 3), ('trade', 1, 2)]
        """
        return self._find(words)
