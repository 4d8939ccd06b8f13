"""One function per question: each takes a connection and returns plain data, for the command line and notebooks."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from archive.db.engine import errors_explained, open_engine
from archive.db.location import Location
from archive.db.schema import require_current
from archive.errors import ArchiveError

__all__ = ["Connection", "reading"]


@contextmanager
def reading(location: Location) -> Iterator[Connection]:
    """Give a connection that can only read the archive, in one transaction: all answers are of one moment.

    Raises SchemaError where there is no archive, or one with another schema than this program's.
    """
    is_file = isinstance(location, Path)
    if is_file:
        require_current(location)
    engine = open_engine(location, read_only=True)
    server_errors = nullcontext() if is_file else errors_explained(location)
    try:
        with server_errors, engine.connect() as connection:
            if not is_file:
                require_current(location, connection)
            yield connection
    except DBAPIError as error:
        raise ArchiveError(f"{location} cannot be read: {error.orig}") from error
    finally:
        engine.dispose()
