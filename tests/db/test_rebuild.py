"""A table is made anew with its rows and all that hangs on it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from archive.db.rebuild import rebuild_table


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """A small database, in a transaction as migrations have it."""
    engine = sa.create_engine(
        f"sqlite:///{tmp_path / 'small.db'}", poolclass=NullPool, connect_args={"isolation_level": None}
    )
    with engine.connect() as connection:
        driver(connection).executescript(
            """
            CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age TEXT, boss INTEGER REFERENCES people(id));
            INSERT INTO people VALUES (7, 'Ada', '36', NULL), (3, 'Bo', NULL, 7), (99, 'Cy', '4', 3);
            CREATE TABLE pets (
                name TEXT, owner INTEGER REFERENCES people(id) ON DELETE CASCADE, vet INTEGER REFERENCES people(id)
                    ON DELETE SET NULL
            );
            INSERT INTO pets VALUES ('Rex', 7, 3), ('Tom', 3, 99);
            """
        )
        with connection.begin():
            driver(connection).execute("BEGIN IMMEDIATE")
            yield connection


def people(*columns: sa.Column[Any], constraints: tuple[sa.schema.SchemaItem, ...] = ()) -> sa.Table:
    return sa.Table(
        "people",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("boss", sa.Integer, sa.ForeignKey("people.id")),
        *columns,
        *constraints,
    )


def test_rows_keep_their_ids_and_values(connection: sa.Connection) -> None:
    rebuild_table(
        connection,
        people(sa.Column("years", sa.Integer), sa.Column("remark", sa.Text, nullable=False)),
        {"years": "CAST(age AS INTEGER)", "remark": "'was ' || coalesce(age, 'unknown')"},
    )
    assert rows(connection, "SELECT id, name, boss, years, remark FROM people ORDER BY id") == [
        (3, "Bo", 7, None, "was unknown"),
        (7, "Ada", None, 36, "was 36"),
        (99, "Cy", 3, 4, "was 4"),
    ]
    assert rows(connection, "SELECT name FROM sqlite_schema WHERE name LIKE '%_new_%'") == []
    assert rows(connection, "PRAGMA integrity_check") == [("ok",)]


def test_rows_that_point_to_it_stay(connection: sa.Connection) -> None:
    before = rows(connection, "SELECT * FROM pets"), statement(connection, "pets")
    rebuild_table(connection, people())
    assert (rows(connection, "SELECT * FROM pets"), statement(connection, "pets")) == before
    assert rows(connection, "PRAGMA foreign_key_check") == []
    assert "REFERENCES people" in str(statement(connection, "people"))
    driver(connection).execute("COMMIT")
    driver(connection).execute("PRAGMA foreign_keys = ON")
    driver(connection).execute("DELETE FROM people WHERE id = 99")
    assert rows(connection, "SELECT * FROM pets") == [("Rex", 7, 3), ("Tom", 3, None)]


def test_it_is_refused_while_foreign_keys_are_on(connection: sa.Connection) -> None:
    driver(connection).execute("COMMIT")
    driver(connection).execute("PRAGMA foreign_keys = ON")
    driver(connection).execute("BEGIN")
    with pytest.raises(RuntimeError, match="foreign keys must be off while a table is rebuilt"):
        rebuild_table(connection, people())
    assert rows(connection, "SELECT count(*) FROM people, pets") == [(6,)]


def test_other_engines_alter_in_place() -> None:
    class Other:
        dialect = sa.create_mock_engine("postgresql+psycopg://", lambda *_: None).dialect

        class connection:  # noqa: N801
            driver_connection = object()

    with pytest.raises(RuntimeError, match="rebuild_table is for SQLite"):
        rebuild_table(Other(), people())  # type: ignore[arg-type]


def test_what_others_made_on_it_is_made_again_to_the_letter(connection: sa.Connection) -> None:
    made = (
        "CREATE INDEX \"by name\" ON people (lower(name)) WHERE name <> '100%'",
        "CREATE UNIQUE INDEX [mine] ON people(name,   id)",
        "CREATE TRIGGER t1 AFTER INSERT ON people BEGIN UPDATE pets SET vet = NEW.id WHERE name = ':x'; END",
        "CREATE TRIGGER t2 BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'no ? %s'); END",
        "CREATE VIEW v AS SELECT p.name, q.name AS pet FROM people p JOIN pets q ON q.owner = p.id",
        "CREATE VIEW vv AS SELECT count(*) FROM v",
        "CREATE TRIGGER t3 INSTEAD OF INSERT ON v BEGIN INSERT INTO people (name) VALUES (NEW.name); END",
    )
    for one in made:
        driver(connection).execute(one)
    rebuild_table(connection, people(sa.Column("age", sa.Text)))
    kept = {sql for (sql,) in rows(connection, "SELECT sql FROM sqlite_schema WHERE type <> 'table'")}
    assert set(made) <= kept
    assert rows(connection, "SELECT * FROM vv") == [(2,)]
    driver(connection).execute("INSERT INTO v (name) VALUES ('Di')")
    assert rows(connection, "SELECT name FROM people WHERE id = 100") == [("Di",)]
    with pytest.raises(sqlite3.IntegrityError, match=r"no \? %s"):
        driver(connection).execute("DELETE FROM people")


def test_its_own_indexes_are_those_of_the_migration(connection: sa.Connection) -> None:
    """An index that the migration no longer has counts as somebody's own, and stays as long as it fits."""
    driver(connection).execute("CREATE INDEX ix_people_age ON people (name)")
    driver(connection).execute("CREATE INDEX ix_people_old ON people (name)")
    table = people(sa.Column("age", sa.Text, index=True), constraints=(sa.Index("ix_people_name", "name"),))
    rebuild_table(connection, table)
    assert rows(connection, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name") == [
        ("ix_people_age", "CREATE INDEX ix_people_age ON people (age)"),
        ("ix_people_name", "CREATE INDEX ix_people_name ON people (name)"),
        ("ix_people_old", "CREATE INDEX ix_people_old ON people (name)"),
    ]


def test_index_that_does_not_fit_is_named(connection: sa.Connection) -> None:
    driver(connection).execute("CREATE INDEX ix_people_age ON people (age)")
    with pytest.raises(
        RuntimeError, match=r"your index ix_people_age does not fit the new table people: no such column: age; drop it"
    ):
        rebuild_table(connection, people())


def test_trigger_that_does_not_fit_is_kept_to_be_seen(connection: sa.Connection) -> None:
    driver(connection).execute("CREATE TRIGGER mine AFTER UPDATE OF age ON people BEGIN SELECT 1; END")
    kept = statement(connection, "mine")
    rebuild_table(connection, people())
    # SQLite takes it all the same; whether it works is seen when all migrations are done
    assert statement(connection, "mine") == kept


def test_row_that_breaks_a_new_rule_stops_it(connection: sa.Connection) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=r"NOT NULL constraint failed"):
        rebuild_table(connection, people(sa.Column("age", sa.Text, nullable=False)))
    assert rows(connection, "PRAGMA legacy_alter_table") == [(0,)]


@pytest.mark.parametrize("before", [0, 1])
def test_setting_of_the_connection_is_put_back(connection: sa.Connection, before: int) -> None:
    driver(connection).execute(f"PRAGMA legacy_alter_table = {before}")
    rebuild_table(connection, people(sa.Column("age", sa.Text)))
    assert rows(connection, "PRAGMA legacy_alter_table") == [(before,)]


def driver(connection: sa.Connection) -> sqlite3.Connection:
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def rows(connection: sa.Connection, query: str) -> list[tuple[object, ...]]:
    return driver(connection).execute(query).fetchall()


def statement(connection: sa.Connection, name: str) -> object:
    return driver(connection).execute("SELECT sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()[0]
