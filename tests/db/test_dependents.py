"""Triggers are set aside while migrations run and put back; views and triggers that stop working are seen."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from archive.db.dependents import sqlite as dependents


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(
            'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "born in" TEXT, upper AS (upper(name)));'
            "CREATE TABLE log (what TEXT);"
            "CREATE VIEW names AS SELECT id, name FROM people;"
        )
        yield connection


def test_triggers_are_put_back_to_the_letter_and_in_order(connection: sqlite3.Connection) -> None:
    connection.executescript(
        "CREATE TRIGGER [my \"first\"] AFTER INSERT ON people BEGIN INSERT INTO log VALUES ('first'); END;"
        "create trigger if not exists second  /* why */ after insert on people begin insert into log values('2'); end;"
        "CREATE TRIGGER third INSTEAD OF INSERT ON names BEGIN INSERT INTO people (name) VALUES (NEW.name); END;"
    )
    before = triggers(connection)
    kept = dependents.set_triggers_aside(connection)
    assert triggers(connection) == []
    connection.execute("INSERT INTO people (name) VALUES ('Ada')")
    assert connection.execute("SELECT * FROM log").fetchall() == []
    assert dependents.put_triggers_back(connection, kept) == []
    assert triggers(connection) == before
    connection.execute("INSERT INTO names (name) VALUES ('Bo')")
    assert connection.execute("SELECT count(*) FROM log").fetchone() == (2,)


def test_trigger_whose_table_is_gone_is_named_and_the_others_come_back(connection: sqlite3.Connection) -> None:
    connection.executescript(
        "CREATE TRIGGER on_log AFTER INSERT ON log BEGIN SELECT 1; END;"
        "CREATE TRIGGER on_people AFTER INSERT ON people BEGIN SELECT 1; END;"
    )
    kept = dependents.set_triggers_aside(connection)
    connection.execute("DROP TABLE log")
    assert dependents.put_triggers_back(connection, kept) == [
        "your trigger on_log has no place any more (no such table: main.log); drop it first"
    ]
    assert [name for name, _ in triggers(connection)] == ["on_people"]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            'CREATE VIEW mine AS SELECT "born in" || name FROM people; ALTER TABLE people RENAME TO persons',
            None,
        ),
        ("CREATE VIEW mine AS SELECT * FROM log", "view mine does not work any more (no such table: main.log)"),
        (
            "CREATE TRIGGER mine AFTER UPDATE OF name ON people BEGIN DELETE FROM log; END",
            "a trigger of people (mine) does not work any more on UPDATE (no such table: main.log)",
        ),
        (
            "CREATE TRIGGER mine AFTER DELETE ON people BEGIN DELETE FROM log; END",
            "a trigger of people (mine) does not work any more on DELETE (no such table: main.log)",
        ),
        (
            "CREATE TRIGGER mine INSTEAD OF INSERT ON names BEGIN INSERT INTO log VALUES (NEW.name); END",
            "a trigger of names (mine) does not work any more on INSERT (no such table: main.log)",
        ),
        (
            "CREATE TRIGGER mine AFTER INSERT ON people WHEN EXISTS (SELECT 1 FROM log) BEGIN SELECT 1; END;"
            "CREATE TRIGGER other AFTER INSERT ON people BEGIN SELECT 1; END",
            "a trigger of people (mine, other) does not work any more on INSERT (no such table: main.log)",
        ),
    ],
)
def test_what_stops_working_is_named(connection: sqlite3.Connection, statement: str, told: str | None) -> None:
    connection.executescript(statement)
    before = dependents.find_failing(connection)
    assert dependents.newly_failing(connection, before) == []
    rows = connection.execute("SELECT count(*) FROM log").fetchone()
    connection.execute("PRAGMA legacy_alter_table = ON")
    connection.execute("DROP TABLE log")
    assert dependents.newly_failing(connection, before) == ([f"{told}; drop it first"] if told else [])
    assert rows == (0,), "nothing is run to find out"


def test_what_did_not_work_before_is_left_at_that(connection: sqlite3.Connection) -> None:
    connection.executescript(
        "CREATE VIEW broken AS SELECT * FROM nowhere;"
        "CREATE VIEW foreign_function AS SELECT my_function(name) AS x FROM people;"
        "CREATE TRIGGER broken_too AFTER INSERT ON people BEGIN INSERT INTO nowhere VALUES (1); END;"
        "CREATE TRIGGER on_broken INSTEAD OF UPDATE ON broken BEGIN SELECT 1; END;"
    )
    before = dependents.find_failing(connection)
    assert {name for name, _ in before} == {"broken", "foreign_function", "people"}
    assert dependents.newly_failing(connection, before) == []
    connection.execute("DROP VIEW names")
    connection.execute("CREATE VIEW names AS SELECT absent FROM people")
    assert dependents.newly_failing(connection, before) == [
        "view names does not work any more (no such column: absent); drop it first"
    ]


def triggers(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid").fetchall()
