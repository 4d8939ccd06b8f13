"""Phrases of the vocabulary, found in a text all at once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from archive.normalize.tokens import tokenize

MOST = 1000  # passages of one phrase in one text that are kept: who wants to know why a topic is there looks at a few


class Phrase(NamedTuple):
    """Words that stand for a topic."""

    topic_id: int
    text: str


class Found(NamedTuple):
    """A phrase found: from which word to which, exclusive; `nth` counts the earlier occurrences of its first word."""

    phrase: Phrase
    start: int
    end: int
    nth: int


class Queries(Protocol):
    """Rules that are queries: which of them name a text."""

    def find(
        self, fields: Mapping[str, Sequence[str]], /
    ) -> Sequence[tuple[tuple[int, str], Sequence[tuple[str, int, int, int]]]]:
        """Return by topic and query where their words stand: field, first word, last word exclusive, `nth` as above.

        The text is given by field as its folded words.
        """


class PhraseMatcher:
    """Finds many phrases in one pass over the words of a text.

    Phrases are compared word by word as `tokenize` makes them. Every occurrence is found, also where phrases overlap,
    up to the thousandth of a phrase; at one place the longest comes first.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_first: dict[str, list[tuple[list[str], Phrase]]] = {}
        for phrase in phrases:
            words = tokenize(phrase.text)
            if words:
                self._by_first.setdefault(words[0], []).append((words, phrase))
        for candidates in self._by_first.values():
            candidates.sort(key=lambda candidate: (-len(candidate[0]), candidate[1]))
        self._firsts = frozenset(self._by_first)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Return what was found, in the order of the text.

        >>> found = PhraseMatcher([Phrase(1, "trade"), Phrase(2, "Trade war")]).find(["a", "trade", "war"])
        >>> [(match.phrase.text, match.start, match.end) for match in found]
        [('Trade war', 1, 3), ('trade', 1, 2)]
        """
        present = self._firsts.intersection(words)
        if not present:
            return []
        found = []
        seen = dict.fromkeys(present, 0)
        times: Counter[Phrase] = Counter()
        for start in [place for place, word in enumerate(words) if word in present]:
            word = words[start]
            for phrase_words, phrase in self._by_first[word]:
                end = start + len(phrase_words)
                if phrase_words == words[start:end] and times[phrase] < MOST:
                    times[phrase] += 1
                    found.append(Found(phrase, start, end, seen[word]))
            seen[word] += 1
        return found
