"""Texts as terms and their weights: the archive's own words, those of the headline once more for themselves."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from archive.normalize.tokens import tokenize

HEADLINE = "headline:"  # before a word of the headline; no word has a colon
MOST_TERMS = 50_000  # those that most texts have; the more there are, the larger is a model
_FEWEST_TEXTS = 2  # a term that stands in one text only tells nothing about others
_RARITY = 1.25  # more than 1 lets rare words count more; measured in docs/learning.md

Floats = NDArray[np.float64]


class Text(NamedTuple):
    """What is learned from: headline ('' where there is none) and body."""

    headline: str
    body: str


def count_terms(text: Text) -> Counter[str]:
    """Return how often each term stands in a text: words as search has them, and those of the headline as such too.

    >>> sorted(count_terms(Text("Oil up", "Oil prices.")).items())
    [('headline:oil', 1), ('headline:up', 1), ('oil', 2), ('prices', 1), ('up', 1)]
    """
    headline = tokenize(text.headline)
    counts = Counter(headline)
    counts.update(tokenize(text.body))
    counts.update(HEADLINE + word for word in headline)
    return counts


class Terms:
    """The terms of a model, in their order, each with its inverse document frequency."""

    def __init__(self, terms: Sequence[str], idf: Floats) -> None:
        self.terms = tuple(terms)
        self.idf = idf
        self._numbers = {term: number for number, term in enumerate(self.terms)}

    @classmethod
    def of(cls, counted: Sequence[Mapping[str, int]], groups: Sequence[Hashable]) -> "Terms":
        """Return the terms that stand in at least two different texts, of many the most frequent, in order.

        Texts of one group are repeats, and count as one. The inverse document frequency is
        ln((1 + texts) / (1 + texts with the term)), to the power of 1.25: what stands in all of them is 0.
        """
        frequency: Counter[str] = Counter()
        different = dict(zip(reversed(groups), reversed(counted), strict=True)).values()
        for counts in different:
            frequency.update(counts.keys())
        known = [(number, term) for term, number in frequency.items() if number >= _FEWEST_TEXTS]
        known.sort(key=lambda one: (-one[0], one[1]))
        terms = sorted(term for _, term in known[:MOST_TERMS])
        idf = [np.log((1 + len(different)) / (1 + frequency[term])) ** _RARITY for term in terms]
        return cls(terms, rounded(idf))

    def vector(self, counts: Mapping[str, int]) -> tuple[NDArray[np.intp], Floats]:
        """Return which terms a text has, and how much of each: (1 + ln of how often) times rarity, of length 1 in all.

        A text without any term of the model has an empty one.
        """
        pairs = sorted((self._numbers[term], count) for term, count in counts.items() if term in self._numbers)
        numbers = np.array([number for number, _ in pairs], dtype=np.intp)
        values = (1 + np.log(np.array([count for _, count in pairs], dtype=np.float64))) * self.idf[numbers]
        length = float(np.sqrt(values @ values))
        return numbers, values / length if length else values

    def number(self, term: str) -> int | None:
        """Return the place of a term; None for one that the model does not know."""
        return self._numbers.get(term)


def rounded(values: Iterable[float]) -> Floats:
    """Return numbers with six significant digits: as many as a stored model has, so that it scores to the same."""
    return np.array([float(f"{value:.6g}") for value in values], dtype=np.float64)
