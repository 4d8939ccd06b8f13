"""Which engine an archive is on."""

from pathlib import Path
from typing import cast

from archive.db.location import Location
from archive.queries.verification.base import Engine


def engine_of(location: Location) -> Engine:
    """Return what is particular to the engine of an archive."""
    if isinstance(location, Path):
        from archive.queries.verification import sqlite

        return cast(Engine, sqlite)
    from archive.queries.verification import postgresql

    return cast(Engine, postgresql)
