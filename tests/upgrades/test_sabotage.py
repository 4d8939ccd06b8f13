"""Migrations that lose or alter something they do not declare are caught and undone; honest ones pass."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from archive.db import proof, schema, upgrades
from archive.errors import SchemaError
from tests.engines import connected

# Names of tables as a person might choose them, and what hangs on the archive's tables.
USERS = """
CREATE TABLE "my notes" (article_id INTEGER REFERENCES articles(id) ON DELETE CASCADE, note TEXT CHECK (note <> ''));
INSERT INTO "my notes" SELECT id, 'read ' || key FROM articles;
CREATE VIEW my_view AS SELECT n.note, s.slug FROM "my notes" n JOIN articles a ON a.id = n.article_id
    LEFT JOIN sources s ON s.id = a.source_id;
CREATE INDEX my_index ON articles (language, section);
CREATE TRIGGER my_trigger AFTER UPDATE OF language ON articles
    BEGIN INSERT INTO "my notes" VALUES (NEW.id, 'language was ' || OLD.language); END;
CREATE VIRTUAL TABLE my_search USING fts5(note);
INSERT INTO my_search SELECT note FROM "my notes";
"""

# What it does, as statements or Python; what it declares; what must be told.
SABOTAGE: dict[str, tuple[str, dict[str, Any], str]] = {
    "loses one row": (
        "DELETE FROM import_items WHERE id = (SELECT max(id) FROM import_items WHERE outcome = 'unchanged')",
        {},
        r"table import_items had \d+ rows and has \d+",
    ),
    "makes one row up": (
        "INSERT INTO authors (name, name_key) VALUES ('Nobody', 'nobody')",
        {},
        r"table authors had \d+ rows and has \d+",
    ),
    "alters a column beside the declared one": (
        "UPDATE articles SET section = 'x', language = coalesce(language, '') || 'x' WHERE id = 1",
        {"columns_derived": {"articles": ("section",)}},
        "values of articles.language were altered",
    ),
    "alters a value to one that looks the same": (
        "UPDATE originals SET size = CAST(size AS REAL) + 0.5 - 0.5 WHERE id = 1\n"
        "UPDATE originals SET sha256 = CAST(sha256 AS BLOB) WHERE id = 1",
        {},
        "values of originals.sha256 were altered",
    ),
    "alters one byte of an original": (
        "UPDATE originals SET content = CAST(substr(content, 1, length(content) - 1) || x'00' AS BLOB) WHERE id = 3",
        {},
        "values of originals.content were altered",
    ),
    "swaps two values within a column": (
        "CREATE TABLE aside AS SELECT id, published FROM articles WHERE published IS NOT NULL LIMIT 2\n"
        "UPDATE articles SET published = (SELECT published FROM aside WHERE id <> articles.id) "
        "WHERE id IN (SELECT id FROM aside)\n"
        "DROP TABLE aside",
        {},
        "values of articles.published were altered",
    ),
    "pairs all rows of a table anew": (
        "UPDATE authors SET id = -id\nUPDATE authors SET id = (SELECT max(id) - min(id) + 1 FROM authors) + id",
        {},
        "values of authors.name were altered",
    ),
    "breaks a foreign key": (
        "UPDATE articles SET source_id = 99999 WHERE id = 1",
        {"columns_derived": {"articles": ("source_id",)}},
        "1 rows of articles point to no row of sources",
    ),
    "takes away what others point to": (
        "DELETE FROM authors WHERE id = 1",
        {"rows_changed": ("authors",)},
        r"\d rows of article_authors point to no row of authors",
    ),
    "leaves the search index behind a text": (
        "UPDATE article_revisions SET body = body || ' afterthought' WHERE id = (SELECT revision_id FROM articles)",
        {"columns_derived": {"article_revisions": ("body",)}},
        "the search index does not agree with the texts",
    ),
    "takes a text out of the search index": (
        "INSERT INTO article_fts(article_fts, rowid, headline, body) "
        "SELECT 'delete', id, headline, body FROM article_text LIMIT 1",
        {},
        "the search index does not agree with the texts",
    ),
    "drops the search index": ("DROP TABLE article_fts", {}, "table article_fts is gone"),
    "drops a table": ("DROP TABLE body_blocks", {}, "table body_blocks is gone"),
    "leaves a table behind": ("CREATE TABLE scratch AS SELECT * FROM sources", {}, "table scratch is new, but not dec"),
    "drops a column": ("ALTER TABLE articles DROP COLUMN byline", {}, "column articles.byline is gone"),
    "adds a column": ("ALTER TABLE articles ADD COLUMN mood TEXT", {}, "column articles.mood is new, but not declared"),
    "moves a column wrongly": (
        "ALTER TABLE articles ADD COLUMN desk TEXT\n"
        "UPDATE articles SET desk = section WHERE id > 1\n"
        "ALTER TABLE articles DROP COLUMN byline",
        {"columns_moved": {"articles.byline": "articles.desk"}},
        "articles.desk has not the values that articles.byline had",
    ),
    "moves a column to nowhere": (
        "ALTER TABLE articles DROP COLUMN byline",
        {"columns_moved": {"articles.byline": "articles.desk"}},
        "articles.desk has not the values that articles.byline had",
    ),
    "moves a column that was never there": (
        "ALTER TABLE articles ADD COLUMN desk TEXT",
        {"columns_moved": {"articles.dsek": "articles.desk"}},
        "articles.dsek is declared as moved to articles.desk, but there was no such column",
    ),
    "drops a rule of a table": (
        "rebuild_table(op.get_bind(), sa.Table('authors', sa.MetaData(), sa.Column('id', sa.Integer, primary_key=True),"
        " sa.Column('name', sa.Text, nullable=False), sa.Column('name_key', sa.Text, nullable=False)))",
        {},
        "table authors was altered",
    ),
    "drops a view of the archive": ("DROP VIEW tag_overview", {}, "view tag_overview is gone"),
    "drops a user's view": ("DROP VIEW my_view", {}, "view my_view is gone"),
    "drops a user's index": ("DROP INDEX my_index", {}, "index my_index is gone"),
    "makes a user's view otherwise": (
        "DROP VIEW my_view\nCREATE VIEW my_view AS SELECT note, '' AS slug FROM \"my notes\"",
        {},
        "view my_view was altered",
    ),
    "drops a user's trigger": ("DROP TRIGGER my_trigger", {}, "no such trigger: my_trigger; nothing was changed"),
    "drops a user's table": ('DROP VIEW my_view\nDROP TABLE "my notes"', {}, "table my notes is gone"),
    "drops a user's search index": ("DROP TABLE my_search", {}, "table my_search is gone"),
    "alters a user's search index": ("DELETE FROM my_search WHERE rowid = 1", {}, "table my_search_content had"),
    "alters a user's table": ('UPDATE "my notes" SET note = upper(note)', {}, "values of my notes.note were altered"),
    "deletes a person's decision": (
        "DELETE FROM decisions WHERE id = 1",
        {},
        "table decisions had 2 rows and has 1",
    ),
    "deletes a person's decision, and says so": (
        "DELETE FROM decisions WHERE id = 1",
        {"rows_changed": ("decisions",)},
        "table decisions had 2 rows and has 1",
    ),
    "changes a person's mind, and says so": (
        "UPDATE decisions SET value = 'accepted'",
        {"columns_derived": {"decisions": ("value",)}},
        "values of decisions.value were altered",
    ),
    "drops what people decided, and says so": (
        "DROP TABLE decisions",
        {"tables_dropped": ("decisions",)},
        "table decisions would go, with 2 decisions of people",
    ),
    "drops a column of what people decided, and says so": (
        "ALTER TABLE decisions DROP COLUMN reason",
        {"columns_dropped": {"decisions": ("reason",)}},
        "column decisions.reason is gone",
    ),
    "makes an index and a view": (
        "CREATE INDEX ix_more ON articles (section)\nCREATE VIEW more AS SELECT 1",
        {},
        "index ix_more is new, but not declared\n  view more is new, but not declared",
    ),
    "commits in the middle": (
        "DELETE FROM article_links\nCOMMIT\nDELETE FROM set_aside",
        {"rows_changed": ("article_links", "set_aside")},
        "not authorized; nothing was changed",
    ),
    "commits with a script": (
        "op.get_bind().connection.driver_connection.executescript('DELETE FROM article_links')",
        {"rows_changed": ("article_links",)},
        "not authorized; nothing was changed",
    ),
    "begins a transaction of its own": (
        "with op.get_context().autocommit_block():\n    op.execute('DELETE FROM article_links')",
        {"rows_changed": ("article_links",)},
        "could not be migrated",
    ),
    "raises in the middle": (
        "op.execute('DELETE FROM article_links')\nraise KeyError('byline')",
        {"rows_changed": ("article_links",)},
        "could not be migrated: KeyError: 'byline'; nothing was changed",
    ),
    "fails in the middle": (
        "op.execute('DELETE FROM article_links')\nop.execute('UPDATE articles SET mood = 1')",
        {"rows_changed": ("article_links",)},
        "could not be migrated: no such column: mood; nothing was changed",
    ),
}

# Migrations that do what they declare.
HONEST: dict[str, tuple[str, dict[str, Any]]] = {
    "derives a column": (
        "UPDATE articles SET section = upper(section)",
        {"columns_derived": {"articles": ("section",)}},
    ),
    "moves a column": (
        "ALTER TABLE articles RENAME COLUMN byline TO credit",
        {"columns_moved": {"articles.byline": "articles.credit"}},
    ),
    "moves a column to another table": (
        "CREATE TABLE credits (id INTEGER PRIMARY KEY, credit TEXT)\n"
        "INSERT INTO credits SELECT id, byline FROM articles\n"
        "ALTER TABLE articles DROP COLUMN byline",
        {"tables_added": ("credits",), "columns_moved": {"articles.byline": "credits.credit"}},
    ),
    "names a table otherwise": (
        "ALTER TABLE body_blocks RENAME TO blocks",
        {
            "tables_added": ("blocks",),
            "tables_dropped": ("body_blocks",),
            "columns_moved": {
                f"body_blocks.{name}": f"blocks.{name}"
                for name in ("id", "revision_id", "position", "kind", "level", "start", "end")
            },
        },
    ),
    "drops a column": (
        "ALTER TABLE articles DROP COLUMN byline",
        {"columns_dropped": {"articles": ("byline",)}},
    ),
    "drops a table": ("DROP TABLE body_blocks", {"tables_dropped": ("body_blocks",)}),
    "adds and takes away rows": (
        "INSERT INTO authors (name, name_key) VALUES ('Nobody', 'nobody')\nDELETE FROM article_links",
        {"rows_changed": ("authors", "article_links")},
    ),
    "makes a view otherwise": (
        "DROP VIEW tag_overview\nCREATE VIEW tag_overview AS SELECT * FROM tag_evidence",
        {"objects_changed": ("view:tag_overview",)},
    ),
    "makes the search index otherwise": (
        "DROP TABLE article_fts\n"
        "CREATE VIRTUAL TABLE article_fts USING fts5(headline, body, content='article_text', content_rowid='id')\n"
        "INSERT INTO article_fts(article_fts) VALUES ('rebuild')",
        {"objects_changed": ("table:article_fts",)},
    ),
    "drops a rule of a table": (
        "rebuild_table(op.get_bind(), sa.Table('authors', sa.MetaData(), sa.Column('id', sa.Integer, primary_key=True),"
        " sa.Column('name', sa.Text, nullable=False), sa.Column('name_key', sa.Text, nullable=False)))",
        {"objects_changed": ("table:authors",)},
    ),
    "adds to what people decide": (
        "ALTER TABLE decisions ADD COLUMN confidence REAL",
        {"columns_added": {"decisions": ("confidence",)}},
    ),
    "does nothing": ("SELECT 1", {}),
}


@pytest.fixture
def populated(current: Path) -> Path:
    """A populated archive of the newest schema, with decisions of a person and tables of a user's own."""
    with connected(current) as connection:
        connection.executescript(USERS)
    return current


@pytest.mark.parametrize("what", SABOTAGE)
def test_undeclared_change_is_caught_and_undone(
    populated: Path,
    add_migration: Callable[..., str],
    archive: Callable[..., Result],
    state: Callable[[Path], object],
    what: str,
) -> None:
    statements, changes, told = SABOTAGE[what]
    before = state(populated)
    add_migration(statements, changes)
    done = archive(populated, "db", "upgrade")
    assert done.exit_code == 1
    assert re.search(told, done.stderr), done.stderr
    assert "nothing was changed" in done.stderr and "Traceback" not in done.stderr
    assert state(populated) == before
    backup = populated.with_name(f"current.before-{schema.HEAD}.db")
    assert str(backup) in done.stdout
    assert state(backup) == before
    assert sorted(file.name for file in populated.parent.iterdir() if file.is_file()) == sorted(
        {backup.name, populated.name}
        | {file.name for file in populated.parent.iterdir() if file.name.endswith(("-wal", "-shm"))}
    )


@pytest.mark.parametrize("what", HONEST)
def test_declared_change_passes(
    populated: Path, add_migration: Callable[..., str], archive: Callable[..., Result], what: str
) -> None:
    statements, changes = HONEST[what]
    name = add_migration(statements, changes)
    done = archive(populated, "db", "upgrade")
    assert (done.exit_code, done.stderr) == (0, "")
    assert schema.current_revision(populated) == name


def test_invariant_that_does_not_hold_is_told(
    populated: Path, add_migration: Callable[..., str], archive: Callable[..., Result], state: Callable[[Path], object]
) -> None:
    before = state(populated)
    name = add_migration("SELECT 1", invariant="3 names lead nowhere")
    done = archive(populated, "db", "upgrade")
    assert done.exit_code == 1
    assert f"  {name}: 3 names lead nowhere" in done.stderr
    assert state(populated) == before


def test_all_that_differs_is_told_at_once(populated: Path, add_migration: Callable[..., str]) -> None:
    add_migration("DELETE FROM article_links\nUPDATE sources SET name = upper(name)\nDROP VIEW my_view")
    with pytest.raises(proof.ProofError) as caught:
        upgrades.upgrade(populated)
    first, *more = caught.value.differences
    assert first == "view my_view is gone"
    assert sorted(more) == [
        f"table article_links had {count(populated, 'article_links')} rows and has 0",
        "values of sources.name were altered",
    ]


def test_sabotage_after_real_migrations_undoes_those_too(
    oldest: Path, add_migration: Callable[..., str], state: Callable[[Path], object]
) -> None:
    before = state(oldest)
    add_migration("UPDATE source_names SET name = 'x' WHERE id = 5")
    with pytest.raises(proof.ProofError, match=r"values of source_names.name were altered"):
        upgrades.upgrade(oldest)
    assert state(oldest) == before
    assert schema.current_revision(oldest) == "20261122_first_archive"


def test_downgrade_is_proved_too(
    populated: Path, add_migration: Callable[..., str], state: Callable[[Path], object]
) -> None:
    name = add_migration(
        "ALTER TABLE articles ADD COLUMN mood TEXT",
        {"columns_added": {"articles": ("mood",)}},
        downgrade="op.drop_column('articles', 'mood')\nop.drop_column('articles', 'byline')",
    )
    upgrades.upgrade(populated, keep_backup=False)
    before = state(populated)
    with pytest.raises(proof.ProofError) as caught:
        schema.downgrade(populated, schema.HEAD)
    assert caught.value.differences == ("column articles.byline is gone",)
    assert state(populated) == before
    assert schema.current_revision(populated) == name


def test_what_was_wrong_before_does_not_stop_an_upgrade(
    populated: Path, add_migration: Callable[..., str], state: Callable[[Path], object]
) -> None:
    """Rows that lead nowhere already are told by `archive verify`; an upgrade only looks for new ones."""
    with connected(populated) as connection:
        connection.executescript(
            "CREATE TABLE tags (article INTEGER REFERENCES articles(id), doc TEXT REFERENCES documents(doc_id));"
            "INSERT INTO tags VALUES (4711, 'no such');"
            "UPDATE set_aside SET revision_id = 4711 WHERE id = 1;"
        )
    add_migration("SELECT 1")
    upgrades.upgrade(populated, keep_backup=False)
    before = state(populated)
    add_migration(
        "UPDATE set_aside SET revision_id = 4712 WHERE id = 2", {"columns_derived": {"set_aside": ("revision_id",)}}
    )
    with pytest.raises(proof.ProofError) as caught:
        upgrades.upgrade(populated, keep_backup=False)
    assert caught.value.differences == ("1 rows of set_aside point to no row of article_revisions",)
    assert state(populated) == before


def test_search_index_that_was_out_of_step_is_told_with_the_cure(
    populated: Path, add_migration: Callable[..., str], archive: Callable[..., Result]
) -> None:
    with connected(populated) as connection:
        connection.execute(
            "UPDATE article_revisions SET body = 'another' WHERE id = (SELECT revision_id FROM articles)"
        )
        connection.commit()
    add_migration("SELECT 1")
    done = archive(populated, "db", "upgrade")
    assert done.exit_code == 1
    assert "the search index does not agree with the texts" in done.stderr and "`archive repair`" in done.stderr


def test_several_migrations_are_taken_together(populated: Path, add_migration: Callable[..., str]) -> None:
    """What one adds, moves or computes, a later one may move on, compute or drop."""
    add_migration(
        "ALTER TABLE articles RENAME COLUMN byline TO credit",
        {"columns_moved": {"articles.byline": "articles.credit"}},
    )
    add_migration(
        "ALTER TABLE articles RENAME COLUMN credit TO credited\nALTER TABLE articles ADD COLUMN mood TEXT",
        {"columns_moved": {"articles.credit": "articles.credited"}, "columns_added": {"articles": ("mood",)}},
    )
    add_migration(
        "ALTER TABLE articles RENAME COLUMN mood TO tone\nUPDATE articles SET published_method = 'x'",
        {"columns_moved": {"articles.mood": "articles.tone"}, "columns_derived": {"articles": ("published_method",)}},
    )
    name = add_migration(
        "ALTER TABLE articles RENAME COLUMN published_method TO dated_by\n"
        "ALTER TABLE articles RENAME COLUMN url TO link\nALTER TABLE articles DROP COLUMN tone",
        {
            "columns_moved": {"articles.published_method": "articles.dated_by", "articles.url": "articles.link"},
            "columns_dropped": {"articles": ("tone",)},
            "objects_changed": ("view:documents",),
        },
    )
    assert upgrades.upgrade(populated) is True
    assert schema.current_revision(populated) == name


def test_moved_on_wrongly_is_caught_all_the_same(populated: Path, add_migration: Callable[..., str]) -> None:
    add_migration(
        "ALTER TABLE articles RENAME COLUMN byline TO credit",
        {"columns_moved": {"articles.byline": "articles.credit"}},
    )
    add_migration(
        "ALTER TABLE articles RENAME COLUMN credit TO credited\nUPDATE articles SET credited = 'x' WHERE id = 1",
        {"columns_moved": {"articles.credit": "articles.credited"}},
    )
    with pytest.raises(proof.ProofError) as caught:
        upgrades.upgrade(populated)
    assert caught.value.differences == ("articles.credited has not the values that articles.byline had",)


@pytest.mark.parametrize("what", ["loses one row", "drops a user's view"])
def test_plain_alembic_catches_it_too(
    populated: Path,
    add_migration: Callable[..., str],
    tmp_path: Path,
    state: Callable[[Path], object],
    what: str,
) -> None:
    statements, changes, told = SABOTAGE[what]
    before = state(populated)
    add_migration(statements, changes)
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=tmp_path / "checkout",
        env={**os.environ, "ARCHIVE_DB": str(populated)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "ProofError: the upgrade was undone, nothing was changed" in done.stderr
    assert re.search(told, done.stderr)
    assert state(populated) == before


def test_trying_it_on_a_copy_catches_it_and_leaves_nothing(
    populated: Path, add_migration: Callable[..., str], archive: Callable[..., Result], tmp_path: Path
) -> None:
    shutil.copy(populated, tmp_path / "as-it-was.db")
    add_migration("DELETE FROM article_links")
    for option in ("--dry-run", "--sql"):
        done = archive(populated, "db", "upgrade", option)
        assert done.exit_code == 1
        assert "table article_links had" in done.stderr
        assert populated.read_bytes() == (tmp_path / "as-it-was.db").read_bytes()
    assert not list(tmp_path.glob("*.before-*"))


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize(
    ("name", "by", "told"),
    [
        ("CHANGES = {}", "", r"migration 20991231_1 declares no CHANGES, which .*; nothing was changed"),
        ("def invariant", "def other", r"migration 20991231_1 declares no invariant"),
        ("{}", "{'columns_derivd': {}}", r"20991231_1: CHANGES has no 'columns_derivd'; it may have tables_added, "),
    ],
)
def test_migration_that_does_not_say_what_it_changes_is_refused_before_it_runs(
    populated: Path, add_migration: Callable[..., str], tmp_path: Path, name: str, by: str, told: str, is_new: bool
) -> None:
    revision = add_migration("SELECT 1")
    file = tmp_path / "checkout" / "migrations" / "versions" / f"{revision}.py"
    file.write_text(file.read_text().replace(name, by, 1))
    before = populated.read_bytes()
    with pytest.raises(SchemaError, match=told):
        upgrades.upgrade(tmp_path / "new.db" if is_new else populated)
    assert populated.read_bytes() == before
    assert list(tmp_path.glob("*.before-*")) == [] and not (tmp_path / "new.db").exists()


def test_search_index_that_the_migration_left_behind_is_not_put_down_to_the_archive(
    populated: Path, add_migration: Callable[..., str]
) -> None:
    add_migration(
        "UPDATE article_revisions SET headline_index = 'x'",
        {"columns_derived": {"article_revisions": ("headline_index",)}},
    )
    with pytest.raises(proof.ProofError, match="the search index does not agree with the texts") as caught:
        upgrades.upgrade(populated)
    assert "archive repair" not in str(caught.value)


def count(path: Path, table: str) -> int:
    with connected(path) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
