"""docs/limits.md names every limit that an import has, as it is."""

import dataclasses
import importlib
import re
from pathlib import Path

import click
import pytest

from archive.cli.importing import import_
from archive.db.sqlite import BUSY_TIMEOUT_MS
from archive.ingest import ImportOptions

TEXT = (Path(__file__).parents[1] / "docs" / "limits.md").read_text()
CHANGEABLE, FIXED = (
    [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")][1:]
    for part in TEXT.split("## Fixed")
)
OPTIONS = {option.opts[0]: option for option in import_.params if option.opts[0].startswith("--max-")}


def number(cell: str) -> int:
    return int(cell.split()[0].replace(",", ""))


def test_every_option_has_a_row() -> None:
    assert [row[-1].strip("`") for row in CHANGEABLE] == sorted(OPTIONS, key=TEXT.index)
    names = {field.name for field in dataclasses.fields(ImportOptions) if field.name.startswith("max_")}
    assert {"max_bytes" if name == "--max-size" else name[2:].replace("-", "_") for name in OPTIONS} == names


@pytest.mark.parametrize("row", CHANGEABLE, ids=lambda row: row[-1])
def test_what_stands_there_is_the_default(row: list[str]) -> None:
    option = OPTIONS[row[-1].strip("`")]
    assert isinstance(option, click.Option)
    assert number(row[1]) == option.default
    name = "max_bytes" if option.name == "max_size" else option.name
    assert getattr(ImportOptions(), name or "") == number(row[1]) * (1_000_000 if " MB" in row[1] else 1)


@pytest.mark.parametrize("row", FIXED, ids=lambda row: row[-1])
def test_what_is_fixed_is_what_the_code_has(row: list[str]) -> None:
    module, _, constant = row[-1].strip("`").rpartition(".")
    assert getattr(importlib.import_module(f"archive.{module}"), constant) == number(row[1])


def test_limits_of_readers_with_names_of_their_own_are_here() -> None:
    """Those that others of the program use, or that a reader names in a reason."""
    named = re.compile(r"^(?:LARGEST|LONGEST\w*|DEEPEST|MOST\w*) = ", re.MULTILINE)
    package = Path(__file__).parents[1] / "archive"
    missing = []
    for file in sorted((package / "readers").rglob("*.py")):
        module = ".".join(file.relative_to(package).with_suffix("").parts).removesuffix(".__init__")
        for match in named.finditer(file.read_text()):
            constant = match[0].removesuffix(" = ")
            if f"`{module}.{constant}`" not in TEXT:
                missing.append(f"{module}.{constant}")
    assert not missing


def test_how_long_a_writer_waits() -> None:
    assert f"gives up after {BUSY_TIMEOUT_MS // 1000} seconds" in TEXT
