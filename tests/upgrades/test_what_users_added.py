"""What people put into an archive of their own comes through an upgrade to the letter and works, or is named."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from archive.db import proof, schema, upgrades
from tests.engines import connected

# Every kind of table that SQLite has, and values that are easily changed on the way.
TABLES = """
CREATE TABLE "my ""odd"" table" ("a column" TEXT, "b""c" INTEGER, [d] BLOB, 'e' NUMERIC, f);
INSERT INTO "my ""odd"" table" VALUES (NULL, 9223372036854775807, x'00ff00', 1.0, -0.0), ('', -1, x'', '1', 1e308),
    ('a' || char(0) || 'b', 0, zeroblob(3000000), 0.1, x'31'), (CAST(x'ff41' AS TEXT), 7, '31', 31, '31');
CREATE TABLE codes (code TEXT PRIMARY KEY, means TEXT) WITHOUT ROWID;
INSERT INTO codes VALUES ('b', 'second'), ('a', 'first');
CREATE TABLE counted (
    id INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER CHECK (n > 0), twice INTEGER AS (n * 2) STORED
) STRICT;
INSERT INTO counted (n) VALUES (1), (2), (3);
DELETE FROM counted WHERE id = 3;
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    name_id INTEGER REFERENCES source_names (id) ON DELETE CASCADE,
    domain_id INTEGER REFERENCES source_domains (id) ON DELETE SET NULL,
    note TEXT COLLATE NOCASE
);
INSERT INTO notes (article_id, name_id, domain_id, note)
    SELECT id, (SELECT min(id) + articles.id FROM source_names), (SELECT max(id) FROM source_domains), 'read'
    FROM articles;
CREATE VIRTUAL TABLE note_search USING fts5(note, content='notes', content_rowid='id');
INSERT INTO note_search(note_search) VALUES ('rebuild');
CREATE VIRTUAL TABLE places USING rtree(id, west, east, south, north);
INSERT INTO places VALUES (1, -10.5, 10.5, 40.25, 60.75);
CREATE TABLE log (at INTEGER PRIMARY KEY, what TEXT);
"""
OBJECTS = """
CREATE VIEW "who owns what" AS
    SELECT n.name, d.domain -- a comment, and   spaces
      FROM source_names n JOIN source_domains d USING (source_id);
CREATE VIEW over_views AS SELECT doc_id, count(*) AS tags FROM tag_overview GROUP BY 1;
CREATE VIEW broken_long_ago AS SELECT * FROM no_such_table;
CREATE VIEW needs_a_function AS SELECT my_own_function(name) AS x FROM sources;
CREATE INDEX "by name" ON source_names (lower(name)) WHERE name_key <> '';
CREATE UNIQUE INDEX my_domains ON source_domains (domain, id);
CREATE INDEX my_articles ON articles (language, published_on DESC);
CREATE TRIGGER on_names AFTER UPDATE ON source_names BEGIN INSERT INTO log (what) VALUES ('name ' || OLD.name); END;
CREATE TRIGGER on_articles AFTER UPDATE ON articles BEGIN INSERT INTO log (what) VALUES ('article ' || OLD.key); END;
CREATE TRIGGER on_notes BEFORE DELETE ON notes BEGIN INSERT INTO log (what) VALUES ('note ' || OLD.id); END;
CREATE TRIGGER on_view INSTEAD OF UPDATE OF name ON "who owns what"
    BEGIN UPDATE source_names SET name = NEW.name WHERE name = OLD.name; END;
CREATE TRIGGER broken_too AFTER DELETE ON codes BEGIN INSERT INTO no_such_table VALUES (1); END;
"""


@pytest.fixture
def theirs(oldest: Path) -> Path:
    """A populated archive of the first schema with things of a user's own in it."""
    with connected(oldest) as connection:
        connection.executescript(TABLES + OBJECTS)
        # something for the migrations to fill in, on articles that a trigger watches
        connection.execute(
            "INSERT INTO article_values (article_id, field, text, method, import_item_id) "
            "SELECT a.id, 'page', '7', 'header', (SELECT min(id) FROM import_items) FROM articles a LIMIT 3"
        )
        connection.commit()
    return oldest


def test_it_all_survives_to_the_letter(theirs: Path) -> None:
    with connected(theirs) as connection:
        before, added = proof.take_inventory(connection), statements(connection)
        owned = sorted(rows(connection, "who owns what"), key=str)
    upgrades.upgrade(theirs)
    assert schema.current_revision(theirs) == schema.HEAD
    with connected(theirs) as connection:
        after = proof.take_inventory(connection)
        names = [name for name in before.tables if name not in schema_tables(connection)]
        assert {'my "odd" table', "codes", "counted", "notes", "note_search_data", "places_node", "log"} <= {*names}
        assert {name: after.tables[name] for name in names} == {name: before.tables[name] for name in names}
        assert {key: value for key, value in statements(connection).items() if key in added} == added
        assert sorted(rows(connection, "who owns what"), key=str) == owned
        assert rows(connection, "log") == []
        assert connection.execute("SELECT count(*) FROM articles WHERE page = '7'").fetchone() == (3,)
        assert rows(connection, "notes") and proof.check_foreign_keys(connection) == []


def test_it_all_still_works(theirs: Path) -> None:
    upgrades.upgrade(theirs)
    with closing(sqlite3.connect(theirs, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert rows(connection, "over_views")
        number = connection.execute("SELECT count(*) FROM notes").fetchone()[0]
        assert len(rows(connection, "note_search WHERE note_search MATCH 'read'")) == number
        connection.execute("INSERT INTO note_search(note_search, rank) VALUES ('integrity-check', 1)")
        assert rows(connection, "places WHERE west < 0 AND east > 0") == [(1, -10.5, 10.5, 40.25, 60.75)]
        name = connection.execute('SELECT name FROM "who owns what" ORDER BY 1').fetchone()[0]
        connection.execute('UPDATE "who owns what" SET name = name || ? WHERE name = ?', (" (old)", name))
        assert ("name " + name) in {what for _, what in rows(connection, "log")}
        connection.execute("UPDATE articles SET language = 'en' WHERE id = 1")
        assert str(rows(connection, "log")[-1][1]).startswith("article ")
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT id FROM articles WHERE language = 'en'").fetchall()
        assert "my_articles" in str(plan)
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM source_names WHERE lower(name) = 'x' AND name_key <> ''"
        ).fetchall()
        assert "by name" in str(plan)
        connection.execute("INSERT INTO counted (n) VALUES (9)")
        assert rows(connection, "counted")[-1] == (4, 9, 18)
        # a row that goes takes with it what hangs on it, and only that
        (name_id,) = connection.execute("SELECT name_id FROM notes ORDER BY id").fetchone()
        connection.execute("DELETE FROM source_names WHERE id = ?", (name_id,))
        assert connection.execute("SELECT count(*) FROM notes").fetchone()[0] == number - 1


def test_what_they_do_is_not_tried(oldest: Path, archive: Callable[..., Result]) -> None:
    """`kind` of a name is required since it is there; what adds names without it passes the upgrade, and fails then."""
    with connected(oldest) as connection:
        connection.executescript(
            "CREATE TABLE wanted (name TEXT); CREATE TRIGGER mine AFTER INSERT ON wanted BEGIN "
            "INSERT INTO source_names (source_id, name, name_key) VALUES (1, NEW.name, lower(NEW.name)); END;"
            "CREATE VIEW alike AS SELECT * FROM source_names"
        )
        before = len(connection.execute("SELECT * FROM alike").description)
    assert archive(oldest, "db", "upgrade").exit_code == 0
    with connected(oldest) as connection:
        with pytest.raises(sqlite3.IntegrityError, match=r"NOT NULL constraint failed: source_names\.kind"):
            connection.execute("INSERT INTO wanted VALUES ('The Lintel')")
        assert len(connection.execute("SELECT * FROM alike").description) > before


def test_table_of_a_module_that_is_not_there_survives(oldest: Path) -> None:
    """Another program's virtual table (its module is loaded there, not here) stays as it is."""
    with connected(oldest) as connection:
        connection.execute("CREATE TABLE vectors_data (id INTEGER PRIMARY KEY, v BLOB)")
        connection.execute("INSERT INTO vectors_data VALUES (1, x'0102')")
        connection.execute("PRAGMA writable_schema = ON")
        statement = "CREATE VIRTUAL TABLE vectors USING no_such_module(v)"
        connection.execute(
            "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) "
            "VALUES ('table', 'vectors', 'vectors', 0, ?)",
            (statement,),
        )
        connection.commit()
    upgrades.upgrade(oldest)
    with connected(oldest) as connection:
        assert statements(connection)["vectors"] == statement
        assert rows(connection, "vectors_data") == [(1, b"\x01\x02")]


WOULD_NOT_SURVIVE = {
    "a view that names it": ("CREATE VIEW mine AS SELECT slug, origin FROM sources", "error in view mine"),
    "a view over a view": (
        "CREATE VIEW under AS SELECT origin FROM sources; CREATE VIEW mine AS SELECT * FROM under",
        "error in view under",
    ),
    "a trigger that names it": (
        "CREATE TRIGGER mine AFTER UPDATE ON sources BEGIN UPDATE sources SET slug = NEW.origin; END",
        r"a trigger of sources \(mine\) does not work any more on UPDATE \(no such column: NEW.origin\); drop it first",
    ),
    "a trigger on a table of their own": (
        "CREATE TABLE t (x); CREATE TRIGGER mine AFTER INSERT ON t BEGIN UPDATE sources SET origin = NEW.x; END",
        r"a trigger of t \(mine\) does not work any more on INSERT \(no such column: origin\)",
    ),
    "a trigger of a column": (
        "CREATE TRIGGER mine AFTER UPDATE OF slug ON sources WHEN OLD.origin = '' BEGIN SELECT 1; END",
        r"a trigger of sources \(mine\) does not work any more on UPDATE \(no such column: OLD.origin\)",
    ),
    "an index": ("CREATE INDEX mine ON sources (origin)", "error in index mine"),
    "an index on part of the rows": ("CREATE INDEX mine ON sources (slug) WHERE origin <> ''", "error in index mine"),
}


@pytest.mark.parametrize("how", ["dropped", "rebuilt"])
@pytest.mark.parametrize("what", WOULD_NOT_SURVIVE)
def test_what_cannot_survive_is_named_and_nothing_is_changed(
    current: Path,
    add_migration: Callable[..., str],
    archive: Callable[..., Result],
    state: Callable[[Path], object],
    what: str,
    how: str,
) -> None:
    """A column goes: what a user made that names it is refused by its name."""
    statement, told = WOULD_NOT_SURVIVE[what]
    with connected(current) as connection:
        connection.executescript(statement)
    before = state(current)
    add_migration(
        "ALTER TABLE sources DROP COLUMN origin" if how == "dropped" else REBUILD,
        {"columns_dropped": {"sources": ("origin",)}},
    )
    done = archive(current, "db", "upgrade")
    assert done.exit_code == 1
    assert "mine" in done.stderr or "under" in done.stderr
    if how == "dropped":
        assert_told(told, done.stderr)
    assert "nothing was changed" in done.stderr
    assert state(current) == before
    with connected(current) as connection:
        for kind, name in connection.execute(
            "SELECT type, name FROM sqlite_schema WHERE name IN ('mine', 'under')"
        ).fetchall():
            connection.execute(f"DROP {kind} {name}")
    assert upgrades.upgrade(current) is True


REBUILD = """rebuild_table(op.get_bind(), sa.Table(
    "sources", sa.MetaData(),
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_sources"),
    sa.UniqueConstraint("slug", name="uq_sources_slug"),
))"""


def test_trigger_on_a_table_that_goes_is_named(
    current: Path, add_migration: Callable[..., str], archive: Callable[..., Result], state: Callable[[Path], object]
) -> None:
    with connected(current) as connection:
        connection.execute("CREATE TRIGGER mine AFTER DELETE ON body_blocks BEGIN SELECT 1; END")
    before = state(current)
    add_migration("DROP TABLE body_blocks", {"tables_dropped": ("body_blocks",)})
    done = archive(current, "db", "upgrade")
    assert done.exit_code == 1
    assert "your trigger mine has no place any more (no such table: main.body_blocks); drop it first" in done.stderr
    assert state(current) == before


@pytest.mark.parametrize(
    "column",
    ["my_remark TEXT", "my_remark INTEGER GENERATED ALWAYS AS (length(name)) VIRTUAL"],
    ids=["values", "generated"],
)
def test_column_that_a_user_added_survives_or_is_named(
    oldest: Path, archive: Callable[..., Result], state: Callable[[Path], object], column: str
) -> None:
    with connected(oldest) as connection:
        connection.execute("ALTER TABLE articles ADD COLUMN my_rating INTEGER")
        connection.execute("UPDATE articles SET my_rating = id * 10")
        connection.execute("ALTER TABLE articles ADD COLUMN my_sum INTEGER GENERATED ALWAYS AS (my_rating + 1) VIRTUAL")
        connection.execute(f"ALTER TABLE source_names ADD COLUMN {column}")
        connection.commit()
    before = state(oldest)
    done = archive(oldest, "db", "upgrade")
    assert done.exit_code == 1
    assert "column source_names.my_remark is gone" in done.stderr
    assert state(oldest) == before
    with connected(oldest) as connection:
        connection.execute("ALTER TABLE source_names DROP COLUMN my_remark")
    assert archive(oldest, "db", "upgrade").exit_code == 0
    with connected(oldest) as connection:
        kept = "SELECT count(*) FROM articles WHERE my_rating = id * 10 AND my_sum = my_rating + 1"
        assert connection.execute(kept).fetchone() == (10,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE decisions (mine TEXT)",
        "CREATE VIEW decisions AS SELECT 1 AS mine",
        "CREATE TABLE _new_source_names (mine TEXT)",
        "CREATE INDEX ix_decisions_article_key ON sources (name)",
    ],
)
def test_name_that_a_migration_needs_is_told(
    oldest: Path, archive: Callable[..., Result], state: Callable[[Path], object], statement: str
) -> None:
    with connected(oldest) as connection:
        connection.execute(statement)
    before = state(oldest)
    done = archive(oldest, "db", "upgrade")
    assert done.exit_code == 1
    assert_told(
        r"could not be migrated: .*\b(decisions|_new_source_names|ix_decisions_article_key)\b.* already", done.stderr
    )
    tried = archive(oldest, "db", "upgrade", "--dry-run")
    assert tried.exit_code == 1
    assert f"{oldest} could not be migrated: " in tried.stderr, "not the copy"
    assert state(oldest) == before


def assert_told(pattern: str, text: str) -> None:
    import re

    assert re.search(pattern, text), text


def statements(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the statements that a user's things were made with, by name."""
    named = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    ours = schema_tables(connection)
    return {name: sql for name, sql in named if name not in ours and not name.startswith(("ix_", "article_fts"))}


def schema_tables(connection: sqlite3.Connection) -> set[str]:
    from archive.db.tables import metadata

    return {*metadata.tables, "alembic_version", "article_text", "documents", "tag_overview"}


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    name, _, condition = table.partition(" WHERE ")
    return connection.execute(f'SELECT * FROM "{name}"' + (f" WHERE {condition}" if condition else "")).fetchall()
