"""A populated archive of every released schema comes to the newest one with all that was in it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from click.testing import Result

from archive.db import proof, schema, upgrades
from tests.engines import connected

# What stands in the texts: one word for each script, one with a fold, one that is nowhere.
WORDS = ("the", "lukashenko", '"北 京"', "minister", "trade OR sanctions", "zzzznowhere")


def test_there_is_an_archive_of_a_released_schema(released_text: Path) -> None:
    assert released_text.stem in schema.known_revisions()


def test_nothing_is_lost_on_the_way_to_the_newest_schema(released: Path, released_text: Path) -> None:
    with connected(released) as connection:
        before, found = proof.take_inventory(connection), search(connection)
    assert upgrades.upgrade(released) is (released_text.stem != schema.HEAD)
    assert schema.current_revision(released) == schema.HEAD
    with connected(released) as connection:
        # which version of the program made the schema is kept there, after the proof
        connection.execute("DELETE FROM about WHERE name = 'program_version'")
        after = proof.take_inventory(connection)
        connection.rollback()
        changes = declared_since(released_text.stem)
        assert proof.compare(before, after, changes) == []
        for name in before.tables.keys() - changes.tables_dropped - changes.rows_changed:
            assert after.tables[name].rows == before.tables[name].rows, name
        assert search(connection) == found
        assert found["lukashenko"] and found['"北 京"'] and not found["zzzznowhere"]
        assert proof.check_foreign_keys(connection) == []
        assert proof.check_search(connection) == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert schema.differences(released) == []


def test_backup_before_an_upgrade_is_the_archive_as_it_was(oldest: Path, state: Callable[[Path], object]) -> None:
    before = state(oldest)
    kept: list[Path] = []
    upgrades.upgrade(oldest, backed_up=kept.append)
    assert kept == [oldest.with_name("old.before-20261122_first_archive.db")]
    assert state(kept[0]) == before
    assert state(oldest) != before


def test_upgraded_archive_is_left_alone_by_the_next_upgrade(
    released: Path, state: Callable[[Path], object], archive: Callable[..., Result]
) -> None:
    upgrades.upgrade(released, keep_backup=False)
    before, files = state(released), sorted(released.parent.iterdir())
    done = archive(released, "db", "upgrade")
    assert (done.exit_code, done.stdout) == (0, f"{schema.HEAD}: nothing to do\n")
    assert upgrades.upgrade(released) is False
    assert state(released) == before
    assert sorted(released.parent.iterdir()) == files


def test_upgrade_step_by_step_ends_where_one_at_once_does(released: Path, state: Callable[[Path], object]) -> None:
    at_once = released.with_name("at-once.db")
    at_once.write_bytes(released.read_bytes())
    upgrades.upgrade(at_once, keep_backup=False)
    steps = upgrades.plan(released)
    for step in steps:
        assert upgrades.upgrade(released, step.revision, keep_backup=False) is True
        assert schema.current_revision(released) == step.revision
    assert state(released) == state(at_once)


@pytest.mark.parametrize("relative", ["+1", "head"])
def test_upgrade_says_what_it_does_and_how_to_go_back(
    oldest: Path, archive: Callable[..., Result], state: Callable[[Path], object], relative: str
) -> None:
    before = state(oldest)
    done = archive(oldest, "db", "upgrade", relative)
    assert (done.exit_code, done.stderr) == (0, "")
    backup = oldest.with_name("old.before-20261122_first_archive.db")
    assert (
        "20261122_decisions: Room for what people decide: tags accepted or rejected, values corrected." in done.stdout
    )
    assert f"backup: {backup} (`archive db restore {backup}` goes back to it)" in done.stdout
    assert "rows, columns, keys and search index add up" in done.stdout
    back = archive(oldest, "db", "restore", str(backup))
    assert (back.exit_code, back.stderr) == (0, "")
    assert state(oldest) == before


def declared_since(revision: str) -> proof.Changes:
    scripts = ScriptDirectory.from_config(schema.alembic_config(Path()))
    steps = list(scripts.iterate_revisions("head", revision))
    return proof.declared(script.module.CHANGES for script in reversed(steps))


def search(connection: sqlite3.Connection) -> dict[str, list[int]]:
    found = "SELECT rowid FROM article_fts WHERE article_fts MATCH ? ORDER BY rowid"
    return {words: [row[0] for row in connection.execute(found, (words,))] for words in WORDS}
