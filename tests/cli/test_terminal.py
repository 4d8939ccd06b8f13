"""On a real terminal, and in a pipe whose reader goes away: the program in a process of its own."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import Result

from archive.db.location import Location
from tests.engines import located

CHECKOUT = Path(__file__).resolve().parents[2]
ARTICLES = CHECKOUT / "seeds" / "articles"
COMMAND = [sys.executable, "-m", "archive"]
LOOKS = re.compile(rb"\x1b\[[0-9;]*m")  # sequences that change how what follows looks, and nothing else
LIVE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def environment(**changed: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "TERM": "xterm-256color", **changed}


def on_terminal(
    *words: object, width: int = 80, streams: tuple[str, ...] = ("stdout",), env: Mapping[str, str] | None = None
) -> tuple[int, bytes, bytes]:
    """Run with these streams on a pseudo-terminal; return exit code, what the terminal got, and the other stream."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=theirs if "stdout" in streams else subprocess.PIPE,
        stderr=theirs if "stderr" in streams else subprocess.PIPE,
        env=env or environment(),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the last writer has closed it
            break
        if not part:
            break
        shown += part
    out, err = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, shown.replace(b"\r\n", b"\n"), out or err or b""


def test_a_terminal_gets_colours_and_its_own_width(seeds_archive: Location) -> None:
    code, shown, _ = on_terminal("--db", located(seeds_archive), "search", "trade", width=60)
    assert code == 0
    assert b"\x1b[1;7mTrade\x1b[0m" in shown
    assert "«".encode() not in shown
    plain = LOOKS.sub(b"", shown)
    assert not LIVE.search(plain)
    lines = plain.decode().splitlines()
    assert 40 < max(map(len, lines)) <= 60


def test_what_changed_is_coloured_on_a_terminal(seeds_archive: Location, key: Callable[[str], str]) -> None:
    code, shown, _ = on_terminal("--db", located(seeds_archive), "diff", key("wire/lw-0457.md"), width=60)
    assert code == 0
    assert b"\x1b[9;31m23\x1b[0m\x1b[4;32m33\x1b[0m" in shown
    assert b"[-" not in LOOKS.sub(b"", shown)
    assert not LIVE.search(LOOKS.sub(b"", shown))


@pytest.mark.parametrize("changed", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colours_gets_none(changed: dict[str, str], seeds_archive: Location) -> None:
    code, shown, _ = on_terminal("--db", located(seeds_archive), "search", "trade", env=environment(**changed))
    assert code == 0
    assert b"\x1b" not in shown
    assert "«Trade»".encode() in shown


@pytest.mark.parametrize("words", [["search", "trade"], ["import", "x"]])
def test_a_pipe_gets_no_escapes(words: list[str], seeds_archive: Location) -> None:
    done = subprocess.run(
        [*COMMAND, "--db", located(seeds_archive), *words],
        env=environment(FORCE_COLOR="1"),
        capture_output=True,
        timeout=60,
    )
    assert done.stdout
    assert b"\x1b" not in done.stdout + done.stderr


def test_progress_is_shown_on_stderr_only(database: Location) -> None:
    code, shown, out = on_terminal("--db", located(database), "import", "--jobs", "0", ARTICLES, streams=("stderr",))
    assert code == 1
    assert b"19 units" in LOOKS.sub(b"", shown)
    assert b"failed: " in shown
    assert b"note: " in shown
    assert out.startswith(b"import 1: 19 read = 16 added")
    assert b"\x1b" not in out
    code, shown, _ = on_terminal(
        "--db", located(database), "import", "-q", "--jobs", "0", ARTICLES, streams=("stdout", "stderr")
    )
    assert code == 1
    assert b"import 2: 19 read = 0 added" in shown


def test_an_original_is_shown_and_not_obeyed(database: Location, tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "a.md").write_bytes(b'---\ntitle: "T"\n---\nA body with \xc2\x9b31m in it, and \xff.\n')
    run("--db", database, "import", "--jobs", "0", tmp_path / "a.md")
    key = run("--db", database, "list", "-f", "csv").stdout.splitlines()[1].split(",")[0]
    code, shown, _ = on_terminal("--db", located(database), "original", key)
    assert code == 0
    assert b"\\x9b31m" in shown
    assert b"\xc2\x9b" not in shown
    assert b"title" in shown


@pytest.mark.parametrize(
    "words",
    [
        [
            "sql",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n",
            "-f",
            "csv",
        ],
        ["sql", f"SELECT '{'x' * 100_000}' AS much", "-f", "json"],
        ["sql", "SELECT * FROM topic_names"],
    ],
    ids=["rows", "one row", "table"],
)
def test_a_reader_that_goes_away_is_no_error(words: list[str], seeds_archive: Location) -> None:
    process = subprocess.Popen(
        [*COMMAND, "--db", located(seeds_archive), *words],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 0


def test_nobody_reading_stderr_stops_no_import(database: Location, tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00")
    (tmp_path / "z.txt").write_text("The last of all.")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "--db", located(database), "import", "--jobs", "0", tmp_path],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=writer,
    )
    os.close(writer)
    assert done.returncode == 1
    assert b"31 read = 1 added" in done.stdout


def test_a_terminal_whose_encoding_lacks_a_script_gets_escapes(seeds_archive: Location) -> None:
    for form, expected in (("table", b"\\u5362"), ("json", "卢".encode())):
        done = subprocess.run(
            [*COMMAND, "--db", located(seeds_archive), "list", "-f", form],
            env=environment(PYTHONIOENCODING="latin-1"),
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
