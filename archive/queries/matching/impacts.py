"""The best articles of one word, found in the order of impacts: only as many are read as it takes to be sure.

No article further on can be better than the impact that it stands there for (`normalize.impacts`), which bounds what is
not read. So the answer is that of FTS5's bm25, score by score; its one part that grows with the articles that have the
word is to count them.
"""

from itertools import islice
from math import log
from typing import NamedTuple

from sqlalchemy import Connection

from archive.db.search.fts5 import vocabulary
from archive.db.sqlite import driver_of
from archive.normalize.impacts import Impact, highest_from, highest_left_out, read_term, span_of
from archive.queries.matching.base import Best, Passing

_AT_ONCE = 200  # entries of the index
_MOST = 4_000  # entries that are read before all matches are ranked: filters that few pass are asked of those

_TOTALS = (
    "SELECT (SELECT block FROM article_fts_data WHERE id = 1), (SELECT block FROM article_impacts_data WHERE id = 1)"
)


class Totals(NamedTuple):
    """How many articles the index of words has, how many words they have, and how many have their impacts kept."""

    articles: int
    words: int
    by_impact: int


def totals_of(connection: Connection) -> Totals:
    """Return what FTS5 keeps of its indexes as a whole, and takes the usual length of an article from."""
    words, impacts = driver_of(connection).execute(_TOTALS).fetchone()
    articles, *lengths = _numbers(words) or [0]
    return Totals(articles, sum(lengths), next(iter(_numbers(impacts)), 0))


def articles_indexed(connection: Connection) -> int:
    """Return how many articles the index of words has, whatever state that of impacts is in."""
    (block,) = driver_of(connection).execute("SELECT (SELECT block FROM article_fts_data WHERE id = 1)").fetchone()
    return next(iter(_numbers(block)), 0)


def best_by_impact(connection: Connection, word: str, limit: int, passing: Passing | None = None) -> Best | None:
    """Return the articles in which a word counts most, with their scores, the best first; of equals the lower id.

    `passing` returns which of some articles are asked for. None where it takes all matches to know.
    """
    totals = totals_of(connection)
    if not totals.words or totals.by_impact != totals.articles:
        return None
    usual = totals.words / totals.articles
    driver = driver_of(connection)
    name = vocabulary(driver, "article_impacts", "instance")
    entries = driver.execute(f"SELECT term, doc FROM {name} WHERE term >= ? AND term < ? ORDER BY term", span_of(word))
    found: list[tuple[float, int, Impact]] = []
    for _ in range(0, _MOST, _AT_ONCE):
        read = [(read_term(term), article_id) for term, article_id in islice(entries, _AT_ONCE)]
        wanted = None if passing is None or not read else set(passing([article_id for _, article_id in read]))
        found += [
            (-one.among(usual), article_id, one) for one, article_id in read if wanted is None or article_id in wanted
        ]
        is_all = len(read) < _AT_ONCE
        bound = highest_left_out(usual) if is_all else highest_from(read[-1][0].place, usual)
        found.sort(key=lambda entry: entry[:2])
        if len(found) >= limit and -found[limit - 1][0] >= bound:
            rarity = _rarity(connection, word, totals.articles)
            scored = [(article_id, one.score(rarity, usual)) for _, article_id, one in found]
            return sorted(scored, key=lambda one: (-one[1], one[0]))[:limit]
        if is_all:
            return None
    return None


def _rarity(connection: Connection, word: str, articles: int) -> float:
    """Return how rare a word is, as FTS5 has it."""
    counting = "SELECT count(*) FROM article_fts WHERE article_fts MATCH ?"
    (number,) = driver_of(connection).execute(counting, (f'"{word}"',)).fetchone()
    rarity = log((articles - number + 0.5) / (number + 0.5))
    return rarity if rarity > 0 else 1e-6


def _numbers(block: bytes | None) -> list[int]:
    """Return the numbers of a record of FTS5's: big-endian, seven bits a byte."""
    numbers, number = [], 0
    for byte in block or b"":
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return numbers
