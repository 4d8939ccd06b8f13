"""Preparing files in other processes, in order, beside the one process that writes."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from archive.documents import Failure
from archive.prepare import Prepared, Preparer, Settings, Task

_preparer: Preparer | None = None


def _start(settings: Settings) -> None:
    global _preparer
    # Ctrl-C reaches every process of the terminal; the writer alone decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _preparer = Preparer(settings)


def _prepare(tasks: Sequence[Task]) -> list[Prepared]:
    if _preparer is None:
        raise RuntimeError("a worker prepares only after it was started")
    return _preparer.prepare(tasks)


def _nothing() -> None:
    """Do nothing: what a process can do if it can do anything."""


class Workers:
    """Prepares chunks of files in `jobs` spawned processes, or in this one where that is quicker.

    Use as a context: leaving it ends the processes, also in the middle of their work.
    """

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings = settings
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._started: Future[None] | None = None
        self._here: Preparer | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def prepare(self, chunks: Iterable[list[Task]]) -> Iterator[list[Prepared]]:
        """Yield what became of each chunk, in order.

        A single chunk is not worth a process, nor is one whose files were all seen before: mostly, reading and
        hashing is all that there is to do with them.
        """
        waiting: deque[tuple[list[Task], Future[list[Prepared]] | None]] = deque()
        iterator = iter(chunks)
        chunk = next(iterator, None)
        alone = True
        while chunk is not None:
            following = next(iterator, None)
            alone = alone and following is None
            if self._jobs == 0 or alone or all(task.known for task in chunk):
                waiting.append((chunk, None))
            else:
                waiting.append((chunk, self._submit(chunk)))
            while len(waiting) > 2 * self._jobs + 1:
                yield self._result(*waiting.popleft())
            chunk = following
        while waiting:
            yield self._result(*waiting.popleft())

    def _submit(self, chunk: list[Task]) -> Future[list[Prepared]]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._jobs, multiprocessing.get_context("spawn"), initializer=_start, initargs=(self._settings,)
            )
            self._started = self._pool.submit(_nothing)
        try:
            return self._pool.submit(_prepare, chunk)
        except BrokenProcessPool as error:
            broken: Future[list[Prepared]] = Future()
            broken.set_exception(error)
            return broken

    def _result(self, chunk: list[Task], future: Future[list[Prepared]] | None) -> list[Prepared]:
        if future is None or self._jobs == 0:
            if self._here is None:
                self._here = Preparer(self._settings)
            return self._here.prepare(chunk)
        try:
            return future.result()
        except BrokenProcessPool:
            if self._started is not None and self._started.exception() is not None:
                # No process could start at all, as where the main program is not importable: do without.
                self._end()
                self._jobs = 0
                return self._result(chunk, None)
            return [result for task in chunk for result in self._alone(task)]

    def _alone(self, task: Task) -> list[Prepared]:
        """Prepare one file by itself, after a process died over the files it had: only one of them is to blame."""
        for _ in range(2):  # the first try may still meet the pool that is broken
            try:
                return self._submit([task]).result()
            except BrokenProcessPool:
                self._end()
        return [
            Failure(task.found.locator, "the process that read it was ended by the system, maybe for want of memory")
        ]

    def _end(self) -> None:
        if self._pool is not None:
            processes = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()
            self._pool = None
