"""Where an archive is: a file of SQLite's, or a database on a PostgreSQL server."""

from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from archive.errors import UsageError

DEFAULT_DATABASE = "archive.db"

# A URL is shown, wherever it is put into a text, without its password.
Location: TypeAlias = Path | URL

_BESIDE = ("", "-wal", "-shm", "-journal")  # of a link, beside what it leads to
_DRIVER = "postgresql+psycopg"


def locate(database: str) -> Location:
    """Return what `database` names: a path, an `sqlite:///` URL, or a `postgresql://` URL.

    Raises UsageError for a URL that names no database, or one that this program has no way to work on.
    """
    if "://" not in database:
        return Path(database)
    scheme, _, rest = database.partition("://")
    try:
        url = make_url(f"{'postgresql' if scheme == 'postgres' else scheme}://{rest}")
    except (ArgumentError, ValueError) as error:  # the latter of a port that is no number
        # the error repeats what was typed, and with it a password
        raise UsageError(
            f"this is no database URL ({scheme}://…); write a path, or postgresql://NAME@HOST/DATABASE"
        ) from error
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:":
            raise UsageError(f"{url} names no file; write a path")
        return Path(url.database)
    if url.drivername not in ("postgresql", _DRIVER):
        raise UsageError(
            f"an archive is an SQLite file or a PostgreSQL database, not {url}; "
            "write a path, or postgresql://NAME@HOST/DATABASE"
        )
    if not url.database:
        raise UsageError(f"{url} names no database; write postgresql://NAME@HOST/DATABASE")
    if find_spec("psycopg") is None:
        raise UsageError("PostgreSQL needs the extra 'postgres'; install it with pip install 'archive[postgres]'")
    return url.set(drivername=_DRIVER)


def files_of(location: Location) -> list[Path]:
    """Return the files that an archive may have on this machine: its own, and those that SQLite puts beside it."""
    if not isinstance(location, Path):
        return []
    return [Path(f"{name}{suffix}") for name in {location, location.resolve()} for suffix in _BESIDE]


def file_of(location: Location, what: str, instead: str = "") -> Path:
    """Return the file of an archive; raises UsageError where it has none, since `what` is done in files alone.

    It then tells what to do `instead`, if there is something.
    """
    if isinstance(location, Path):
        return location
    raise UsageError(
        f"{what} works on archives in a file, and {location} is on a server" + (instead and f"; {instead}")
    )
