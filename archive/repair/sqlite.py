"""How an archive in a file is repaired."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from archive.db.dependents import sqlite as dependents
from archive.db.inventories.base import quoted
from archive.db.search import impacts
from archive.db.sqlite import BUSY_TIMEOUT_MS, file_errors_explained
from archive.errors import ArchiveError
from archive.queries.verification.sqlite import has_impacts, prepare

# As the migrations make it; `hashsize` is the room that a writer may take before it writes a segment, `automerge` how
# many segments of one size are merged.
SEARCH_INDEX = (
    "CREATE VIRTUAL TABLE article_fts USING fts5(headline, body, content='article_text', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2')"
)
HASHSIZE = 67_108_864
AUTOMERGE = 8

# What SQLite says where one statement cannot be done, and the file is sound.
_OF_A_STATEMENT = ("SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_CORRUPT_VTAB", "SQLITE_MISMATCH", "SQLITE_AUTH")


@contextmanager
def writing(path: Path) -> Iterator[tuple[sqlite3.Connection, Callable[[], None]]]:
    """Give a connection in a transaction under the write lock, and what commits it; else all is undone."""
    name = f"file:{quote(bytes(path.absolute()))}?mode=rw"
    with (
        file_errors_explained(path),
        closing(sqlite3.connect(name, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)) as connection,
    ):
        prepare(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection, connection.commit
        finally:
            connection.rollback()


def is_passed_over(error: Exception, *, mind_damage: bool) -> bool:
    """Tell whether one statement cannot be done, and the file is sound for all others."""
    passed_over = _OF_A_STATEMENT if mind_damage else (*_OF_A_STATEMENT, "SQLITE_CORRUPT")
    return getattr(error, "sqlite_errorname", "").startswith(passed_over)


def set_triggers_aside(connection: sqlite3.Connection) -> list[dependents.Trigger]:
    """Take a user's triggers out of the file; returns what makes them again."""
    try:
        return dependents.set_triggers_aside(connection)
    except UnicodeEncodeError as error:  # in a damaged file, a name which is no UTF-8
        raise ArchiveError("nothing was repaired: a trigger has a name that cannot be read; drop it first") from error


def put_triggers_back(connection: sqlite3.Connection, triggers: list[dependents.Trigger]) -> list[str]:
    """Make triggers again; returns, in words, for which there is no place any more."""
    return dependents.put_triggers_back(connection, triggers)


def reindex(connection: sqlite3.Connection, name: str) -> None:
    """Make an index anew of its table."""
    connection.execute(f"REINDEX {quoted(name)}")


def fill_search(connection: sqlite3.Connection) -> None:
    """Index all articles anew."""
    connection.execute("INSERT INTO article_fts(article_fts) VALUES ('rebuild')")
    connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('hashsize', ?)", (HASHSIZE,))
    connection.execute("INSERT INTO article_fts(article_fts, rank) VALUES ('automerge', ?)", (AUTOMERGE,))
    if has_impacts(connection):
        impacts.clear(connection)
        connection.execute("INSERT INTO article_impacts(article_impacts, rank) VALUES ('automerge', ?)", (AUTOMERGE,))
        impacts.add_missing(connection)


def make_search(connection: sqlite3.Connection) -> None:
    """Make the index from nothing, also where it is so broken that it cannot even be dropped."""
    connection.execute("PRAGMA writable_schema = ON")
    try:
        connection.execute(
            "DELETE FROM sqlite_schema "
            "WHERE name IN ('article_fts', 'article_impacts') AND sql LIKE 'CREATE VIRTUAL TABLE%'"
        )
    finally:
        connection.execute("PRAGMA writable_schema = RESET")
    for part in impacts.PARTS:
        connection.execute(f"DROP TABLE IF EXISTS article_fts_{part}")
        connection.execute(f"DROP TABLE IF EXISTS article_impacts_{part}")
    connection.execute(SEARCH_INDEX)
    if has_impacts(connection):
        connection.execute(impacts.TABLE)
    fill_search(connection)


def indexed(connection: sqlite3.Connection) -> int:
    """Return how many articles are in the search index."""
    (number,) = connection.execute("SELECT count(*) FROM article_fts_docsize").fetchone()
    return int(number)
