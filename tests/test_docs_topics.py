"""docs/topics.md: its sessions are what really comes out.

`UPDATE_DOCS=1 pytest tests/test_docs_topics.py` pastes them anew.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli

CHECKOUT = Path(__file__).resolve().parents[1]
DOC = CHECKOUT / "docs" / "topics.md"
SESSION = re.compile(r"(?<=```console\n)(.*?)(?=```)", re.DOTALL)
DAY = re.compile(r"here since \d{4}-\d\d-\d\d|\d{4}-\d\d-\d\d$", re.MULTILINE)


def answer(command: str, database: Path) -> str:
    program, *words = shlex.split(command)
    assert program == "archive"
    words = [str(CHECKOUT / word) if word.startswith("seeds/") else word for word in words]
    runner = CliRunner(env={"COLUMNS": "120", "NO_COLOR": "1"})
    result = runner.invoke(cli, ["--db", str(database), *words], prog_name="archive")
    return result.output.replace(f"{CHECKOUT}/", "")


@pytest.mark.sqlite("on a server other articles are the best")
def test_sessions_are_real(database: Path) -> None:
    text = DOC.read_text(encoding="utf-8")

    def again(session: re.Match[str]) -> str:
        commands = [line[2:] for line in session[0].splitlines() if line.startswith("$ ")]
        return "".join(f"$ {command}\n{answer(command, database)}" for command in commands)

    real = SESSION.sub(again, text)
    assert len(SESSION.findall(text)) >= 5
    if os.environ.get("UPDATE_DOCS"):
        DOC.write_text(real, encoding="utf-8")
    assert DAY.sub("DAY", DOC.read_text(encoding="utf-8")) == DAY.sub("DAY", real)
