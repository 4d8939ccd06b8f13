"""What was deleted, wiped from what an archive is kept in, so that it cannot be brought back from there.

A module of each engine says how: `sqlite` writes the file anew, `postgresql` the tables.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from archive.db import tombstones
from archive.db.engine import errors_explained
from archive.db.location import Location
from archive.db.wiping import sqlite
from archive.errors import ArchiveError

UNFINISHED = (
    "the archive shows nothing of it any more, but traces may be left; `archive repair` wipes them, and so does the "
    "same `archive forget` once more"
)


def alone(location: Location) -> AbstractContextManager[Connection]:
    """Give a connection that can wipe what it deletes.

    Raises ArchiveError, with nothing done, while others look at the archive: what they see has to stay for as long as
    they do.
    """
    if isinstance(location, Path):
        return sqlite.alone(location)
    from archive.db.wiping import postgresql  # late: most archives are files

    return postgresql.alone(location)


def wipe(connection: Connection) -> None:
    """Write what the archive is kept in anew: of what was deleted nothing is left.

    For a connection that is `alone`. The disk must have room for as much again, twice.
    """
    if connection.dialect.name == "sqlite":
        sqlite.wipe(connection)
        return
    from archive.db.wiping import postgresql  # late: most archives are files

    postgresql.wipe(connection)


def finish(location: Location) -> list[str]:
    """Wipe what is left of articles that were forgotten, if a wiping was interrupted; returns their keys.

    Raises ArchiveError, which says so, where it cannot be finished now.
    """
    with unfinished_told(location), alone(location) as connection:
        with connection.begin():
            keys = [stone.key for stone in tombstones.find_unwiped(connection)]
        if keys:
            wipe(connection)
    return keys


@contextmanager
def unfinished_told(location: Location) -> Iterator[None]:
    """Let an error that keeps an archive from being wiped say that something was forgotten, and what is left to do."""
    try:
        with errors_explained(location):
            yield
    except (ArchiveError, DatabaseError, sqlite3.Error) as error:
        reason = error.orig if isinstance(error, DatabaseError) else error
        raise ArchiveError(f"{UNFINISHED} ({reason})") from error


def check_keys(connection: Connection) -> None:
    """Raise ArchiveError where rows of the archive point to rows that are not there; a server sees to it itself."""
    if connection.dialect.name == "sqlite":
        sqlite.check_keys(connection)
