"""Preparing files in other processes, in order, beside the one process that writes.

Each process has a thread here that hands it chunks over a pipe of its own. Processes that share a queue cannot be
killed: one that ends in the middle of a message leaves the others, and whoever reads, waiting for the rest of it.
"""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import ModuleType

from archive.documents import Failure
from archive.prepare import Prepared, Preparer, Settings, Task

_STOPS = frozenset((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
_READY = "ready"

# What became of a chunk in another process: pickled, or of files prepared one by one; None where there is no process.
_There = Future[bytes | list[Prepared] | None]

_starting = threading.Lock()


def _work(writer: Connection, settings: Settings) -> None:
    """Prepare what the writer hands over, until it ends."""
    # Ctrl-C reaches every process of the terminal, and stays blocked here: the writer alone decides what it means
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS - {signal.SIGINT})
    threading.Thread(target=_end_with_the_writer, daemon=True).start()
    preparer = Preparer(settings)
    with suppress(EOFError, ConnectionError, MemoryError):
        writer.send(_READY)
        while True:
            writer.send(preparer.prepare(writer.recv()))


def _end_with_the_writer() -> None:
    """End this process when the one that writes has ended, however it did, also in the middle of a long text."""
    writer = multiprocessing.parent_process()
    if writer is not None:
        writer.join()
    os._exit(1)


@contextmanager
def _starting_undisturbed() -> Iterator[None]:
    """Let a process be started without the main program, and without signals until it is ready for them.

    The main program, which spawned processes import, is not needed in them, cannot be found where it came from standard
    input, and would import everything once more where it is a plain script.
    """
    with _starting:
        resource_tracker.ensure_running()  # starting it lets signals through, so that comes first
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@dataclass
class _Waiting:
    """A chunk, and who prepares it: another process (`future`), this one later, or this one already (`prepared`)."""

    chunk: list[Task]
    future: _There | None
    prepared: list[Prepared] | None = None


class _EndedError(Exception):
    """The process has ended, or could not start."""


class _Process:
    """One process that prepares files, as its thread sees it."""

    def __init__(self, settings: Settings) -> None:
        try:
            with _starting_undisturbed():
                self._connection, theirs = multiprocessing.Pipe()
                context = multiprocessing.get_context("spawn")
                self._process = context.Process(target=_work, args=(theirs, settings), daemon=True)
                try:
                    self._process.start()
                finally:
                    theirs.close()  # or nobody would notice that the process has ended
        except OSError as error:  # no more processes or memory for this user
            raise _EndedError from error

    def is_ready(self) -> bool:
        """Wait until the process is ready for work; False if it never will be."""
        try:
            return bool(self._connection.recv() == _READY)
        except (EOFError, OSError):
            return False

    def prepare(self, tasks: bytes) -> bytes:
        """Return what became of each file; raises _EndedError where the process ended over them.

        Both are pickled, so that the process has not to wait for that: it would be idle for a tenth of the time.
        """
        try:
            self._connection.send_bytes(tasks)
            return self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise _EndedError from error

    def end(self) -> None:
        """End the process, also in the middle of its work."""
        self._process.kill()
        self._process.join()


class Workers:
    """Prepares chunks of files in `jobs` spawned processes, or in this one where that is quicker.

    Use as a context: leaving it ends the processes, also in the middle of their work. A process that ends before loses
    nothing: its files are read again one by one, and only one over which a process ends again is a failure. Where no
    process can be had, all is done in this one.
    """

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings = settings
        self._jobs = jobs
        self._threads: ThreadPoolExecutor | None = None
        self._of_thread = threading.local()
        self._processes: list[_Process] = []
        self._changing = threading.Lock()
        self._left = False
        self._here: Preparer | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        with self._changing:
            self._left = True
            for process in self._processes:
                process.end()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def prepare(self, chunks: Iterable[list[Task]]) -> Iterator[list[Prepared]]:
        """Yield what became of each chunk, in order.

        A single chunk is not worth a process, nor is one whose files were all seen before: mostly, reading and
        hashing is all that there is to do with them.
        """
        waiting: deque[_Waiting] = deque()
        iterator = iter(chunks)
        chunk = next(iterator, None)
        alone = True
        while chunk is not None:
            following = next(iterator, None)
            alone = alone and following is None
            here = self._jobs == 0 or alone or all(task.known for task in chunk)
            waiting.append(_Waiting(chunk, None if here else self._submit(chunk)))
            while len(waiting) > 2 * self._jobs + 1:
                yield self._first(waiting)
            chunk = following
        while waiting:
            yield self._first(waiting)

    def _first(self, waiting: "deque[_Waiting]") -> list[Prepared]:
        """Return what became of the first chunk; while it is not done, others are prepared here instead of waiting.

        A file that is a chunk of its own is large, and left to the processes: one that ends over it costs nothing.
        """
        first = waiting.popleft()
        while first.future is not None and not first.future.done():
            idle = (one for one in reversed(waiting) if one.future and len(one.chunk) > 1 and one.future.cancel())
            other = next(idle, None)
            if other is None:
                break
            other.future, other.prepared = None, self._prepare_here(other.chunk)
        if first.prepared is not None:
            return first.prepared
        prepared = None if first.future is None else first.future.result()
        if isinstance(prepared, bytes):
            return _unpickled(prepared)
        return self._prepare_here(first.chunk) if prepared is None else prepared

    def _submit(self, chunk: list[Task]) -> _There | None:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._jobs)
        try:
            return self._threads.submit(self._prepare_there, chunk, pickle.dumps(chunk))
        except RuntimeError:  # no more threads for this user
            return None

    def _prepare_here(self, chunk: list[Task]) -> list[Prepared]:
        if self._here is None:
            self._here = Preparer(self._settings)
        return self._here.prepare(chunk)

    def _prepare_there(self, chunk: list[Task], pickled: bytes) -> bytes | list[Prepared] | None:
        """Prepare a chunk in the process of this thread; None where it has none and can have none."""
        if not self._has_process():
            self._jobs = 0
            return None
        try:
            return self._prepare_in_process(pickled)
        except _EndedError:
            return [result for task in chunk for result in self._prepare_alone(task)]

    def _prepare_alone(self, task: Task) -> list[Prepared]:
        """Prepare one file by itself, after a process ended over the files it had: only one of them is to blame."""
        for _ in range(2):  # the system may have ended one for what another did
            with suppress(_EndedError):
                if self._has_process():
                    return _unpickled(self._prepare_in_process(pickle.dumps([task])))
        return [
            Failure(
                task.found.locator,
                "the process that read it was ended by the system, maybe for want of memory",
                "import it by itself, or split it",
            )
        ]

    def _prepare_in_process(self, tasks: bytes) -> bytes:
        try:
            prepared: bytes = self._of_thread.process.prepare(tasks)
        except _EndedError:
            self._of_thread.process = None
            raise
        return prepared

    def _has_process(self) -> bool:
        """Tell whether this thread has a process, started if need be."""
        if getattr(self._of_thread, "process", None) is not None:
            return True
        try:
            with self._changing:
                if self._left:
                    return False
                process = _Process(self._settings)
                self._processes.append(process)
        except _EndedError:
            return False
        if not process.is_ready():
            return False
        self._of_thread.process = process
        return True


def _unpickled(prepared: bytes) -> list[Prepared]:
    results: list[Prepared] = pickle.loads(prepared)  # noqa: S301 - of a process of our own
    return results
