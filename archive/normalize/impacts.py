"""How much a word counts in a text for bm25: what an index is made of that has the best articles of a word first.

bm25 as FTS5 has it (https://www.sqlite.org/fts5.html#the_bm25_function) ranks the articles of one word by

    impact = frequency / (1 - B + B * length / usual)

alone: how often the word stands in an article, in its headline HEADLINE_WEIGHT times, by how many words the article has
beside how many are usual in the archive. The higher impacts of each text are kept in order (impact-ordered indexes: Anh
and Moffat, "Pruned query evaluation using pre-computed impacts", SIGIR 2006), with the frequency and length they come
from, since what is usual changes as an archive grows.
"""

from collections import Counter
from collections.abc import Sequence
from math import log2
from typing import NamedTuple

# what a word in the headline counts, against one in the body
HEADLINE_WEIGHT = 5

K1, B = 1.2, 0.75  # FTS5's

# What follows decides what is in the index of every archive: to change it takes a migration that fills it anew.
USUAL = 500  # words of a text that impacts are kept by
LEAST = 3.0  # impact that is kept: of an article of 500 words, about 20 of its words have it
LONGEST_WORD = 200  # characters; what is longer is no word that many articles have

_HIGHEST = 9_999  # the place of an impact of 1
_IN_A_DOUBLING = 300  # places between an impact and one twice as high
_ROUNDING = 1 + 1e-9


class Impact(NamedTuple):
    """A word in a text: its place, less for a higher impact, how often it stands there, of how many words."""

    place: int
    frequency: int
    length: int

    def among(self, usual: float) -> float:
        """Return the impact in an archive whose articles have so many words on average."""
        return impact(self.frequency, self.length, usual)

    def score(self, rarity: float, usual: float) -> float:
        """Return FTS5's bm25, turned round; the same operations in the same order, so the same to the last bit."""
        times = float(self.frequency)
        return rarity * ((times * (K1 + 1.0)) / (times + K1 * (1 - B + B * self.length / usual)))


def impact(frequency: int, length: int, usual: float = USUAL) -> float:
    """Return what a word counts that stands so often in a text of so many words."""
    return frequency / (1 - B + B * length / usual)


def impact_terms(headline: Sequence[str], body: Sequence[str]) -> str:
    """Return the words of a text that have a high impact, each with what it comes from, as terms of an index.

    Words are those of `tokenize`. In the order of terms those of one word stand together, the highest impact first.

    >>> impact_terms(["minsk", "trade"], ["trade"] * 3 + ["rose"] * 96)
    'trade.8705.8.101 rose.7629.96.101 minsk.8908.5.101'
    """
    length = len(headline) + len(body)
    times = Counter(body)
    for word in headline:
        times[word] += HEADLINE_WEIGHT
    one = impact(1, length)
    enough = LEAST / one
    frequent = [(word, number) for word, number in times.items() if number >= enough and len(word) <= LONGEST_WORD]
    ends = {number: f".{_place(number * one)}.{number}.{length}" for number in {number for _, number in frequent}}
    return " ".join([word + ends[number] for word, number in frequent])


def read_term(term: str) -> Impact:
    """Return what a term says of its word.

    >>> read_term("trade.8705.8.101")
    Impact(place=8705, frequency=8, length=101)
    """
    _, place, frequency, length = term.split(".")
    return Impact(int(place), int(frequency), int(length))


def span_of(word: str) -> tuple[str, str]:
    """Return between what all terms of a word stand: the first included, the second not."""
    return f"{word}.", f"{word}/"


def highest_from(place: int, usual: float) -> float:
    """Return what no impact is above that stands at a place or behind it, where so many words are usual.

    With longer articles a text of the same length counts for more, but for no more than they are longer.
    """
    return 2 ** ((_HIGHEST - place + 1) / _IN_A_DOUBLING) * max(1.0, usual / USUAL) * _ROUNDING


def highest_left_out(usual: float) -> float:
    """Return the same of what is not kept."""
    return LEAST * max(1.0, usual / USUAL) * _ROUNDING


def _place(value: float) -> int:
    return _HIGHEST - int(log2(value) * _IN_A_DOUBLING)
