"""What CONTRIBUTING.md says of a new column does as it says: its code is put into a copy of the checkout and tested."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.db import schema

CHECKOUT = Path(__file__).resolve().parents[1]
TEXT = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAME = "29990101_desk"


def block(language: str, first_line: str) -> str:
    """Return the code of a block without its first line."""
    found = re.search(rf"^```{language}\n{re.escape(first_line)}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"CONTRIBUTING.md has no block that begins with {first_line}"
    return found[1].replace("YYYYMMDD_desk", NAME).replace("THE_ONE_BEFORE", schema.HEAD)


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy of the checkout."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )


def replace_in(file: Path, pattern: str, by: str) -> None:
    text, number = re.subn(pattern, lambda found: found.expand(by), file.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert number == 1, f"{pattern} is not in {file}"
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the checkout with the new column, as CONTRIBUTING.md says."""
    copy = tmp_path / "checkout"
    for folder in ("archive", "migrations", "seeds", "tests"):
        shutil.copytree(CHECKOUT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.db*"))
    for file in ("alembic.ini", "pyproject.toml"):
        shutil.copy(CHECKOUT / file, copy / file)
    model = block("python", "# archive/db/tables/article.py").replace("\\", "\\\\")
    replace_in(copy / "archive/db/tables/article.py", r"(\narticles = table\(.*?\n)\)\n", rf"\1{model})\n")
    replace_in(copy / "archive/db/schema.py", rf'HEAD = "{schema.HEAD}"', f'HEAD = "{NAME}"')
    migration = block("python", "# migrations/versions/YYYYMMDD_desk.py")
    (copy / "migrations/versions" / f"{NAME}.py").write_text(migration, encoding="utf-8")
    promised = copy / "tests/contract/promised.json"
    versions = json.loads(promised.read_text(encoding="utf-8"))
    for major, added in json.loads("{" + block("json", "{")).items():
        versions[major] |= added
    promised.write_text(json.dumps(versions), encoding="utf-8")
    number = len(list((copy / "tests/contract").glob("*.sql"))) + 1
    question = block("sql", "-- tests/contract/NN-desks.sql")
    (copy / f"tests/contract/{number:02d}-desks.sql").write_text(question, encoding="utf-8")
    (command,) = re.findall(r"^\.venv/bin/python (tests/contract/ask\.py .*)$", TEXT, re.MULTILINE)
    asked = run(copy, *command.replace("NN", f"{number:02d}").split())
    assert asked.returncode == 0, asked.stderr
    assert f"{number:02d}-desks.csv" in asked.stdout
    with (copy / "tests/test_backfills.py").open("a", encoding="utf-8") as tests:
        tests.write("\n\n" + block("python", "# tests/test_backfills.py"))
    return copy


def test_a_new_column_comes_in_as_described(copy: Path) -> None:
    tests = [
        "tests/test_backfills.py::test_desks_come_from_what_is_on_record",
        "tests/test_migrations.py::test_there_is_one_head_and_the_program_knows_it",
        "tests/test_migrations.py::test_migrated_tables_are_those_of_the_models",
        "tests/test_migrations.py::test_every_migration_says_what_it_changes_and_what_holds_afterwards",
        "tests/test_migrations.py::test_migrations_import_nothing_of_the_archive",
        f"tests/test_migrations.py::test_migration_goes_down_and_up_again_over_rows[sqlite-{NAME}]",
        "tests/contract",
    ]
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[0-9]+ passed in", done.stdout, re.MULTILINE), "none is skipped"


def test_the_command_for_a_new_migration_makes_one(copy: Path) -> None:
    (command,) = re.findall(r"^\.venv/bin/alembic (revision .*)$", TEXT, re.MULTILINE)
    done = subprocess.run(
        ["bash", "-c", f'"$PYTHON" -m alembic {command}'],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    (made,) = [file for file in (copy / "migrations/versions").glob("*_desk.py") if file.stem != NAME]
    text = made.read_text(encoding="utf-8")
    assert f"revision = '{made.stem}'\ndown_revision = '{NAME}'\n" in text
    assert len(made.stem) <= 32, "what alembic_version holds, on an engine that counts"


def test_files_that_are_named_are_there() -> None:
    named = re.findall(r"(?<![\w/.-])((?:archive|docs|migrations|tests|benchmarks)/[\w./-]*\w(?:/|\b))", TEXT)
    assert len(named) > 10
    allowed = re.compile(r"YYYYMMDD|FORMAT|MIGRATION|/NN-")
    assert [name for name in named if not allowed.search(name) and not (CHECKOUT / name).exists()] == []
