"""A disk that takes no more, files and folders that may not be written: told, and nothing is half done."""

import resource
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.db import backups, schema, upgrades
from tests.engines import connected

# Bytes that a file may have. The archive has some 430,000, its log some 110,000 at the end of an upgrade.
LIMITS = (0, 40_000, 80_000, 100_000, 130_000, 400_000, 440_000, 1_000_000)


def limited(limit: int, function: Callable[[], object]) -> Callable[[], object]:
    """Return the function, run where no file can grow beyond so many bytes, as on a full disk."""

    def run() -> object:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return function()

    return run


@pytest.mark.parametrize("keep_backup", [True, False])
def test_disk_that_fills_up_during_an_upgrade(
    oldest: Path,
    tmp_path: Path,
    state: Callable[[Path], object],
    forked: Callable[..., tuple[int, str]],
    keep_backup: bool,
) -> None:
    folder = tmp_path / "full"
    before = state(oldest)
    shutil.copy(oldest, tmp_path / "done.db")
    upgrades.upgrade(tmp_path / "done.db", keep_backup=False)
    after = state(tmp_path / "done.db")
    codes = []
    for limit in LIMITS:
        folder.mkdir()
        path = Path(shutil.copy(oldest, folder / "archive.db"))
        upgrade = limited(limit, lambda path=path: upgrades.upgrade(path, keep_backup=keep_backup))  # type: ignore[misc]
        code, told = forked(upgrade)
        codes.append(code)
        assert state(path) == (before if code else after), f"{limit}: {told}"
        if code:
            assert told.startswith(("ArchiveError: ", "SchemaError: ")) and "disk" in told, told
        assert not list(folder.glob("*.unfinished*"))
        kept = list(folder.glob("*.before-*"))
        assert all(state(backup) == before for backup in kept)
        if keep_backup and not code:
            assert kept
        shutil.rmtree(folder)
    assert codes == sorted(codes, reverse=True), "with more room it does not get worse"
    assert {0, 1} == set(codes)


def test_disk_that_fills_up_during_a_backup(
    oldest: Path, tmp_path: Path, state: Callable[[Path], object], forked: Callable[..., tuple[int, str]]
) -> None:
    before = state(oldest)
    target = tmp_path / "backups" / "copy.db"
    target.parent.mkdir()
    for limit in (40_000, 100_000, 400_000):
        code, told = forked(limited(limit, lambda: backups.backup(oldest, target)))
        assert code == 1
        assert told.startswith(f"ArchiveError: the backup could not be written to {target}: "), told
        assert "disk" in told
        assert list(target.parent.iterdir()) == []
    assert state(oldest) == before


def test_disk_that_is_full_when_a_backup_is_all_but_done(
    oldest: Path, tmp_path: Path, forked: Callable[..., tuple[int, str]]
) -> None:
    """All pages are copied, and there is no room for what SQLite makes beside a file to take it out of WAL."""
    target = tmp_path / "backups" / "copy.db"
    target.parent.mkdir()

    class Filling(sqlite3.Connection):
        def execute(self, statement: str, *words: Any) -> sqlite3.Cursor:
            if statement == "PRAGMA journal_mode = DELETE":
                resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            return super().execute(statement, *words)

    def back_up() -> None:
        real = sqlite3.connect
        sqlite3.connect = lambda *words, **named: real(*words, **{**named, "factory": Filling})
        backups.backup(oldest, target)

    code, told = forked(back_up)
    assert code == 1
    assert told.startswith(f"ArchiveError: the backup could not be written to {target}: ")
    assert told.endswith("; the disk may be full"), told
    assert list(target.parent.iterdir()) == []


def test_disk_that_fills_up_during_a_restore(
    oldest: Path, tmp_path: Path, state: Callable[[Path], object], forked: Callable[..., tuple[int, str]]
) -> None:
    kept: list[Path] = []
    upgrades.upgrade(oldest, backed_up=kept.append)
    before, files = state(oldest), sorted(file.name for file in tmp_path.iterdir())
    code, told = forked(limited(200_000, lambda: backups.restore(oldest, kept[0])))
    assert code == 1 and "could not be written" in told
    assert state(oldest) == before
    assert sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith(("-wal", "-shm"))) == [
        name for name in files if not name.endswith(("-wal", "-shm"))
    ]


@pytest.mark.parametrize("what", ["file", "folder", "both"])
def test_what_may_not_be_written(
    oldest: Path,
    world_readable: Path,
    state: Callable[[Path], object],
    forked: Callable[..., tuple[int, str]],
    what: str,
) -> None:
    path = world_readable / "archive.db"
    with connected(oldest) as connection:  # as a backup leaves it, and as a copy on other media has it
        connection.execute("PRAGMA journal_mode = DELETE")
    shutil.copy(oldest, path)
    before = path.read_bytes()
    path.chmod(0o444 if what != "folder" else 0o666)
    world_readable.chmod(0o777 if what == "file" else 0o555)
    for keep_backup in (True, False):
        code, told = forked(lambda keep=keep_backup: upgrades.upgrade(path, keep_backup=keep), as_nobody=True)
        assert code == 1
        assert told.startswith("ArchiveError: ") and str(world_readable) in told, told
        assert "read-only" in told or "cannot be opened or made" in told or "could not be written" in told
    code, told = forked(lambda: backups.backup(path, world_readable / "copy.db"), as_nobody=True)
    assert code == (0 if what == "file" else 1), told
    code, told = forked(lambda: schema.current_revision(path), as_nobody=True)
    assert (code, told) == (0, "20261122_first_archive")
    world_readable.chmod(0o755)
    assert path.read_bytes() == before
    assert {file.name for file in world_readable.iterdir()} <= {"archive.db", "copy.db"}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_with_a_log(
    oldest: Path, world_readable: Path, forked: Callable[..., tuple[int, str]], what: str
) -> None:
    """The same for an archive as a program leaves it that is working in it."""
    path = Path(shutil.copy(oldest, world_readable / "archive.db"))
    path.chmod(0o444 if what == "file" else 0o666)
    world_readable.chmod(0o777 if what == "file" else 0o555)
    before = path.read_bytes()
    code, told = forked(lambda: upgrades.upgrade(path), as_nobody=True)
    assert code == 1
    assert told.startswith("ArchiveError: ") and str(world_readable) in told, told
    world_readable.chmod(0o755)
    assert path.read_bytes() == before
    beside = {file.name: file.stat().st_size for file in world_readable.iterdir() if file != path}
    assert beside.keys() <= {"archive.db-wal", "archive.db-shm"} and beside.get("archive.db-wal", 0) == 0


def test_folder_that_may_not_be_looked_into(
    oldest: Path, world_readable: Path, forked: Callable[..., tuple[int, str]]
) -> None:
    inside = world_readable / "inside"
    inside.mkdir()
    shutil.copy(oldest, inside / "archive.db")
    inside.chmod(0)
    for act in (upgrades.upgrade, upgrades.plan, upgrades.rehearse, lambda path: backups.restore(path, oldest)):
        code, told = forked(lambda act=act: act(inside / "archive.db"), as_nobody=True)
        assert code == 1
        assert told.startswith(("SchemaError: ", "ArchiveError: ")), told
    inside.chmod(0o755)
