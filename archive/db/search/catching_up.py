"""Sorting into a server's full-text index what an import brings, many batches at a time and while it goes on.

A GIN index keeps a list of what is not sorted in yet, which each search reads, too. To sort in each batch as it comes
takes the server more than twice as long (docs/performance.md). What goes wrong here costs searches a little time and
nothing else: what is in the list is found all the same, and the next import, or the server by itself, sorts it in.
"""

from contextlib import suppress
from pathlib import Path
from threading import Thread

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from archive.db.engine import open_engine
from archive.db.location import Location
from archive.db.search import tsvector

_BATCHES = 3  # that are sorted in at once; MEASURED: of more the whole takes no less


class CatchingUp:
    """What one import puts off and has sorted in by a connection of its own.

    Of an archive in a file, and of an import that is a part of another transaction (None), that is nothing.

    That takes no write lock, as no row is written. The first batch of an import puts nothing off, so that of small ones
    the server gathers many by itself.
    """

    def __init__(self, location: Location | None) -> None:
        self._server = None if isinstance(location, Path) else location
        self._is_first = True
        self._waiting = 0  # batches
        self._thread: Thread | None = None

    def begin_batch(self, connection: Connection) -> None:
        """Let what this transaction indexes be put off."""
        if self._server and not self._is_first:
            tsvector.put_off(connection)

    def end_batch(self) -> None:
        """Have it sorted in beside what comes next, as soon as it is enough and what was begun before is done."""
        self._waiting += bool(self._server and not self._is_first)
        self._is_first = False
        if self._waiting >= _BATCHES and not (self._thread and self._thread.is_alive()):
            self._begin()

    def finish(self) -> None:
        """Sort in what is left, and wait for that; whoever does not want to wait (Ctrl-C) need not."""
        with suppress(KeyboardInterrupt):
            if self._thread:
                self._thread.join()
            if self._waiting:
                self._begin().join()

    def _begin(self) -> Thread:
        self._waiting = 0
        # a daemon: an import that is stopped does not wait for it
        self._thread = Thread(target=_sort_in, args=[self._server], daemon=True)
        self._thread.start()
        return self._thread


def _sort_in(server: Location) -> None:
    engine = open_engine(server, read_only=True)
    with suppress(SQLAlchemyError), engine.connect() as connection:
        tsvector.catch_up(connection)
    engine.dispose()
