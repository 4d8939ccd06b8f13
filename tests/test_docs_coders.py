"""docs/coders.md: its session is what really comes out, and its rules and keys are those there are.

`UPDATE_DOCS=1 pytest tests/test_docs_coders.py` pastes the session anew.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.cli.reviewing import KEYS
from archive.db.precedence import RULES

CHECKOUT = Path(__file__).resolve().parents[1]
DOC = CHECKOUT / "docs" / "coders.md"
SESSION = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)


def test_the_session_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("seeds").symlink_to(CHECKOUT / "seeds")
    monkeypatch.setenv("COLUMNS", "100")
    text = DOC.read_text(encoding="utf-8")
    found = SESSION.search(text)
    assert found is not None
    session = ""
    for command in [line[2:] for line in found[2].splitlines() if line.startswith("$ ")]:
        answer = CliRunner(env={"COLUMNS": "100"}).invoke(cli, shlex.split(command)[1:], prog_name="archive")
        assert answer.exit_code == ("import" in command), answer.output
        session += f"$ {command}\n{answer.output}"
    if os.environ.get("UPDATE_DOCS"):
        DOC.write_text(text[: found.start(2)] + session + text[found.end(2) :], encoding="utf-8")
    assert timeless(found[2]) == timeless(session)


def test_all_rules_and_keys_are_told() -> None:
    text = DOC.read_text(encoding="utf-8")
    for name in RULES:
        assert re.search(rf"^\| `{name}\b", text, re.MULTILINE)
    for key in KEYS:
        assert f"\n| `{key}` | " in text


def timeless(session: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(?!:\d)", "TIME", session)
