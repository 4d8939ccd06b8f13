"""The articles that each word counts most in, in the order of that: `normalize.impacts`, kept in an FTS5 table.

`article_impacts` has no texts, and of each article its terms alone. `fts5` keeps it in step. What it does not have is
found without it, in more time, so articles can be put in at any time after they were indexed. Connections are those of
`sqlite3`, within a transaction: an archive is repaired with nothing else.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from archive.normalize.impacts import impact_terms
from archive.normalize.tokens import tokenize

# As the migration makes it; a term is a word with what it counts, separated by full stops.
TABLE = (
    "CREATE VIRTUAL TABLE article_impacts USING fts5(words, content='', detail=none, tokenize=\"ascii tokenchars '.'\")"
)
PARTS = ("data", "idx", "docsize", "config")  # the tables that FTS5 keeps it in

_AT_ONCE = 1_000  # articles whose texts are in memory

# as bytes: FTS5 takes also what is no UTF-8, and each byte that is none separates words, as U+FFFD does
_TEXTS = "SELECT id, CAST(headline AS BLOB), CAST(body AS BLOB) FROM article_text"
_ADD = "INSERT INTO article_impacts(rowid, words) VALUES (?, ?)"
_REMOVE = "INSERT INTO article_impacts(article_impacts, rowid, words) VALUES ('delete', ?, ?)"


class Made(NamedTuple):
    """What was made of a text before it was needed: terms, and by what it is known that the text is still the same."""

    article_id: int
    text: bytes
    terms: str


def clear(connection: sqlite3.Connection) -> None:
    """Take everything out."""
    connection.execute("INSERT INTO article_impacts(article_impacts) VALUES ('delete-all')")


def remove(connection: sqlite3.Connection, ids: Collection[int]) -> None:
    """Take out those of these articles that are in, as long as they still have the text that they came in with."""
    there = "SELECT id FROM article_impacts_docsize WHERE id IN (SELECT value FROM json_each(?))"
    found = [article_id for (article_id,) in connection.execute(there, (json.dumps(list(ids)),))]
    connection.executemany(_REMOVE, _of_texts(connection, found))


def add(connection: sqlite3.Connection, ids: Collection[int]) -> None:
    """Put these articles in, with the text they have now."""
    connection.executemany(_ADD, _of_texts(connection, ids))


def add_range(connection: sqlite3.Connection, first: int, last: int, known: Mapping[int, str]) -> None:
    """Put in all articles from one id to another, both included; of some the terms may be known."""
    between = "SELECT id FROM article_text WHERE id BETWEEN ? AND ?"
    ids = [article_id for (article_id,) in connection.execute(between, (first, last))]
    connection.executemany(_ADD, [(article_id, known[article_id]) for article_id in ids if article_id in known])
    add(connection, [article_id for article_id in ids if article_id not in known])


def make_all(connection: sqlite3.Connection) -> Iterator[list[Made]]:
    """Yield what is made of the texts of all articles, some at a time."""
    cursor = connection.execute(f"{_TEXTS} ORDER BY id")
    while rows := cursor.fetchmany(_AT_ONCE):
        yield [Made(article_id, _known_by(*texts), _terms(*texts)) for article_id, *texts in rows]


def add_missing(connection: sqlite3.Connection, made: Iterable[list[Made]] = ()) -> None:
    """Put in all articles that are not in yet; what was `made` of some is taken where their text is still the same."""
    for some in made:
        terms = {one.article_id: one for one in some}
        texts = connection.execute(f"{_TEXTS} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(terms)),))
        same = [(row[0], terms[row[0]].terms) for row in texts if _known_by(*row[1:]) == terms[row[0]].text]
        connection.executemany(_ADD, same)
    missing = "SELECT id FROM article_text WHERE id NOT IN (SELECT id FROM article_impacts_docsize) ORDER BY id"
    ids = [article_id for (article_id,) in connection.execute(missing)]
    for start in range(0, len(ids), _AT_ONCE):
        add(connection, ids[start : start + _AT_ONCE])


def out_of_step(connection: sqlite3.Connection, entries: Iterable[tuple[str, int]]) -> Iterator[int]:
    """Yield the articles that have other terms than their texts make; `entries` are all there are, with articles."""
    kept: Counter[int] = Counter()
    for term, article_id in entries:
        kept[article_id] += hash(term)
    for article_id, headline, body in connection.execute(f"{_TEXTS} ORDER BY id"):
        if kept.pop(article_id, 0) != sum(map(hash, _terms(headline, body).split())):
            yield article_id
    yield from kept


def _of_texts(connection: sqlite3.Connection, ids: Collection[int]) -> list[tuple[int, str]]:
    those = f"{_TEXTS} WHERE id IN (SELECT value FROM json_each(?))"
    texts = connection.execute(those, (json.dumps(list(ids)),)) if ids else ()
    return [(article_id, _terms(headline, body)) for article_id, headline, body in texts]


def _known_by(headline: bytes | None, body: bytes) -> bytes:
    headline = headline or b""
    return hashlib.sha256(b"%d %b %b" % (len(headline), headline, body)).digest()


def _terms(headline: bytes | None, body: bytes) -> str:
    return impact_terms(*(tokenize((text or b"").decode(errors="replace")) for text in (headline, body)))
