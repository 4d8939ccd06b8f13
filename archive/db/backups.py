"""Copies of an archive, and an archive put back from one."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from archive.db import schema
from archive.db.schema import not_a_database
from archive.db.sqlite import connect_read_only
from archive.db.unfinished import PART_OF
from archive.errors import ArchiveError, SchemaError
from archive.running import Watch, unwatched

_PATIENCE = 2.0  # seconds that a restore waits for others to be done

# Copied at once, between two words to the watcher; that is also how soon Ctrl-C stops it.
_PAGES = 1_000

_MAGIC = b"SQLite format 3\0"

# What SQLite says where a disk takes no more; a memory that is mapped to a file fails without saying why.
_FULL = ("SQLITE_FULL", "SQLITE_IOERR")


def backup(path: Path, target: Path, watch: Watch = unwatched) -> None:
    """Write a copy of the archive into `target`: one file without a WAL, checked, also while others write.

    `watch` is told how many of its pages are copied.
    Raises ArchiveError where the target exists, cannot be written, or does not check out; nothing is left of it then.
    """
    schema.current_revision(path)
    if schema.is_there(target):
        raise ArchiveError(f"{target} exists; name a file that does not")
    if not target.parent.is_dir():
        raise ArchiveError(f"there is no folder {target.parent} to write the backup in")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        _clear_away(unfinished)  # what one that was killed left: SQLite would take it for a database, or its log
        # a copy of an archive that others may not read is not for them either
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, path.stat().st_mode & 0o777 | 0o600))
        with closing(connect_read_only(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            # until it is whole and renamed, a crash costs nothing but this file: no journal, and one fsync at the end
            copy.execute("PRAGMA journal_mode = OFF")
            copy.execute("PRAGMA synchronous = OFF")
            # all of it as of one moment: without this it would begin again each time that somebody writes
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_schema").fetchone()
            source.backup(copy, pages=_PAGES, progress=lambda _, left, whole: watch("backup", whole - left, whole))
            source.rollback()
            copy.execute("PRAGMA journal_mode = DELETE")
            watch("checking the backup", 0, None)
            problems = [row[0] for row in copy.execute("PRAGMA quick_check") if row[0] != "ok"]
        if problems:
            raise sqlite3.DatabaseError(problems[0])
        _sync(unfinished)
        unfinished.rename(target)
        _sync(target.parent)
    except sqlite3.OperationalError as error:
        is_full = getattr(error, "sqlite_errorname", "").startswith(_FULL)
        cure = "; the disk may be full" if is_full else ""
        raise ArchiveError(f"the backup could not be written to {target}: {error}{cure}") from error
    except OSError as error:
        raise ArchiveError(f"the backup could not be written to {target}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"the backup of {path} does not check out ({error}); nothing was kept of it") from error
    finally:
        _clear_away(unfinished)


def restore(path: Path, copy: Path, watch: Watch = unwatched) -> Path | None:
    """Put the archive at `path` back to what a backup holds; returns where what stood there before is kept.

    None where nothing stood there. Raises SchemaError, with nothing changed, where the backup is no archive, damaged,
    of a newer program or of another archive, or where someone is at work in the archive. A link stays, and leads to
    what is restored.
    """
    schema.require_known(copy)
    if schema.current_revision(copy) is None:
        raise SchemaError(f"{copy} has no archive in it")
    with not_a_database(copy), closing(connect_read_only(copy)) as connection:
        problems = [row[0] for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]
    if problems:
        raise SchemaError(f"{copy} is damaged ({problems[0]}); nothing was changed")
    if not schema.is_there(path):
        backup(copy, path, watch)
        return None
    path = path.resolve()
    if path.samefile(copy):
        raise SchemaError(f"{copy} is the archive itself; name a backup of it")
    try:
        is_other = schema.current_revision(path) is not None and archive_id(path) != archive_id(copy)
    except SchemaError as error:
        raise SchemaError(f"{error}; to restore it all the same, move that file away first") from error
    if is_other:
        raise SchemaError(
            f"{copy} is a backup of another archive than {path}; "
            "to work on it, name it with --db, or copy it to a place of its own"
        )
    new = path.with_name(f"{path.name}.restoring")
    new.unlink(missing_ok=True)
    backup(copy, new, watch)
    kept = free_path(path.with_name(f"{path.stem}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S}{path.suffix}"))
    log = path.with_name(f"{path.name}-wal")
    try:
        new.chmod(path.stat().st_mode & 0o777)
        _take_alone(path)
        path.rename(kept)
        if log.exists():  # somebody came in since, and would write into what is put back
            kept.rename(path)
            raise sqlite3.OperationalError("it was just opened")
        new.rename(path)
        _sync(path.parent)
    except sqlite3.OperationalError as error:
        raise SchemaError(f"someone is at work in {path} ({error}); close what uses it and try again") from error
    except sqlite3.DatabaseError as error:
        raise SchemaError(f"{path} is damaged ({error}); to restore it, move that file away first") from error
    except OSError as error:
        raise ArchiveError(f"{path} could not be replaced: {error}") from error
    finally:
        new.unlink(missing_ok=True)
    return kept


def free_path(path: Path) -> Path:
    """Return the path, or where it is taken the first of `NAME-2.db`, `NAME-3.db` and so on that is not."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free


def find_copies(path: Path) -> list[Path]:
    """Return the files beside an archive that are copies of it or of parts of it, by name or by what is in them."""
    path = path.resolve()
    own = archive_id(path)
    found = []
    for file in sorted(path.parent.iterdir()):
        is_named_so = file.name.startswith((f"{path.stem}.before-", f"{path.stem}.replaced-", f"{path.name}."))
        is_other = file != path and file.is_file() and not file.name.endswith(("-wal", "-shm", "-journal"))
        if is_other and (is_named_so or _has_id(file, own)):
            found.append(file)
    return found


def _has_id(file: Path, own: str | None) -> bool:
    try:
        with file.open("rb") as stream:
            if stream.read(len(_MAGIC)) != _MAGIC:
                return False
        return own is not None and own in (_fact(file, "archive_id"), _fact(file, PART_OF))
    except (OSError, SchemaError):
        return False


def archive_id(path: Path) -> str | None:
    """Return what tells an archive from all others, the same in its backups; None where it has none."""
    return _fact(path, "archive_id")


def _fact(path: Path, name: str) -> str | None:
    with not_a_database(path), closing(connect_read_only(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'about'").fetchall():
            return None
        rows = connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchall()
    return str(rows[0][0]) if rows else None


def _take_alone(path: Path) -> None:
    """Make one file of an archive, without a log; raises sqlite3.OperationalError while anybody else has it open."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        if connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
            raise sqlite3.OperationalError("its log is in use")
        # an emptied log may lie there from before; while the file is locked it is nobody's
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _clear_away(path: Path) -> None:
    """Take away a database that nobody works in, with the files that SQLite made beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
