"""From where an archive is to an engine that is set up as an archive needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from archive.db import sqlite
from archive.db.location import Location


def open_engine(location: Location, *, read_only: bool = False) -> Engine:
    """Return an engine on an archive; transactions take the write lock when they begin, unless `read_only`.

    A read-only engine never creates or alters anything, and sees the archive as of one moment.
    """
    if isinstance(location, Path):
        return sqlite.open_engine(location, read_only=read_only)
    from archive.db import postgresql  # late: most archives are files

    return postgresql.open_engine(location, read_only=read_only)


def trusting(engine: Engine) -> Connection:
    """Return a connection that need not look up, for each row it writes, whether what it points to is there.

    Where that can be left out, it would be a third of all time where nothing has changed. Rows of an import point to
    rows of the same transaction, whose ids are taken under the write lock, or to articles that were looked up in it.
    """
    return sqlite.trusting(engine) if engine.dialect.name == "sqlite" else engine.connect()


def points_nowhere(connection: Connection) -> bool:
    """Tell whether a row points to one that is not there, after writes that were `trusting`; a server looks itself."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None


@contextmanager
def errors_explained(location: Location) -> Iterator[None]:
    """Turn what is said of where an archive is (disk full, server gone, not allowed) into an error with the cure."""
    if isinstance(location, Path):
        with sqlite.file_errors_explained(location):
            yield
        return
    from archive.db.postgresql import server_errors_explained  # late: most archives are files

    with server_errors_explained(location):
        yield


def settle(engine: Engine) -> None:
    """Leave an archive as it is to lie: a file without a log beside it, so that it can be copied."""
    if engine.dialect.name == "sqlite":
        sqlite.truncate_wal(engine)
