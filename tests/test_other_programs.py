"""An archive opened by pandas and DuckDB, as docs/sql.md shows it: what stands there is run."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from archive.db.opening import OTHER_PROGRAMS
from archive.db.views import VIEWS
from tests.engines import connected

pytestmark = pytest.mark.sqlite("other programs open the file; on servers they connect as to any database")

# VIEWS: what each column that is no text is to DuckDB
NUMBERS = {
    "documents": {"words"},
    "document_authors": {"position"},
    "document_topics": {"given", "matched", "decided", "mapped", "by_model"},
    "document_revisions": {"revision", "is_current", "words", "words_before"},
    "tag_overview": {"start", "end"},
    "source_counts": {"articles", "texts", "words", "undated"},
    "topic_counts": {"articles", "with_below"},
    "topic_tree": {"topic_id", "below_id"},
    "monthly_counts": {"articles", "to_the_day", "texts", "words"},
    "import_counts": {"import", "units", "added", "revised", "unchanged", "duplicate", "failed"},
    "article_text": {"id"},
}


def blocks(program: str, language: str) -> list[str]:
    """Return what the chapter of a program has in a language."""
    chapter = OTHER_PROGRAMS.partition(f"### {program}\n")[2].partition("\n### ")[0]
    found = re.findall(rf"^```{language}\n(.+?)^```", chapter, re.MULTILINE | re.DOTALL)
    assert found, f"there is no {language} for {program}"
    return found


@pytest.fixture
def here(seeds_archive_once: Path) -> Path:
    """The archive of seeds/articles as archive.db in the folder where the test runs."""
    return Path(shutil.copy(seeds_archive_once, "archive.db"))


@pytest.fixture
def duckdb(here: Path) -> Iterator[Any]:
    """DuckDB with the extension for SQLite loaded from its package, and the archive attached as `news`."""
    module = pytest.importorskip("duckdb")
    package: ModuleType = pytest.importorskip("duckdb_extension_sqlite_scanner")
    (extension,) = (
        file
        for folder in package.__path__
        for file in Path(folder).rglob("sqlite_scanner.duckdb_extension")
        if f"v{module.__version__}" in file.parts
    )
    install, load, attach = blocks("DuckDB", "sql")[0].partition("\n\n")[0].splitlines()
    assert (install, load) == ("INSTALL sqlite;", "LOAD sqlite;")
    with module.connect() as connection:
        connection.execute(f"LOAD '{extension}'")
        connection.execute(attach)
        yield connection


def run_python(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(code, names)
    return names


def rows(database: Path, statement: str) -> list[Any]:
    with connected(database) as connection:
        return connection.execute(statement).fetchall()


def test_pandas_by_sqlite3(here: Path) -> None:
    pytest.importorskip("pandas")
    names = run_python(blocks("pandas", "python")[0])
    documents, passages = names["documents"], names["passages"]
    assert documents.index.name == "doc_id" and len(documents) == 16
    assert str(documents.dtypes["words"]) == "int64"
    assert str(documents.dtypes["published_on"]).startswith("datetime64")
    assert documents.loc["m4j7ruumrahm", "published_on"].isoformat() == "2023-12-12T00:00:00"
    month = documents.loc["lwo3dgojbv4c"]
    assert (month["published"], month["published_on"] is names["pd"].NaT) == ("2023-12", True)
    assert names["by_day"].sum() == rows(here, "SELECT count(published_on) FROM articles")[0][0] == 8
    assert [str(passages.dtypes[name]) for name in ("start", "end")] == ["Int64", "Int64"]
    assert len(passages) == rows(here, "SELECT count(*) FROM tag_overview")[0][0]


def test_pandas_by_sqlalchemy(here: Path) -> None:
    pytest.importorskip("pandas")
    months = run_python(blocks("pandas", "python")[1])["months"]
    assert [tuple(row) for row in months.dropna().itertuples(index=False)] == [
        ("2023-02", 4),
        ("2023-03", 1),
        ("2023-12", 4),
    ]


def test_duckdb_asks_the_file(duckdb: Any, here: Path) -> None:
    shown, search = blocks("DuckDB", "sql")
    months, medians = (statement for statement in shown.partition("\n\n")[2].split(";\n") if statement.strip())
    assert duckdb.sql(months).fetchall() == [("2023-02", 4), ("2023-03", 1), ("2023-12", 4)]
    assert ("Quillmere Gazette", "Alma Brandt", 1, 87.0) in duckdb.sql(medians).fetchall()
    assert {key for (key,) in duckdb.sql(search).fetchall()} == {
        key
        for (key,) in rows(
            here,
            "SELECT a.key FROM article_fts JOIN articles a ON a.id = article_fts.rowid "
            'WHERE article_fts MATCH \'"sanctions" AND "trade"\'',
        )
    }


@pytest.mark.parametrize("view", [view.name for view in VIEWS])
def test_a_view_says_the_same_in_duckdb_with_types(duckdb: Any, here: Path, view: str) -> None:
    asked = duckdb.sql(f"SELECT * FROM news.{view}")
    numbers = {
        name for name, kind in zip(asked.columns, asked.types, strict=True) if str(kind) in ("BIGINT", "INTEGER")
    }
    others = {str(kind) for kind in asked.types} - {"BIGINT", "INTEGER"}
    others -= {"DOUBLE"} if view == "tag_overview" else set()  # the score
    assert (numbers, others - {"VARCHAR"}) == (NUMBERS[view], set())
    assert sorted(map(repr, asked.fetchall())) == sorted(map(repr, rows(here, f"SELECT * FROM {view}")))


def test_duckdb_reads_every_table(duckdb: Any, here: Path) -> None:
    tables = [
        name
        for (name,) in rows(here, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        if name != "sqlite_schema"
    ]
    for table in tables:
        assert len(duckdb.sql(f"SELECT * FROM news.{table}").fetchall()) == len(rows(here, f"SELECT * FROM {table}"))


def test_duckdb_asks_a_frame_of_pandas(here: Path) -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("duckdb")
    longest = run_python(blocks("DuckDB", "python")[0])["longest"]
    known = {source: words for source, words in longest.itertuples(index=False) if isinstance(source, str)}
    assert known == dict(rows(here, "SELECT source, max(words) FROM documents WHERE source > '' GROUP BY source"))


def test_r_and_datasette_are_said_to_be_untested_and_name_what_is_there(here: Path) -> None:
    assert "No test runs this" in OTHER_PROGRAMS.partition("### R\n")[2].partition("###")[0]
    (code,) = blocks("R", "r")
    (statement,) = re.findall(r"\"(SELECT .+?)\"", code)
    assert len(rows(here, statement)) == 16
    assert '"fts_table": "article_fts", "fts_pk": "id"' in blocks("Datasette", "json")[0]
