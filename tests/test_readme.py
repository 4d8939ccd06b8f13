"""The session in the README is what really comes out, and `make demo` shows what it promises.

`UPDATE_README=1 pytest tests/test_readme.py` pastes the session anew.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
README = CHECKOUT / "README.md"
SESSION = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)


def test_session_in_the_readme_is_real(tmp_path: Path) -> None:
    (tmp_path / "seeds").symlink_to(CHECKOUT / "seeds")
    text = README.read_text(encoding="utf-8")
    found = SESSION.search(text)
    assert found is not None
    commands = [line[2:] for line in found[2].splitlines() if line.startswith("$ ")]
    session = "".join(f"$ {command}\n{answer(command, tmp_path)}" for command in commands)
    if os.environ.get("UPDATE_README"):
        README.write_text(text[: found.start(2)] + session + text[found.end(2) :], encoding="utf-8")
    assert timeless(found[2]) == timeless(session)


def test_demo_shows_it_all_in_sixty_lines(tmp_path: Path) -> None:
    command = tmp_path / "archive"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archive "$@"\n')
    command.chmod(0o755)
    done = subprocess.run(
        ["bash", str(CHECKOUT / "seeds" / "demo.sh")],
        env={**environment(), "ARCHIVE": str(command), "ARCHIVE_DB": str(tmp_path / "demo.db")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert len(done.stdout.splitlines()) <= 60, done.stdout
    for promised in ("16 added + 1 revised", "not stated:", "«", "trailing_tags", "headline: derived", "18 unchanged"):
        assert promised in done.stdout, done.stdout


def answer(command: str, folder: Path) -> str:
    program, *words = shlex.split(command)
    assert program == "archive"
    done = subprocess.run(
        [sys.executable, "-m", "archive", *words],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stdout
    return done.stdout


def environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "ARCHIVE_DB"}
    return {**kept, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONPATH": str(CHECKOUT)}


def timeless(session: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", session)
