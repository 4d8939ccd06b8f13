"""An archive on a PostgreSQL server: how it is opened and locked, and what the server says of itself."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlalchemy.util import LRUCache

from archive.errors import ArchiveError

OLDEST = 140000  # of the server, as `server_version_num` has it
LOCK_TIMEOUT_MS = 30_000
CONNECT_SECONDS = 10

# A machine that is gone without a word keeps the write lock until the server notices: by default for two hours.
_ALIVE = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4"

# One archive is written by one transaction at a time, as with SQLite: ids follow the highest there is, and what is
# unknown to one writer would be added by two. The lock is the transaction's, and gone when its connection is.
_WRITE_LOCK = 0x61726368697665  # "archive"
# A server may be set to say that something is written before it is; then a batch would be gone that was told as safe.
_BEGINS = (
    f"SELECT pg_advisory_xact_lock({_WRITE_LOCK}), CASE current_setting('synchronous_commit') "
    "WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END"
)

# What the server says, by its SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), and the cure.
_SERVER_ERRORS = {
    "28": "it does not let you in; look at name and password, which can stand in ~/.pgpass, and at pg_hba.conf",
    "3D000": "there is no such database; make it with createdb, encoding UTF8",
    "42501": "your role may not do this; its owner can allow it with GRANT, or name another role in the URL",
    "25006": "it can only be read there; name the server that is written to",
    "53100": "its disk is full; make room",
    "53200": "it has no memory left; look at its settings",
    "53300": "too many programs are connected; end some, or raise max_connections",
    "55P03": "another program holds it for longer than lock_timeout; end that, wait, or allow more in the URL, as "
    "?options=-c%20lock_timeout%3D600s",
    "57014": "somebody ended it, or it took longer than statement_timeout; allow more in the URL, as "
    "?options=-c%20statement_timeout%3D0",
}
# A server that refuses a connection gives no SQLSTATE; what it says then, in English.
_REFUSALS = {
    "28": re.compile(r"password|authentication|pg_hba|role .* does not exist|not permitted to log in"),
    "3D000": re.compile(r"database .* does not exist"),
    "42501": re.compile(r"permission denied"),
    "53300": re.compile(r"too many|connection slots"),
}
# What it says of a statement, and of what that finds, by class.
_OF_A_STATEMENT = ("0A", "21", "22", "23", "42", "54", "58", "XX")
_GONE = ("08", "57P")  # connections that break, and servers that are shut down


class _Number(Loader):
    """Reads a sum of whole numbers as what it is; PostgreSQL calls it numeric."""

    def load(self, data: Buffer) -> int | float:
        digits = bytes(data).decode()
        return float(digits) if "." in digits else int(digits)


class Dialect(PGDialect_psycopg):
    """SQLAlchemy's, of which those are as good as one another whose servers take the same statements."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dialect) and self._server() == other._server()

    def __hash__(self) -> int:
        return hash(type(self))  # what is known of a server is known once there is a connection

    def _server(self) -> tuple[object, ...]:
        return self.server_version_info, self.default_schema_name, self._backslash_escapes


registry.register("postgresql.archive", __name__, Dialect.__name__)

_COMPILED: LRUCache[Any, Any] = LRUCache(500)  # statements, of the whole process


def open_engine(url: URL, *, read_only: bool = False) -> Engine:
    """Return an engine on a database; transactions hold the archive's write lock unless `read_only`.

    A read-only one sees the archive as of the moment when its transaction begins, as with SQLite.
    """
    how: dict[str, Any] = {
        "application_name": "archive",
        "client_encoding": "utf8",
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} {_ALIVE} {url.query.get('options', '')}".strip(),
    }
    moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True, "sees_one_moment": True}
    engine = create_engine(
        url.set(drivername="postgresql+archive").difference_update_query(["options"]),
        poolclass=NullPool,
        connect_args=how,
        use_native_hstore=False,  # else the server is asked for a type that no archive has, each time
        execution_options={"compiled_cache": _COMPILED, **(moment if read_only else {})},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: psycopg.Connection, _record: Any) -> None:
        connection.adapters.register_loader("numeric", _Number)

    if not read_only:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql(_BEGINS)

    return engine


@contextmanager
def server_errors_explained(url: URL) -> Iterator[None]:
    """Turn what the server says of itself (not there, gone, full, not allowed) into an error with the cure."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        is_broken = isinstance(error, DBAPIError) and error.connection_invalidated
        explained = explained_by_server(url, cause, is_gone=is_broken)
        if explained is None:
            raise
        raise explained from error


def explained_by_server(url: URL, error: BaseException | None, *, is_gone: bool = False) -> ArchiveError | None:
    """Return what the server, or the want of one, says of itself by an error of the driver's; None for other errors."""
    state = getattr(error, "sqlstate", None)
    said = " ".join(str(error).split())
    if state is None:
        state = next((one for one, words in _REFUSALS.items() if words.search(said)), None)
    if state is None and not is_gone and "connection" not in said:
        return None
    if state is None or state.startswith(_GONE):
        return ArchiveError(
            f"{url} cannot be reached ({said}): see whether the server runs, and do the same again; "
            "what was written before is safe"
        )
    cure = _SERVER_ERRORS.get(state) or _SERVER_ERRORS.get(state[:2])
    if cure is None:
        return None
    return ArchiveError(f"{url} cannot be used ({said}): {cure}; what was in it before is safe")


def is_of_statement(error: DBAPIError) -> bool:
    """Tell whether the server says something of one statement (no such table, damaged data), and not of itself."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(_OF_A_STATEMENT) and state not in _SERVER_ERRORS


def require_usable(connection: Connection, url: URL) -> None:
    """Raise ArchiveError where the server is too old, or the database has another encoding than UTF-8."""
    # in one, and over to where the server is but once
    asked = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
    version, encoding = connection.exec_driver_sql(asked).one()
    if version < OLDEST:
        raise ArchiveError(f"{url} is on PostgreSQL {version // 10000}; an archive needs {OLDEST // 10000} or newer")
    if encoding != "UTF8":
        raise ArchiveError(
            f"{url} has the encoding {encoding}, in which not all texts can be kept; make a database with "
            "createdb --encoding UTF8 --template template0"
        )
