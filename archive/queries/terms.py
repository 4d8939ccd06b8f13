"""The words that set some articles apart from others: keywords, as corpus linguistics has them.

A word is what search has: folded, as `archive.normalize.tokens` cuts it, of the current headline and body.

Sources: T. Dunning, Accurate methods for the statistics of surprise and coincidence, Computational Linguistics 19
(1993), 61-74; P. Rayson, R. Garside, Comparing corpora using frequency profiling, Workshop on Comparing Corpora, ACL
2000, 1-6; A. Hardie, Log Ratio: an informal introduction, CASS, Lancaster 2014.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from archive.db.left_behind import require
from archive.db.search import index_of
from archive.db.tables import article_revisions, articles
from archive.db.unfinished import TEXTS
from archive.normalize.tokens import tokenize
from archive.queries.articles import HEADLINE
from archive.queries.selection import Conditions

Direction = Literal["more", "less", "both"]
Order = Literal["likelihood", "ratio"]

# log-likelihood that chance exceeds once in ten thousand times (chi-squared, 1 degree of freedom)
SIGNIFICANT = 15.13

_ABSENT = 0.5  # what Hardie counts a word as that does not occur, so that the ratio is finite
_PAGE = 500


@dataclass
class Words:
    """How often each word occurs in some articles, and in how many of them."""

    articles: int = 0
    occurrences: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)

    def add(self, words: Sequence[str]) -> None:
        """Count one more article."""
        self.articles += 1
        self.occurrences.update(words)
        self.documents.update(set(words))

    def without(self, others: "Words") -> "Words":
        """Return the words of these articles but for some of them."""
        # Counter's own subtraction; what does not occur any more is gone
        return Words(
            self.articles - others.articles,
            self.occurrences - others.occurrences,
            self.documents - others.documents,
        )


@dataclass(frozen=True)
class Term:
    """A word in some articles (the first of a pair) and in those they are compared with (the second).

    `log_ratio` is the binary logarithm of how many times as frequent it is here as there: 1 is twice, -1 half.
    """

    word: str
    occurrences: tuple[int, int]
    articles: tuple[int, int]
    per_million: tuple[float, float]
    log_likelihood: float
    log_ratio: float

    def row(self) -> dict[str, Any]:
        """Return it as one row, those compared with as `…_against`."""
        return {
            "word": self.word,
            "log_likelihood": round(self.log_likelihood, 2),
            "log_ratio": round(self.log_ratio, 3),
            "occurrences": self.occurrences[0],
            "occurrences_against": self.occurrences[1],
            "per_million": round(self.per_million[0], 2),
            "per_million_against": round(self.per_million[1], 2),
            "articles": self.articles[0],
            "articles_against": self.articles[1],
        }


@dataclass(frozen=True)
class Comparison:
    """Two sets of articles: how many articles and words each has, how many are in both, and all their words."""

    articles: tuple[int, int]
    words: tuple[int, int]
    in_both: int
    chosen: Words
    others: Words

    def terms(self, direction: Direction = "more", order: Order = "likelihood", minimum: int = 5) -> list[Term]:
        """Return the words that tell the sets apart, those that do so most surely (likelihood) or most (ratio) first.

        `direction` is more for words that are more frequent here than there, less for the contrary. Words that occur
        less than `minimum` times in both sets together are left out; by ratio, also those whose log-likelihood is below
        SIGNIFICANT: of rare words the ratio is great by chance. Of equals the more frequent word stands first, then
        the alphabet decides. Where one of the sets has no words, there are none.
        """
        if not all(self.words):
            return []
        return sorted(self._terms(direction, order, minimum), key=_RANKS[order])

    def _terms(self, direction: Direction, order: Order, minimum: int) -> Iterator[Term]:
        here, there = self.chosen, self.others
        for word in here.occurrences.keys() | there.occurrences.keys():
            numbers = here.occurrences[word], there.occurrences[word]
            if sum(numbers) < minimum:
                continue
            ratio = log_ratio(numbers, self.words)
            if ratio == 0 or (direction != "both" and (ratio > 0) != (direction == "more")):
                continue
            likelihood = log_likelihood(numbers, self.words)
            if order == "ratio" and likelihood < SIGNIFICANT:
                continue
            yield Term(
                word,
                numbers,
                (here.documents[word], there.documents[word]),
                (numbers[0] / self.words[0] * 1e6, numbers[1] / self.words[1] * 1e6),
                likelihood,
                ratio,
            )


_RANKS = {
    "likelihood": lambda term: (-term.log_likelihood, -abs(term.log_ratio), -sum(term.occurrences), term.word),
    "ratio": lambda term: (-abs(term.log_ratio), -term.log_likelihood, -sum(term.occurrences), term.word),
}


def compare_words(connection: Connection, conditions: Conditions, against: Conditions | None = None) -> Comparison:
    """Count the words of the articles that meet some conditions, and of those they are compared with.

    Those are the ones that meet `against`; where that is None, all other articles of the archive. An article that meets
    both counts in both. What is kept in memory is the vocabulary, not the texts. Of the whole archive the numbers come
    from the search index, and of more than half of it from the texts that are not meant. Raises ArchiveError where
    texts were left behind when the archive was copied.
    """
    require(connection, TEXTS, "words cannot be compared")
    everything = _Everything(connection)
    chosen, rest = everything.part(conditions)
    if against is None:
        return _comparison(chosen, rest or everything.words.without(chosen))
    in_both = connection.scalar(select(func.count()).select_from(articles).where(*conditions, *against)) or 0
    return _comparison(chosen, everything.part(against)[0], in_both)


def log_likelihood(occurrences: tuple[int, int], words: tuple[int, int]) -> float:
    """Return how surely a word's frequency differs between two sets (Rayson and Garside 2000, after Dunning 1993).

    Twice the sum of observed × ln(observed / expected), where expected is what a set would have if the word were as
    frequent in both. Chance exceeds 3.84 once in 20 times, 6.63 in 100, 10.83 in 1,000, 15.13 in 10,000.

    >>> round(log_likelihood((10, 5), (1000, 2000)), 2)
    6.93
    """
    both = sum(occurrences) / sum(words)
    observed = zip(occurrences, words, strict=True)
    return max(0.0, 2 * math.fsum(number * math.log(number / (size * both)) for number, size in observed if number))


def log_ratio(occurrences: tuple[int, int], words: tuple[int, int]) -> float:
    """Return how many times as frequent a word is in the first set as in the second, as a logarithm (Hardie 2014).

    The logarithm is binary. A word that does not occur in a set counts half an occurrence there.

    >>> log_ratio((10, 5), (1000, 2000)), log_ratio((4, 0), (1000, 1000))
    (2.0, 3.0)
    """
    first, second = (number or _ABSENT for number in occurrences)
    # one logarithm of whole products: equal frequencies are exactly 0, and the sets swapped give exactly the negative
    left, right = first * words[1], second * words[0]
    return math.log2(left / right) if left >= right else -math.log2(right / left)


def _comparison(chosen: Words, others: Words, in_both: int = 0) -> Comparison:
    return Comparison(
        (chosen.articles, others.articles),
        (chosen.occurrences.total(), others.occurrences.total()),
        in_both,
        chosen,
        others,
    )


class _Everything:
    """The words of the whole archive, from its search index."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._number = self._count_articles(())

    @cached_property
    def words(self) -> Words:
        counted = Words(self._number)
        for word, documents, occurrences in index_of(self._connection).indexed_words(self._connection):
            counted.documents[word] = documents
            counted.occurrences[word] = occurrences
        return counted

    def part(self, conditions: Conditions) -> tuple[Words, Words | None]:
        """Return the words of the articles that meet conditions; of the others too, if these are fewer."""
        if 2 * self._count_articles(conditions) <= self._number:
            return self._read(conditions), None
        # not the contrary of the conditions: what they say of NULL is neither true nor false
        met = select(articles.c.id).where(*conditions).correlate(None)
        rest = self._read([articles.c.id.not_in(met)])
        return self.words.without(rest), rest

    def _count_articles(self, conditions: Conditions) -> int:
        return self._connection.scalar(select(func.count()).select_from(articles).where(*conditions)) or 0

    def _read(self, conditions: Conditions) -> Words:
        statement = (
            select(HEADLINE, article_revisions.c.body)
            .select_from(articles)
            .join(article_revisions, article_revisions.c.id == articles.c.revision_id)
            .where(*conditions)
            .execution_options(yield_per=_PAGE)
        )
        counted = Words()
        for headline, body in self._connection.execute(statement):
            counted.add([*tokenize(headline or ""), *tokenize(body)])
        return counted
