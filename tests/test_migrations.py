"""Migrations: one line of them, true to the models, there and back with rows in every table."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from archive.corpora import freeze_corpus
from archive.db import proof, schema
from archive.db.location import Location
from archive.db.tables import metadata
from archive.decide import Wish, decide, decide_about, undo
from archive.errors import SchemaError
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.queries.filters import Asked
from archive.saved_queries import save_query
from tests.engines import NewArchive, connected, located

CHECKOUT = Path(__file__).resolve().parents[1]


def test_there_is_one_head_and_the_program_knows_it() -> None:
    assert ScriptDirectory.from_config(schema.alembic_config(Path())).get_heads() == [schema.HEAD]


def test_migrated_tables_are_those_of_the_models(database: Location) -> None:
    assert schema.differences(database) == []


def test_check_sees_a_difference(database: Location) -> None:
    with connected(database) as connection:
        connection.execute("ALTER TABLE articles ADD COLUMN surprise TEXT")
    assert any("surprise" in difference for difference in schema.differences(database))


def test_check_leaves_tables_of_users_alone(database: Location) -> None:
    with connected(database) as connection:
        connection.execute("CREATE TABLE my_notes (key TEXT, note TEXT)")
    assert schema.differences(database) == []


@pytest.fixture
def populated(seeds_archive: Location, tmp_path: Path) -> Location:
    """An archive with rows in every table."""
    with connected(seeds_archive) as connection:
        (key,) = connection.execute("SELECT key FROM articles ORDER BY id").fetchone()
    decide(seeds_archive, [Wish(key, {}, (), ("trade",), "only in passing")], "Ada")
    with connected(seeds_archive) as connection, connection:
        connection.execute(
            "INSERT INTO other_values (article_id, field, text, method, import_item_id) "
            "SELECT article_id, 'section', 'Harbour', 'option', id FROM import_items WHERE article_id IS NOT NULL"
        )
    decide_about(seeds_archive, "source_alias", "radio-lintel", "R. Lintel", "Ada")
    save_query(seeds_archive, "trade", "topic:trade")
    freeze_corpus(seeds_archive, "trade", Asked("query:trade date:-30y.."), "Ada")
    with connected(seeds_archive) as connection:
        (last,) = connection.execute("SELECT key FROM articles ORDER BY id DESC").fetchone()
    forget(seeds_archive, [last], "a court said so", "Ada")
    wire = tmp_path / "wire.jsonl"
    wire.write_text('{"title": "Ferry", "text": "The ferry left without anybody."}\n')
    import_paths(seeds_archive, [str(wire)], ImportOptions(jobs=0))
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE containers SET search_terms = 'ferry AND mill'")
        connection.execute(
            "INSERT INTO schemes (scheme, name) VALUES ('local', 'Harbour topics') ON CONFLICT DO NOTHING"
        )
        for columns, values in (
            ("topic_definitions (topic_id, language, text)", "'en', 'What is bought and sold.'"),
            ("topic_mappings (topic_id, relation, scheme, code)", "'exact', 'subj', '04016000'"),
            ("topic_names (topic_id, kind, name, name_key, language)", "'label', 'Trade', 'trade', 'en'"),
            ("topic_rules (topic_id, kind, expression)", "'query', 'trade AND ferry'"),
        ):
            connection.execute(f"INSERT INTO {columns} SELECT id, {values} FROM topics WHERE code = 'trade'")
        connection.execute(
            "INSERT INTO models (id, scheme, number, trained_at, who, query, seed, articles, topics, parameters, "
            "program_version, sha256, content) "
            "VALUES (1, 'local', 1, '2026-11-22T08:00:00.000000Z', 'Ada', '', 0, 40, 1, "
            "'', '0', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d', ?)",
            (b"\0",),
        )
        connection.execute(
            "INSERT INTO suggestions (id, article_id, topic_id, model_id, score, revision_id) "
            "SELECT 1, a.id, t.id, 1, 0.5, a.revision_id FROM articles a, topics t "
            "WHERE a.id = (SELECT min(id) FROM articles) AND t.code = 'trade'"
        )
        connection.execute(
            "INSERT INTO suggestion_words (suggestion_id, field, start, \"end\", weight) VALUES (1, 'body', 0, 3, 0.1)"
        )
    return seeds_archive


def test_every_table_has_rows_in_the_archive_that_migrations_are_tried_on(populated: Location) -> None:
    with connected(populated) as connection:
        empty = [name for name in metadata.tables if not connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchall()]
    assert empty == []


@pytest.mark.sqlite("goes below the schema that archives on servers begin with")
def test_first_migration_goes_down_and_up_again_while_empty(database: Path) -> None:
    before = schema_of(database)
    schema.downgrade(database, "base")
    assert schema.current_revision(database) is None
    assert [name for name, _ in schema_of(database)] == ["alembic_version", "sqlite_autoindex_alembic_version_1"]
    schema.upgrade(database)
    assert schema_of(database) == before


@pytest.mark.sqlite("goes below the schema that archives on servers begin with")
@pytest.mark.parametrize("revision", schema.known_revisions()[:-1])
def test_migration_goes_down_and_up_again_over_rows(populated: Path, revision: str) -> None:
    """Down and up again, everything is as it was; a downgrade that would lose something is refused, and says so."""
    scripts = ScriptDirectory.from_config(schema.alembic_config(Path()))
    below = str(scripts.get_revision(revision).down_revision)
    with connected(populated) as connection:
        search = "SELECT rowid FROM article_fts WHERE article_fts MATCH 'lukashenko' ORDER BY rowid"
        found = connection.execute(search).fetchall()
        before = (proof.take_inventory(connection), schema_of(populated))
        assert found
    known = schema.known_revisions()
    if known.index(revision) >= known.index("20261122_learned_models"):
        with pytest.raises(SchemaError, match="1 models were learned"):
            schema.downgrade(populated, below)
        with connected(populated) as connection, connection:
            assert (proof.take_inventory(connection), schema_of(populated)) == before
            for table in ("suggestion_words", "suggestions", "models"):
                connection.execute(f"DELETE FROM {table}")
            before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_vocabularies"):
        for lost, left_out in (
            ("1 rules are queries, which the older", "topic_rules WHERE kind = 'query'"),
            ("1 names stand in several languages", "topic_names WHERE language <> ''"),
        ):
            with pytest.raises(SchemaError, match=lost):
                schema.downgrade(populated, below)
            with connected(populated) as connection, connection:
                assert (proof.take_inventory(connection), schema_of(populated)) == before
                connection.execute(f"DELETE FROM {left_out}")
                before = (proof.take_inventory(connection), schema_of(populated))
        schema.downgrade(populated, "20261122_search_terms")  # which forgets what can be had again
        schema.upgrade(populated)
        with connected(populated) as connection:
            before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_search_terms"):
        with pytest.raises(SchemaError, match="the search terms of 1 exports would be lost"):
            schema.downgrade(populated, below)
        with connected(populated) as connection, connection:
            assert (proof.take_inventory(connection), schema_of(populated)) == before
            connection.execute("UPDATE containers SET search_terms = NULL")
            before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_credited_agencies"):  # which forgets what can be had again
        schema.downgrade(populated, "20261122_item_status")
        schema.upgrade(populated)
        with connected(populated) as connection:
            before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_kept_questions"):
        for table, lost in (("saved_queries", "1 saved queries would be lost"), ("corpora", "1 frozen corpora would")):
            with pytest.raises(SchemaError, match=lost):
                schema.downgrade(populated, below)
            with connected(populated) as connection, connection:
                assert (proof.take_inventory(connection), schema_of(populated)) == before
                connection.execute("DELETE FROM corpus_revisions")
                connection.execute(f"DELETE FROM {table}")
                before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_undone_imports"):  # which forgets what did not stand
        schema.downgrade(populated, "20261122_forgotten_articles")
        schema.upgrade(populated)
        with connected(populated) as connection:
            before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_forgotten_articles"):
        with pytest.raises(SchemaError, match="1 forgotten articles would no longer be kept out"):
            schema.downgrade(populated, below)
        with connected(populated) as connection:
            assert (proof.take_inventory(connection), schema_of(populated)) == before
            connection.execute("UPDATE import_items SET tombstone_id = NULL")
            connection.execute("DELETE FROM forgotten_hashes")
            connection.execute("DELETE FROM tombstones")
            connection.execute("DELETE FROM decisions WHERE subject = 'forget'")
            connection.commit()
            before = (proof.take_inventory(connection), schema_of(populated))
    if known.index(revision) >= known.index("20261122_containers"):
        with pytest.raises(SchemaError, match="what 1 files of many records were would be lost"):
            schema.downgrade(populated, below)
        with connected(populated) as connection:
            assert (proof.take_inventory(connection), schema_of(populated)) == before
            connection.execute("DELETE FROM containers")
            connection.commit()
            before = (proof.take_inventory(connection), schema_of(populated))
    for migration, lost, number in (
        ("20261122_decided_sources", "what takes 1 decisions about sources back would be lost", 2),
        ("20261122_what_people_decide", "1 topics that people rejected would be tags again", 1),
    ):
        if known.index(revision) >= known.index(migration):
            with pytest.raises(SchemaError, match=lost):
                schema.downgrade(populated, below)
            with connected(populated) as connection:
                assert (proof.take_inventory(connection), schema_of(populated)) == before
            undo(populated, number, "Ada")
            with connected(populated) as connection:
                before = (proof.take_inventory(connection), schema_of(populated))
    if revision == "20261122_decisions":
        with pytest.raises(SchemaError, match="4 decisions of people would be lost"):
            schema.downgrade(populated, below)
        with connected(populated) as connection:
            assert (proof.take_inventory(connection), schema_of(populated)) == before
            connection.execute("DELETE FROM decisions")
            connection.commit()
            before = (proof.take_inventory(connection), schema_of(populated))
    schema.downgrade(populated, below)
    assert schema.current_revision(populated) == below
    with connected(populated) as connection:
        assert connection.execute(search).fetchall() == found
    schema.upgrade(populated)
    with connected(populated) as connection:
        assert proof.take_inventory(connection) == before[0]
        assert connection.execute(search).fetchall() == found
    assert schema.differences(populated) == []


def test_every_migration_says_what_it_changes_and_what_holds_afterwards() -> None:
    for script in ScriptDirectory.from_config(schema.alembic_config(Path())).walk_revisions():
        assert proof.declared([script.module.CHANGES]) != proof.Changes(), script.revision
        assert script.module.invariant.__doc__, script.revision
        first, _, more = script.longdoc.partition("\n")
        assert first.endswith(".") and "downgrade" in more, f"{script.revision}: say what users gain, then what is lost"


def test_new_migration_asks_for_what_it_changes() -> None:
    template = (CHECKOUT / "migrations" / "script.py.mako").read_text()
    assert "CHANGES" in template and "def invariant" in template and "\n    pass" not in template


@pytest.mark.sqlite("goes below the schema that archives on servers begin with")
def test_first_migration_does_not_go_down_over_articles(seeds_archive: Path) -> None:
    before = checksum(seeds_archive)
    with pytest.raises(SchemaError, match="would delete the whole archive"):
        schema.downgrade(seeds_archive, "base")
    assert checksum(seeds_archive) == before


def test_migrations_import_nothing_of_the_archive() -> None:
    for file in (CHECKOUT / "migrations" / "versions").glob("*.py"):
        imported = [line for line in file.read_text().splitlines() if re.match(r"\s*(import|from) archive", line)]
        assert set(imported) <= {"from archive.db.rebuild import rebuild_table"}, file.name


@pytest.mark.parametrize("by", ["environment", "option"])
def test_plain_alembic_acts_on_the_same_archive(new_archive: NewArchive, by: str) -> None:
    place = new_archive(None, "plain.db")
    environment = {key: value for key, value in os.environ.items() if key != "ARCHIVE_DB"}
    options = []
    if by == "environment":
        environment["ARCHIVE_DB"] = located(place)
    else:
        options = ["-x", f"db={located(place)}"]

    def alembic(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "alembic", *options, *words],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    alembic("upgrade", "head")
    assert schema.HEAD in alembic("current")
    assert "No new upgrade operations" in alembic("check")
    assert schema.current_revision(place) == schema.HEAD


def schema_of(path: Path) -> list[tuple[str, str | None]]:
    with connected(path) as connection:
        return sorted(connection.execute("SELECT name, sql FROM sqlite_schema"))


def checksum(path: Path) -> list[str]:
    with connected(path) as connection:
        return list(connection.iterdump())
