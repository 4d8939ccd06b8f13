"""docs/scale.md: where tables would go on several servers is what their keys allow, and answers stay the same there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from archive.cli import cli
from archive.db.describe import QUESTIONS, read_questions
from archive.db.location import Location
from archive.db.tables import metadata
from archive.db.views import VIEWS
from archive.decisions_file import restore_decisions
from archive.queries.sql import run_select
from archive.queries.verification import verify
from tests.distributed import Changed, Placed, distribute, references_of, tables_of
from tests.engines import Archives, connected, plain, rows

DOC = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
_TEXT = DOC.read_text(encoding="utf-8")


def table_under(heading: str) -> list[list[str]]:
    """Return the rows of the table under a heading, without its first."""
    section = _TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return found[2:]


def named(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


_ROWS = table_under("Which table goes where")
PLACES = [Placed(table, row[1].split()[0], next(iter(named(row[1])), "")) for row in _ROWS for table in named(row[0])]
CHANGES = {table: [named(cell) for cell in row[2:]] for row in _ROWS for table in named(row[0])}

COMMANDS = """
list
list --sort oldest --topic trade
search trade
search 'trade OR harbour -"New York"'
search 'headline:trade*'
search '"trade war"~5'
kwic trade
count --by source
count --by topic
count --by month trade
timeline --by month
sources
topics
terms trade
gaps
imports
""".strip().splitlines()


@pytest.fixture(scope="module")
def whole(archives: Archives) -> Iterator[Location]:
    """The collection of the seeds on a server, with what people decided, as the program keeps it."""
    location = archives.copy("postgresql", "seeds", Path())
    with (DOC.parents[1] / "seeds" / "decisions.jsonl").open(encoding="utf-8") as file:
        restore_decisions(location, file)
    yield location
    archives.gone(location)


@pytest.fixture(scope="module")
def changed(archives: Archives, whole: Location) -> Iterator[tuple[URL, dict[str, Changed]]]:
    """The same with its large tables in parts, and what these could not keep."""
    location = archives.copy_of(whole, Path())
    assert isinstance(location, URL)
    yield location, distribute(location, PLACES)
    archives.gone(location)


@pytest.fixture(scope="module")
def distributed(changed: tuple[URL, dict[str, Changed]]) -> URL:
    return changed[0]


def command(location: Location, words: str) -> str:
    database = location.render_as_string(hide_password=False) if isinstance(location, URL) else str(location)
    done = CliRunner().invoke(cli, ["--db", database, *shlex.split(words)])
    assert done.exit_code == 0, (words, done.output)
    return done.output.replace(str(location), "…").replace(database, "…")  # `gaps` says what to type


def test_every_table_has_a_place() -> None:
    placed = [one.table for one in PLACES]
    assert len(placed) == len(set(placed))
    assert {one.kept for one in PLACES} == {"distributed", "reference", "local"}
    assert set(placed) == {*metadata.tables, "article_search", "alembic_version"}


def test_what_is_not_distributed_refers_to_nothing_that_is() -> None:
    """Citus looks up what a reference table refers to among these alone; what is local may refer to them, too."""
    kept = {one.table: one.kept for one in PLACES}
    for table in metadata.tables.values():
        targets = {kept[key.column.table.name] for key in table.foreign_keys}
        allowed = {"distributed": {"distributed", "reference"}, "reference": {"reference"}}
        assert targets <= allowed.get(kept[table.name], {"reference", "local"}), table.name


def test_what_distributed_tables_cannot_keep_is_told(whole: Location, changed: tuple[URL, dict[str, Changed]]) -> None:
    with connected(whole) as connection:
        assert tables_of(connection) == {one.table for one in PLACES}
        known = {(one.table, one.column) for one in references_of(connection)}
    of_models = {(table.name, key.parent.name) for table in metadata.tables.values() for key in table.foreign_keys}
    assert known == {*of_models, ("article_search", "article_id")}
    assert {table: [list(names) for names in one] for table, one in changed[1].items()} == {
        one.table: CHANGES[one.table] for one in PLACES if one.kept == "distributed"
    }
    assert not any(any(CHANGES[one.table]) for one in PLACES if one.kept != "distributed")


def test_rows_lie_in_parts_and_those_of_an_article_together(distributed: URL) -> None:
    parts = {
        one.table: rows(distributed, f"SELECT {one.by}, tableoid::regclass::text FROM {one.table}")
        for one in PLACES
        if one.group == "articles"
    }
    assert len({part for _, part in parts["articles"]}) > 1
    number = {article: part.rpartition("_")[2] for article, part in parts["articles"]}
    assert sum(map(len, parts.values())) > 100
    for table, found in parts.items():
        assert all(part == f"shards.{table}_{number[article]}" for article, part in found), table


@pytest.mark.parametrize("words", COMMANDS)
def test_commands_answer_the_same(words: str, whole: Location, distributed: URL) -> None:
    answer = command(whole, f"{words} -f json")
    assert answer.strip() not in ("", "[]")
    assert command(distributed, f"{words} -f json") == answer


def test_articles_and_what_is_known_of_them_are_the_same(whole: Location, distributed: URL) -> None:
    for (key,) in rows(whole, "SELECT key FROM articles ORDER BY id"):
        for words in (f"show {key} -f json", f"why {key} -f json", f"copies {key} -f json"):
            assert command(distributed, words) == command(whole, words), words


def test_views_and_questions_in_sql_are_answered_the_same(whole: Location, distributed: URL) -> None:
    def answered(location: Location, statement: str) -> list[tuple[object, ...]]:
        with run_select(location, statement) as found:
            return sorted((tuple(map(plain, row)) for row in found), key=repr)

    statements = [f"SELECT * FROM {view.name}" for view in VIEWS]
    statements += [one.on_server or one.statement for one in read_questions(QUESTIONS)]
    for statement in statements:
        assert answered(distributed, statement) == answered(whole, statement), statement


def test_it_is_as_sound_as_before(whole: Location, distributed: URL) -> None:
    before, now = verify(whole, deep=True), verify(distributed, deep=True)
    assert before.findings == ()
    assert [finding.check for finding in now.findings] == ["tables"]  # they are others, as they have to be
    assert now.counts == before.counts
    assert verify(distributed).findings == ()
