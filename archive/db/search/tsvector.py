"""Full-text search in PostgreSQL: a table of folded words beside a tsvector of them, which a GIN index leads into.

PostgreSQL's own parsers cut words otherwise than SQLite's, so words are made here, by `normalize.tokens`. A tsvector
keeps where a word stands only up to position 16,383, and 256 times, and takes 1 MB in all
(https://www.postgresql.org/docs/current/textsearch-limitations.html). So it leads to the articles that have all words
and ranks them; what stands beside what is looked up in the words themselves, which are kept in order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, bindparam, text

from archive.db.inserting import insert_values
from archive.normalize.tokens import tokenize

LONGEST_WORD = 500  # characters that lead to a word; the server takes 2,046 bytes

_LAST_POSITION = 16_383
_MOST_POSITIONS = 255
_LARGEST = 1_000_000  # bytes of a tsvector; a little less than the server's limit
_BETWEEN = 100  # positions between a headline and a body, of which nothing is a phrase

_COLUMNS = ("article_id", "headline", "body", "vector")
_REMOVE = text("DELETE FROM article_search WHERE article_id IN :ids").bindparams(bindparam("ids", expanding=True))
_TEXTS = "SELECT id, headline, body FROM article_text WHERE id "
_SOME = text(f"{_TEXTS} IN :ids ORDER BY id").bindparams(bindparam("ids", expanding=True))
_RANGE = text(f"{_TEXTS} BETWEEN :first AND :last ORDER BY id")
# of what is too large for a tsvector, and so stands in words alone, nothing is counted here
_WORDS = (
    "SELECT word, count(DISTINCT article_id) AS articles, count(*) AS occurrences FROM "
    "(SELECT article_id, unnest(string_to_array(trim(headline || body), ' ')) AS word FROM article_search) listed "
    "WHERE word <> '' GROUP BY word"
)


def clear(connection: Connection) -> None:
    """Take everything out of the index, whatever is in it."""
    connection.exec_driver_sql("TRUNCATE article_search")


def remove(connection: Connection, ids: Collection[int]) -> None:
    """Take these articles out of the index."""
    if ids:
        connection.execute(_REMOVE, {"ids": sorted(ids)})


def add(connection: Connection, ids: Collection[int]) -> None:
    """Index these articles with the text they have now."""
    if ids:
        _add(connection, connection.execute(_SOME, {"ids": sorted(ids)}).all())


def add_range(connection: Connection, first: int, last: int) -> None:
    """Index all articles from one id to another, both included."""
    _add(connection, connection.execute(_RANGE, {"first": first, "last": last}).all())


def indexed_words(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """Yield each word of the index: in how many articles it occurs, and how often."""
    for row in connection.execution_options(yield_per=10_000).exec_driver_sql(_WORDS):
        yield row.word, row.articles, row.occurrences


def _add(connection: Connection, texts: Sequence[tuple[int, str | None, str]]) -> None:
    rows = []
    for article_id, headline, body in texts:
        words = tokenize(headline or ""), tokenize(body)
        rows.append((article_id, *map(in_order, words), vector_of(*words)))
    insert_values(connection, "article_search", _COLUMNS, rows)


def in_order(words: Sequence[str]) -> str:
    """Return words as a text in which each stands between single spaces, so that a phrase is a part of it.

    >>> in_order(["at", "t"])
    ' at t '
    """
    return f" {' '.join(words)} " if words else " "


def vector_of(headline: Sequence[str], body: Sequence[str]) -> str | None:
    """Return what PostgreSQL reads as a tsvector, words of the headline with weight A; None if it would be too large.

    >>> vector_of(["at", "t"], ["t"])
    "'at':1A 't':2A,103"
    """
    places: defaultdict[str, list[str]] = defaultdict(list)
    for number, word in enumerate(headline, 1):
        places[word[:LONGEST_WORD]].append(f"{min(number, _LAST_POSITION)}A")
    for number, word in enumerate(body, len(headline) + _BETWEEN + 1):
        places[word[:LONGEST_WORD]].append(str(min(number, _LAST_POSITION)))
    size = sum(len(word.encode()) + 8 + 2 * min(len(at), _MOST_POSITIONS) for word, at in places.items())
    if size > _LARGEST:
        return None
    return " ".join(f"{quoted(word)}:{','.join(_kept(at))}" for word, at in places.items())


def quoted(word: str) -> str:
    """Return a word as it stands in a tsvector or tsquery.

    >>> quoted("o'brien")
    "'o''brien'"
    """
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _kept(places: list[str]) -> list[str]:
    """Return the places that a tsvector can hold: the first, and one in the body where there is any."""
    if len(places) <= _MOST_POSITIONS:
        return places
    first = places[: _MOST_POSITIONS - 1]
    return [*first, next((one for one in reversed(places) if not one.endswith("A")), places[_MOST_POSITIONS - 1])]
