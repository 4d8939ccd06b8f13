"""The SQL contract: what docs/sql.md promises keeps its name and meaning, whatever an archive has been through.

Each populated archive of a released schema is upgraded and asked everything; the answers were written down when the
question was, and are never edited. See the README of this folder.
"""

import json
import re
import runpy
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import archive
from archive.db import schema
from archive.db.views import VIEWS
from tests.engines import connected

HERE = Path(__file__).resolve().parent
ASK = runpy.run_path(str(HERE / "ask.py"))
QUESTIONS: list[Path] = ASK["questions"]()
ARCHIVES: list[Path] = ASK["archives"]()
MAJOR = archive.__version__.partition(".")[0]

# tables of Alembic and of SQLite
NOT_PROMISED = {"alembic_version", "article_impacts", "sqlite_schema"}


def promised() -> dict[str, set[str]]:
    """Return the columns promised in this major version, by table, view or search index."""
    columns: dict[str, set[str]] = {}
    for added in json.loads((HERE / "promised.json").read_text(encoding="utf-8"))[MAJOR].values():
        for name, more in added.items():
            columns.setdefault(name, set()).update(more)
    return columns


def offered(database: Path) -> dict[str, set[str]]:
    """Return the columns that can be selected, by table, view or search index; a generated column is one of them."""
    with connected(database) as connection:
        listed = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'")
        names = [name for (name,) in listed if name not in NOT_PROMISED]
        # FTS5 lists itself as a column of itself
        return {
            name: {row[1] for row in connection.execute(f'PRAGMA table_xinfo("{name}")') if row[1] != name}
            for name in names
        }


def broken(database: Path) -> list[str]:
    """Return what was promised and is not there."""
    there = offered(database)
    return sorted(
        f"{name}.{column}"
        for name, columns in promised().items()
        for column in columns
        if column not in there.get(name, set())
    )


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The populated archives at the newest schema, by name; made when one is asked for."""

    class Upgraded(dict[str, Path]):
        def __missing__(self, name: str) -> Path:
            (text,) = [one for one in ARCHIVES if one.stem == name]
            self[name] = ASK["upgraded"](text, tmp_path_factory.mktemp(name) / "archive.db")
            return self[name]

    yield Upgraded()


each_archive = pytest.mark.parametrize("name", [text.stem for text in ARCHIVES])
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.stem)


@each_archive
@each_question
def test_a_question_is_answered_as_ever(question: Path, name: str, upgraded: dict[str, Path]) -> None:
    frozen = HERE / "answers" / name / f"{question.stem}.csv"
    assert frozen.is_file(), f"`python tests/contract/ask.py {question.stem}` writes the answer that is missing"
    assert ASK["answer"](upgraded[name], question) == frozen.read_bytes().decode()


def test_each_answer_has_a_question_and_each_archive_is_asked() -> None:
    answers = {file.relative_to(HERE / "answers") for file in (HERE / "answers").rglob("*") if file.is_file()}
    assert answers == {Path(text.stem, f"{question.stem}.csv") for text in ARCHIVES for question in QUESTIONS}


def test_a_question_says_what_it_asks_and_leaves_no_order_to_chance() -> None:
    assert [question.stem.partition("-")[0] for question in QUESTIONS] == [
        f"{number:02d}" for number in range(1, len(QUESTIONS) + 1)
    ]
    for question in QUESTIONS:
        statement = question.read_text(encoding="utf-8")
        assert statement.startswith("-- ") and statement.split("\n")[0].endswith("?"), question.name
        assert "ORDER BY" in statement, question.name
        assert not re.search(r"(SELECT|,)\s+(\w+\.)?\*", statement), (
            f"{question.name}: name the columns, others will come"
        )


def test_there_is_an_archive_of_the_first_schema() -> None:
    assert ARCHIVES and {text.stem for text in ARCHIVES} <= set(schema.known_revisions())


def test_what_was_promised_is_there(empty_archive: Path) -> None:
    assert broken(empty_archive) == []


@each_archive
def test_what_was_promised_is_there_after_an_upgrade(name: str, upgraded: dict[str, Path]) -> None:
    assert broken(upgraded[name]) == []


def test_what_is_there_is_promised(empty_archive: Path) -> None:
    promises = promised()
    new = {
        name: sorted(columns - promises.get(name, set()))
        for name, columns in offered(empty_archive).items()
        if columns - promises.get(name, set())
    }
    assert not new, f"add to tests/contract/promised.json, under the migration that brings it: {json.dumps(new)}"


def test_promises_are_given_by_migrations_in_their_order() -> None:
    versions: dict[str, Any] = json.loads((HERE / "promised.json").read_text(encoding="utf-8"))
    given = [revision for added in versions.values() for revision in added]
    assert given == [revision for revision in reversed(schema.known_revisions()) if revision in given]
    for added in versions.values():
        named = [(name, column) for names in added.values() for name, columns in names.items() for column in columns]
        assert len(set(named)) == len(named)


@pytest.mark.sqlite("how SQLite tells of its columns")
@pytest.mark.parametrize(
    ("statement", "misses"),
    [
        ("ALTER TABLE articles DROP COLUMN page", ["articles.page"]),
        ("ALTER TABLE articles RENAME COLUMN page TO page_number", ["articles.page"]),
        ("DROP VIEW article_text", ["article_text.body", "article_text.headline", "article_text.id"]),
        ("DROP TABLE article_fts", ["article_fts.body", "article_fts.headline", "article_fts.rank"]),
    ],
)
def test_a_broken_promise_is_noticed(database: Path, statement: str, misses: list[str]) -> None:
    with connected(database) as connection:
        connection.execute(statement)
    assert broken(database) == misses


@pytest.mark.sqlite("how SQLite tells of its columns")
@pytest.mark.parametrize(
    "statements",
    [
        "ALTER TABLE articles RENAME COLUMN page TO printed_on;"
        "ALTER TABLE articles ADD COLUMN page TEXT GENERATED ALWAYS AS (printed_on) VIRTUAL",
        "ALTER TABLE authors RENAME TO people; CREATE VIEW authors AS SELECT id, name, name_key FROM people",
    ],
    ids=["generated column", "view"],
)
def test_a_column_that_must_go_can_stay_under_its_name(database: Path, statements: str) -> None:
    with connected(database) as connection:
        connection.executescript(statements)
    assert broken(database) == []


def test_every_column_that_is_promised_is_asked_for(empty_archive: Path) -> None:
    """`id` joins tables and means nothing else; all others stand in a question, or their meaning would not be held."""
    asked: dict[str, set[str]] = {}
    views = {view.name for view in VIEWS}

    def note(action: int, table: str | None, column: str | None, _database: str | None, through: str | None) -> int:
        if action == sqlite3.SQLITE_READ and through not in views and table and column:
            asked.setdefault(table, set()).add(column)
        return sqlite3.SQLITE_OK

    with connected(empty_archive) as connection:
        connection.set_authorizer(note)
        for question in QUESTIONS:
            connection.execute(question.read_text(encoding="utf-8")).fetchall()
    missing = sorted(
        f"{name}.{column}"
        for name, columns in promised().items()
        for column in columns - {"id"} - asked.get(name, set())
    )
    assert missing == []
