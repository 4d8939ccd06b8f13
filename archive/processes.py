"""One process that reads files and can be killed: how it is started, limited, and what is known when it has ended."""

import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import ModuleType

from archive.prepare import Prepared, Preparer, Settings, Task
from archive.running import seldom_collecting

STOPS = frozenset((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
_READY = "ready"
TIME_IS_UP = signal.SIGPROF

_starting = threading.Lock()


def _work(writer: Connection, begun: Connection, settings: Settings) -> None:
    """Prepare what the writer hands over, until it ends."""
    become_killable(settings.max_memory)
    preparer = Preparer(settings)
    with seldom_collecting(), suppress(EOFError, ConnectionError, MemoryError):
        writer.send(_READY)
        while True:
            tasks = writer.recv()
            writer.send(preparer.prepare(_limited(tasks, begun, settings.max_seconds)))


def _limited(tasks: Iterable[Task], begun: Connection, seconds: int) -> Iterator[Task]:
    """Yield tasks; over each the process may work so long, else the system ends it, whatever it does at that moment.

    It is the processor's time that counts: a slow disk, a busy machine or an import that is stopped for the night shall
    cost no file. The writer learns from `begun` over which task it was.
    """
    for task in tasks:
        os.write(begun.fileno(), b".")
        signal.setitimer(signal.ITIMER_PROF, seconds)
        yield task
    signal.setitimer(signal.ITIMER_PROF, 0)


def become_killable(max_memory: int) -> None:
    """Make this process one that ends with the writer, by `TIME_IS_UP`, and over so much memory.

    Ctrl-C reaches every process of the terminal, and stays blocked here: the writer alone decides what it means.
    """
    signal.signal(TIME_IS_UP, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*STOPS, TIME_IS_UP} - {signal.SIGINT})
    threading.Thread(target=_end_with_the_writer, daemon=True).start()
    limit_memory(max_memory)


def limit_memory(size: int) -> None:
    """Let this process have no more than so many bytes; where a system does not count them, it stays as it is.

    What is counted is the data, not the address space: libraries reserve much of that and use little.
    """
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (size, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _end_with_the_writer() -> None:
    """End this process when the one that writes has ended, however it did, also in the middle of a long text."""
    writer = multiprocessing.parent_process()
    if writer is not None:
        writer.join()
    os._exit(1)


@contextmanager
def starting_undisturbed() -> Iterator[None]:
    """Let a process be started without the main program, and without signals until it is ready for them.

    The main program, which spawned processes import, is not needed in them, cannot be found where it came from standard
    input, and would import everything once more where it is a plain script.
    """
    with _starting:
        resource_tracker.ensure_running()  # starting it lets signals through, so that comes first
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class EndedError(Exception):
    """The process has ended, or could not start.

    `begun` is how many of the tasks it had it began, the last of which it did not finish; 0 where none was begun.
    `time_is_up` says that it was ended for the time that this one took.
    """

    def __init__(self, begun: int = 0, *, time_is_up: bool = False) -> None:
        super().__init__()
        self.begun = begun
        self.time_is_up = time_is_up


class Process:
    """One process that prepares files, as its thread sees it."""

    def __init__(self, settings: Settings) -> None:
        try:
            with starting_undisturbed():
                self._connection, theirs = multiprocessing.Pipe()
                self._begun, begins = multiprocessing.Pipe(duplex=False)
                context = multiprocessing.get_context("spawn")
                self._process = context.Process(target=_work, args=(theirs, begins, settings), daemon=True)
                try:
                    self._process.start()
                finally:
                    # or nobody would notice that the process has ended
                    theirs.close()
                    begins.close()
            os.set_blocking(self._begun.fileno(), False)
        except OSError as error:  # no more processes or memory for this user
            raise EndedError from error

    def is_ready(self) -> bool:
        """Wait until the process is ready for work; False if it never will be."""
        try:
            return bool(self._connection.recv() == _READY)
        except (EOFError, OSError):
            return False

    def prepare(self, tasks: bytes) -> bytes:
        """Return what became of each file (`results_of`); raises EndedError where the process ended over them.

        Both are pickled, so that the process has not to wait for that: it would be idle for a tenth of the time.
        """
        try:
            self._connection.send_bytes(tasks)
            prepared = self._connection.recv_bytes()
        except (EOFError, OSError) as error:
            self._process.join()
            raise EndedError(self._count_begun(), time_is_up=self._process.exitcode == -TIME_IS_UP) from error
        self._count_begun()
        return prepared

    def end(self) -> None:
        """End the process, also in the middle of its work."""
        self._process.kill()
        self._process.join()

    def _count_begun(self) -> int:
        """Return how many tasks were begun since this was asked last."""
        number = 0
        with suppress(BlockingIOError):
            while some := os.read(self._begun.fileno(), 1 << 16):
                number += len(some)
        return number


def results_of(prepared: bytes) -> list[Sequence[Prepared]]:
    """Return what a process made of each file, in order."""
    results: list[Sequence[Prepared]] = pickle.loads(prepared)  # noqa: S301 - of a process of our own
    return results
