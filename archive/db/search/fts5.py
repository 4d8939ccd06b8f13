"""Full-text search in SQLite: FTS5 with external content, kept in step by whoever writes (no triggers).

External content means that FTS5 keeps no copy of the texts: to take one out it must be handed the very text that it
indexed, or the index is malformed. Hence `remove` before an article moves to another revision, and `add` after.

Beside it stands what finds the best articles of a frequent word without reading all that have it (`impacts`).
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Connection, bindparam, text

from archive.db.search import impacts
from archive.db.sqlite import driver_of

if TYPE_CHECKING:  # late: questions need no documents
    from archive.documents import Article

_REMOVE = text(
    "INSERT INTO article_fts(article_fts, rowid, headline, body) "
    "SELECT 'delete', id, headline, body FROM article_text WHERE id IN :ids"
).bindparams(bindparam("ids", expanding=True))

_ADD = text(
    "INSERT INTO article_fts(rowid, headline, body) SELECT id, headline, body FROM article_text WHERE id IN :ids"
).bindparams(bindparam("ids", expanding=True))

_ADD_RANGE = text(
    "INSERT INTO article_fts(rowid, headline, body) "
    "SELECT id, headline, body FROM article_text WHERE id BETWEEN :first AND :last"
)


def clear(connection: Connection) -> None:
    """Take everything out of the index, whatever is in it."""
    connection.exec_driver_sql("INSERT INTO article_fts(article_fts) VALUES ('delete-all')")
    impacts.clear(driver_of(connection))


def remove(connection: Connection, ids: Collection[int]) -> None:
    """Take these articles out of the index, as long as they still have the text that is indexed."""
    if ids:
        connection.execute(_REMOVE, {"ids": sorted(ids)})
        impacts.remove(driver_of(connection), ids)


def add(connection: Connection, ids: Collection[int]) -> None:
    """Index these articles with the text they have now."""
    if ids:
        connection.execute(_ADD, {"ids": sorted(ids)})
        impacts.add(driver_of(connection), ids)


def add_range(connection: Connection, first: int, last: int, known: "Mapping[int, Article] | None" = None) -> None:
    """Index all articles from one id to another, both included; of `known` ones impacts may be made already."""
    connection.execute(_ADD_RANGE, {"first": first, "last": last})
    made = {one: article.impacts for one, article in (known or {}).items() if article.impacts is not None}
    impacts.add_range(driver_of(connection), first, last, made)


def indexed_words(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """Yield each word of the index: in how many articles it occurs, and how often; not what was taken out."""
    driver = driver_of(connection)
    yield from driver.execute(f"SELECT term, doc, cnt FROM {vocabulary(driver, 'article_fts', 'row')}")


def vocabulary(driver: sqlite3.Connection, index: str, kind: str) -> str:
    """Return the name of a table of an index's words: a fts5vocab of FTS5's, of a `kind` (row, col, instance).

    It is the connection's own, which is not in the archive's file, also where that is only read.
    """
    name = f"temp.words_of_{index}_by_{kind}"
    (query_only,) = driver.execute("PRAGMA query_only").fetchone()
    driver.execute("PRAGMA query_only = OFF")  # a file that was opened as read-only stays so
    try:
        driver.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5vocab('main', '{index}', '{kind}')")
    finally:
        driver.execute(f"PRAGMA query_only = {query_only}")
    return name
