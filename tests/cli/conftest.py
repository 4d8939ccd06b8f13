"""The command line, run in this process: exit code, stdout and stderr apart; an error nobody caught fails the test."""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import URL

from archive.cli import cli
from archive.db.location import Location
from tests.engines import connected, located

CHECKOUT = Path(__file__).resolve().parents[2]
_LOOKS = re.compile(r"\x1b\[[0-9;]*m")  # sequences that change how what follows looks
_PROMPT = "quit ? "  # after which a key is waited for


def as_word(word: object) -> str:
    """Return a word of a command; a URL, which hides its password where it is shown, with that."""
    return located(word) if isinstance(word, URL) else str(word)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Return what runs `archive WORDS…`; `width` is the terminal's."""

    def invoke(*words: object, stdin: str | bytes | None = None, width: int = 120) -> Result:
        runner = CliRunner(env={"COLUMNS": str(width)})
        result = runner.invoke(cli, [as_word(word) for word in words], input=stdin, prog_name="archive")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def seeds(seeds_archive: Location, run: Callable[..., Result]) -> Callable[..., Result]:
    """Return what runs `archive WORDS…` on a copy of the archive of seeds/articles."""
    return lambda *words, **how: run("--db", seeds_archive, *words, **how)


@pytest.fixture
def key(seeds_archive: Location) -> Callable[[str], str]:
    """Return what gives the key of the one article that a file of seeds/articles was made into."""

    def of(file: str) -> str:
        with connected(seeds_archive) as connection:
            rows = connection.execute(
                "SELECT DISTINCT a.key FROM articles a JOIN import_items i ON i.article_id = a.id"
                " WHERE i.locator LIKE '%/seeds/articles/' || ?",
                (file,),
            ).fetchall()
        assert len(rows) == 1, file
        return str(rows[0][0])

    return of


class Terminal:
    """A pseudo-terminal on which the program runs."""

    def __init__(self, *words: object, width: int = 100, **env: str) -> None:
        self._ours, theirs = pty.openpty()
        self.resize(width)
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archive", *map(as_word, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**kept, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm-256color", **env},
            start_new_session=True,
        )
        self._theirs = theirs
        self.raw = ""

    def resize(self, width: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))

    def until(self, text: str = _PROMPT) -> str:
        """Return what is shown until a text stands at the end, which is when a key is waited for; or all there is."""
        shown = b""
        while not shown.decode(errors="ignore").endswith(text):
            ready, _, _ = select.select([self._ours], [], [], 60)
            assert ready, f"nothing more is shown after {shown!r}"
            try:
                part = os.read(self._ours, 65536)
            except OSError:  # Linux says so when the last writer has closed it
                break
            shown += part
        self.raw = shown.decode().replace("\r\n", "\n")
        return _LOOKS.sub("", self.raw)

    def press(self, key: str, text: str = _PROMPT) -> str:
        """Press a key once the program waits for one, and return what is shown then."""
        while not self._waits():
            select.select([], [], [], 0.01)
        os.write(self._ours, key.encode())
        return self.until(text)

    def _waits(self) -> bool:
        """Tell whether the program takes keys one by one: only then does it read them."""
        return not termios.tcgetattr(self._theirs)[3] & termios.ICANON

    def hang_up(self) -> None:
        os.close(self._theirs)
        os.close(self._ours)

    def ends(self, key: str = "") -> str:
        """Press a key, and return what is shown until the program ends."""
        if key:
            while not self._waits():
                select.select([], [], [], 0.01)
            os.write(self._ours, key.encode())
        self.process.wait(timeout=60)
        os.close(self._theirs)
        return self.until("\0")


@pytest.fixture
def on_terminal() -> Iterator[Callable[..., Terminal]]:
    """Return what runs `archive WORDS…` on a pseudo-terminal; what has not ended with the test is ended."""
    begun: list[Terminal] = []

    def begin(*words: object, width: int = 100, **env: str) -> Terminal:
        begun.append(Terminal(*words, width=width, **env))
        return begun[-1]

    yield begin
    for one in begun:
        with contextlib.suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait(timeout=60)
