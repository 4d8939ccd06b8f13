"""`archive db`, and which archive a command works on."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archive.db import schema
from tests.engines import connected

Run = Callable[..., Result]

FIRST = "20261122_first_archive"
READING = [
    ["list"],
    ["search", "x"],
    ["count"],
    ["show", "x"],
    ["why", "x"],
    ["original", "x"],
    ["sources"],
    ["topics"],
]
READING += [["imports"], ["imports", "show", "1"], ["stats"]]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive as the first version made them."""
    path = tmp_path / "old.db"
    schema.upgrade(path, FIRST)
    return path


@pytest.fixture
def newer(database: Path) -> Path:
    """An archive that a program made which is not written yet."""
    with connected(database) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '29991231_far_away'")
    return database


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_missing_archive_is_told_with_the_way_to_one(words: list[str], run: Run, tmp_path: Path) -> None:
    path = tmp_path / "missing.db"
    answer = run("--db", path, *words)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert (
        answer.stderr
        == f"archive: there is no archive at {path}; `archive import PATH` makes one, --db names another\n"
    )
    assert not path.exists()


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_an_older_archive_is_not_changed_and_the_cure_is_named(words: list[str], run: Run, old: Path) -> None:
    before = old.read_bytes()
    answer = run("--db", old, *words)
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert f"is older than this program ({FIRST}); `archive db upgrade` brings it up to date" in answer.stderr
    assert old.read_bytes() == before


@pytest.mark.parametrize("words", [*READING, ["import", "-"], ["db", "upgrade"], ["db", "check"]], ids=" ".join)
def test_a_newer_archive_asks_for_a_newer_program(words: list[str], run: Run, newer: Path) -> None:
    answer = run("--db", newer, *words, stdin="A body.")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "is 29991231_far_away, which this program" in answer.stderr
    assert "update the program" in answer.stderr


def test_where_a_newer_archive_stands_and_what_it_needs(run: Run, newer: Path) -> None:
    answer = run("--db", newer, "db", "current")
    assert (answer.exit_code, answer.stdout) == (0, "29991231_far_away\n")
    assert "which this program" in answer.stderr and "update the program to that version" in answer.stderr
    assert "db upgrade" not in answer.stderr


def test_an_import_does_not_upgrade_silently(run: Run, old: Path) -> None:
    answer = run("--db", old, "import", "-", stdin="A body.")
    assert answer.exit_code == 1
    assert "`archive db upgrade`" in answer.stderr
    assert schema.current_revision(old) == FIRST


def test_what_is_no_archive(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("not a database, whatever it is called; " * 40)
    answer = run("--db", text, "list")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == f"archive: {text} cannot be read as an archive: file is not a database\n"
    answer = run("--db", tmp_path, "list")
    assert answer.exit_code == 1


def test_the_environment_names_the_archive(run: Run, seeds_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_DB", str(seeds_archive))
    assert run("count").stdout == "16\n"
    assert run("--db", "elsewhere.db", "count").exit_code == 1


@pytest.mark.sqlite("names of files")
def test_archive_db_here_is_the_default(run: Run, seeds_archive: Path) -> None:
    shutil.copy(seeds_archive, "archive.db")
    assert run("count").stdout == "16\n"


@pytest.mark.sqlite("names of files")
def test_a_url_names_the_archive(run: Run, seeds_archive: Path) -> None:
    assert run("--db", f"sqlite:///{seeds_archive}", "count").stdout == "16\n"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u:secret@host/a", "an SQLite file or a PostgreSQL database, not mysql://u:***@host/a"),
        ("sqlite:///:memory:", "names no file; write a path"),
        ("sqlite://", "names no file; write a path"),
        ("://", "is no database URL (://…); write a path, or postgresql://NAME@HOST/DATABASE"),
    ],
)
@pytest.mark.parametrize("words", [["list"], ["import", "-"], ["sql", "SELECT 1"], ["db", "upgrade"]], ids=" ".join)
def test_urls_of_other_databases(words: list[str], url: str, message: str, run: Run) -> None:
    answer = run("--db", url, *words, stdin="A body.")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr
    assert "secret" not in answer.stderr


def test_upgrade_makes_a_missing_archive(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    answer = run("--db", path, "db", "upgrade")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == f"made {path}, empty, at {schema.HEAD}\n"
    assert run("--db", path, "count").stdout == "0\n"
    answer = run("--db", tmp_path / "no" / "folder.db", "db", "upgrade")
    assert answer.exit_code == 1
    assert "there is no folder" in answer.stderr


def test_upgrade_says_what_it_does_and_where_the_backup_is(run: Run, old: Path) -> None:
    answer = run("--db", old, "db", "upgrade")
    assert answer.exit_code == 0, answer.stderr
    assert f"backup: {old.with_name(f'old.before-{FIRST}.db')}" in answer.stdout
    assert answer.stdout.endswith(f"is at {schema.HEAD}; rows, columns, keys and search index add up\n")
    assert run("--db", old, "db", "upgrade").stdout == f"{schema.HEAD}: nothing to do\n"
    restored = run("--db", old, "db", "restore", old.with_name(f"old.before-{FIRST}.db"))
    assert restored.exit_code == 0, restored.stderr
    assert f"(schema {FIRST})" in restored.stdout
    assert "what it was before is kept in" in restored.stdout


@pytest.mark.parametrize("option", ["--sql", "--dry-run"])
def test_an_upgrade_can_be_tried(option: str, run: Run, old: Path) -> None:
    before = old.read_bytes()
    answer = run("--db", old, "db", "upgrade", option)
    assert answer.exit_code == 0, answer.stderr
    assert ("CREATE TABLE" if option == "--sql" else "tried on a copy: nothing would be lost") in answer.stdout
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.glob("old*.db")] == ["old.db"]


def test_upgrade_without_a_backup(run: Run, old: Path) -> None:
    answer = run("--db", old, "db", "upgrade", "--no-backup")
    assert answer.exit_code == 0
    assert "backup: " not in answer.stdout
    assert [path.name for path in old.parent.glob("old*.db")] == ["old.db"]


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_a_migration_that_is_none(command: str, seeds: Run) -> None:
    answer = seeds("db", command, "nosuch")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "`archive db history` lists the migrations" in answer.stderr


def test_a_downgrade_that_would_lose_something_is_refused(seeds: Run) -> None:
    answer = seeds("db", "downgrade", "base")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "nothing was changed" in answer.stderr
    assert seeds("count").stdout == "16\n"


@pytest.mark.sqlite("goes below the schema that archives on servers begin with")
def test_downgrade_and_current(run: Run, database: Path) -> None:
    assert run("--db", database, "db", "current").stdout == f"{schema.HEAD} (newest)\n"
    answer = run("--db", database, "db", "downgrade", FIRST)
    assert (answer.exit_code, answer.stdout) == (0, f"{schema.HEAD} → {FIRST}\n")
    answer = run("--db", database, "db", "current")
    assert (answer.exit_code, answer.stdout) == (0, f"{FIRST}\n")
    assert answer.stderr == f"newest: {schema.HEAD}; `archive db upgrade` goes there\n"


def test_history_is_newest_first(run: Run) -> None:
    lines = run("db", "history", "-f", "csv").stdout.splitlines()
    assert lines[0] == "revision,does"
    assert lines[1].startswith(schema.HEAD)
    assert lines[-1].startswith(FIRST)


def test_check(seeds: Run, seeds_archive: Path) -> None:
    answer = seeds("db", "check")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout == "the tables are as this program expects them\n"
    with connected(seeds_archive) as connection, connection:
        connection.execute("ALTER TABLE articles ADD COLUMN colour TEXT")
    answer = seeds("db", "check")
    assert answer.exit_code == 1
    assert "colour" in answer.stdout


@pytest.mark.sqlite("a backup is a file")
def test_backup(seeds: Run, run: Run) -> None:
    answer = seeds("db", "backup", "copy.db")
    assert (answer.exit_code, answer.stdout) == (0, f"copy.db: {Path('copy.db').stat().st_size:,} bytes\n")
    assert run("--db", "copy.db", "count").stdout == "16\n"
    for target, message in (("copy.db", "exists; name a file that does not"), ("no/copy.db", "there is no folder")):
        answer = seeds("db", "backup", target)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert message in answer.stderr


@pytest.mark.sqlite("a backup is a file")
def test_restore_refuses_what_is_no_backup_of_this_archive(seeds: Run, old: Path) -> None:
    Path("text").write_text("no archive; " * 100)
    for file in ("text", "missing.db"):
        answer = seeds("db", "restore", file)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert answer.stderr.startswith("archive: ")
    assert seeds("count").stdout == "16\n"


@pytest.mark.parametrize("words", [["downgrade"], ["backup"], ["restore"], ["nosuch"], ["current", "-x"]])
def test_usage(words: list[str], run: Run) -> None:
    assert run("db", *words).exit_code == 2
