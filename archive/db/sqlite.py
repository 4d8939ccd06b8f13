"""An archive in an SQLite file: how it is opened, locked and closed, and what SQLite says of the file itself."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, unquote_to_bytes

from sqlalchemy import Connection, Engine, FromClause, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.util import LRUCache

from archive.errors import ArchiveError

BUSY_TIMEOUT_MS = 30_000
PATIENCE_MS = 2_000  # of who must have the archive alone, for others to be done

# Of a file that is made now; SQLite's own is 4 KB. MEASURED (docs/performance.md): a row that has a text or an original
# fills most of 4 KB, and what is left there stays empty: an archive is 10 % smaller so, no slower to fill or to ask.
PAGE_SIZE = 32_768
# Bytes of a log after which its pages are copied into the file: with the usual 4 MB, those that every batch alters are
# copied after each. MEASURED (docs/performance.md): a thousand more in 1.6 million articles alter 172 MB.
_LOG = 256 * 2**20

# What SQLite says of the file itself, by the name of its error (https://www.sqlite.org/rescode.html), and the cure.
_FILE_ERRORS = {
    "FULL": "the disk is full; make room",
    "IOERR": "the disk takes or gives no more; look at its room, its quota, its health",
    "READONLY": "it is read-only; allow it with chmod u+w (the file, and u+rwx for its folder)",
    "CANTOPEN": "it, or a file beside it, cannot be opened or made; allow it with chmod u+rwx for its folder",
    "PERM": "the system does not allow it; run as its owner",
    "BUSY": "another program holds it; end that, or wait",
    "LOCKED": "another program holds it; end that, or wait",
    "PROTOCOL": "too many programs open it at once; wait",
}
_DAMAGED = ("CORRUPT", "NOTADB")


def is_immutable(path: Path) -> bool:
    """Tell whether the file lies on read-only media: then SQLite must not look for a WAL it could not create."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()


class ReadOnlyConnection(sqlite3.Connection):
    """A connection to an `file:` URI in mode `ro` that leaves nothing beside the file that was not there.

    To read a file in WAL mode, SQLite makes a log and its index where there are none, and only a connection that may
    write takes them away again. Where the file may not be written, they stay: an empty log, and its index.
    """

    def __init__(self, database: str, *words: Any, **named: Any) -> None:
        name = unquote_to_bytes(database.removeprefix("file:").partition("?")[0])
        self._path = Path(os.fsdecode(name))
        self._log = self._path.with_name(f"{self._path.name}-wal")
        self._had_log = self._log.exists()
        super().__init__(database, *words, **named)

    def close(self) -> None:
        super().close()
        with suppress(sqlite3.Error, OSError):
            if not self._had_log and self._log.stat().st_size == 0:
                self._had_log = True  # once is enough
                # whoever is the last to close a file takes its log away; if others have it open, this does nothing
                name = f"file:{quote(os.fsencode(self._path))}?mode=rw"
                with closing(sqlite3.connect(name, uri=True, timeout=0)) as last:
                    last.execute("SELECT 1 FROM sqlite_schema").fetchone()


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return a plain connection that can only read, for looks that do not need more."""
    options = "mode=ro&immutable=1" if is_immutable(path) else "mode=ro"
    name = f"file:{quote(os.fsencode(path.absolute()))}?{options}"
    return sqlite3.connect(name, uri=True, timeout=30, factory=ReadOnlyConnection)


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection behind one to a file."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


class _Hinted(SQLiteCompiler):
    """Statements in SQLite's words, with the hints that some have for it: `INDEXED BY …`, behind the table's name."""

    limit_clause = SQLCompiler.limit_clause  # SQLite's own adds OFFSET 0, with which sorting takes longer

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:  # noqa: ARG002 - as is required
        return text


class Dialect(SQLiteDialect_pysqlite):
    """SQLAlchemy's, whose instances are as good as one another: a statement made for one engine does for all."""

    supports_statement_cache = True
    statement_compiler = _Hinted

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register("sqlite.archive", __name__, Dialect.__name__)

_COMPILED: LRUCache[Any, Any] = LRUCache(500)  # of the whole process


def open_engine(path: Path, *, read_only: bool = False, alone: bool = False) -> Engine:
    """Return an engine on an SQLite file; transactions begin IMMEDIATE unless `read_only`.

    A writer takes the write lock when it begins: with a deferred BEGIN, two writers that both read first make one of
    them fail at once instead of waiting. A read-only engine never creates or alters anything. One that is `alone` keeps
    all others out while it is connected, refuses to connect while anybody else has the file open, overwrites what it
    deletes, and does not look up what rows point to.
    """
    if read_only:
        options = "mode=ro&immutable=1" if is_immutable(path) else "mode=ro"
        name = f"file:{quote(os.fsencode(path.absolute()))}?{options}"
        url = URL.create("sqlite+archive", database=name, query={"uri": "true"})
        how: dict[str, Any] = {"factory": ReadOnlyConnection}
    else:
        url = URL.create("sqlite+archive", database=str(path))
        how = {}
    how |= {"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    moment = {"sees_one_moment": True} if read_only else {}
    engine = create_engine(
        url, poolclass=NullPool, connect_args=how, execution_options={"compiled_cache": _COMPILED, **moment}
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: Any) -> None:
        patience = PATIENCE_MS if alone else BUSY_TIMEOUT_MS
        connection.execute(f"PRAGMA foreign_keys = {'OFF' if alone else 'ON'}")
        connection.execute(f"PRAGMA busy_timeout = {patience}")
        if alone:
            # before the log is looked at, else it is shared with others for as long as it is open
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA cache_size = -65536")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")  # does nothing where there is a file already
            _use_wal(connection, patience)
            # FULL costs nothing measurable at a thousand articles a commit, and a finished batch survives a power cut
            connection.execute("PRAGMA synchronous = FULL")
            (page_size,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG // page_size}")
            # systems that build SQLite with secure deletion have it write zeros over every page that a rebuild frees,
            # twice as much to write; FAST does so only where a page is written anyway
            connection.execute(f"PRAGMA secure_delete = {'ON' if alone else 'FAST'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def trusting(engine: Engine) -> Connection:
    """Return a connection that does not look up, for each row it writes, whether what it points to is there.

    That would be a third of all time where nothing has changed. Rows of an import point to rows of the same
    transaction, whose ids are taken under the write lock, or to articles that were looked up in it.
    """
    connection = engine.connect()
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute("PRAGMA foreign_keys = OFF")
    return connection


def _use_wal(connection: sqlite3.Connection, patience: int) -> None:
    """Switch to WAL. For this alone SQLite does not wait while another process makes or opens the same file."""
    until = time.monotonic() + patience / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


@contextmanager
def file_errors_explained(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file itself (full disk, read-only, held by others) into an error with the cure."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        name = getattr(cause, "sqlite_errorname", "").removeprefix("SQLITE_").split("_")[0]
        if name in _DAMAGED:
            raise ArchiveError(f"{path} is damaged ({cause}); go back to a backup") from error
        if name not in _FILE_ERRORS:
            raise
        raise ArchiveError(
            f"{path} cannot be written ({cause}): {_FILE_ERRORS[name]}, and do the same again; "
            "what was in it before is safe"
        ) from error


def truncate_wal(engine: Engine) -> None:
    """Write what the WAL holds into the file and empty it, so that the one file can be copied.

    Where that cannot be done now (others read on, the disk is full, all of it is read-only) the WAL stays, and is as
    much a part of the archive as before.
    """
    try:
        with engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA busy_timeout = 1000")  # a reader that goes on reading is not waited for
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except (sqlite3.OperationalError, OperationalError):
        return
