"""docs/scale.md: what tables are made of and statements call is what was looked up, and compiles for other engines."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from sqlalchemy import URL, Engine, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

from archive.cli import cli
from archive.db.location import Location
from archive.db.schema import FIRST_ON_POSTGRESQL
from archive.db.tables.on_server import tables_of
from archive.db.views import VIEWS
from tests.engines import Archives, rows

_CHECKOUT = Path(__file__).resolve().parents[1]
_BASELINE = (_CHECKOUT / "migrations" / "postgresql" / f"{FIRST_ON_POSTGRESQL}.sql").read_text(encoding="utf-8")
_NAMED = set(re.findall("`([^`]+)`", (_CHECKOUT / "docs" / "scale.md").read_text(encoding="utf-8")))

# What one of them refuses, by its own documentation, and what the archive does without.
_NEVER = (
    "DEFERRABLE",
    "EXCLUDE USING",
    "INHERITS",
    "CREATE (TRIGGER|DOMAIN|TYPE|EXTENSION|RULE)",
    "USING (gist|spgist|brin)",
    "GENERATED ALWAYS AS",
    "LOCK TABLE",
    "FOR (NO KEY )?UPDATE",
    "FOR (KEY )?SHARE",
    "TABLESAMPLE",
    "GROUPING SETS|ROLLUP|CUBE",
    "LISTEN|NOTIFY",
    "[a-z0-9_)] / [a-z0-9_(]",  # of whole numbers, CockroachDB gives a fraction
)

_COMMANDS = (
    ("list",),
    ("list", "--topic", "trade", "--sort", "oldest"),
    ("search", 'trade OR harbour -"New York"'),
    ("search", "headline:trade*"),
    ("search", '"trade war"~5'),
    ("kwic", "trade"),
    ("count", "--by", "source"),
    ("count", "--by", "topic", "trade"),
    ("timeline", "--by", "month"),
    ("sources",),
    ("topics",),
    ("terms", "trade"),
    ("gaps",),
    ("imports",),
    ("stats",),
)


class Sent(NamedTuple):
    """What commands sent to a server: as SQLAlchemy has it, and as text."""

    statements: list[ClauseElement]
    texts: set[str]


@pytest.fixture(scope="module")
def location(archives: Archives) -> Iterator[Location]:
    made = archives.copy("postgresql", "seeds", Path())
    yield made
    archives.gone(made)


@pytest.fixture(scope="module")
def sent(location: Location, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """What importing, asking and deciding send; rows themselves go by COPY, past SQLAlchemy."""
    assert isinstance(location, URL)
    found = Sent([], set())

    def before_execute(_connection: Any, element: ClauseElement, *_: Any) -> None:
        found.statements.append(element)

    def before_cursor(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.texts.add(statement)

    ((key,),) = rows(location, "SELECT key FROM articles ORDER BY id LIMIT 1")
    new = tmp_path_factory.mktemp("new") / "new.md"
    new.write_text("---\nsource: Quay Times\ndate: 2023-02\n---\nHarbour\n\nTrade sanctions: a ferry for Lagos.\n")
    more = (
        ("import", str(new)),
        ("import", str(new)),
        ("show", key),
        ("why", key),
        ("tag", key, "--who", "Ada", "--", "+trade"),
    )
    event.listen(Engine, "before_execute", before_execute)
    event.listen(Engine, "before_cursor_execute", before_cursor)
    try:
        for words in (*_COMMANDS, *more):
            done = CliRunner().invoke(cli, ["--db", location.render_as_string(hide_password=False), *words])
            assert done.exit_code == 0, (words, done.output)
    finally:
        event.remove(Engine, "before_execute", before_execute)
        event.remove(Engine, "before_cursor_execute", before_cursor)
    return found


def test_tables_are_made_of_what_was_looked_up(location: Location) -> None:
    here = "FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
    methods = rows(
        location, f"SELECT DISTINCT amname FROM pg_am WHERE oid IN (SELECT c.relam {here} AND c.relkind = 'i')"
    )
    types = rows(
        location,
        "SELECT DISTINCT format_type(atttypid, NULL) FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped "
        f"AND attrelid IN (SELECT c.oid {here} AND c.relkind = 'r')",
    )
    kinds = rows(
        location,
        "SELECT DISTINCT CASE contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' WHEN 'f' THEN 'FOREIGN KEY' "
        "WHEN 'n' THEN 'NOT NULL' ELSE contype::text END FROM pg_constraint "
        f"WHERE conrelid IN (SELECT c.oid {here}) AND NOT condeferrable",
    )
    assert sorted({name for (name,) in (*methods, *types, *kinds)} - _NAMED) == []
    ((left,),) = rows(
        location,
        f"SELECT (SELECT count(*) FROM pg_constraint WHERE condeferrable AND conrelid IN (SELECT c.oid {here})) "
        f"+ (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT c.oid {here}))",
    )
    assert left == 0


def test_nothing_is_said_that_one_of_them_refuses(sent: Sent) -> None:
    texts = {_BASELINE, *sent.texts, *(view.postgresql for view in VIEWS)}
    assert len(texts) > 100
    for words in _NEVER:
        pattern = re.compile(rf"(?<![\w]){words}" if words[0] != "[" else words)
        assert not [text for text in texts if pattern.search(text)], words


def test_functions_are_those_that_were_looked_up(sent: Sent) -> None:
    """Of the statements of a command; those by which SQLAlchemy meets a server are its own."""
    texts = {
        _BASELINE,
        *(view.postgresql for view in VIEWS),
        *(text for text in sent.texts if "pg_catalog." not in text),
    }
    called = {name for text in texts for name in re.findall(r"\b([a-z][a-z_0-9]+)\(", text)}
    assert sorted(name for name in called - _NAMED if not name.startswith("anon_")) == []


@pytest.mark.parametrize("name", ["postgresql", "cockroachdb"])
def test_tables_and_statements_compile(name: str, sent: Sent) -> None:
    make: Callable[[], Dialect] = postgresql.dialect
    dialect = make()
    if name == "cockroachdb":
        why = "sqlalchemy-cockroachdb is not here: it asks for an older SQLAlchemy (docs/scale.md)"
        dialect = pytest.importorskip("sqlalchemy_cockroachdb.psycopg", reason=why).CockroachDBDialect_psycopg()
    for table in tables_of(name).sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect)).lstrip().startswith("CREATE TABLE")
        for index in table.indexes:
            assert re.match("CREATE (UNIQUE )?INDEX", str(CreateIndex(index).compile(dialect=dialect)))
    assert len(sent.statements) > 100
    for statement in sent.statements:
        assert str(statement.compile(dialect=dialect))
