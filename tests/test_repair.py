"""A repair derives anew what can be derived, and touches nothing else."""

import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from archive import repair as repairing
from archive.db import proof, schema
from archive.errors import ArchiveError, SchemaError
from archive.ingest import ImportOptions, import_paths
from archive.queries.verification import verify
from archive.repair import HASHSIZE, SEARCH_INDEX, repair
from tests.engines import connected

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
    Case([REBUILT], ["UPDATE article_fts_data SET block = x'ffffffff' WHERE id = 1"]),
    Case([REBUILT], ["UPDATE article_fts_data SET block = x'ffffffff' WHERE id = 10"]),
    Case([REBUILT], ["DELETE FROM article_fts_data"]),
    Case([REBUILT], ["DELETE FROM article_fts_config"]),
    Case([REBUILT], ["UPDATE article_fts_config SET v = 99 WHERE k = 'version'"]),
    Case([REBUILT], ["DROP TABLE article_fts_docsize"]),
    Case([REBUILT], ["DROP TABLE article_fts_config"]),
    Case([REBUILT], ["DROP TABLE article_fts"]),
    Case([], []),
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


def damage(path: Path, *statements: str) -> Path:
    """Return the archive after statements that it would not let pass by itself."""
    with connected(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


def inventory(path: Path) -> proof.Inventory:
    with connected(path) as connection:
        return proof.take_inventory(connection)


def found_by(path: Path, words: str) -> list[int]:
    with connected(path) as connection:
        rows = connection.execute("SELECT rowid FROM article_fts WHERE article_fts MATCH ? ORDER BY rowid", (words,))
        return [number for (number,) in rows]


def lines(done: repairing.Repair) -> list[str]:
    return [mended.what for mended in done.mended]


def agree(told: list[str], expected: Sequence[str]) -> bool:
    return len(told) == len(expected) and all(map(str.startswith, told, expected))


@pytest.mark.parametrize("case", RESTORED, ids=lambda case: " ".join(case.statements)[:70])
def test_what_is_derived_is_restored(seeds_archive: Path, case: Case) -> None:
    damage(seeds_archive, DECIDED)
    before, found = inventory(seeds_archive), found_by(seeds_archive, "lukashenko")
    assert found
    done = repair(damage(seeds_archive, *case.statements))
    assert agree(lines(done), case.told), lines(done)
    assert done.left == []
    assert proof.compare(before, inventory(seeds_archive), proof.Changes()) == []
    assert found_by(seeds_archive, "lukashenko") == found
    assert verify(seeds_archive, deep=True).findings == ()
    assert schema.differences(seeds_archive) == []
    assert repair(seeds_archive) == repairing.Repair()


@pytest.mark.parametrize(("case", "changed"), MENDED, ids=lambda value: "")
def test_what_can_only_be_tidied_is(seeds_archive: Path, case: Case, changed: set[str]) -> None:
    before = inventory(seeds_archive)
    done = repair(damage(seeds_archive, *case.statements))
    assert agree(lines(done), case.told), lines(done)
    assert done.left == []
    after = inventory(seeds_archive)
    assert {name for name, state in before.tables.items() if after.tables[name] != state} == changed
    assert before.objects == after.objects
    assert verify(seeds_archive, deep=True).findings == ()
    assert repair(seeds_archive) == repairing.Repair()


def test_all_of_it_at_once(seeds_archive: Path) -> None:
    everything = [statement for case in RESTORED for statement in case.statements if "article_fts" not in statement]
    everything += [statement for case, _ in MENDED for statement in case.statements]
    damage(seeds_archive, *everything, "DROP TABLE article_fts")
    done = repair(seeds_archive)
    assert len(done.mended) == 9
    assert done.left == []
    assert verify(seeds_archive, deep=True).findings == ()


def test_a_trial_changes_nothing_and_tells_the_same(seeds_archive: Path) -> None:
    damage(
        seeds_archive, "DROP VIEW documents", "UPDATE articles SET revision_id = NULL", "DELETE FROM article_fts_data"
    )
    before = seeds_archive.read_bytes()
    tried = repair(seeds_archive, dry_run=True)
    assert seeds_archive.read_bytes() == before
    assert len(tried.mended) == 3
    assert tried == repair(seeds_archive)


def test_a_sound_archive_is_not_written_to(seeds_archive: Path) -> None:
    before = seeds_archive.read_bytes()
    assert repair(seeds_archive) == repairing.Repair()
    assert seeds_archive.read_bytes() == before


def test_a_search_index_is_made_as_migrations_make_it(database: Path, seeds_archive: Path) -> None:
    statement = "SELECT sql FROM sqlite_schema WHERE name = 'article_fts'"
    with connected(database) as connection:
        assert connection.execute(statement).fetchall() == [(SEARCH_INDEX,)]
        settings = connection.execute("SELECT * FROM article_fts_config").fetchall()
    assert ("hashsize", HASHSIZE) in settings
    for broken in ("DELETE FROM article_fts_docsize", "DELETE FROM article_fts_config"):
        repair(damage(seeds_archive, broken))
        with connected(seeds_archive) as connection:
            assert connection.execute("SELECT * FROM article_fts_config").fetchall() == settings
            assert connection.execute(statement).fetchall() == [(SEARCH_INDEX,)]


def test_minutes_with_a_zone_stay_minutes(tmp_path: Path, database: Path) -> None:
    """They are written with seconds, so that the date alone does not say how exactly it is known."""
    (tmp_path / "note.md").write_text("---\ndate: 2023-02-28T06:30+08:00\n---\nFour boxes were counted twice.\n")
    import_paths(database, [str(tmp_path / "note.md")], ImportOptions(jobs=0))
    before = inventory(database)
    damage(database, "UPDATE articles SET published_until = NULL, published_precision = NULL")
    assert agree(lines(repair(database)), ["1 article given the columns that follow from its date: "])
    assert proof.compare(before, inventory(database), proof.Changes()) == []


def test_a_killed_import_ends_as_the_next_import_would_have_it(tmp_path: Path, seeds_archive: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    process = f"{socket.gethostname()} {ended.pid} 1"
    damage(seeds_archive, f"UPDATE imports SET status = 'running', finished_at = NULL, process = '{process}'")
    other = Path(shutil.copy(seeds_archive, tmp_path / "other.db"))
    repair(seeds_archive)
    (tmp_path / "note.txt").write_text("Four boxes were counted twice.")
    import_paths(other, [str(tmp_path / "note.txt")], ImportOptions(jobs=0))
    ends = []
    for path in (seeds_archive, other):
        with connected(path) as connection:
            ends.append(connection.execute("SELECT * FROM imports WHERE id = 1").fetchone())
    assert ends[0] == ends[1]
    assert "interrupted" in ends[0]


def test_what_came_from_outside_is_left_and_named(seeds_archive: Path) -> None:
    damage(
        seeds_archive,
        "UPDATE article_revisions SET body = body || ' More.', words = 1 WHERE id = 1",
        "UPDATE tag_evidence SET rule = 'zeppelin' WHERE id = (SELECT min(id) FROM tag_evidence WHERE method = 'rule')",
        "UPDATE originals SET content = x'00' WHERE id = 2",
        "UPDATE articles SET published = 'soon' WHERE id = (SELECT min(id) FROM articles WHERE published IS NOT NULL)",
        "DELETE FROM article_authors WHERE author_id = 1",
        "DELETE FROM authors WHERE id = 1",
    )
    before = inventory(seeds_archive)
    done = repair(seeds_archive)
    assert lines(done) == [REBUILT]
    assert {finding.check for finding in done.left} == {"texts", "evidence", "originals", "published", "chosen_date"}
    assert inventory(seeds_archive) == before


def test_a_text_that_is_no_utf8_is_left_and_named(seeds_archive: Path) -> None:
    damage(seeds_archive, "UPDATE article_revisions SET body = CAST(x'e58c97ff' AS TEXT) WHERE id = 1")
    done = repair(seeds_archive)
    assert "texts" in {finding.check for finding in done.left}


def test_tags_that_have_lost_their_evidence_are_left_and_named(seeds_archive: Path) -> None:
    """What was given with an article cannot be derived, nor can what rules of another time found."""
    damage(seeds_archive, "DELETE FROM tag_evidence", "DROP VIEW documents")
    before = inventory(seeds_archive)
    done = repair(seeds_archive)
    assert lines(done) == ["1 view made anew: documents"]
    assert [(finding.severity, finding.check) for finding in done.left] == [("error", "tags")]
    assert "archive db restore" in str(done.left[0].cure)
    assert inventory(seeds_archive).tables == before.tables


def test_tags_that_a_person_decided_on_stay(seeds_archive: Path) -> None:
    damage(seeds_archive, DECIDED, f"DELETE FROM tag_evidence WHERE article_topic_id = ({TAGGED})")
    before = inventory(seeds_archive)
    assert repair(seeds_archive) == repairing.Repair()
    assert inventory(seeds_archive) == before


def test_names_that_would_have_one_key_stay(seeds_archive: Path) -> None:
    damage(
        seeds_archive,
        "INSERT INTO source_names (source_id, name, name_key, kind) "
        "SELECT source_id, name || ' ', upper(name_key), 'alias' FROM source_names WHERE id = 1",
    )
    done = repair(seeds_archive)
    assert done.mended == []
    assert [(finding.severity, finding.check) for finding in done.left] == [("warning", "name_keys")]


def test_one_thing_that_cannot_be_mended_does_not_stop_the_others(seeds_archive: Path) -> None:
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
def test_triggers_of_a_user_are_not_set_off(seeds_archive: Path, dry_run: bool) -> None:
    """They are about edits, and are there to the letter afterwards."""
    damage(seeds_archive, DECIDED)
    before = inventory(seeds_archive)
    triggers = (
        "create trigger [my own]  /* why */ after update on articles begin delete from decisions; end",
        "CREATE TRIGGER mine BEFORE UPDATE ON article_revisions BEGIN DELETE FROM originals; END",
    )
    damage(seeds_archive, "UPDATE articles SET revision_id = NULL", "UPDATE article_revisions SET words = 0", *triggers)
    made = inventory(seeds_archive).objects
    done = repair(seeds_archive, dry_run=dry_run)
    assert len(done.mended) == 2 and done.left == []
    after = inventory(seeds_archive)
    assert after.objects == made and len(made) == len(before.objects) + 2
    assert (after.tables == before.tables) is not dry_run
    assert after.tables["decisions"] == before.tables["decisions"]
    assert after.tables["originals"] == before.tables["originals"]


def test_a_trigger_on_a_part_of_the_search_index_stays_when_that_is_made_anew(seeds_archive: Path) -> None:
    objects = inventory(seeds_archive).objects
    trigger = "CREATE TRIGGER mine AFTER DELETE ON article_fts_config BEGIN SELECT 1; END"
    damage(seeds_archive, trigger, "DROP TABLE article_fts_docsize")
    assert lines(repair(seeds_archive)) == [REBUILT]
    assert inventory(seeds_archive).objects == {**objects, "trigger:mine": ("article_fts_config", trigger)}


def test_a_search_index_that_cannot_be_made_is_left_and_named(seeds_archive: Path) -> None:
    damage(seeds_archive, "DROP TABLE article_fts", "CREATE TABLE article_fts (mine TEXT)")
    before = inventory(seeds_archive)
    done = repair(seeds_archive)
    assert [finding.check for finding in done.left] == ["search"]
    assert inventory(seeds_archive) == before


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


def test_an_index_is_made_anew_of_its_table(seeds_archive: Path) -> None:
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


def test_what_is_no_archive_is_refused(tmp_path: Path, database: Path) -> None:
    with pytest.raises(SchemaError, match="there is no archive at"):
        repair(tmp_path / "nothing.db")
    assert not (tmp_path / "nothing.db").exists()
    damage(database, "UPDATE alembic_version SET version_num = '20991231_what_comes'")
    with pytest.raises(SchemaError, match="update the program"):
        repair(database)


def test_a_file_that_others_hold_is_left_alone(seeds_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairing, "BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(seeds_archive, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="another program holds it"):
            repair(seeds_archive)


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


def test_a_repair_that_is_stopped_changed_nothing(seeds_archive: Path) -> None:
    damage(seeds_archive, "UPDATE articles SET revision_id = NULL", "DELETE FROM article_fts_data")
    before = inventory(seeds_archive)

    def stop(what: str, done: int, total: int | None) -> None:
        if what == "search index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair(seeds_archive, watch=stop)
    assert inventory(seeds_archive) == before


def test_who_watches_hears_what_is_done(seeds_archive: Path) -> None:
    heard: dict[str, None] = {}
    repair(seeds_archive, watch=lambda what, done, total: heard.setdefault(what))
    assert list(heard)[:3] == ["integrity", "texts", "search index"]
