"""A process that PDFium works in: started at the first PDF, kept for the next, ended over a limit or with this one."""

import atexit
import json
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

from archive.readers.base import UnreadableError

SECONDS = 60  # of the processor
MEMORY = 1_500_000_000  # bytes of address space, of which the program itself takes a fifth
_LENGTH = struct.Struct(">Q")
_PATIENCE = 10  # times as long by the clock, until what does not end by itself is ended

_INSTALL = "pip install 'archive[pdf]'"


class _Process:
    """One such process, or none."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, content: bytes, seconds: int, memory: int) -> dict[str, Any] | None:
        """Return what is in a PDF, or None where the process ended over it."""
        with self._lock:
            running = self._running
            if running is None or running.poll() is not None:
                running = self._running = self._start(seconds, memory)
            assert running.stdin is not None and running.stdout is not None  # noqa: S101 - they are pipes
            watch = threading.Timer(seconds * _PATIENCE, running.kill)
            watch.daemon = True
            watch.start()
            try:
                running.stdin.write(_LENGTH.pack(len(content)))
                running.stdin.write(content)
                running.stdin.flush()
                head = running.stdout.read(_LENGTH.size)
                answer = running.stdout.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
                found = json.loads(answer) if answer else None
            except (OSError, ValueError):
                found = None
            finally:
                watch.cancel()
            if found is None:
                self._end()
            return found if isinstance(found, dict) else None

    def end(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _start(self, seconds: int, memory: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "archive.readers.pdf.pages", str(seconds), str(memory)]
        return subprocess.Popen(  # noqa: S603 - this program itself
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        running.kill()
        for stream in (running.stdin, running.stdout):
            if stream is not None:
                with suppress(OSError):  # what was still to be written has nobody to go to
                    stream.close()
        running.wait()


_process = _Process()
atexit.register(_process.end)


def ask_for_pages(content: bytes, seconds: int = SECONDS, memory: int = MEMORY) -> dict[str, Any]:
    """Return the pages of a PDF as `pages.read_pages` gives them.

    Raises UnreadableError where the extra is missing, where the PDF is broken, encrypted or over a limit, and where
    the process ended over it: more than `seconds` or `memory` were needed, or PDFium has a defect.
    """
    from importlib.util import find_spec

    if find_spec("pypdfium2") is None:
        raise UnreadableError("reading PDF needs an extra that is not installed (pypdfium2)", _INSTALL)
    found = _process.ask(content, seconds, memory)
    if found is None:
        raise UnreadableError(
            f"the PDF library gave up: it needs more than {seconds} seconds or {memory:,} bytes, or cannot be read",
            "print it to a new PDF, or save its text as a .txt file",
        )
    error = found.get("error")
    if error is None:
        return found
    from archive.readers.pdf.pages import MOST_PAGES

    what = found.get("what", "")
    reasons = {
        "password": ("an encrypted PDF: it opens with a password only", "save it without a password"),
        "pages": (f"a PDF of {what} pages is over the limit of {MOST_PAGES:,}", "split it"),
        "large": (f"a PDF of {what} is over the limit", "split it"),
        "memory": (f"the PDF needs more than {memory:,} bytes of memory", "print it to a new PDF, or split it"),
    }
    broken = ("no PDF that can be read: it is broken or cut off", "open it in a viewer and print it to a new PDF")
    raise UnreadableError(*reasons.get(error, broken))
