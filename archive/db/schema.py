"""The schema of an archive: created and upgraded by Alembic, checked before anything else is done."""

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from archive.db.engine import ReadOnlyConnection, file_errors_explained, is_immutable
from archive.errors import ArchiveError, SchemaError
from archive.version import __version__

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script
    from sqlalchemy import Connection

# The newest migration. Known without reading the migrations, since every command compares it; a test holds it current.
HEAD = "20261122_learned_models"


def alembic_ini() -> Path:
    """Return alembic.ini: the one inside the installed package, else the checkout's."""
    inside = Path(__file__).parents[1] / "alembic.ini"
    return inside if inside.exists() else Path(__file__).parents[2] / "alembic.ini"


def alembic_config(path: Path, **attributes: Any) -> "Config":
    """Return Alembic's configuration for the archive in this file; `attributes` are for `migrations/env.py`."""
    from alembic.config import Config

    config = Config(alembic_ini(), stdout=io.StringIO())  # what is to be said, the caller says
    config.attributes.update(attributes, database=path)
    return config


def is_there(path: Path) -> bool:
    """Tell whether there is something at the path; raises SchemaError where that may not be known."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise SchemaError(f"{path} may not be read: {error.strerror}") from error
    return True


def current_revision(path: Path) -> str | None:
    """Return the migration that the file's schema stands at, or None for a file without tables.

    Raises SchemaError where the file is missing, no database, or a database of something else.
    """
    if is_there(path) and path.is_dir():
        raise SchemaError(f"{path} is a folder; name the file of the archive, as {path / 'archive.db'}")
    if not is_there(path) or not path.is_file():
        raise SchemaError(f"there is no archive at {path}; `archive import PATH` makes one, --db names another")
    with not_a_database(path), closing(connect_read_only(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if not tables:
            return None
        if "alembic_version" not in tables or not tables >= {"articles", "import_items"}:
            # After a downgrade of the first migration, only Alembic's own empty table is left.
            if tables == {"alembic_version"} and not connection.execute("SELECT 1 FROM alembic_version").fetchall():
                return None
            raise SchemaError(f"{path} is a database, but no archive; nothing was changed")
        versions = [str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")]
    return versions[0] if versions else None


def require_current(path: Path) -> None:
    """Raise SchemaError unless the archive's schema is the one this program works with; says which way out."""
    revision = current_revision(path)
    if revision == HEAD:
        return
    if revision is None:
        raise SchemaError(f"{path} has no archive in it yet; `archive import PATH` makes one")
    require_known(path)
    raise SchemaError(
        f"the schema of {path} is older than this program ({revision}); `archive db upgrade` brings it up to date "
        "(it backs up first, and says what it will change)"
    )


def require_known(path: Path) -> None:
    """Raise SchemaError for what is no archive, and for an archive that a newer program made."""
    revision = current_revision(path)
    if revision is None or revision == HEAD or revision in known_revisions():
        return
    with not_a_database(path), closing(connect_read_only(path)) as connection:
        versions = connection.execute(
            "SELECT value FROM about WHERE name = 'program_version'"
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'about'").fetchall()
            else "SELECT NULL WHERE 0"
        ).fetchall()
    made_by = f"archive {versions[0][0]}" if versions else "a newer version of archive"
    raise SchemaError(
        f"the schema of {path} is {revision}, which this program (archive {__version__}) does not know: "
        f"it was made by {made_by}; update the program to that version"
    )


def require_unchanged(connection: "Connection") -> None:
    """Raise SchemaError where the archive was migrated while it was open; for the start of each transaction."""
    revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    if revision != HEAD:
        raise SchemaError(
            f"the archive was migrated to {revision} while it was in use, and this program works with {HEAD}; what was "
            "written before is safe: do the same again with the program that migrated it"
        )


def known_revisions() -> list[str]:
    """Return the names of all migrations that this program has, newest first."""
    from alembic.script import ScriptDirectory

    return [script.revision for script in ScriptDirectory.from_config(alembic_config(Path())).walk_revisions()]


def steps_to(revision: str, current: str | None) -> "list[Script]":
    """Return the migrations that lead from one (None: from nothing) to another, in order.

    Raises SchemaError where none do.
    """
    from alembic.script import ScriptDirectory
    from alembic.script.revision import RevisionError
    from alembic.util.exc import CommandError

    scripts = ScriptDirectory.from_config(alembic_config(Path()))
    try:
        if not revision:
            raise CommandError("a migration has a name")
        return list(scripts.iterate_revisions(revision, current or "base"))[::-1]
    except (CommandError, RevisionError) as error:
        raise SchemaError(f"{error}; `archive db history` lists the migrations") from error


def upgrade(path: Path, revision: str = "head", **hooks: Callable[[Any], None]) -> None:
    """Bring the archive in this file to a migration, by default the newest; a missing file becomes an empty archive.

    Waits for another upgrader. `hooks` are called from within (see `migrations/env.py`): `locked` under the write
    lock before an archive is changed, `watch` with the connection when migrations begin and with None when they end.
    Raises ProofError, with everything undone, where the proof does not add up.
    """
    from alembic import command
    from alembic.util.exc import CommandError

    current = None
    if is_there(path):
        require_known(path)
        current = current_revision(path)
    elif not path.parent.is_dir():
        raise SchemaError(f"there is no folder {path.parent} to make the archive in")
    steps_to(revision, current)  # before anything is made or locked
    try:
        with _refused_explained(path):
            command.upgrade(alembic_config(path, **hooks), revision)
    except CommandError as error:
        raise SchemaError(f"{error}; `archive db history` lists the migrations") from error


def downgrade(path: Path, revision: str) -> None:
    """Take the archive in this file back to an earlier migration; SchemaError where that would lose something."""
    from alembic import command
    from alembic.util.exc import CommandError

    require_known(path)
    if current_revision(path) is None:
        raise SchemaError(f"{path} has no archive in it")
    try:
        with _refused_explained(path):
            command.downgrade(alembic_config(path), revision)
    except CommandError as error:
        raise SchemaError(f"{error}; `archive db history` lists the migrations") from error
    except NotImplementedError as error:
        raise SchemaError(str(error)) from error


@contextmanager
def _refused_explained(path: Path) -> Iterator[None]:
    """Turn what a database or a migration refuses into an ArchiveError; the transaction is undone by then."""
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import DatabaseError

    try:
        with file_errors_explained(path):
            yield
    except (ArchiveError, CommandError):
        raise
    except Exception as error:
        reason = error.orig if isinstance(error, DatabaseError) else error
        told = str(reason) if isinstance(reason, (sqlite3.Error, RuntimeError)) else f"{type(error).__name__}: {error}"
        raise SchemaError(f"{path} could not be migrated: {told}; nothing was changed") from error


def history() -> list[tuple[str, str]]:
    """Return each migration's name and the first line of what it does, newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config(Path())).walk_revisions()
    return [(script.revision, (script.doc or "").strip().splitlines()[0]) for script in scripts]


def differences(path: Path) -> list[str]:
    """Return how the archive's tables differ from the models, one line each; none where they are the same.

    The comparison is `alembic check`'s.
    """
    from alembic import command
    from alembic.util.exc import AutogenerateDiffsDetected, CommandError

    require_current(path)
    try:
        command.check(alembic_config(path))
    except AutogenerateDiffsDetected as error:
        return [str(difference) for difference in error.diffs]
    except CommandError as error:
        raise SchemaError(str(error)) from error
    return []


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return a plain connection that can only read, for looks that do not need more."""
    options = "mode=ro&immutable=1" if is_immutable(path) else "mode=ro"
    name = f"file:{quote(bytes(path.absolute()))}?{options}"
    return sqlite3.connect(name, uri=True, timeout=30, factory=ReadOnlyConnection)


@contextmanager
def not_a_database(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about a file that is damaged or no database into a SchemaError."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # the latter where SQLite's own message quotes damaged bytes
        raise SchemaError(f"{path} cannot be read as an archive: {error}") from error
