"""A person's own SQL on the archive: it can read everything, change nothing, and take only so much time and memory.

On an archive in a file (for one on a server see `server_sql`), a statement runs in a process of its own, of
`sql_child`, because nothing inside SQLite can end every statement: one LIKE over a long text never asks a progress
handler. The guards, of which each closes a hole that another leaves open:

- the file is opened `mode=ro`, with `query_only`;
- an authorizer lets a statement, and the views it uses, read, call functions and ask a few pragmas, and nothing else;
- the length of values, of LIKE patterns and of the statement is limited, and nothing can be attached;
- the process has a limit of memory and of temporary files, and is killed (SIGKILL) when its time is over;
- it ends with the program that started it, however that one ends.
"""

import contextlib
import marshal
import os
import re
import select
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import quote

from archive.db.location import Location
from archive.errors import ArchiveError, SchemaError, TimeLimitError, UsageError
from archive.queries.sql_errors import ALL_NAMES, READING, explained

if TYPE_CHECKING:
    from archive.queries.server_sql import ServerRows

SqlValue = None | int | float | str | bytes | list[Any] | dict[str, Any]

OPEN_SECONDS = 30.0
BUSY_SECONDS = 5.0
STATEMENT_BYTES = 1_000_000
VALUE_BYTES = 100_000_000
MEMORY_BYTES = 2 << 30
# Room for each file of a sort: it may put aside all that the database holds, and what a join makes of it.
TEMPORARY_BYTES = 1 << 30
TEMPORARY_PER_BYTE = 2

# SQLite's tokens, as far as needed to see where a statement ends: https://sqlite.org/lang_comment.html and
# https://sqlite.org/lang_keywords.html. What is opened and never closed goes on to the end of the text.
_TOKEN = re.compile(
    r"(?P<blank>[ \t\n\f\r]+|--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<end>;)"
    r"|'(?:[^']+|'')*'?|\"(?:[^\"]+|\"\")*\"?|`(?:[^`]+|``)*`?|\[[^\]]*\]?|[^\s'\"`\[;/-]+|.",
    re.DOTALL,
)


class Rows:
    """The rows that a statement gives, as they come: only one batch is held, however many there are.

    `columns` are the names of the columns, as SQLite gives them: one may be there twice. Values are None, int, float,
    str or bytes; in text that is not UTF-8 the undecodable bytes are U+FFFD. A second loop goes on where the first one
    stopped. Close it, or use it in a `with`, when not all rows are wanted; that ends the process at once.

    While rows are read the same errors can come as from `run_select`; it is then closed, and rows that were handed out
    before stay good.
    """

    columns: tuple[str, ...] = ()

    def __init__(self, request: Mapping[str, Any], time_limit: float, log: Path) -> None:
        self._statement: str = request["statement"]
        self._time_limit = time_limit
        self._seconds_left = OPEN_SECONDS
        self._opened = False
        self._batch: Iterator[bytes] = iter(())
        self._more = True
        self._log = None if log.exists() else log
        self._process = _start()
        self._input = cast("IO[bytes]", self._process.stdin)
        self._output = cast("IO[bytes]", self._process.stdout)
        try:
            data = marshal.dumps(dict(request))
            self._send(len(data).to_bytes(8, "big") + data)
            self._answer()
            self._opened = True
            self._seconds_left = time_limit
            _, self.columns = self._answer()
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[tuple[SqlValue, ...]]:
        while True:
            for packed in self._batch:
                yield marshal.loads(packed)  # noqa: S302
            if not self._more:
                return
            try:
                self._send(b"+")
                kind, packed_rows = self._answer()
            except BaseException:
                self.close()
                raise
            self._batch = iter(packed_rows)
            if kind == "last":
                self._more = False
                self._end()

    def _send(self, data: bytes) -> None:
        # Where the process is gone, reading its answer tells why.
        with contextlib.suppress(BrokenPipeError):
            self._input.write(data)
            self._input.flush()

    def _answer(self) -> tuple[str, Any]:
        """Return the kind and value of the next message; raise if it is an error, or does not come in the time left."""
        began = time.monotonic()
        until = began + self._seconds_left
        try:
            length = int.from_bytes(self._read_exactly(8, until), "big")
            kind, value = marshal.loads(self._read_exactly(length, until))  # noqa: S302
        except TimeoutError:
            raise self._late() from None
        except EOFError:
            raise self._ended() from None
        self._seconds_left -= time.monotonic() - began
        if kind == "error":
            raise explained({**value, "value_bytes": VALUE_BYTES}, _first_word(self._statement), self._statement)
        return kind, value

    def _read_exactly(self, size: int, until: float) -> bytearray:
        # Past Python's buffer, of which poll would know nothing.
        descriptor = self._output.fileno()
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        data = bytearray()
        while len(data) < size:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            # An hour at a time: poll counts milliseconds in an int of C.
            if ready.poll(min(left, 3600.0) * 1000):
                part = os.read(descriptor, min(size - len(data), 1 << 20))
                if not part:
                    raise EOFError
                data += part
        return data

    def _late(self) -> ArchiveError:
        if not self._opened:
            return ArchiveError(f"the database could not be opened within {OPEN_SECONDS:g} s; try again")
        return TimeLimitError(
            f"the statement ran longer than {self._time_limit:g} s and was ended; allow more with"
            " --time-limit SECONDS, or see with EXPLAIN QUERY PLAN what takes the time"
        )

    def _ended(self) -> ArchiveError:
        self._end()
        code = self._process.returncode
        how = f"with status {code}" if code >= 0 else f"by signal {-code}"
        return ArchiveError(
            f"the process that ran the statement was ended {how}, perhaps for want of memory; ask for less at a time"
        )

    def close(self) -> None:
        """End the statement, if it still runs. Rows not read yet are gone."""
        self._batch = iter(())
        self._more = False
        self._process.kill()
        self._end()

    def _end(self) -> None:
        for stream in (self._input, self._output):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._process.wait()
        if self._log is not None:
            log, self._log = self._log, None
            _remove_empty_log(log)

    def __enter__(self) -> "Rows":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # While Python shuts down nothing can be imported; the process ends by itself, with its input.
        if hasattr(self, "_process") and not sys.is_finalizing():
            self.close()


def run_select(
    database: Location,
    statement: str,
    *,
    parameters: Mapping[str, str] | None = None,
    time_limit: float = 30.0,
    max_rows: int | None = None,
) -> "Rows | ServerRows":
    """Return the rows that one reading statement gives: SELECT, WITH … SELECT, VALUES, EXPLAIN, or a pragma that tells.

    `parameters` are the values of `:name`. `max_rows` ends the result there. `time_limit` is in seconds and covers what
    the caller waits for: the statement's execution and the sending of its rows, not what the caller does between two
    rows, nor the opening of the file, which has `OPEN_SECONDS` of its own. What needs longer is killed: TimeLimitError.

    Refused, as UsageError: a statement that does not only read, a second statement, one that SQLite does not
    understand (with the names that are near), a value over `VALUE_BYTES`. A file that is missing or no database is a
    SchemaError. The file is not changed, and another program may write to it meanwhile; each call sees one state of it.
    For an archive on a server, `server_sql` says what is otherwise.

    >>> run_select(Path("no/such.db"), "SELECT 1")
    Traceback (most recent call last):
    archive.errors.SchemaError: no/such.db does not exist; archive import creates it
    """
    if not time_limit > 0:
        raise UsageError(f"a time limit is a number of seconds above 0, not {time_limit:g}")
    if max_rows is not None and max_rows < 0:
        raise UsageError(f"a number of rows is 0 or more, not {max_rows}")
    _require_text(statement)
    values = dict(parameters or {})
    for name, value in values.items():
        if not (_encodable(name) and _encodable(value)):
            raise UsageError(f"a value for :{_printable(name)} is no text: it or its name has a lone surrogate")
    if not isinstance(database, Path):
        from archive.queries.server_sql import ServerRows
        from archive.queries.server_sql_guard import prepare

        return ServerRows(database, prepare(statement, values), time_limit, max_rows, OPEN_SECONDS)
    text = _single(statement)
    path, size = _regular_file(database)
    log = Path(f"{path}-wal")
    request = {
        "uri": "file://" + quote(os.fsencode(path)),
        "may_be_immutable": _is_settled(path, log),
        "busy": BUSY_SECONDS,
        "statement": text,
        "parameters": values,
        "max_rows": max_rows,
        "memory": MEMORY_BYTES,
        "temporary_file": TEMPORARY_BYTES + TEMPORARY_PER_BYTE * size,
        "value_bytes": VALUE_BYTES,
        "statement_bytes": STATEMENT_BYTES,
    }
    return Rows(request, time_limit, log)


def _require_text(statement: str) -> None:
    if "\0" in statement or not _encodable(statement):
        raise UsageError("the statement has a character that no text has: NUL or a lone surrogate")
    if len(statement.encode()) > STATEMENT_BYTES:
        raise UsageError(f"the statement is too long: {STATEMENT_BYTES:,} bytes are allowed; give long values as :name")


def _single(statement: str) -> str:
    """Return the statement without what follows it, if that is nothing but semicolons, blanks and comments."""
    text = statement.lstrip("\ufeff")
    first = ""
    end = None
    for token in _TOKEN.finditer(text):
        if token["blank"]:
            continue
        if token["end"]:
            if first and end is None:
                end = token.start()
        elif end is not None:
            if first not in READING:
                # What is refused anyway is refused for what it is, such as CREATE TRIGGER with its inner statements.
                return text
            raise UsageError("archive sql runs one statement at a time; give the second one to a second call")
        elif not first:
            first = token.group().upper()
    if not first:
        raise UsageError(f"there is no statement; to begin with: {ALL_NAMES}")
    return text[:end]


def _first_word(statement: str) -> str:
    return next((t.group().upper() for t in _TOKEN.finditer(statement) if not (t["blank"] or t["end"])), "")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: object) -> str:
    return str(text).encode(errors="replace").decode()


def _regular_file(database: Path) -> tuple[Path, int]:
    """Return where the file really is, since SQLite keeps its log beside that, and its size.

    It is not opened here: closing it again would drop the locks that this program holds on it as a writer.
    """
    shown = _printable(database)
    try:
        path = Path(os.path.realpath(database))
        state = path.stat()
    except FileNotFoundError:
        raise SchemaError(f"{shown} does not exist; archive import creates it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SchemaError(f"{shown} cannot be read: {reason}") from None
    if not stat.S_ISREG(state.st_mode):
        raise SchemaError(f"{shown} is no file, so it is no archive")
    if state.st_size == 0:
        raise SchemaError(f"{shown} is empty, so it is no archive; archive import creates one where none is")
    return path, state.st_size


def _is_settled(path: Path, log: Path) -> bool:
    """Return whether the caller cannot write there, and no log holds changes that the file does not have yet."""
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return False
    try:
        return log.stat().st_size == 0
    except OSError:
        return True


def _start() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("sql_child.py"))]
    try:
        # In this program's process group, so that Ctrl-C and Ctrl-Z reach both.
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise ArchiveError(f"no process could be started to run the statement: {error}") from None


def _remove_empty_log(log: Path) -> None:
    """Take away the empty log that a reader leaves beside the file, so that the folder is as it was.

    SQLite makes it for a database in WAL mode, and only a connection that may write removes it.
    """
    import sqlite3

    try:
        if log.stat().st_size:
            return
    except OSError:
        return
    path = str(log).removesuffix("-wal")
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file://{quote(os.fsencode(path))}?mode=rw", uri=True, timeout=0)
        with contextlib.closing(connection):
            connection.execute("PRAGMA user_version").fetchone()
