"""An inventory sees every change of a database, and a comparison tells what was not declared, and only that."""

import sqlite3
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archive.db import proof
from archive.db.inventories import base
from archive.db.proof import Changes, compare, declared, take_inventory

Value = None | int | float | str | bytes
Row = tuple[Value, Value, Value, Value]

# Values that are easily taken for each other, and any others that SQLite stores.
ALIKE = [
    None,
    0,
    1,
    0.0,
    -0.0,
    1.0,
    True,
    "0",
    "1",
    "1.0",
    "",
    b"",
    b"0",
    b"1",
    "None",
    2**53,
    float(2**53),
    "\0",
    b"\0",
]
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(ALIKE),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.binary(max_size=4),
)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), min_size=1, max_size=5)
COLUMNS = ("a", "b", "c", "d")


def made(rows: Iterable[Row]) -> sqlite3.Connection:
    """Return a database with these rows, in columns of no type and of three that turn some values into others."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE t (a, b TEXT, c REAL, d NUMERIC)")
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    return connection


def stored(connection: sqlite3.Connection, table: str = "t") -> list[list[tuple[str, bytes]]]:
    """Return what is stored, each value with its type and its bytes: what the checksums are held against."""

    def exact(value: Value) -> tuple[str, bytes]:
        return type(value).__name__, struct.pack("d", value) if isinstance(value, float) else repr(value).encode()

    return [[exact(value) for value in row] for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]


@settings(max_examples=150)
@given(rows=ROWS, place=st.integers(0, 19), value=VALUES)
@example(rows=[(0.0, None, None, None)], place=0, value=-0.0)
@example(rows=[(1, None, None, None)], place=0, value=1.0)
@example(rows=[("1", None, None, None)], place=0, value=b"1")
@example(rows=[(None, None, None, None)], place=0, value="")
def test_changed_value_is_seen_and_named(rows: list[Row], place: int, value: Value) -> None:
    column, row = COLUMNS[place % 4], place // 4 % len(rows) + 1
    with closing(made(rows)) as connection:
        before, old = take_inventory(connection), stored(connection)
        connection.execute(f"UPDATE t SET {column} = ? WHERE rowid = ?", (value, row))
        after, new = take_inventory(connection), stored(connection)
    told = [] if old == new else [f"values of t.{column} were altered"]
    assert compare(before, after, Changes()) == told
    assert compare(before, after, declared([{"columns_derived": {"t": (column,)}}])) == []
    assert compare(before, after, declared([{"rows_changed": ("t",)}])) == []
    others = tuple(name for name in COLUMNS if name != column)
    assert compare(before, after, declared([{"columns_derived": {"t": others, "other": COLUMNS}}])) == told


@settings(max_examples=60)
@given(rows=ROWS, data=st.data())
def test_values_that_changed_places_are_seen(rows: list[Row], data: st.DataObject) -> None:
    """The same values in a column, but with other rows."""
    shuffled = data.draw(st.permutations(range(len(rows))))
    with closing(made(rows)) as connection:
        before, old = take_inventory(connection), stored(connection)
        connection.execute("CREATE TABLE aside AS SELECT rowid AS n, a FROM t")
        for row, other in enumerate(shuffled, 1):
            connection.execute("UPDATE t SET a = (SELECT a FROM aside WHERE n = ?) WHERE rowid = ?", (other + 1, row))
        connection.execute("DROP TABLE aside")
        told = [] if stored(connection) == old else ["values of t.a were altered"]
        assert compare(before, take_inventory(connection), Changes()) == told


@settings(max_examples=60)
@given(rows=ROWS, row=st.integers(0, 4), more=st.tuples(VALUES, VALUES, VALUES, VALUES))
def test_lost_and_added_rows_are_seen(rows: list[Row], row: int, more: Row) -> None:
    number = len(rows)
    with closing(made(rows)) as connection:
        before = take_inventory(connection)
        connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", more)
        longer = take_inventory(connection)
        assert compare(before, longer, Changes()) == [f"table t had {number} rows and has {number + 1}"]
        connection.execute("DELETE FROM t WHERE rowid = ?", (number + 1,))
        assert compare(before, take_inventory(connection), Changes()) == []
        connection.execute("DELETE FROM t WHERE rowid = ?", (row % number + 1,))
        shorter = take_inventory(connection)
        assert compare(before, shorter, Changes()) == [f"table t had {number} rows and has {number - 1}"]
        assert compare(before, shorter, declared([{"rows_changed": ["t"]}])) == []


@settings(max_examples=40)
@given(rows=ROWS, page_rows=st.integers(1, 6), page_bytes=st.integers(0, 12))
def test_it_makes_no_difference_how_much_is_read_at_once(rows: list[Row], page_rows: int, page_bytes: int) -> None:
    with closing(made(rows)) as connection, pytest.MonkeyPatch.context() as patch:
        whole = take_inventory(connection)
        patch.setattr(base, "PAGE_ROWS", page_rows)
        patch.setattr(base, "PAGE_BYTES", page_bytes)
        assert take_inventory(connection) == whole


def test_large_originals_are_not_all_read_at_once() -> None:
    """So many as fit: memory is not what an archive of large files runs out of."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE originals (id INTEGER PRIMARY KEY, content BLOB)")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) "
            "INSERT INTO originals SELECT i, zeroblob(1000000) FROM n"
        )
        cursor = connection.execute("SELECT id, content, length(content) FROM originals")
        pages = [len(page) for page in base.pages_of(cursor)]
    assert sum(pages) == 40 and max(pages) == base.PAGE_BYTES // 1_000_000 + 1


def test_text_that_is_no_utf8_is_told_apart_too() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (a TEXT, b)")
        connection.execute("INSERT INTO t VALUES (CAST(x'ff41' AS TEXT), 1), ('plain', 2)")
        before = take_inventory(connection)
        assert take_inventory(connection) == before
        connection.execute("UPDATE t SET a = CAST(x'fe41' AS TEXT) WHERE b = 1")
        assert compare(before, take_inventory(connection), Changes()) == ["values of t.a were altered"]
        connection.execute("UPDATE t SET a = x'ff41' WHERE b = 1")
        assert compare(before, take_inventory(connection), Changes()) == ["values of t.a were altered"]
        connection.execute("UPDATE t SET a = CAST(x'ff41' AS TEXT) WHERE b = 1")
        assert take_inventory(connection) == before
        assert connection.text_factory is str


def test_table_that_cannot_be_read_stops_the_inventory() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_READ else sqlite3.SQLITE_OK
        )
        with pytest.raises(sqlite3.DatabaseError, match=r"prohibited|not authorized"):
            take_inventory(connection)


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE TABLE "x y""z" ("a ""b" TEXT, [c.d])',
        "CREATE TABLE t (code TEXT, n INTEGER, v, PRIMARY KEY (n DESC, code)) WITHOUT ROWID",
        "CREATE TABLE t (rowid TEXT, oid TEXT, _rowid_ TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n ANY, m INTEGER AS (id + 1), k TEXT AS (id || 'x') STORED) STRICT",
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a DEFAULT 7, b UNIQUE, c CHECK (c <> 3))",
        "CREATE VIRTUAL TABLE t USING fts5(a, b)",
        "CREATE VIRTUAL TABLE t USING rtree(id, a, b)",
    ],
)
def test_every_kind_of_table_is_counted(statement: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(statement)
        name = statement.split("(")[0].removeprefix("CREATE ").removeprefix("VIRTUAL ").removeprefix("TABLE ")
        name = name.split(" USING")[0].strip()
        listed = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
        columns = [row[1] for row in listed if row[6] == 0 and row[1] != "id"][:2]
        quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
        insert = f"INSERT INTO {name} ({quoted}) VALUES ({', '.join('?' * len(columns))})"
        empty = take_inventory(connection)
        connection.execute(insert, range(1, len(columns) + 1))
        one = take_inventory(connection)
        assert compare(empty, one, Changes()) != []
        assert take_inventory(connection) == one
        connection.execute(f"UPDATE {name} SET {quoted.split(', ')[0]} = 0")
        assert compare(one, take_inventory(connection), Changes()) != []


def test_order_of_a_table_without_row_ids_is_that_of_its_key() -> None:
    """An index that holds all its columns is no other order."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE t (code TEXT, n INTEGER, PRIMARY KEY (n, code)) WITHOUT ROWID")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [("c", 1), ("b", 2), ("a", 3)])
        before = take_inventory(connection)
        connection.execute("CREATE INDEX by_code ON t (code, n)")
        assert take_inventory(connection).tables == before.tables


OBJECTS = """
CREATE TABLE t (a, b, c AS (a));
CREATE TABLE other (a);
CREATE VIEW v AS SELECT a FROM t;
CREATE INDEX i ON t (a);
CREATE TRIGGER t AFTER INSERT ON t BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE f USING fts5(x);
CREATE VIRTUAL TABLE article_fts USING fts5(x);
INSERT INTO other VALUES (1);
"""


@pytest.mark.parametrize(
    ("statements", "told", "declaration"),
    [
        ("DROP VIEW v", ["view v is gone"], {"objects_changed": ["view:v"]}),
        ("DROP INDEX i", ["index i is gone"], {"objects_changed": ["index:i"]}),
        ("DROP TRIGGER t", ["trigger t is gone"], {"objects_changed": ["trigger:t"]}),
        ("DROP TABLE article_fts", ["table article_fts is gone"], {"objects_changed": ["table:article_fts"]}),
        (
            "DROP TABLE f",
            ["table f is gone", "table f_config is gone", "table f_content is gone", "table f_data is gone"],
            {"tables_dropped": ["f", "f_config", "f_content", "f_data", "f_docsize", "f_idx"]},
        ),
        (
            "DROP VIEW v; CREATE VIEW v AS SELECT b AS a FROM t",
            ["view v was altered"],
            {"objects_changed": ["view:v"]},
        ),
        ("DROP INDEX i; CREATE UNIQUE INDEX i ON t (a)", ["index i was altered"], {"objects_changed": ["index:i"]}),
        ("DROP INDEX i; CREATE INDEX i ON other (a)", ["index i was altered"], {"objects_changed": ["index:i"]}),
        (
            "DROP TABLE other; CREATE TABLE other (a CHECK (a = 1)); INSERT INTO other VALUES (1)",
            ["table other was altered"],
            {"objects_changed": ["table:other"]},
        ),
        (
            "ALTER TABLE t DROP COLUMN c",
            ["column t.c is gone", "table t was altered"],
            {"columns_dropped": {"t": ["c"]}},
        ),
        ("DROP TABLE other", ["table other is gone"], {"tables_dropped": ["other"]}),
        (
            "DROP TABLE t",
            ["index i is gone", "table t is gone", "trigger t is gone"],
            {"tables_dropped": ["t"]},
        ),
        ("CREATE TABLE more (a)", ["table more is new, but not declared"], {"tables_added": ["more"]}),
        (
            "ALTER TABLE other ADD COLUMN z",
            ["column other.z is new, but not declared", "table other was altered"],
            {"columns_added": {"other": ["z"]}},
        ),
        (
            "DROP INDEX i; ALTER TABLE t DROP COLUMN b; CREATE INDEX i ON t (a)",
            ["column t.b is gone", "table t was altered"],
            {"columns_dropped": {"t": ["b"]}},
        ),
        (
            "ALTER TABLE other RENAME COLUMN a TO z",
            ["column other.a is gone", "column other.z is new, but not declared", "table other was altered"],
            {"columns_moved": {"other.a": "other.z"}},
        ),
        (
            "CREATE VIEW w AS SELECT 1; CREATE INDEX j ON t (b)",
            ["index j is new, but not declared", "view w is new, but not declared"],
            {"objects_changed": ["view:w", "index:j"]},
        ),
        (
            "CREATE TABLE more (a); CREATE INDEX j ON more (a)",
            ["index j is new, but not declared", "table more is new, but not declared"],
            {"tables_added": ["more"]},
        ),
    ],
)
def test_changed_object_is_seen_and_named(statements: str, told: list[str], declaration: dict[str, Any]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(OBJECTS)
        before = take_inventory(connection)
        assert "article_fts" not in str(before.tables) and "f_content" in before.tables
        connection.executescript(statements)
        after = take_inventory(connection)
        assert sorted(compare(before, after, Changes()))[: len(told)] == told
        assert bool(compare(before, after, Changes())) == bool(told)
        assert compare(before, after, declared([declaration])) == []


STEP = st.tuples(st.sampled_from(["move", "swap", "add", "drop", "derive"]), st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=120)
@given(steps=st.lists(st.lists(STEP, max_size=3), max_size=5), forget=st.integers(0, 30), down=st.booleans())
def test_declarations_of_several_migrations_are_taken_together(
    steps: list[list[tuple[str, int, int]]], forget: int, down: bool
) -> None:
    """Columns are moved, added, dropped and derived; names that have become free are used again.

    With all of it declared nothing is told. With one change more that is not, that is told, unless the column holds
    values that some migration made.
    """
    names = [f"c{number}" for number in range(6)]
    before = {name: f"of {name}" for name in names[:4]}
    columns = dict(before)
    changes: list[dict[str, Any]] = []
    fresh = 0
    for migration in steps:
        one: dict[str, Any] = {
            "columns_added": {"t": set()},
            "columns_dropped": {"t": set()},
            "columns_derived": {"t": set()},
            "columns_moved": {},
        }
        touched: set[str] = set()
        for act, first, second in migration:
            fresh += 1
            there = sorted(set(columns) - touched)
            free = sorted(set(names) - set(columns) - touched)
            column = there[first % len(there)] if there else None
            if act == "add" and free:
                touched.add(name := free[first % len(free)])
                columns[name] = f"made {fresh}"
                one["columns_added"]["t"].add(name)
            elif act == "drop" and column and len(columns) > 1:
                del columns[column]
                touched.add(column)
                one["columns_dropped"]["t"].add(column)
            elif act == "derive" and column:
                columns[column] = f"made {fresh}"
                touched.add(column)
                one["columns_derived"]["t"].add(column)
            elif act == "move" and column and free:
                target = free[second % len(free)]
                columns[target] = columns.pop(column)
                touched |= {column, target}
                one["columns_moved"][f"t.{column}"] = f"t.{target}"
            elif act == "swap" and column and len(there) > 1:
                other = there[(first + 1 + second % (len(there) - 1)) % len(there)]
                columns[column], columns[other] = columns[other], columns[column]
                touched |= {column, other}
                one["columns_moved"] |= {f"t.{column}": f"t.{other}", f"t.{other}": f"t.{column}"}
        changes.append(one)
    together = declared(changes)
    if down:
        assert compare(held(columns), held(before), together.inverted()) == []
    assert compare(held(before), held(columns), together) == []
    name = sorted(columns)[forget % len(columns)]
    spoilt = {**columns, name: "spoilt"}
    told = compare(held(before), held(spoilt), together)
    assert bool(told) == columns[name].startswith("of ")
    lost = {key: value for key, value in columns.items() if key != name}
    assume(columns[name].startswith("of "))
    assert compare(held(before), held(lost), together)


def held(columns: dict[str, str]) -> proof.Inventory:
    return proof.Inventory({"t": proof.TableState(1, columns)}, {})


def test_tables_are_added_dropped_and_named_otherwise_by_several_migrations() -> None:
    before = {"t": proof.TableState(2, {"a": "1", "b": "2"}), "old": proof.TableState(1, {"x": "3"})}
    after = {"u": proof.TableState(2, {"a": "1", "c": "2"}), "v": proof.TableState(5, {"y": "9"})}
    changes: list[dict[str, Any]] = [
        {"tables_added": ["v"], "columns_moved": {"t.b": "t.bb"}, "columns_derived": {"old": ["x"]}},
        {
            "tables_added": ["u"],
            "tables_dropped": ["t"],
            "columns_moved": {"t.a": "u.a", "t.bb": "u.b", "v.x": "v.y"},
        },
        {"tables_dropped": ["old"], "columns_moved": {"u.b": "u.c"}, "columns_added": {"v": ["z"]}},
        {"columns_dropped": {"v": ["z"]}},
    ]
    one, other = proof.Inventory(before, {}), proof.Inventory(after, {})
    assert compare(one, other, declared(changes)) == []
    assert compare(other, one, declared(changes).inverted()) == []
    wrong = proof.Inventory({**after, "u": proof.TableState(2, {"a": "1", "c": "1"})}, {})
    assert compare(one, wrong, declared(changes)) == ["u.c has not the values that t.b had"]


def test_rows_that_change_cannot_be_compared_where_they_move() -> None:
    before = proof.Inventory({"t": proof.TableState(2, {"a": "1"})}, {})
    after = proof.Inventory({"t": proof.TableState(1, {"b": "2"})}, {})
    changes = {"columns_moved": {"t.a": "t.b"}}
    assert compare(before, after, declared([changes]))
    assert compare(before, after, declared([{**changes, "rows_changed": ["t"]}])) == []


@pytest.mark.parametrize(
    ("after", "changes", "told"),
    [
        ({}, {"tables_dropped": ["decisions"]}, "table decisions would go, with 2 decisions of people"),
        ({"decisions": (1, {"id": "1", "who": "2"})}, {"rows_changed": ["decisions"]}, "had 2 rows and has 1"),
        ({"decisions": (2, {"id": "1", "who": "x"})}, {"columns_derived": {"decisions": ["who"]}}, "who were altered"),
        ({"decisions": (2, {"id": "1"})}, {"columns_dropped": {"decisions": ["who"]}}, "decisions.who is gone"),
        (
            {"decisions": (2, {"id": "1", "by": "x"})},
            {"columns_moved": {"decisions.who": "decisions.by"}, "rows_changed": ["decisions"]},
            "decisions.by has not the values that decisions.who had",
        ),
    ],
)
def test_what_people_decided_is_compared_whatever_is_declared(
    after: dict[str, tuple[int, dict[str, str]]], changes: dict[str, Any], told: str
) -> None:
    before = proof.Inventory({"decisions": proof.TableState(2, {"id": "1", "who": "2"})}, {})
    now = proof.Inventory({name: proof.TableState(*state) for name, state in after.items()}, {})
    assert any(told in one for one in compare(before, now, declared([changes])))


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        ({"decisions": (2, {"id": "1", "by": "2"})}, {"columns_moved": {"decisions.who": "decisions.by"}}),
        ({"decisions": (2, {"id": "1", "who": "2", "at": "3"})}, {"columns_added": {"decisions": ["at"]}}),
    ],
)
def test_table_of_decisions_may_change_around_them(
    after: dict[str, tuple[int, dict[str, str]]], changes: dict[str, Any]
) -> None:
    before = proof.Inventory({"decisions": proof.TableState(2, {"id": "1", "who": "2"})}, {})
    now = proof.Inventory({name: proof.TableState(*state) for name, state in after.items()}, {})
    assert compare(before, now, declared([changes])) == []


def test_table_of_decisions_may_go_while_nobody_has_decided() -> None:
    before = proof.Inventory({"decisions": proof.TableState(0, {"id": ""})}, {})
    assert compare(before, proof.Inventory({}, {}), declared([{"tables_dropped": ["decisions"]}])) == []


@pytest.mark.parametrize("key", ["tables_aded", "columns", "", "rows"])
def test_declaration_that_means_nothing_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=f"CHANGES has no '{key}'; it may have tables_added, .*columns_moved"):
        declared([{}, {"tables_added": ["t"]}, {key: ["t"]}])


def test_nothing_declared_is_no_change() -> None:
    assert declared([]) == declared([{}, {"columns_moved": {}}]) == Changes()
    assert Changes().inverted() == Changes()


@pytest.fixture
def pointing() -> Callable[[Sequence[str]], list[sqlite3.Connection]]:
    """Make a database with tables that point to each other; returns it as it was, and as it is with more statements."""

    def make(statements: Sequence[str]) -> list[sqlite3.Connection]:
        connections = []
        for _ in range(2):
            connection = sqlite3.connect(":memory:", isolation_level=None)
            connection.executescript(
                "CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO parent VALUES (1, 'x'), (2, 'y');"
                'CREATE TABLE "a child" (parent REFERENCES parent(id)); INSERT INTO "a child" VALUES (1), (2), (NULL);'
                "CREATE TABLE lost (parent REFERENCES parent(id)); INSERT INTO lost VALUES (7), (8);"
                "CREATE TABLE odd (name REFERENCES parent(name), v REFERENCES nowhere(x));"
                "INSERT INTO odd VALUES ('x', 1);"
            )
            connections.append(connection)
        for statement in statements:
            connections[1].execute(statement)
        return connections

    return make


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT 1", []),
        ("DELETE FROM parent WHERE id = 1", ["1 rows of a child point to no row of parent"]),
        ("DELETE FROM parent", ["2 rows of a child point to no row of parent"]),
        ("UPDATE lost SET parent = 9 WHERE rowid = 1", []),
        ("UPDATE lost SET parent = 1 WHERE rowid = 1", []),
        ("INSERT INTO lost VALUES (9), (9)", ["2 rows of lost point to no row of parent"]),
        ("INSERT INTO odd VALUES ('new', 2)", []),
    ],
)
def test_rows_that_newly_point_nowhere_are_told(
    pointing: Callable[[Sequence[str]], list[sqlite3.Connection]], statement: str, told: list[str]
) -> None:
    before, after = pointing([statement])
    with closing(before), closing(after):
        assert proof.check_foreign_keys(after, before) == told
        assert proof.check_foreign_keys(before, before) == []


def test_all_rows_that_point_nowhere_are_told_without_a_before(
    pointing: Callable[[Sequence[str]], list[sqlite3.Connection]],
) -> None:
    before, after = pointing(["UPDATE odd SET name = NULL"])
    with closing(before), closing(after):
        looked_up, lost = sorted(proof.check_foreign_keys(after))
        assert looked_up.startswith("1 rows of odd cannot be looked up (foreign key mismatch")
        assert lost == "2 rows of lost point to no row of parent"


@pytest.mark.parametrize(
    ("statement", "agrees"),
    [
        ("SELECT 1", True),
        ("UPDATE texts SET headline = 'other' WHERE id = 1", False),
        ("DELETE FROM texts WHERE id = 2", False),
        ("INSERT INTO texts VALUES (3, 'more', 'of it')", False),
        ("INSERT INTO article_fts(article_fts) VALUES ('delete-all')", False),
        ("INSERT INTO article_fts(article_fts, rowid, headline, body) VALUES ('delete', 1, 'one', 'wrong')", False),
        ("DROP TABLE article_fts", True),
    ],
)
def test_search_index_out_of_step_is_seen(statement: str, agrees: bool) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(
            "CREATE TABLE texts (id INTEGER PRIMARY KEY, headline, body);"
            "INSERT INTO texts VALUES (1, 'one', 'first text'), (2, NULL, 'second text');"
            "CREATE VIRTUAL TABLE article_fts USING fts5(headline, body, content='texts', content_rowid='id');"
            "INSERT INTO article_fts(article_fts) VALUES ('rebuild');"
        )
        assert proof.check_search(connection) == []
        connection.execute(statement)
        told = proof.check_search(connection)
    assert told == [] if agrees else "the search index does not agree with the texts" in told[0]


def test_error_says_all_that_differs() -> None:
    error = proof.ProofError(["table t is gone", "values of u.a were altered"])
    assert error.differences == ("table t is gone", "values of u.a were altered")
    assert str(error).splitlines()[1:] == ["  table t is gone", "  values of u.a were altered"]
