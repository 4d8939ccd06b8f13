"""What an upgrade would do is told beforehand, and tried on a copy."""

import shutil
import tempfile
from pathlib import Path

import pytest

from archive.db import schema, upgrades
from archive.db.location import Location
from archive.errors import ArchiveError, SchemaError
from tests.engines import connected, state

older_schema = pytest.mark.sqlite("on servers archives begin with a newer schema: tests/upgrades/test_on_server.py")

BELOW = "20261122_periods_of_names"


@pytest.fixture
def older(seeds_archive: Path) -> Path:
    """An archive one migration behind."""
    schema.downgrade(seeds_archive, BELOW)
    return seeds_archive


@older_schema
def test_plan_is_what_is_still_to_run_in_order(older: Path) -> None:
    schema.downgrade(older, "20261122_decisions")
    steps = upgrades.plan(older)
    assert [step.revision for step in steps][:2] == [BELOW, "20261122_page_edition_rights"]
    assert steps[-1].revision == schema.HEAD
    assert steps[1].doc.startswith("Page, edition and rights of an article are kept, where an input states them.")
    assert "A downgrade takes them off" in steps[1].doc
    assert [step.revision for step in upgrades.plan(older, "+1")] == [BELOW]
    assert [step.revision for step in upgrades.plan(older, BELOW)] == [BELOW]


def test_plan_of_what_is_up_to_date_is_empty(seeds_archive: Location) -> None:
    assert upgrades.plan(seeds_archive) == []
    assert upgrades.plan(seeds_archive, schema.HEAD) == []


def test_plan_of_a_file_without_tables_is_everything(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert [step.revision for step in upgrades.plan(tmp_path / "empty.db")] == schema.known_revisions()[::-1]


@older_schema
@pytest.mark.parametrize("revision", ["no_such_migration", "base", "-1", "+99", "20261122", ""])
def test_plan_of_what_there_is_no_way_to(older: Path, revision: str) -> None:
    with pytest.raises(SchemaError, match="`archive db history` lists the migrations"):
        upgrades.plan(older, revision)
    with pytest.raises(SchemaError, match="`archive db history` lists the migrations"):
        upgrades.upgrade(older, revision)
    assert schema.current_revision(older) == BELOW


@older_schema
def test_plan_does_not_go_back(older: Path) -> None:
    with pytest.raises(SchemaError, match="is not an ancestor of"):
        upgrades.plan(older, "20261122_decisions")


@older_schema
def test_rehearsal_returns_the_statements_and_leaves_the_archive_alone(older: Path, tmp_path: Path) -> None:
    shutil.copy(older, tmp_path / "as-it-was")
    statements = upgrades.rehearse(older)
    assert [one.split(" ADD COLUMN ")[1] for one in statements if "ADD COLUMN" in one][:3] == [
        "page TEXT",
        "edition TEXT",
        "rights TEXT",
    ]
    assert all(one.split(None, 1)[0] in ("ALTER", "UPDATE", "CREATE", "INSERT", "DROP") for one in statements)
    assert not any("alembic_version" in one or "integrity-check" in one for one in statements)
    assert older.read_bytes() == (tmp_path / "as-it-was").read_bytes()
    assert schema.current_revision(older) == BELOW


@older_schema
def test_rehearsal_shows_what_is_made_again(older: Path) -> None:
    """The indexes of a user too."""
    schema.downgrade(older, "20261122_decisions")
    with connected(older) as connection:
        connection.execute("CREATE INDEX mine ON source_names (name)")
    assert "CREATE INDEX mine ON source_names (name)" in upgrades.rehearse(older)


@older_schema
def test_rehearsal_leaves_no_copy_behind(older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    upgrades.rehearse(older)
    with connected(older) as connection:
        connection.execute("ALTER TABLE articles ADD COLUMN page TEXT")
    with pytest.raises(SchemaError, match="duplicate column name: page"):
        upgrades.rehearse(older)
    assert list(folder.iterdir()) == []


@older_schema
def test_upgrade_tells_where_the_backup_is_before_it_begins(older: Path) -> None:
    seen: list[tuple[Path, str | None]] = []
    upgrades.upgrade(older, backed_up=lambda kept: seen.append((kept, schema.current_revision(older))))
    assert seen == [(older.with_name(f"seeds.before-{BELOW}.db"), BELOW)]
    assert schema.current_revision(seen[0][0]) == BELOW


@pytest.mark.parametrize("revision", ["head", schema.HEAD, schema.HEAD[:-2]])
def test_upgrade_of_what_is_there_backs_nothing_up(seeds_archive: Location, revision: str) -> None:
    """As it is for who has waited for another upgrade."""
    before = state(seeds_archive)
    assert upgrades.upgrade(seeds_archive, revision) is False
    assert state(seeds_archive) == before
    if isinstance(seeds_archive, Path):
        assert not list(seeds_archive.parent.glob("*before*"))


@older_schema
def test_backup_that_fails_stops_the_upgrade(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ArchiveError("the backup could not be written")

    monkeypatch.setattr(upgrades, "backup", fail)
    with pytest.raises(ArchiveError, match="the backup could not be written"):
        upgrades.upgrade(older)
    assert schema.current_revision(older) == BELOW
    assert upgrades.upgrade(older, keep_backup=False) is True


def test_backup_of_what_holds_no_archive_has_no_name(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(ArchiveError, match="has no archive in it"):
        upgrades.backup_path(tmp_path / "empty.db")
