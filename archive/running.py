"""What an import is to the system: a process, known from all others, that may be killed or asked to stop."""

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_STOPS = (signal.SIGTERM, signal.SIGHUP)


def this_process() -> str:
    """Return what tells this process from all others, also from a later one with its number."""
    return f"{socket.gethostname()} {os.getpid()} {_start_of(os.getpid())}"


def still_runs(process: str) -> bool:
    """Tell whether a process still runs; of another machine nobody knows, so it does."""
    try:
        host, number, start = process.rsplit(" ", 2)
        int(number)
    except ValueError:
        return False  # it names no process
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return start == _start_of(int(number))


@contextmanager
def stopped_in_order() -> Iterator[None]:
    """Let what the system says to end a process (`kill`, a closed terminal) end it as Ctrl-C does: KeyboardInterrupt.

    Its message names the signal. Signals that somebody handles otherwise, or ignores (`nohup`), are left alone, and
    outside the main thread all of them: there Python cannot handle any.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


@contextmanager
def signals_held() -> Iterator[None]:
    """Let Ctrl-C and what else ends an import or an upgrade wait until the end of this, and act then.

    What a signal raises in the middle of a statement leaves a connection that is closed and still holds its lock; where
    SQLite calls Python back, it is lost. Outside the main thread nothing is held: there Python handles no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[signal.Signals] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *_STOPS)}
    held = {number: handler for number, handler in before.items() if callable(handler)}
    for number in held:
        signal.signal(number, lambda number, _frame: came.append(signal.Signals(number)))
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
    if came:
        held[came[0]](came[0], None)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let Python look for cycles seldom: an import makes hundreds of thousands of small objects and no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt(f"ended by {signal.Signals(number).name}")


def _start_of(number: int) -> str:
    """Return when a process started, in the kernel's ticks; '' where the system does not say."""
    try:
        return (
            Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[19] if sys.platform == "linux" else ""
        )
    except (OSError, IndexError):
        return ""


# Called with a word for the step of a long work, how much of it is done, and how much there is, None if nobody knows.
Watch = Callable[[str, int, int | None], None]


def unwatched(_what: str, _done: int, _total: int | None) -> None:
    """Watch nothing."""
