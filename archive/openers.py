"""Files of many documents, taken apart in a process that can be killed: nobody knows before what is in them."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from archive.documents import Failure
from archive.processes import TIME_IS_UP, become_killable, starting_undisturbed
from archive.readers.base import shown
from archive.readers.field_map import FieldMap
from archive.readers.files import FoundFile
from archive.readers.looking import look_into
from archive.readers.unwrap import FoundRecord, Limits, Taken, unwrap_file

_READY = "ready"
_LINES = (".jsonl", ".ndjson", ".jl")  # split at their line ends: that needs nobody who can be killed
_AT_ONCE = 100  # units handed over in one message
_BYTES_AT_ONCE = 1_000_000  # or so many bytes of them


def _work(writer: Connection, limits: Limits, max_seconds: int, max_memory: int, fields: FieldMap) -> None:
    """Take apart what the writer names, and hand over what is in it, as it asks for it, until it ends."""
    become_killable(max_memory)
    with suppress(EOFError, ConnectionError, MemoryError):
        writer.send(_READY)
        while True:
            found: FoundFile = writer.recv()
            units = _units(found, limits, max_seconds, fields)
            first = next(units, None)
            writer.send(first is not None)
            units = chain((first,), units)
            while first is not None and writer.recv():
                some = _take_some(units)
                writer.send(some)
                if not some:
                    break


def _units(found: FoundFile, limits: Limits, max_seconds: int, fields: FieldMap) -> Iterator[Taken | None]:
    """Yield the units in a file; nothing if it is one document. Over each of them the process may work so long."""
    try:
        signal.setitimer(signal.ITIMER_PROF, max_seconds)
        taken = unwrap_file(found, limits, fields=fields)
        for one in taken or ():
            yield one
            signal.setitimer(signal.ITIMER_PROF, max_seconds)
    except MemoryError:
        reason = "there is not enough memory to take it apart"
        yield Failure(found.locator, reason, "raise the limit with `--max-memory`, or split it")
    except Exception as error:
        reason = f"a defect of this program ({type(error).__name__}: {shown(str(error), 200)})"
        yield Failure(found.locator, reason, "report it, with the file if you can")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _take_some(units: Iterator[Taken | None]) -> list[Taken]:
    some: list[Taken] = []
    size = 0
    for one in units:
        if one is None:
            continue
        some.append(one)
        size += len(one.content) if isinstance(one, FoundRecord) else 0
        if len(some) == _AT_ONCE or size >= _BYTES_AT_ONCE:
            break
    return some


class Opener:
    """Takes files apart, one after the other, in a process of its own, which is started for the first that needs it.

    Use as a context: leaving it ends the process. A file over which it ends is a failure after the units that came, and
    the next has a new process. Where none can be had, or none is wanted (`here`), files are taken apart in this one.
    """

    def __init__(self, limits: Limits, max_seconds: int, max_memory: int, fields: FieldMap, *, here: bool) -> None:
        self._limits = limits
        self._max_seconds = max_seconds
        self._max_memory = max_memory
        self._fields = fields
        self._here = here
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._is_within = False  # a file that was not read to its end

    def __enter__(self) -> "Opener":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def take_apart(self, found: FoundFile, content: bytes | None = None) -> Iterator[Taken] | None:
        """Return the units in a file: a short single document itself; None if that is long, or cannot be opened.

        `content` has its bytes where they were read already. One is read to its end, or given up, before the next is
        named.
        """
        holds_many, content = look_into(found, self._fields, content)
        if not holds_many:
            # what was looked at need not be opened once more
            return None if content is None else iter((FoundRecord(found, content, None),))
        if self._is_within:
            self._end()
        connection = None if found.path.lower().endswith(_LINES) else self._started()
        if connection is None:
            return unwrap_file(found, self._limits, fields=self._fields)
        try:
            connection.send(found)
            holds_many = connection.recv()
        except (EOFError, OSError):
            return iter((self._ended(found),))
        return self._handed_over(found, connection) if holds_many else None

    def _handed_over(self, found: FoundFile, connection: Connection) -> Iterator[Taken]:
        self._is_within = True
        while True:
            try:
                connection.send(True)
                some: list[Taken] = connection.recv()
            except (EOFError, OSError):
                yield self._ended(found)
                return
            if not some:
                self._is_within = False
                return
            yield from some

    def _started(self) -> Connection | None:
        """Return the connection to the process, started if need be; None where there can be none."""
        if self._connection is not None or self._here:
            return self._connection
        try:
            with starting_undisturbed():
                self._connection, theirs = multiprocessing.Pipe()
                context = multiprocessing.get_context("spawn")
                what = (theirs, self._limits, self._max_seconds, self._max_memory, self._fields)
                self._process = context.Process(target=_work, args=what, daemon=True)
                try:
                    self._process.start()
                finally:
                    theirs.close()  # or nobody would notice that the process has ended
            if self._connection.recv() == _READY:
                return self._connection
        except (EOFError, OSError):  # no more processes or memory for this user
            self._connection = None
        self._here = True
        return None

    def _ended(self, found: FoundFile) -> Failure:
        """Return why a file could not be taken apart (further), once the process has ended over it."""
        if self._process is not None:
            self._process.join(timeout=10)
        if self._end() == -TIME_IS_UP:
            seconds = f"{self._max_seconds:,} second{'' if self._max_seconds == 1 else 's'}"
            reason = f"taking it apart takes more than {seconds} for one unit"
            return Failure(found.locator, reason, "raise the limit with `--max-seconds`, or leave it out")
        reason = "the process that took it apart was ended by the system, maybe for want of memory"
        return Failure(found.locator, reason, "import it by itself, or split it")

    def _end(self) -> int | None:
        """End the process, also in the middle of its work; returns how it ended."""
        process, self._process, self._connection, self._is_within = self._process, None, None, False
        if process is None or process.pid is None:
            return None
        process.kill()
        process.join()
        return process.exitcode
