"""The process in which `queries.sql` runs one statement: it can read one database, and be killed without harm.

It is run as a script and imports only the standard library, so that it starts in some 15 ms. Both ways a message is
8 bytes of length, big-endian, and that many bytes of `marshal` (both ends are the same interpreter). In comes one
request, then one byte for each batch of rows wanted; out go `ready`, `columns`, then `rows` as often as asked, the last
of them called `last`; or `error` instead of any of these. Between two requests nothing is computed, so the time that a
caller waits is the time that the statement runs. When its input ends, because the caller closed it or is dead, the
process ends too, in the middle of whatever it does.
"""

import _thread
import itertools
import marshal
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from typing import Any

BATCH_BYTES = 1 << 18
BATCH_SECONDS = 0.2
PATTERN_BYTES = 100

# Pragmas that tell something about a table or an index that is named, and those that tell something without being
# given anything. FTS5 reads data_version to learn that its index was changed by another connection.
PRAGMAS_OF_A_NAME = frozenset(
    ["foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list", "table_xinfo"]
)
PRAGMAS_OF_THE_FILE = frozenset(
    [
        "application_id",
        "collation_list",
        "compile_options",
        "data_version",
        "database_list",
        "encoding",
        "freelist_count",
        "function_list",
        "journal_mode",
        "module_list",
        "page_count",
        "page_size",
        "pragma_list",
        "schema_version",
        "user_version",
    ]
)

# Functions that load code, take pointers, or reach other files in a library or a shell that was built with them.
REFUSED_FUNCTIONS = frozenset(["edit", "fsdir", "fts3_tokenizer", "load_extension", "lsdir", "readfile", "writefile"])

WORDS = {
    sqlite3.SQLITE_INSERT: "INSERT",
    sqlite3.SQLITE_UPDATE: "UPDATE",
    sqlite3.SQLITE_DELETE: "DELETE",
    sqlite3.SQLITE_PRAGMA: "PRAGMA",
    sqlite3.SQLITE_FUNCTION: "the function",
    sqlite3.SQLITE_ATTACH: "ATTACH",
}


class Guard:
    """An authorizer that lets a statement read and nothing else, and remembers the first thing it refused."""

    def __init__(self) -> None:
        self.refused: tuple[str, str] | None = None

    def __call__(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in REFUSED_FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA:
            name = (first or "").lower()
            if name in PRAGMAS_OF_A_NAME or (name in PRAGMAS_OF_THE_FILE and not second):
                return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
            # SQLite asks this of itself when a virtual table, such as FTS5's or pragma_table_info, is first used. An
            # UPDATE that is written so is refused all the same, by SQLite: no statement can switch writable_schema on.
            return sqlite3.SQLITE_OK
        if self.refused is None:
            named = second if action == sqlite3.SQLITE_FUNCTION else first
            self.refused = (WORDS.get(action, "a change"), named or "")
        return sqlite3.SQLITE_DENY


def limit_process(memory: int, temporary_file: int) -> None:
    """Bound what the process may take: its memory, and each file that a sort puts aside, in bytes; no core dump."""
    import resource

    for which, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, temporary_file),
        (resource.RLIMIT_CORE, 0),
    ):
        allowed = resource.getrlimit(which)[1]
        most = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):
            # macOS refuses RLIMIT_AS: there the limit on the length of a value and the time limit remain.
            continue


def open_to_read(uri: str, may_be_immutable: bool, busy: float) -> sqlite3.Connection:
    """Return a connection that cannot write, with the file opened and its schema read.

    `busy` is how many seconds it waits for another program that keeps the file to itself.

    A database in WAL mode on a medium that cannot be written has no place for its shared memory, and SQLite refuses to
    open it. Then, where the caller knows that no log stands beside it, it is opened as a file that nobody changes.
    """
    try:
        return _connect(f"{uri}?mode=ro", busy)
    except sqlite3.OperationalError as error:
        unwritable = getattr(error, "sqlite_errorname", None) in ("SQLITE_CANTOPEN", "SQLITE_READONLY_DIRECTORY")
        if not (may_be_immutable and unwritable):
            raise
        return _connect(f"{uri}?mode=ro&immutable=1", busy)


def _connect(uri: str, busy: float) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=busy, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    # No mapping: a file that is cut off while it is mapped ends the process with a bus error. The schema stays trusted:
    # else SQLite 3.40 refuses every view on an FTS5 table, and what a view calls is seen by the authorizer too.
    for pragma in ("query_only=ON", "cell_size_check=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def guard(connection: sqlite3.Connection, value_bytes: int, statement_bytes: int) -> Guard:
    """Limit and watch a connection: after this only reading is left, and no value and no statement is longer."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, value_bytes)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, statement_bytes)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0)
    watching = Guard()
    connection.set_authorizer(watching)
    return watching


def names(connection: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """Return the tables and views with their columns, without the shadow tables of a search index."""
    found = []
    shown = (
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual')"
        " ORDER BY type = 'virtual', name"
    )
    try:
        tables = [name for (name,) in connection.execute(shown)]
    except sqlite3.Error:
        return []
    for table in tables:
        try:
            columns = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        except sqlite3.Error:
            # A view over something that is gone has a name and no columns.
            columns = []
        found.append((table, columns))
    return found


def batch(rows: Iterator[tuple[Any, ...]]) -> tuple[str, list[bytes]]:
    """Return the next rows, each packed: as many as make a quarter of a megabyte or came in a fifth of a second."""
    packed = []
    size = 0
    until = time.monotonic() + BATCH_SECONDS
    for row in rows:
        one = marshal.dumps(row)
        packed.append(one)
        size += len(one)
        if size >= BATCH_BYTES or time.monotonic() >= until:
            return "rows", packed
    return "last", packed


def receive() -> dict[str, Any]:
    length = int.from_bytes(_read_exactly(8), "big")
    request: dict[str, Any] = marshal.loads(_read_exactly(length))  # noqa: S302
    return request


def _read_exactly(size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = os.read(0, min(size - len(data), 1 << 16))
        if not part:
            os._exit(0)
        data += part
    return bytes(data)


def send(kind: str, value: Any = None) -> None:
    data = marshal.dumps((kind, value))
    sys.stdout.buffer.write(len(data).to_bytes(8, "big"))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def watch(wanted: Any) -> None:
    """Pass on each request for rows; end the process when no more can come."""
    while os.read(0, 1):
        wanted.release()
    os._exit(0)


def answer(request: dict[str, Any], wanted: Any) -> None:
    """Run the statement of a request and send what it gives, or the error that it meets."""
    connection = watching = None
    try:
        limit_process(request["memory"], request["temporary_file"])
        connection = open_to_read(request["uri"], request["may_be_immutable"], request["busy"])
        watching = guard(connection, request["value_bytes"], request["statement_bytes"])
        send("ready")
        cursor = connection.execute(request["statement"], request["parameters"])
        if cursor.description is None:
            raise sqlite3.ProgrammingError("the statement returns no rows")
        send("columns", tuple(column[0] for column in cursor.description))
        rows = itertools.islice(cursor, request["max_rows"])
        kind = "rows"
        while kind == "rows":
            wanted.acquire()
            kind, packed = batch(rows)
            send(kind, packed)
    except (Exception, sqlite3.Warning) as error:
        report = {
            "type": type(error).__name__,
            "code": getattr(error, "sqlite_errorname", None),
            "message": str(error),
            "opened": watching is not None,
            "refused": watching.refused if watching else None,
            "names": names(connection) if connection and str(error).startswith("no such ") else [],
        }
        send("error", report)


def main() -> None:
    request = receive()
    wanted = _thread.allocate_lock()
    wanted.acquire()
    _thread.start_new_thread(watch, (wanted,))
    try:
        answer(request, wanted)
    finally:
        # Not sys.exit: the thread that watches the input would be waited for, or torn down while it reads.
        os._exit(0)


if __name__ == "__main__":
    main()
