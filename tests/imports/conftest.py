"""Imports as people run them: the real command, in a process of its own."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.db.location import Location
from tests.engines import located, rows

FILES = 3000

_WORDS = (
    "harbour mayor council bridge report trade market river farmers visit school water minister budget vote station"
    " railway museum winter summer bakery storm ferry quarry orchard"
)
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]


def command(database: Location, *words: object) -> list[str]:
    return [sys.executable, "-m", "archive", "--db", located(database), *map(os.fspath, map(_word, words))]


def _word(word: object) -> Any:
    return word if isinstance(word, str | bytes | os.PathLike) else str(word)


@pytest.fixture
def run() -> Run:
    """Return what runs `archive --db DATABASE WORDS…` to its end; a traceback, or a lock that shows, fails the test."""

    def invoke(database: Location, *words: object, **how: Any) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(command(database, *words), capture_output=True, text=True, timeout=120, **how)
        assert "Traceback" not in done.stderr, done.stderr
        assert "locked" not in done.stderr, done.stderr
        return done

    return invoke


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what starts `archive --db DATABASE WORDS…` in a session of its own; stderr goes to a file, `said`."""
    started: list[subprocess.Popen[str]] = []

    def begin(database: Location, *words: object, said: Path | None = None, **how: Any) -> "subprocess.Popen[str]":
        with (said or tmp_path / "said").open("w") as stderr:
            process = subprocess.Popen(
                command(database, *words),
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                text=True,
                start_new_session=True,
                **how,
            )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of some thousand short articles, a few of them in two places."""
    folder = tmp_path_factory.mktemp("many")
    chance, words = random.Random(7), _WORDS.split()
    for number in range(FILES):
        if number % 400 == 0:
            (folder / f"{number // 400:02}").mkdir()
        file = folder / f"{number // 400:02}" / f"{number:05}.txt"
        paragraphs = (" ".join(chance.choices(words, k=30)).capitalize() + "." for _ in range(2))
        file.write_text(f"Report number {number} of the {chance.choice(words)}\n\n" + "\n\n".join(paragraphs) + "\n")
        if number % 97 == 50:
            file.write_bytes((folder / f"{(number - 20) // 400:02}" / f"{number - 20:05}.txt").read_bytes())
        if number % 131 == 60:
            file.write_bytes(b"")
    return folder


@pytest.fixture
def query() -> Callable[..., list[tuple[Any, ...]]]:
    """Return what asks an archive in SQL."""
    return rows


@pytest.fixture
def workers_of() -> Callable[[int], list[int]]:
    """Return what gives the processes that a process has started and that have not ended; needs Linux."""
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        pytest.skip("this system does not tell which processes a process has started")
    return _children


def _children(process: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so; fails after that many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to this in time"
        time.sleep(0.005)


@pytest.fixture(name="until")
def _until() -> Callable[..., None]:
    return until


@pytest.fixture(name="is_running")
def _is_running() -> Callable[[int], bool]:
    return is_running
