"""docs/upgrading.md claims nothing that no test holds: each paragraph, item and row names tests that are there."""

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from archive.cli import cli

CHECKOUT = Path(__file__).resolve().parents[1]
TEXT = (CHECKOUT / "docs" / "upgrading.md").read_text(encoding="utf-8")
MARK = re.compile(r"<!-- test: (\S+?\.py)::(\w+) -->")


def claims(text: str) -> Iterator[str]:
    """Yield each paragraph, list item and table row, with the marks in it; headings and code claim nothing."""
    block: list[str] = []
    is_code = is_table = False
    for line in [*text.splitlines(), ""]:
        if line.startswith("```"):
            is_code = not is_code
        starts_anew = is_code or not line.strip() or re.match(r"([-*] |\d+\. |#|\||```)", line)
        if starts_anew and block:
            yield "\n".join(block)
            block = []
        if is_code or line.startswith(("#", "```")) or not line.strip():
            is_table = False
        elif line.startswith("|"):
            if is_table:
                block = [line]
            is_table = is_table or set(line) <= set("|- ")  # rows begin below the line under the header
        else:
            block.append(line)


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the tests of a file."""
    path = CHECKOUT / file
    if not path.is_file():
        return frozenset()
    names = (node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in names if name.startswith("test_"))


def unproved(text: str) -> list[str]:
    """Return the claims that name no test, and the tests that are named and not there."""
    without = [f"no test: {claim}" for claim in claims(text) if not MARK.search(claim)]
    return without + [f"not there: {file}::{name}" for file, name in MARK.findall(text) if name not in names_in(file)]


def test_every_claim_names_a_test_that_is_there() -> None:
    assert len(list(claims(TEXT))) > 30
    assert unproved(TEXT) == []


HERE = "<!-- test: tests/test_docs_upgrading.py::test_every_claim_names_a_test_that_is_there -->"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"It is so. {HERE}\n\n## Heading\n\n```sh\narchive db upgrade\n```\n", []),
        (f"It is so\nand so.\n{HERE}\n- {HERE} one\n- two\n  {HERE}\n", []),
        ("It is so.\n", ["no test: It is so."]),
        (f"- One {HERE}\n- two\n", ["no test: - two"]),
        (f"1. One {HERE}\n2. two\n   of it\n", ["no test: 2. two\n   of it"]),
        (f"| a | b |\n|---|---|\n| c | d {HERE} |\n| e | f |\n", ["no test: | e | f |"]),
        ("It is so. <!-- test: tests/none.py::test_it -->", ["not there: tests/none.py::test_it"]),
        (HERE.replace("every", "no"), [f"not there: {HERE.replace('every', 'no')[11:-4]}"]),
    ],
)
def test_a_claim_without_its_test_is_noticed(text: str, wrong: list[str]) -> None:
    assert unproved(text) == wrong


def test_commands_that_are_named_are_there() -> None:
    named = re.findall(r"^(archive .*?)(?: +#.*)?$", TEXT, re.MULTILINE) + re.findall(r"`(archive [^`]+)`", TEXT)
    assert len(named) > 5
    for line in named:
        command: click.Command = cli
        context = click.Context(cli)
        for word in shlex.split(line)[1:]:
            if word.startswith("--"):
                options = [name for parameter in command.params for name in parameter.opts]
                assert word in options, line
            elif isinstance(command, click.Group):
                found = command.get_command(context, word)
                assert found is not None, line
                command = found
