"""A repair derives anew what can be derived, and touches nothing else."""

import os
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from archive import repair as repairing
from archive.db import proof, schema
from archive.db.location import Location
from archive.errors import ArchiveError, SchemaError
from archive.ingest import ImportOptions, import_paths
from archive.queries.verification import verify
from archive.repair import repair
from archive.repair import sqlite as on_file
from archive.repair.sqlite import AUTOMERGE, HASHSIZE, SEARCH_INDEX
from tests.engines import connected, damage, rows

CHECKOUT = Path(__file__).resolve().parents[1]
OLDEST = CHECKOUT / "tests" / "archives" / "20261122_first_archive.sql"

DATED = "SELECT min(id) FROM articles WHERE published_at IS NOT NULL"
TAGGED = "SELECT min(article_topic_id) FROM tag_evidence WHERE method = 'rule'"
DECIDED = (
    "INSERT INTO decisions (made_at, who, article_key, subject, name, value) "
    "SELECT '2026-11-22T08:00:00.000000Z', 'Ada', a.key, 'topic', t.scheme || ':' || t.code, 'accepted' "
    "FROM article_topics g JOIN articles a ON a.id = g.article_id JOIN topics t ON t.id = g.topic_id "
    f"WHERE g.id = ({TAGGED})"
)
REBUILT = "search index built anew of 16 articles"
REMOVED = (
    "INSERT INTO article_fts(article_fts, rowid, headline, body) SELECT 'delete', id, headline, body FROM article_text "
    "WHERE id = 1"
)


class Case(NamedTuple):
    """What is done to an archive, and the lines that say what was mended."""

    told: Sequence[str]
    statements: Sequence[str]


# After the repair all is as it was before the damage.
RESTORED = (
    Case(["1 article given back the newest text: "], ["UPDATE articles SET revision_id = NULL WHERE id = 1"]),
    Case(
        ["2 articles given back the newest text: "],
        [
            "UPDATE articles SET revision_id = 999 WHERE id = 1",
            "UPDATE articles SET revision_id = (SELECT revision_id FROM articles WHERE id = 3) WHERE id = 2",
        ],
    ),
    Case(
        ["17 texts counted, fingerprinted and indexed anew: "],
        ["UPDATE article_revisions SET words = 0, fingerprint = text_sha256"],
    ),
    Case(
        ["1 text counted, fingerprinted and indexed anew: "],
        ["UPDATE article_revisions SET headline_index = 'wrong' WHERE id = 1"],
    ),
    Case(
        ["1 text counted, fingerprinted and indexed anew: "],
        ["UPDATE article_revisions SET body_index = NULL, headline_index = NULL WHERE body_index IS NOT NULL"],
    ),
    *(
        Case(
            ["1 article given the columns that follow from its date: "],
            [f"UPDATE articles SET {column} = {value} WHERE id = ({DATED})"],
        )
        for column, value in (
            ("published_from", "NULL"),
            ("published_until", "'2023-01-01T00:00:00'"),
            ("published_on", "'2023-01-01'"),
            ("published_at", "NULL"),
            ("published_precision", "'year'"),
            ("published_precision", "NULL"),
            ("published_method", "'option'"),
        )
    ),
    Case(
        ["1 article given the columns that follow from its embargo: "],
        ["UPDATE articles SET embargo_until = '2023-03-01T12:00:00.000000Z' WHERE id = 1"],
    ),
    Case(
        ["2 names of source_names given the key that inputs are matched on: "],
        ["UPDATE source_names SET name_key = upper(name_key) WHERE id IN (1, 2)"],
    ),
    Case(["1 index made anew: ix_decisions_article_key"], ["DROP INDEX ix_decisions_article_key"]),
    Case(["1 view made anew: documents"], ["DROP VIEW documents"]),
    Case(["2 views made anew: tag_overview, article_text"], ["DROP VIEW article_text", "DROP VIEW tag_overview"]),
    Case([], []),
)

RESTORED_IN_FILES = (
    Case(
        ["1 text counted, fingerprinted and indexed anew: ", REBUILT],
        [
            REMOVED,
            "UPDATE article_revisions SET headline_index = 'wrong' WHERE id = 1",
            "INSERT INTO article_fts(rowid, headline, body) SELECT id, headline, body FROM article_text WHERE id = 1",
        ],
    ),
    Case([REBUILT], ["DELETE FROM article_fts_docsize WHERE id < 4"]),
    Case([REBUILT], ["INSERT INTO article_fts(rowid, headline, body) VALUES (999, 'Never printed', 'Nor written.')"]),
    Case([REBUILT], [REMOVED, "INSERT INTO article_fts(rowid, headline, body) VALUES (1, 'other', 'words')"]),
    Case([REBUILT], ["INSERT INTO article_impacts(article_impacts) VALUES ('delete-all')"]),
    Case([REBUILT], ["INSERT INTO article_impacts(rowid, words) VALUES (1, 'printed.9000.5.2')"]),
    Case([REBUILT], ["DROP TABLE article_impacts"]),
    Case([REBUILT], ["DELETE FROM article_impacts_data"]),
    Case([REBUILT], ["UPDATE article_fts_data SET block = x'ffffffff' WHERE id = 1"]),
    Case([REBUILT], ["UPDATE article_fts_data SET block = x'ffffffff' WHERE id = 10"]),
    Case([REBUILT], ["DELETE FROM article_fts_data"]),
    Case([REBUILT], ["DELETE FROM article_fts_config"]),
    Case([REBUILT], ["UPDATE article_fts_config SET v = 99 WHERE k = 'version'"]),
    Case([REBUILT], ["DROP TABLE article_fts_docsize"]),
    Case([REBUILT], ["DROP TABLE article_fts_config"]),
    Case([REBUILT], ["DROP TABLE article_fts"]),
)

RESTORED_ON_SERVERS = (
    Case([REBUILT], ["DELETE FROM article_search WHERE article_id < 4"]),
    Case([REBUILT], ["INSERT INTO article_search SELECT 999, headline, body, vector FROM article_search LIMIT 1"]),
    Case([REBUILT], ["UPDATE article_search SET vector = NULL, body = ' ' WHERE article_id = 1"]),
    Case([REBUILT], ["ALTER TABLE article_search DROP COLUMN vector"]),
    Case([REBUILT], ["DROP TABLE article_search"]),
    Case(["1 index made anew: ix_article_search_vector"], ["DROP INDEX ix_article_search_vector"]),
    Case(
        ["1 index made anew: ix_import_items_locator"],
        ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_import_items_locator'::regclass"],
    ),
)

# After the repair these columns are others than before the damage.
MENDED = (
    (
        Case(
            ["1 import marked as interrupted: import 1"],
            ["UPDATE imports SET status = 'running', finished_at = NULL, process = 'no process'"],
        ),
        {"imports"},
    ),
)


def statements(case: Case) -> str:
    return " ".join(case.statements)[:70]


def state(archive: Location) -> object:
    """Return all that is in an archive: the rows of all tables, and the views, indexes and triggers."""
    if isinstance(archive, Path):
        return inventory(archive)
    made = rows(
        archive,
        "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' UNION ALL "
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
        "SELECT tgname, tgenabled::text || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    )
    return tables(archive), sorted(made)


def inventory(path: Location) -> proof.Inventory:
    with connected(path) as connection:
        return proof.take_inventory(connection)


def tables(archive: Location) -> dict[str, object]:
    """Return what is in all tables."""
    if isinstance(archive, Path):
        return dict(inventory(archive).tables)
    named = [name for (name,) in rows(archive, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {name: sorted(rows(archive, f"SELECT * FROM {name}"), key=repr) for name in named}


def objects(archive: Location) -> object:
    """Return views, indexes and triggers as they are written."""
    found: Any = state(archive)
    return found.objects if isinstance(found, proof.Inventory) else found[1]


def is_as(before: object, after: object) -> bool:
    if isinstance(before, proof.Inventory) and isinstance(after, proof.Inventory):
        return proof.compare(before, after, proof.Changes()) == []
    return before == after


def contents(archive: Location) -> object:
    return archive.read_bytes() if isinstance(archive, Path) else state(archive)


def found_by(archive: Location, word: str) -> list[int]:
    statement = "SELECT rowid FROM article_fts WHERE article_fts MATCH ? ORDER BY rowid"
    if not isinstance(archive, Path):
        statement = "SELECT article_id FROM article_search WHERE vector @@ ?::tsquery ORDER BY 1"
    return [number for (number,) in rows(archive, statement, word)]


def lines(done: repairing.Repair) -> list[str]:
    return [mended.what for mended in done.mended]


def agree(told: list[str], expected: Sequence[str]) -> bool:
    return len(told) == len(expected) and all(map(str.startswith, told, expected))


@pytest.mark.parametrize("case", RESTORED, ids=statements)
def test_what_is_derived_is_restored(seeds_archive: Location, case: Case) -> None:
    is_restored(seeds_archive, case)


@pytest.mark.sqlite("cases of damage to SQLite's own index; a server has its own")
@pytest.mark.parametrize("case", RESTORED_IN_FILES, ids=statements)
def test_what_is_derived_in_a_file_is_restored(seeds_archive: Location, case: Case) -> None:
    is_restored(seeds_archive, case)


@pytest.mark.postgresql
@pytest.mark.parametrize("case", RESTORED_ON_SERVERS, ids=statements)
def test_what_is_derived_on_a_server_is_restored(seeds_archive: Location, case: Case) -> None:
    is_restored(seeds_archive, case)


def is_restored(archive: Location, case: Case) -> None:
    damage(archive, DECIDED)
    before, found = state(archive), found_by(archive, "lukashenko")
    assert found
    done = repair(damage(archive, *case.statements))
    assert agree(lines(done), case.told), lines(done)
    assert done.left == []
    assert is_as(before, state(archive))
    assert found_by(archive, "lukashenko") == found
    assert verify(archive, deep=True).findings == ()
    assert schema.differences(archive) == []
    assert repair(archive) == repairing.Repair()


@pytest.mark.parametrize(("case", "changed"), MENDED, ids=lambda value: "")
def test_what_can_only_be_tidied_is(seeds_archive: Location, case: Case, changed: set[str]) -> None:
    before, made = tables(seeds_archive), objects(seeds_archive)
    done = repair(damage(seeds_archive, *case.statements))
    assert agree(lines(done), case.told), lines(done)
    assert done.left == []
    after = tables(seeds_archive)
    assert {name for name, was in before.items() if after[name] != was} == changed
    assert objects(seeds_archive) == made
    assert verify(seeds_archive, deep=True).findings == ()
    assert repair(seeds_archive) == repairing.Repair()


def test_all_of_it_at_once(seeds_archive: Location) -> None:
    everything = [statement for case in RESTORED for statement in case.statements]
    everything += [statement for case, _ in MENDED for statement in case.statements]
    name = "article_fts" if isinstance(seeds_archive, Path) else "article_search"
    damage(seeds_archive, *everything, f"DROP TABLE {name}")
    done = repair(seeds_archive)
    assert len(done.mended) == 9
    assert done.left == []
    assert verify(seeds_archive, deep=True).findings == ()


def test_a_trial_changes_nothing_and_tells_the_same(seeds_archive: Location) -> None:
    name = "article_fts_data" if isinstance(seeds_archive, Path) else "article_search"
    damage(seeds_archive, "DROP VIEW documents", "UPDATE articles SET revision_id = NULL", f"DELETE FROM {name}")
    before = contents(seeds_archive)
    tried = repair(seeds_archive, dry_run=True)
    assert contents(seeds_archive) == before
    assert len(tried.mended) == 3
    assert tried == repair(seeds_archive)


def test_a_sound_archive_is_not_written_to(seeds_archive: Location) -> None:
    before = contents(seeds_archive)
    assert repair(seeds_archive) == repairing.Repair()
    assert contents(seeds_archive) == before


@pytest.mark.sqlite("FTS5 has settings of its own")
def test_a_search_index_is_made_as_migrations_make_it(database: Location, seeds_archive: Location) -> None:
    statement = "SELECT sql FROM sqlite_schema WHERE name = 'article_fts'"
    with connected(database) as connection:
        assert connection.execute(statement).fetchall() == [(SEARCH_INDEX,)]
        settings = connection.execute("SELECT * FROM article_fts_config").fetchall()
        of_impacts = connection.execute("SELECT * FROM article_impacts_config").fetchall()
    assert {("hashsize", HASHSIZE), ("automerge", AUTOMERGE)} <= set(settings)
    assert ("automerge", AUTOMERGE) in of_impacts
    for broken in ("DELETE FROM article_fts_docsize", "DELETE FROM article_fts_config"):
        repair(damage(seeds_archive, broken))
        with connected(seeds_archive) as connection:
            assert connection.execute("SELECT * FROM article_fts_config").fetchall() == settings
            assert connection.execute("SELECT * FROM article_impacts_config").fetchall() == of_impacts
            assert connection.execute(statement).fetchall() == [(SEARCH_INDEX,)]


def test_minutes_with_a_zone_stay_minutes(tmp_path: Path, database: Location) -> None:
    """They are written with seconds, so that the date alone does not say how exactly it is known."""
    (tmp_path / "note.md").write_text("---\ndate: 2023-02-28T06:30+08:00\n---\nFour boxes were counted twice.\n")
    import_paths(database, [str(tmp_path / "note.md")], ImportOptions(jobs=0))
    before = state(database)
    damage(database, "UPDATE articles SET published_until = NULL, published_precision = NULL")
    assert agree(lines(repair(database)), ["1 article given the columns that follow from its date: "])
    assert is_as(before, state(database))


def test_a_killed_import_ends_as_the_next_import_would_have_it(
    tmp_path: Path, seeds_archive: Location, new_archive: Callable[..., Location]
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    process = f"{socket.gethostname()} {ended.pid} 1"
    other = new_archive("seeds", "other.db")
    for archive in (seeds_archive, other):
        damage(archive, f"UPDATE imports SET status = 'running', finished_at = NULL, process = '{process}'")
    repair(seeds_archive)
    (tmp_path / "note.txt").write_text("Four boxes were counted twice.")
    import_paths(other, [str(tmp_path / "note.txt")], ImportOptions(jobs=0))
    ends = [rows(archive, "SELECT * FROM imports WHERE id = 1") for archive in (seeds_archive, other)]
    assert ends[0] == ends[1]
    assert "interrupted" in ends[0][0]


def test_what_came_from_outside_is_left_and_named(seeds_archive: Location) -> None:
    damage(
        seeds_archive,
        "UPDATE article_revisions SET body = body || ' More.', words = 1 WHERE id = 1",
        "UPDATE tag_evidence SET rule = 'zeppelin' WHERE id = (SELECT min(id) FROM tag_evidence WHERE method = 'rule')",
        "UPDATE originals SET content = x'00' WHERE id = 2",
        "UPDATE articles SET published = 'soon' WHERE id = (SELECT min(id) FROM articles WHERE published IS NOT NULL)",
        "DELETE FROM article_authors WHERE author_id = 1",
        "DELETE FROM authors WHERE id = 1",
    )
    before = tables(seeds_archive)
    done = repair(seeds_archive)
    assert lines(done) == [REBUILT]
    assert {finding.check for finding in done.left} == {"texts", "evidence", "originals", "published", "chosen_date"}
    after = tables(seeds_archive)
    assert {name for name, was in before.items() if after[name] != was} <= {"article_search"}


@pytest.mark.sqlite("a server takes no text that is no UTF-8")
def test_a_text_that_is_no_utf8_is_left_and_named(seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE article_revisions SET body = CAST(x'e58c97ff' AS TEXT) WHERE id = 1")
    done = repair(seeds_archive)
    assert "texts" in {finding.check for finding in done.left}


def test_tags_that_have_lost_their_evidence_are_left_and_named(seeds_archive: Location) -> None:
    """What was given with an article cannot be derived, nor can what rules of another time found."""
    damage(seeds_archive, "DELETE FROM tag_evidence", "DROP VIEW documents")
    before = tables(seeds_archive)
    done = repair(seeds_archive)
    assert lines(done) == ["1 view made anew: documents"]
    assert [(finding.severity, finding.check) for finding in done.left] == [("error", "tags")]
    assert ("archive db restore" if isinstance(seeds_archive, Path) else "pg_restore") in str(done.left[0].cure)
    assert tables(seeds_archive) == before


def test_tags_that_a_person_decided_on_stay(seeds_archive: Location) -> None:
    damage(seeds_archive, DECIDED, f"DELETE FROM tag_evidence WHERE article_topic_id = ({TAGGED})")
    before = state(seeds_archive)
    assert repair(seeds_archive) == repairing.Repair()
    assert state(seeds_archive) == before


def test_names_that_would_have_one_key_stay(seeds_archive: Location) -> None:
    damage(
        seeds_archive,
        "INSERT INTO source_names (source_id, name, name_key, kind) "
        "SELECT source_id, name || ' ', upper(name_key), 'alias' FROM source_names WHERE id = 1",
    )
    done = repair(seeds_archive)
    assert done.mended == []
    assert [(finding.severity, finding.check) for finding in done.left] == [("warning", "name_keys")]


def test_one_thing_that_cannot_be_mended_does_not_stop_the_others(seeds_archive: Location) -> None:
    damage(
        seeds_archive,
        "UPDATE articles SET published_on = NULL",
        "UPDATE article_revisions SET words = 0 WHERE id = 1",
        "CREATE UNIQUE INDEX mine ON articles (coalesce(length(published_on), -id))",
    )
    done = repair(seeds_archive)
    assert agree(lines(done), ["1 text counted, fingerprinted and indexed anew: "])
    assert [finding.check for finding in done.left] == ["published"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_triggers_of_a_user_are_not_set_off(seeds_archive: Location, dry_run: bool) -> None:
    """They are about edits, and are there to the letter afterwards."""
    damage(seeds_archive, DECIDED)
    before = tables(seeds_archive)
    triggers: tuple[str, ...] = (
        "create trigger [my own]  /* why */ after update on articles begin delete from decisions; end",
        "CREATE TRIGGER mine BEFORE UPDATE ON article_revisions BEGIN DELETE FROM originals; END",
    )
    if not isinstance(seeds_archive, Path):
        triggers = (
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM decisions; RETURN NEW; END'",
            'CREATE TRIGGER "my own" AFTER UPDATE ON articles EXECUTE FUNCTION mine()',
            "CREATE TRIGGER mine BEFORE UPDATE ON article_revisions FOR EACH ROW EXECUTE FUNCTION mine()",
            "ALTER TABLE article_revisions ENABLE ALWAYS TRIGGER mine",
            "CREATE TRIGGER off BEFORE UPDATE ON article_revisions FOR EACH ROW EXECUTE FUNCTION mine()",
            "ALTER TABLE article_revisions DISABLE TRIGGER off",
        )
    damage(seeds_archive, "UPDATE articles SET revision_id = NULL", "UPDATE article_revisions SET words = 0", *triggers)
    made = objects(seeds_archive)
    done = repair(seeds_archive, dry_run=dry_run)
    assert len(done.mended) == 2 and done.left == []
    after = tables(seeds_archive)
    assert objects(seeds_archive) == made and "mine" in str(made) and "my own" in str(made)
    assert (after == before) is not dry_run
    assert after["decisions"] == before["decisions"]
    assert after["originals"] == before["originals"]


@pytest.mark.sqlite("FTS5's index is several tables")
def test_a_trigger_on_a_part_of_the_search_index_stays_when_that_is_made_anew(seeds_archive: Location) -> None:
    before = inventory(seeds_archive).objects
    trigger = "CREATE TRIGGER mine AFTER DELETE ON article_fts_config BEGIN SELECT 1; END"
    damage(seeds_archive, trigger, "DROP TABLE article_fts_docsize")
    assert lines(repair(seeds_archive)) == [REBUILT]
    assert inventory(seeds_archive).objects == {**before, "trigger:mine": ("article_fts_config", trigger)}


def test_a_search_index_that_cannot_be_made_is_left_and_named(seeds_archive: Location) -> None:
    name = "article_fts" if isinstance(seeds_archive, Path) else "article_search"
    damage(seeds_archive, f"DROP TABLE {name}", f"CREATE TABLE {name} (mine TEXT)")
    before = state(seeds_archive)
    done = repair(seeds_archive)
    assert {finding.check for finding in done.left} - {"indexes"} == {"search"}
    assert state(seeds_archive) == before


@pytest.mark.sqlite("pages of a file are damaged")
def test_a_damaged_file_is_not_written_to(seeds_archive: Path) -> None:
    damage(seeds_archive, "DROP VIEW documents", "DELETE FROM article_fts_data")
    with connected(seeds_archive) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'import_items'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with seeds_archive.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes([7]) * 200)
    before = seeds_archive.read_bytes()
    done = repair(seeds_archive)
    assert done.mended == []
    assert [finding.check for finding in done.left] == ["integrity"]
    assert seeds_archive.read_bytes() == before


@pytest.mark.sqlite("a server looks after its indexes itself")
def test_an_index_is_made_anew_of_its_table(seeds_archive: Location) -> None:
    index = "ix_import_items_locator"
    with connected(seeds_archive) as connection:
        (row,) = connection.execute("SELECT * FROM sqlite_schema WHERE name = ?", (index,)).fetchall()
    damage(seeds_archive, "PRAGMA writable_schema = ON", f"DELETE FROM sqlite_schema WHERE name = '{index}'")
    damage(seeds_archive, "UPDATE import_items SET locator = 'elsewhere' WHERE id IN (1, 2)")
    with connected(seeds_archive) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()
    before = inventory(seeds_archive)
    done = repair(seeds_archive)
    assert lines(done) == [f"1 index made anew: {index}"]
    assert done.left == []
    assert inventory(seeds_archive) == before
    assert verify(seeds_archive, deep=True).findings == ()
    with connected(seeds_archive) as connection:
        found = connection.execute("SELECT id FROM import_items WHERE locator = 'elsewhere'").fetchall()
    assert sorted(found) == [(1,), (2,)]


@pytest.mark.sqlite("on servers archives begin with a newer schema")
def test_an_older_archive_gets_its_search_index_back_and_can_be_upgraded(tmp_path: Path) -> None:
    """An upgrade refuses an index that does not agree with the texts, and names the repair."""
    path = tmp_path / "old.db"
    with connected(path) as connection:
        connection.executescript("BEGIN;\n" + OLDEST.read_text(encoding="utf-8") + "\nCOMMIT;")
    damage(path, "DELETE FROM article_fts_docsize WHERE id < 4", "UPDATE article_revisions SET words = 0 WHERE id = 1")
    with pytest.raises(ArchiveError, match="archive repair"):
        schema.upgrade(path)
    done = repair(path)
    assert agree(lines(done), ["search index built anew of "])
    assert [finding.check for finding in done.left] == ["schema"]
    schema.upgrade(path)
    assert agree(lines(repair(path)), ["1 text counted, fingerprinted and indexed anew: "])
    assert verify(path, deep=True).findings == ()


@pytest.mark.sqlite("a missing file; databases without an archive are in tests/upgrades")
def test_what_is_no_archive_is_refused(tmp_path: Path, database: Location) -> None:
    with pytest.raises(SchemaError, match="there is no archive at"):
        repair(tmp_path / "nothing.db")
    assert not (tmp_path / "nothing.db").exists()
    damage(database, "UPDATE alembic_version SET version_num = '20991231_what_comes'")
    with pytest.raises(SchemaError, match="update the program"):
        repair(database)


@pytest.mark.sqlite("locks of files")
def test_a_file_that_others_hold_is_left_alone(seeds_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_file, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(seeds_archive, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="another program holds it"):
            repair(seeds_archive)


@pytest.mark.sqlite("modes of files")
def test_a_file_that_may_not_be_written_is_named(seeds_archive: Path) -> None:
    damage(seeds_archive, "DROP VIEW documents")
    seeds_archive.chmod(0o444)
    folders = [folder for folder in seeds_archive.parents if str(folder).startswith("/tmp/pytest")]
    for folder in folders:
        folder.chmod(0o777)
    child = os.fork()
    if child == 0:
        code = 2
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            repair(seeds_archive)
        except ArchiveError as error:
            code = 0 if "it is read-only" in str(error) else 1
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    for folder in folders:
        folder.chmod(stat.S_IRWXU)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_repair_that_is_stopped_changed_nothing(seeds_archive: Location) -> None:
    damage(seeds_archive, "UPDATE articles SET revision_id = NULL", "DROP VIEW documents")
    before = state(seeds_archive)

    def stop(what: str, done: int, total: int | None) -> None:
        if what == "search index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair(seeds_archive, watch=stop)
    assert state(seeds_archive) == before


def test_who_watches_hears_what_is_done(seeds_archive: Location) -> None:
    heard: dict[str, None] = {}
    repair(seeds_archive, watch=lambda what, done, total: heard.setdefault(what))
    assert list(heard)[:3] == ["integrity", "texts", "search index"]
