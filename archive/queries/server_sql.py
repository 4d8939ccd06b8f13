"""A person's own SQL on an archive that a server keeps: it can read, change nothing, and take only so much time.

A server has no authorizer as SQLite has, and a read-only transaction alone lets functions write: sequences, files of
the server's, other sessions. The guards, of which each closes a hole that another leaves open:

- the statement is sent alone, by the extended protocol, as that of a cursor, which only a SELECT can be;
- no function can be named that the server says may change something, or that somebody made (`server_sql_guard`);
- the transaction is READ ONLY, and is never committed;
- a role that may become `pg_read_all_data`, as each superuser, is that and nothing more while the statement runs;
- the server ends the statement when its time is over, and when nobody listens any more; where even the server does not
  answer, the connection is cut from here.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL

from archive.db.postgresql import explained_by_server
from archive.errors import ArchiveError
from archive.queries.server_sql_errors import explained, timed_out
from archive.queries.server_sql_guard import Prepared, require_harmless
from archive.queries.server_sql_values import values_as_read

T = TypeVar("T")

BUSY_SECONDS = 5.0
GRACE_SECONDS = 2.0
GONE_SECONDS = 1  # after these the server looks whether anybody still listens
READER = "pg_read_all_data"

_CURSOR = "asked"
_DECLARED = f'DECLARE "{_CURSOR}" NO SCROLL CURSOR FOR '
_MOST_AT_ONCE = 1_000  # rows
_QUICK = 0.2  # seconds, in which rows shall come

# what decides how a statement is read and its values are written, whatever the server's settings are
_SETTINGS = {
    "lock_timeout": f"{int(BUSY_SECONDS * 1000)}",
    "standard_conforming_strings": "on",
    "datestyle": "ISO, YMD",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "cursor_tuple_fraction": "1",
}


class ServerRows:
    """The rows that a statement gives, as they come: only one batch is held, however many there are.

    `columns` are the names of the columns, as the server gives them: one may be there twice. Values are None, int,
    float, str or bytes, and lists of these; json comes as Python's lists and dicts, anything else as the server writes
    it. A second loop goes on where the first one stopped. Close it, or use it in a `with`, when not all rows are
    wanted; that ends the transaction. While rows are read the same errors can come as from `run_select`.
    """

    columns: tuple[str, ...] = ()

    def __init__(self, url: URL, prepared: Prepared, time_limit: float, max_rows: int | None, opening: float) -> None:
        self._url = url
        self._prepared = prepared
        self._time_limit = self._seconds_left = time_limit
        self._rows_left = max_rows
        self._at_once = 10
        self._batch: Iterator[tuple[Any, ...]] = iter(())
        self._cursor: Any = None
        self._connection = _connected(url, opening)
        try:
            with self._explained():
                require_harmless(self._connection, prepared)
                self._give_up_what_writes()
            self.columns = self._within(self._begin)
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        while True:
            yield from self._batch
            if self._cursor is None:
                return
            try:
                self._batch = iter(self._within(self._fetch))
            except BaseException:
                self.close()
                raise

    def _give_up_what_writes(self) -> None:
        """Keep the role from all but reading, where it may become one that only reads."""
        how = "SET" if self._connection.info.server_version >= 160000 else "MEMBER"
        may = self._connection.execute(f"SELECT pg_catalog.pg_has_role(current_user, '{READER}', '{how}')").fetchone()
        if may == (True,):
            self._connection.execute(f"SET LOCAL ROLE {READER}")

    def _begin(self) -> tuple[str, ...]:
        """Begin the statement; returns the names of its columns."""
        values = self._prepared.values
        if self._prepared.is_explained:
            self._cursor = psycopg.RawCursor(self._connection)
            # only what is prepared is never sent as several statements
            self._cursor.execute(self._prepared.text, values, prepare=True)
        else:
            self._cursor = psycopg.RawServerCursor(self._connection, _CURSOR, scrollable=False)
            self._cursor.execute(self._prepared.text, values)
        return tuple(column.name for column in self._cursor.description or ())

    def _fetch(self) -> list[tuple[Any, ...]]:
        """Return the next rows; the last of them end it all."""
        number = self._at_once if self._rows_left is None else min(self._at_once, self._rows_left)
        began = time.monotonic()
        rows: list[tuple[Any, ...]] = self._cursor.fetchmany(number) if number else []
        self._at_once = min(_MOST_AT_ONCE, number * 2) if time.monotonic() - began < _QUICK else max(1, number // 2)
        if self._rows_left is not None:
            self._rows_left -= len(rows)
        if len(rows) < number or not number or self._rows_left == 0:
            self.close()
        return rows

    def _within(self, work: Callable[[], T]) -> T:
        """Do a part of the work in the time that is left; raise what explains why it cannot be done."""
        left = self._seconds_left
        with self._explained(), _cut_off(self._connection, left + GRACE_SECONDS):
            # of what is left the server knows nothing; that it is sent each time makes it of no use to change it
            self._set("statement_timeout", f"{min(max(1, int(left * 1000)), 2**31 - 1) if left < 2**31 else 0}")
            began = time.monotonic()
            done = work()
        self._seconds_left -= time.monotonic() - began
        if self._seconds_left <= 0:
            raise timed_out(self._time_limit)
        return done

    def _set(self, name: str, value: str) -> None:
        self._connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (name, value))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise timed_out(self._time_limit) from None
        except psycopg.Error as error:
            prefix = 0 if self._prepared.is_explained else len(_DECLARED)
            raise explained(error, self._prepared, prefix, self._time_limit, self._url, self._names) from None

    def _names(self) -> list[tuple[str, list[str]]]:
        """Return the tables and views with their columns; the transaction, which an error has ended, is left."""
        with suppress(psycopg.Error):
            self._connection.rollback()
            found = self._connection.execute(
                "SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_class c "
                "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
                "WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND pg_catalog.pg_table_is_visible(c.oid) "
                "AND c.relnamespace <> 'pg_catalog'::regnamespace GROUP BY c.relname ORDER BY c.relname"
            )
            return found.fetchall()
        return []

    def close(self) -> None:
        """End the statement, if it still runs. Rows not read yet are gone."""
        cursor, self._cursor = self._cursor, None
        self._connection.close()
        if cursor is not None:
            cursor.close()

    def __enter__(self) -> "ServerRows":
        return self

    def __exit__(self, *_: object) -> None:
        self._batch = iter(())
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_connection"):
            self.close()


def _connected(url: URL, opening: float) -> "psycopg.Connection[Any]":
    """Return a connection in a transaction that only reads, and whose names lead where they are known to."""
    _, words = url.get_dialect()().create_connect_args(url)
    try:
        connection = psycopg.connect(
            **{"connect_timeout": max(2, int(opening)), **words, "application_name": "archive sql"},
            client_encoding="utf8",
            autocommit=True,
            prepare_threshold=5,
            context=values_as_read(),
        )
    except psycopg.Error as error:
        raise explained_by_server(url, error) or ArchiveError(f"{url} cannot be asked: {error}") from None
    try:
        with suppress(psycopg.errors.InvalidParameterValue):  # some systems have no way to see that
            connection.execute(f"SET client_connection_check_interval = '{GONE_SECONDS}s'")
        connection.autocommit = False
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for name, value in _SETTINGS.items():
            connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (name, value))
        found = connection.execute("SELECT pg_catalog.current_schemas(false)").fetchone()
        # as of another role, "$user" would lead elsewhere
        schemas = [name for name in (found[0] if found else []) if name != "pg_catalog"]
        path = sql.SQL(", ").join(map(sql.Identifier, ["pg_catalog", *schemas]))
        connection.execute(sql.SQL("SET LOCAL search_path = {}").format(path))
    except psycopg.Error as error:
        connection.close()
        raise explained_by_server(url, error) or ArchiveError(f"{url} cannot be asked: {error}") from None
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _cut_off(connection: "psycopg.Connection[Any]", seconds: float) -> Iterator[None]:
    """Cut a connection when a server does not answer in time: TimeoutError."""
    is_late = threading.Event()

    def cut() -> None:
        is_late.set()
        with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.pgconn.socket)) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except psycopg.Error as error:
        if is_late.is_set():
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
