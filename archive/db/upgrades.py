"""Upgrades as people do them: told what will change, backed up first, proved, or tried on a copy."""

import shlex
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from archive.db import schema
from archive.db.backups import backup, free_path
from archive.db.location import Location
from archive.errors import ArchiveError, SchemaError, UsageError
from archive.running import Watch, stopped_in_order, unwatched

BY_PG_DUMP = "pg_dump --format=custom --file=FILE URL copies one on a server"

_LOOKS = ("PRAGMA", "SELECT")  # statements that change nothing


@dataclass(frozen=True)
class Step:
    """A migration that is still to run: its name, and what it does in users' words."""

    revision: str
    doc: str


def plan(location: Location, revision: str = "head") -> list[Step]:
    """Return the migrations that an upgrade would run, in order; raises SchemaError as an upgrade would."""
    schema.require_known(location)
    steps = schema.steps_to(revision, schema.current_revision(location))
    return [Step(step.revision, (step.longdoc or "").strip()) for step in steps]


def upgrade(
    location: Location,
    revision: str = "head",
    *,
    keep_backup: bool = True,
    backed_up: Callable[[Path], None] = lambda _: None,
    watch: Watch = unwatched,
) -> bool:
    """Upgrade an archive, after a backup of it as it stands when it is locked; returns whether it had to be.

    `backed_up` is told where the backup is, before anything is changed, and `watch` how far all of it is. Waits for
    another upgrader. Raises ProofError, with the upgrade undone and the backup kept, where the proof does not add up,
    and KeyboardInterrupt where it is stopped, also by `kill`: undone too, unless that came after the end.
    """
    locked = False

    def backing_up(connection: Connection) -> None:
        nonlocal locked
        locked = True
        # where the archive may not be written, that is told before there is a backup
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
        if keep_backup and isinstance(location, Path):
            target = backup_path(location)
            # not beside the inventory: MEASURED (docs/performance.md), with two processors that takes a second longer
            backup(location, target, watch)
            backed_up(target)

    if keep_backup and not isinstance(location, Path) and plan(location, revision):
        name = backup_name(location.database or "archive", schema.current_revision(location), ".dump")
        url = str(location._replace(drivername="postgresql", password=None))
        command = shlex.join(["pg_dump", "--format=custom", f"--file={name}", url])
        raise UsageError(f"a backup of {location} is made by `{command}`; then go on with --no-backup")
    with stopped_in_order():
        schema.upgrade(location, revision, locked=backing_up, watch=watch)
    return locked


def rehearse(location: Location, revision: str = "head", watch: Watch = unwatched) -> list[str]:
    """Upgrade a copy of an archive, with the whole proof, and return the statements that were run.

    The archive itself is only read, and one that is missing is not made. The copy needs room for as much again in the
    system's temporary folder. On a server nothing is copied: all of it is undone, and until then nobody else writes.
    """
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.split(None, 1)[0].upper() in _LOOKS or "alembic_version" in statement:
            return
        shown = f"{statement}  -- for each of {len(parameters)}" if many else statement
        if parameters and not many:
            shown += f"  -- with {parameters!r}"
        statements.append(shown)

    watched: list[Connection] = []

    def note_all(connection: Connection | None) -> None:
        if connection is not None:
            watched.append(connection)
            event.listen(connection, "before_cursor_execute", note)
        else:
            event.remove(watched.pop(), "before_cursor_execute", note)

    if not isinstance(location, Path):
        schema.upgrade(location, revision, at_migrations=note_all, watch=watch, rehearsing=True)
        return statements
    with tempfile.TemporaryDirectory(prefix="archive-rehearsal-") as folder:
        copy = Path(folder) / location.name
        if schema.is_there(location):
            backup(location, copy, watch)
        try:
            schema.upgrade(copy, revision, at_migrations=note_all, watch=watch)
        except SchemaError as error:  # the copy is nobody's concern
            raise SchemaError(str(error).replace(str(copy), str(location))) from error
    return statements


def backup_path(path: Path) -> Path:
    """Return where the backup before an upgrade goes: `NAME.before-REVISION.db` beside the archive, not taken yet."""
    revision = schema.current_revision(path)
    if revision is None:
        raise ArchiveError(f"{path} has no archive in it")
    return free_path(path.with_name(backup_name(path.stem, revision, ".db")))


def backup_name(name: str, revision: str | None, suffix: str) -> str:
    """Return what a backup is called that is made before an archive leaves a migration."""
    return f"{name}.before-{revision}{suffix}"
