"""The schema of an archive: created and upgraded by Alembic, checked before anything else is done."""

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from archive.db.engine import errors_explained
from archive.db.location import Location
from archive.db.sqlite import connect_read_only
from archive.db.unfinished import UNFINISHED, Unfinished, unfinished_of
from archive.errors import ArchiveError, SchemaError
from archive.running import Watch
from archive.version import __version__

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import Script
    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

# The newest migration. Known without reading the migrations, since every command compares it; a test holds it current.
HEAD = "20261123_quicker_imports"

# The one that archives on PostgreSQL begin with: there are none of older schemas.
FIRST_ON_POSTGRESQL = "20261122_learned_models"


class Hooks(TypedDict, total=False):
    """What is called from within an upgrade or a downgrade, by `migrations/env.py`."""

    locked: "Callable[[Connection], None]"
    """Called under the write lock, before an archive is looked at and changed; not where there is nothing to do."""
    at_migrations: "Callable[[Connection | None], None]"
    """Called with the connection when migrations begin, and with None when they end."""
    watch: Watch
    """Told how far all of it is."""
    rehearsing: bool
    """Where True, all that is done on a server is undone."""


def alembic_ini() -> Path:
    """Return alembic.ini: the one inside the installed package, else the checkout's."""
    inside = Path(__file__).parents[1] / "alembic.ini"
    return inside if inside.exists() else Path(__file__).parents[2] / "alembic.ini"


def alembic_config(location: Location, **attributes: Any) -> "Config":
    """Return Alembic's configuration for the archive that is there; `attributes` are for `migrations/env.py`."""
    from alembic.config import Config

    config = Config(alembic_ini(), stdout=io.StringIO())  # what is to be said, the caller says
    config.attributes.update(attributes, database=location)
    return config


def is_there(location: Location) -> bool:
    """Tell whether there is something; raises SchemaError where that may not be known. A server has databases only."""
    if not isinstance(location, Path):
        return True
    try:
        location.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise SchemaError(f"{location} may not be read: {error.strerror}") from error
    return True


class _Found(NamedTuple):
    """What is in a database: its tables, the migrations it stands at, and what `about` says of it."""

    tables: set[str]
    versions: list[str]
    about: dict[str, str]


def current_revision(location: Location, connection: "Connection | None" = None) -> str | None:
    """Return the migration that the archive's schema stands at, or None for a database without tables.

    A server is asked by the `connection` to it where there is one already.
    Raises SchemaError where it is missing, no database, a database of something else, or a copy that is not whole.
    """
    revision, unfinished = standing(location, connection)
    if unfinished is not None:
        raise SchemaError(
            f"{location} is a copy of {unfinished.source} that is not whole; "
            f"`{unfinished.command(location)}` goes on with it, --anew begins again"
        )
    return revision


def standing(location: Location, connection: "Connection | None" = None) -> tuple[str | None, Unfinished | None]:
    """Return the migration that a database stands at, and what it is a copy of where that is not whole.

    `connection` and errors are as `current_revision` has them.
    """
    found = _look(location, connection)
    if not found.tables:
        return None, None
    if "alembic_version" not in found.tables or not found.tables >= {"articles", "import_items"}:
        # After a downgrade of the first migration, only Alembic's own empty table is left.
        if found.tables == {"alembic_version"} and not found.versions:
            return None, None
        cure = "" if isinstance(location, Path) else "; make one of its own for the archive with createdb"
        raise SchemaError(f"{location} is a database, but no archive; nothing was changed{cure}")
    mark = found.about.get(UNFINISHED)
    return found.versions[0] if found.versions else None, None if mark is None else unfinished_of(mark)


def _look(location: Location, connection: "Connection | None" = None) -> _Found:
    if not isinstance(location, Path):
        return _look_at_server(location) if connection is None else _look_around(connection, location)
    if is_there(location) and location.is_dir():
        raise SchemaError(f"{location} is a folder; name the file of the archive, as {location / 'archive.db'}")
    if not is_there(location) or not location.is_file():
        raise SchemaError(f"there is no archive at {location}; `archive import PATH` makes one, --db names another")
    with not_a_database(location), closing(connect_read_only(location)) as driver:
        tables = {row[0] for row in driver.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        return _Found(tables, *_stated(tables, lambda sql: driver.execute(sql).fetchall()))


def _look_at_server(location: "URL") -> _Found:
    from archive.db.postgresql import open_engine

    engine = open_engine(location, read_only=True)
    try:
        with errors_explained(location), engine.connect() as connection:
            return _look_around(connection, location)
    finally:
        engine.dispose()


def _look_around(connection: "Connection", location: "URL") -> _Found:
    from archive.db.postgresql import require_usable

    require_usable(connection, location)
    # information_schema hides what the role has no rights to
    names = connection.exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
    )
    tables = {name for (name,) in names}
    return _Found(tables, *_stated(tables, lambda sql: connection.exec_driver_sql(sql).all()))


def _stated(tables: set[str], ask: Callable[[str], Any]) -> tuple[list[str], dict[str, str]]:
    """Return the migrations that a database stands at, and what it says of itself."""
    versions = ask("SELECT version_num FROM alembic_version") if "alembic_version" in tables else []
    about = ask("SELECT name, value FROM about") if "alembic_version" in tables and "about" in tables else []
    return [str(row[0]) for row in versions], {row[0]: row[1] for row in about}


def require_current(location: Location, connection: "Connection | None" = None) -> None:
    """Raise SchemaError unless the archive's schema is the one this program works with; says which way out."""
    revision = current_revision(location, connection)
    if revision == HEAD:
        return
    if revision is None:
        raise SchemaError(f"{location} has no archive in it yet; `archive import PATH` makes one")
    require_known(location)
    raise SchemaError(
        f"the schema of {location} is older than this program ({revision}); `archive db upgrade` brings it up to date "
        "(it backs up first, and says what it will change)"
    )


def require_known(location: Location) -> None:
    """Raise SchemaError for what is no archive, and for an archive that a newer program made."""
    revision = current_revision(location)
    if revision is None or revision == HEAD or revision in known_revisions():
        return
    version = _look(location).about.get("program_version")
    made_by = f"archive {version}" if version else "a newer version of archive"
    raise SchemaError(
        f"the schema of {location} is {revision}, which this program (archive {__version__}) does not know: "
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


def upgrade(location: Location, revision: str = "head", **hooks: Unpack[Hooks]) -> None:
    """Bring the archive to a migration, by default the newest; a missing file becomes an empty archive.

    Waits for another upgrader. Raises ProofError, with everything undone, where the proof does not add up.
    """
    from alembic import command
    from alembic.util.exc import CommandError

    current = None
    if is_there(location):
        require_known(location)
        current = current_revision(location)
    elif isinstance(location, Path) and not location.parent.is_dir():
        raise SchemaError(f"there is no folder {location.parent} to make the archive in")
    steps = steps_to(revision, current)  # before anything is made or locked
    try:
        with _refused_explained(location):
            command.upgrade(alembic_config(location, number_of_steps=len(steps), **hooks), revision)
    except CommandError as error:
        raise SchemaError(f"{error}; `archive db history` lists the migrations") from error


def downgrade(location: Location, revision: str, **hooks: Unpack[Hooks]) -> None:
    """Take the archive back to an earlier migration; SchemaError where that would lose something."""
    from alembic import command
    from alembic.util.exc import CommandError

    require_known(location)
    if current_revision(location) is None:
        raise SchemaError(f"{location} has no archive in it")
    try:
        with _refused_explained(location):
            command.downgrade(alembic_config(location, **hooks), revision)
    except CommandError as error:
        raise SchemaError(f"{error}; `archive db history` lists the migrations") from error
    except NotImplementedError as error:
        raise SchemaError(str(error)) from error


@contextmanager
def _refused_explained(location: Location) -> Iterator[None]:
    """Turn what a database or a migration refuses into an ArchiveError; the transaction is undone by then."""
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import DatabaseError

    try:
        with errors_explained(location):
            yield
    except (ArchiveError, CommandError):
        raise
    except Exception as error:
        reason = error.orig if isinstance(error, DatabaseError) else error
        is_told = isinstance(error, (DatabaseError, sqlite3.Error, RuntimeError))
        # what a server says has lines of its own
        told = " ".join(str(reason).split()) if is_told else f"{type(error).__name__}: {error}"
        raise SchemaError(f"{location} could not be migrated: {told}; nothing was changed") from error


def history() -> list[tuple[str, str]]:
    """Return each migration's name and the first line of what it does, newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config(Path())).walk_revisions()
    return [(script.revision, (script.doc or "").strip().splitlines()[0]) for script in scripts]


def differences(location: Location) -> list[str]:
    """Return how the archive's tables differ from the models, one line each; none where they are the same.

    The comparison is `alembic check`'s.
    """
    from alembic import command
    from alembic.util.exc import AutogenerateDiffsDetected, CommandError

    require_current(location)
    try:
        command.check(alembic_config(location))
    except AutogenerateDiffsDetected as error:
        return [str(difference) for difference in error.diffs]
    except CommandError as error:
        raise SchemaError(str(error)) from error
    return []


@contextmanager
def not_a_database(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about a file that is damaged or no database into a SchemaError."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        # the latter where SQLite's own message quotes damaged bytes
        raise SchemaError(f"{path} cannot be read as an archive: {error}") from error
