"""`archive topics review` on a real terminal: the program in a process of its own, and keys that are pressed."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from archive.forget import forget

Run = Callable[..., Result]

CHECKOUT = Path(__file__).resolve().parents[2]
LOOKS = re.compile(r"\x1b\[[0-9;]*m")
PROMPT = "quit ? "
NEWEST = "Mayor wants a stall for lace, rope and eel"


class Terminal:
    """A pseudo-terminal on which the program runs."""

    def __init__(self, *words: object, width: int = 100, **env: str) -> None:
        self._ours, theirs = pty.openpty()
        self.resize(width)
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archive", *map(str, words)],
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

    def until(self, text: str = PROMPT) -> str:
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
        return LOOKS.sub("", self.raw)

    def press(self, key: str, text: str = PROMPT) -> str:
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
def terminal(seeds_archive: Path) -> Iterator[Callable[..., Terminal]]:
    """Return what begins to review the archive of seeds/articles, as Ben."""
    begun: list[Terminal] = []

    def begin(*words: object, width: int = 100, **env: str) -> Terminal:
        begun.append(Terminal("--db", seeds_archive, "topics", "review", "--who", "Ben", *words, width=width, **env))
        return begun[-1]

    yield begin
    for one in begun:
        with contextlib.suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait(timeout=60)


def log(seeds: Run) -> list[tuple[str, str, str]]:
    rows = json.loads(seeds("decisions", "--limit", "0", "-f", "json").stdout)
    return [(row["who"], row["name"], row["value"]) for row in reversed(rows)]


def test_keys_decide_and_quitting_goes_on_there(terminal: Callable[..., Terminal], seeds: Run) -> None:
    one = terminal()
    shown = one.until()
    total = int(re.findall(r"1 of (\d+)", shown)[0])
    assert shown.startswith(f"{total} to decide about, as Ben; ? tells the keys\n")
    assert f"\n{NEWEST}\nm4j7ruumrahm · Radio Lintel · 2023-12-12\n" in shown
    assert f"\n1 of {total}  Places › China (local:china)\n  rule “China”, body: She had read, she said" in shown
    assert "\x1b[1;7mChina\x1b[0m" in one.raw
    shown = one.press("y")
    assert shown.startswith("› yes\n")
    assert NEWEST not in shown
    assert f"2 of {total}  Places › Belarus (local:belarus)\n" in shown
    assert log(seeds) == [("Ben", "local:china", "accepted")]
    shown = one.press("n")
    assert shown.startswith("› no\n")
    assert f"3 of {total}  Port Lintel (local:port-lintel)\n  given as 'Port Lintel' in the file" in shown
    assert one.press("S").startswith("› skip\n")
    shown = one.ends("q")
    assert shown == f"› quit\n1 yes, 1 no, 1 skipped, {total - 3} left; the same command goes on there\n"
    assert one.process.returncode == 0
    assert log(seeds)[1:] == [("Ben", "local:belarus", "rejected")]
    again = terminal()
    assert f"1 of {total - 2}  Port Lintel (local:port-lintel)" in again.until()
    again.ends("q")


def test_the_last_answer_is_undone_and_asked_again(terminal: Callable[..., Terminal], seeds: Run) -> None:
    one = terminal()
    one.until()
    assert "nothing was answered yet; `archive decisions undo N` takes back" in one.press("u")
    one.press("y")
    shown = one.press("u")
    assert shown.startswith("› undo\n")
    assert "1 of " in shown and "local:china" in shown
    assert [row[1] for row in log(seeds)] == ["local:china", "1"]
    one.press("n")
    assert "1 no, 0 skipped" in one.ends("q")


def test_help_and_other_keys_decide_nothing(terminal: Callable[..., Terminal], seeds: Run) -> None:
    one = terminal()
    one.until()
    shown = one.press("?")
    assert "  y  yes: the topic is one of the article\n" in shown
    assert "1 of" not in shown
    assert one.press("x").startswith("›\n'x' is none of the keys; ? tells them\n")
    assert "'yy' is none of the keys" in one.press("yy")
    assert "'\\x1b[a' is none of the keys" in one.press("\x1b[A")  # an arrow
    assert "\x1b[a" not in one.raw
    assert one.ends("\x04").startswith("› quit\n0 yes, 0 no, 0 skipped, ")
    assert one.process.returncode == 0
    assert log(seeds) == []


def test_the_whole_article_is_shown_with_its_passages(terminal: Callable[..., Terminal]) -> None:
    one = terminal("--topic", "china", "key:m4j7ruumrahm OR key:t762qgxi4ict", NO_COLOR="1")
    one.until()
    one.press("s")
    shown = one.press("o")
    assert shown.startswith("› open\n\nUniversities to teach together, near and far\n\nStudents from Minsk")
    assert "\n\nMuseums, libraries and film studios stand" in shown
    assert shown.count("«") > 1  # there and in what is asked again
    assert "\n2 of " in shown
    assert "\x1b" not in one.raw
    one.ends("q")


@pytest.mark.parametrize("width", [20, 41])
def test_a_narrow_terminal_that_changes_is_no_trouble(terminal: Callable[..., Terminal], width: int) -> None:
    one = terminal(width=width)
    lines = one.until().split("\n")[1:]
    assert max(map(len, lines)) <= max(40, width)
    one.resize(90)
    assert max(map(len, one.press("o").split("\n"))) > 60
    one.resize(width)
    assert max(map(len, one.press("s").split("\n"))) <= max(40, width)
    one.ends("q")


def test_ctrl_c_ends_it_and_loses_nothing(terminal: Callable[..., Terminal], seeds: Run) -> None:
    one = terminal()
    one.until()
    one.press("y")
    shown = one.ends("\x03")
    assert shown.startswith("\n1 yes, 0 no, 0 skipped, ")
    assert one.process.returncode == 130
    assert len(log(seeds)) == 1


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_kill_loses_nothing(terminal: Callable[..., Terminal], seeds: Run, how: signal.Signals) -> None:
    one = terminal()
    one.until()
    one.press("y")
    one.press("n")
    one.process.send_signal(how)
    one.ends()
    assert [row[1:] for row in log(seeds)] == [("local:china", "accepted"), ("local:belarus", "rejected")]
    assert seeds("verify", "--deep").exit_code == 0


def test_a_terminal_that_goes_away_ends_it(terminal: Callable[..., Terminal], seeds: Run) -> None:
    one = terminal()
    one.until()
    one.press("y")
    one.hang_up()
    one.process.wait(timeout=60)
    assert len(log(seeds)) == 1


def test_an_article_forgotten_meanwhile_is_passed_over(
    terminal: Callable[..., Terminal], seeds: Run, seeds_archive: Path
) -> None:
    one = terminal()
    one.until()
    forget(seeds_archive, ["m4j7ruumrahm"], "asked for", "Ed")
    shown = one.press("y")
    assert "\nm4j7ruumrahm is not in the archive any more; it is passed over\n" in shown
    assert "Universities to teach together" in shown
    assert [row[1] for row in log(seeds)] == ["article"]
    one.ends("q")


def test_at_the_end_there_is_no_more_to_ask(terminal: Callable[..., Terminal]) -> None:
    one = terminal("--topic", "port-lintel", "key:m4j7ruumrahm")
    one.until()
    assert one.ends("y") == "› yes\n1 yes, 0 no, 0 skipped, 0 left\n"
    one = terminal("--topic", "port-lintel", "key:m4j7ruumrahm")
    assert one.ends() == "nothing is proposed that Ben did not decide about\n"
    assert one.process.returncode == 0


def test_control_characters_are_shown_and_not_obeyed(terminal: Callable[..., Terminal], seeds_archive: Path) -> None:
    with contextlib.closing(sqlite3.connect(seeds_archive)) as connection:
        connection.execute("UPDATE topics SET name = name || char(155) || '31m'")
        connection.execute("UPDATE article_revisions SET body = body || char(27) || '[5m', headline = 'A' || char(155)")
        connection.execute("UPDATE tag_evidence SET rule = char(27) || '[5m', given_text = char(27) || '[5m'")
        connection.commit()
    one = terminal(NO_COLOR="1")
    shown = one.until() + one.press("o") + one.press("s") + one.press("s")
    assert "China\\x9b31m" in shown
    assert "\nA\\x9b\n" in shown
    assert "rule “\\x1b[5m”" in shown
    assert "\\x1b[5m\n" in shown
    assert "given as '\\x1b[5m'" in shown
    assert not {"\x9b", "\x1b"} & {*one.raw, *shown}
    one.ends("q")


def test_without_a_terminal_it_says_what_else_there_is(seeds: Run) -> None:
    answer = seeds("topics", "review", stdin="y")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "there is no terminal to ask in; `archive tag KEY -- +TOPIC -TOPIC` decides without" in answer.stderr
    assert seeds("decisions").stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--topic", "nosuch"], 1, "there is no topic 'nosuch'"),
        (["--scheme", "medtop"], 2, "there is no vocabulary 'medtop'; there are local"),
        (["colour:red OR )"], 2, "archive: "),
        (["--who", " "], 2, "nobody is named who decides"),
    ],
)
def test_a_call_that_is_off_is_told(terminal: Callable[..., Terminal], words: list[str], code: int, told: str) -> None:
    one = terminal(*words)
    assert told in one.ends()
    assert one.process.returncode == code
