"""What was deleted, wiped from an SQLite file: index, pages that were freed, remains within pages, the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from archive.db import tombstones
from archive.db.search import impacts
from archive.db.sqlite import driver_of, open_engine
from archive.db.tables import metadata
from archive.errors import ArchiveError


@contextmanager
def alone(path: Path) -> Iterator[Connection]:
    """Give a connection that keeps all others out of the archive, and overwrites what it deletes.

    Raises ArchiveError, with nothing done, while anybody else has the archive open: what they read is in the log, and
    stays there for as long as they read.
    """
    engine = open_engine(path, alone=True)
    try:
        connection = engine.connect()
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
        raise ArchiveError(
            f"others have {path} open, and what they read cannot be wiped: end them (imports, other programs, "
            "notebooks) and do the same again; nothing was done"
        ) from error
    try:
        yield connection
    finally:
        connection.close()
        engine.dispose()


def wipe(connection: Connection) -> None:
    """Write the search index and the whole file anew, and empty the log: of what was deleted nothing is left.

    For a connection that is `alone`. The disk must have room for as much again, twice.
    """
    with connection.begin():
        # 'delete' only adds a mark; and 'optimize' leaves what an index that was out of step still has
        connection.exec_driver_sql("INSERT INTO article_fts(article_fts) VALUES ('rebuild')")
        impacts.clear(driver_of(connection))
        impacts.add_missing(driver_of(connection))
    driver = connection.connection.driver_connection
    if driver is None:
        raise ArchiveError("the connection to the archive is gone; do the same again")
    # secure_delete overwrites what it deletes, but not the copies that pages keep of what once moved to others, nor
    # pages that were freed before
    driver.execute("VACUUM")
    _empty_log(driver)
    with connection.begin():
        tombstones.mark_wiped(connection)
    _empty_log(driver)


def check_keys(connection: Connection) -> None:
    """Raise ArchiveError where rows of the archive point to rows that are not there."""
    names = ", ".join(f"'{name}'" for name in metadata.tables)
    broken = connection.exec_driver_sql(f'SELECT "table" FROM pragma_foreign_key_check WHERE "table" IN ({names})')
    if tables := sorted({table for (table,) in broken}):
        raise ArchiveError(
            f"nothing was forgotten: rows of {', '.join(tables)} would point to what is not there; "
            "`archive verify` says what is wrong"
        )


def _empty_log(driver: sqlite3.Connection) -> None:
    (busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ArchiveError("the log cannot be emptied while others read")
