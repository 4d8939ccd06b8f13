"""Preparing files in other processes, in order, beside the one process that writes.

Each process has a thread here that hands it chunks over a pipe of its own. Processes that share a queue cannot be
killed: one that ends in the middle of a message leaves the others, and whoever reads, waiting for the rest of it.

What is harmless and short is prepared here too, where that is quicker. All else goes to a process, since only that can
be killed: of what was met here it goes to one that takes the place of this one, `beside`.
"""

import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import chain

from archive.documents import Failure
from archive.prepare import Prepared, Preparer, Settings, Task
from archive.processes import EndedError, Process, results_of
from archive.readers import HARMLESS
from archive.readers.files import FoundFile

# What became of each task of a chunk in another process: pickled, or not; None where there is no process.
_There = Future[bytes | list[Sequence[Prepared]] | None]

# chunks that wait beside two for each process: what one can do while a batch is written; MEASURED: with 1 the
# processors are idle for a seventh of the time, with 4 for a tenth
_WAITING = 4
_LEAST_SHARED = 16  # tasks that are worth a process of their own
_FEW = 3  # chunks of records; MEASURED: before a process has started, one that is there has prepared as many


@dataclass
class _Waiting:
    """A chunk, and who prepares it: another process (`future`), or this one, now or later (`prepared`).

    `elsewhere` are the tasks of a chunk prepared here that others prepare all the same: their numbers in it, and who.
    """

    chunk: list[Task]
    future: _There | None
    prepared: list[Sequence[Prepared] | None] | None = None
    elsewhere: list[tuple[list[int], _There | None]] = field(default_factory=list)


class Workers:
    """Prepares chunks of files in `jobs` spawned processes, or in this one where that is quicker and harmless.

    Use as a context: leaving it ends the processes, also in the middle of their work. A process that ends before loses
    nothing: a unit that took it more than the time allowed is a failure, and so is one over which it ends again; the
    others are read again. Where no process can be had, or `jobs` is 0, all is done in this one, without limits on time
    and memory.
    """

    def __init__(self, settings: Settings, jobs: int) -> None:
        self._settings = settings
        self._jobs = jobs
        self._threads: ThreadPoolExecutor | None = None
        self._beside: ThreadPoolExecutor | None = None
        self._last_beside: _There | None = None
        self._of_thread = threading.local()
        self._processes: list[Process] = []
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
        for threads in (self._threads, self._beside):
            if threads is not None:
                threads.shutdown(cancel_futures=True)

    def prepare(self, chunks: Iterable[list[Task]]) -> Iterator[list[Prepared]]:
        """Yield what became of each chunk, in order.

        A single chunk is not worth a process if it is harmless, nor are a few of records, nor is one of which most is
        known already.
        """
        waiting: deque[_Waiting] = deque()
        iterator = iter(chunks)
        first, few = _begun(iterator)
        for chunk in chain(first, iterator):
            new = sum(isinstance(task.found, FoundFile) for task in chunk)
            here = self._jobs == 0 or few or new <= len(chunk) // _LEAST_SHARED
            one = _Waiting(chunk, None if here else self._submit(chunk))
            if few:
                self._prepare_here(one, shared=True)
            waiting.append(one)
            while len(waiting) > 2 * self._jobs + _WAITING:
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    def _first(self, waiting: "deque[_Waiting]") -> list[Prepared]:
        """Return what became of the first chunk; while it is not done, others are prepared here instead of waiting.

        A file that is a chunk of its own is large, and left to the processes: one that ends over it costs nothing.
        """
        first = waiting.popleft()
        while first.future is not None and not first.future.done():
            if self._last_beside is not None and not self._last_beside.done():
                wait((first.future, self._last_beside), return_when=FIRST_COMPLETED)
                continue
            idle = (one for one in reversed(waiting) if one.future and len(one.chunk) > 1 and one.future.cancel())
            other = next(idle, None)
            if other is None:
                break
            self._prepare_here(other)
        if first.prepared is None:
            there = None if first.future is None else first.future.result()
            if there is not None:
                return [result for results in _unpickled(there) for result in results]
            self._prepare_here(first)
        return self._finished(first)

    def _prepare_here(self, one: _Waiting, *, shared: bool = False) -> None:
        """Prepare of a chunk what is harmless; the rest goes to the process beside, or is shared by all processes."""
        one.future = None
        if not any(isinstance(task.found, FoundFile) for task in one.chunk):
            one.prepared = [(task.found,) for task in one.chunk if not isinstance(task.found, FoundFile)]
            return
        here = self._preparer_here()
        if self._jobs == 0:
            one.prepared = [*here.prepare(one.chunk)]
            return
        one.prepared = here.prepare_harmless(one.chunk)
        costly = [number for number, results in enumerate(one.prepared) if results is None]
        shares = min(self._jobs + 1, len(costly) // _LEAST_SHARED) if shared else 1
        for share in range(max(1, shares) if costly else 0):
            numbers = costly[share :: max(1, shares)]
            tasks = [one.chunk[number] for number in numbers]
            one.elsewhere.append((numbers, self._submit(tasks) if share else self._submit_beside(tasks)))

    def _finished(self, one: _Waiting) -> list[Prepared]:
        """Return what became of a chunk that was prepared here, with what was prepared elsewhere in its place."""
        prepared = one.prepared or []
        for numbers, future in one.elsewhere:
            there = None if future is None else future.result()
            if there is None:
                made = self._preparer_here().prepare(one.chunk[number] for number in numbers)
            else:
                made = _unpickled(there)
            for number, results in zip(numbers, made, strict=True):
                prepared[number] = results
        return [result for results in prepared for result in results or ()]

    def _preparer_here(self) -> Preparer:
        if self._here is None:
            self._here = Preparer(self._settings)
        return self._here

    def _submit(self, chunk: list[Task]) -> _There | None:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._jobs)
        return self._submit_to(self._threads, chunk)

    def _submit_beside(self, chunk: list[Task]) -> _There | None:
        if self._beside is None:
            self._beside = ThreadPoolExecutor(1)
        self._last_beside = self._submit_to(self._beside, chunk)
        return self._last_beside

    def _submit_to(self, threads: ThreadPoolExecutor, chunk: list[Task]) -> _There | None:
        try:
            return threads.submit(self._prepare_there, chunk, pickle.dumps(chunk))
        except RuntimeError:  # no more threads for this user
            return None

    def _prepare_there(self, chunk: list[Task], pickled: bytes) -> bytes | list[Sequence[Prepared]] | None:
        """Prepare a chunk in the process of this thread; None where it has none and can have none."""
        if not self._has_process():
            self._jobs = 0
            return None
        try:
            return self._prepare_in_process(pickled)
        except EndedError as error:
            results, rest = self._prepare_up_to(error, chunk)
            return results + self._prepare_portion(rest)

    def _prepare_portion(self, tasks: list[Task]) -> list[Sequence[Prepared]]:
        """Prepare tasks in the process of this thread, and in others, where it ends over some of them."""
        results: list[Sequence[Prepared]] = []
        while tasks:
            try:
                if not self._has_process():
                    raise EndedError
                return results + results_of(self._prepare_in_process(pickle.dumps(tasks)))
            except EndedError as error:
                some, tasks = self._prepare_up_to(error, tasks)
                results += some
        return results

    def _prepare_up_to(self, error: EndedError, tasks: list[Task]) -> tuple[list[Sequence[Prepared]], list[Task]]:
        """Prepare, of tasks over which a process ended, those up to the one that it was at; returns the others too."""
        if not error.begun:
            return [self._prepare_alone(task) for task in tasks], []
        at = error.begun - 1
        last = (self._too_long(tasks[at]),) if error.time_is_up else self._prepare_alone(tasks[at])
        return [*self._prepare_portion(tasks[:at]), last], tasks[error.begun :]

    def _prepare_alone(self, task: Task) -> Sequence[Prepared]:
        """Prepare one file by itself, after a process ended over the files it had: only one of them is to blame."""
        for _ in range(2):  # the system may have ended one for what another did
            try:
                if self._has_process():
                    return results_of(self._prepare_in_process(pickle.dumps([task])))[0]
            except EndedError as error:
                if error.time_is_up:
                    return (self._too_long(task),)
        reason = "the process that read it was ended by the system, maybe for want of memory"
        return (Failure(task.found.locator, reason, "import it by itself, or split it"),)

    def _too_long(self, task: Task) -> Failure:
        seconds = self._settings.max_seconds
        reason = f"reading it takes more than {seconds:,} second{'' if seconds == 1 else 's'}"
        return Failure(task.found.locator, reason, "raise the limit with `--max-seconds`, or leave it out")

    def _prepare_in_process(self, tasks: bytes) -> bytes:
        try:
            prepared: bytes = self._of_thread.process.prepare(tasks)
        except EndedError:
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
                process = Process(self._settings)
                self._processes.append(process)
        except EndedError:
            return False
        if not process.is_ready():
            return False
        self._of_thread.process = process
        return True


def _unpickled(there: bytes | list[Sequence[Prepared]]) -> list[Sequence[Prepared]]:
    return results_of(there) if isinstance(there, bytes) else there


def _begun(chunks: Iterator[list[Task]]) -> tuple[list[list[Task]], bool]:
    """Return the first chunks, and whether they are all there are, and too few for a process to be started."""
    first: list[list[Task]] = []
    records = True
    for chunk in chunks:
        first.append(chunk)
        records = records and all(map(_is_harmless_record, chunk))
        if len(first) > (_FEW if records else 1):
            return first, False
    return first, True


def _is_harmless_record(task: Task) -> bool:
    return task.reader in HARMLESS or not isinstance(task.found, FoundFile)
