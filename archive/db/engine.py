"""From the name of an archive to an engine that is set up as an archive needs it."""

import os
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from archive.errors import UsageError

DEFAULT_DATABASE = "archive.db"
BUSY_TIMEOUT_MS = 30_000


def database_path(database: str) -> Path:
    """Return the file that `database`, a path or an `sqlite:///` URL, names.

    Raises UsageError for a URL of a database that this version does not work on.
    """
    if "://" not in database:
        return Path(database)
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise UsageError(f"{database} is no database URL; write a path, or sqlite:///PATH") from error
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise UsageError(
            f"this version keeps an archive in an SQLite file, not in {url.render_as_string()}; write a path"
        )
    return Path(url.database)


def is_immutable(path: Path) -> bool:
    """Tell whether the file lies on read-only media: then SQLite must not look for a WAL it could not create."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists()


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """Return an engine on an SQLite file; transactions begin IMMEDIATE unless `read_only`.

    A writer takes the write lock when it begins: with a deferred BEGIN, two writers that both read first make one of
    them fail at once instead of waiting. A read-only engine never creates or alters anything.
    """
    if read_only:
        options = "mode=ro&immutable=1" if is_immutable(path) else "mode=ro"
        name = f"file:{quote(os.fsencode(path.absolute()))}?{options}"
        url = URL.create("sqlite", database=name, query={"uri": "true"})
    else:
        url = URL.create("sqlite", database=str(path))
    engine = create_engine(
        url,
        poolclass=NullPool,
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: SQLiteConnection, _record: Any) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA cache_size = -65536")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL costs nothing measurable at a thousand articles a commit, and a finished batch survives a power cut
            connection.execute("PRAGMA synchronous = FULL")
            # 64 MB: with the usual 4, pages that every batch alters are copied into the file after each of them
            connection.execute("PRAGMA wal_autocheckpoint = 16384")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def truncate_wal(engine: Engine) -> None:
    """Write what the WAL holds into the file and empty it, so that the one file can be copied."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute("PRAGMA busy_timeout = 1000")  # a reader that goes on reading is not waited for
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
