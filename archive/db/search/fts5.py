"""Full-text search in SQLite: FTS5 with external content, kept in step by whoever writes (no triggers).

External content means that FTS5 keeps no copy of the texts: to take one out it must be handed the very text that it
indexed, or the index is malformed. Hence `remove` before an article moves to another revision, and `add` after.
"""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Connection, bindparam, text

from archive.documents import Indexed

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


def remove(connection: Connection, ids: Collection[int]) -> None:
    """Take these articles out of the index, as long as they still have the text that is indexed."""
    if ids:
        connection.execute(_REMOVE, {"ids": sorted(ids)})


def add(connection: Connection, ids: Collection[int]) -> None:
    """Index these articles with the text they have now."""
    if ids:
        connection.execute(_ADD, {"ids": sorted(ids)})


def add_range(connection: Connection, first: int, last: int, _made: Mapping[int, Indexed] | None = None) -> None:
    """Index all articles from one id to another, both included."""
    connection.execute(_ADD_RANGE, {"first": first, "last": last})


def indexed_words(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """Yield each word of the index: in how many articles it occurs, and how often; what was taken out does not count.

    For this a table of the connection's own is made, which is not in the archive's file, also where that is only read.
    """
    query_only = connection.exec_driver_sql("PRAGMA query_only").scalar()
    connection.exec_driver_sql("PRAGMA query_only = OFF")  # a file that was opened as read-only stays so
    try:
        connection.exec_driver_sql(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.article_words USING fts5vocab('main', 'article_fts', 'row')"
        )
    finally:
        connection.exec_driver_sql(f"PRAGMA query_only = {query_only}")
    for row in connection.exec_driver_sql("SELECT term, doc, cnt FROM temp.article_words"):
        yield row.term, row.doc, row.cnt
