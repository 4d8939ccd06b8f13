"""What a copy of an archive left behind: bytes as received, or all texts; what stands instead, and how it is known."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from archive.db.plain import Plain
from archive.db.unfinished import PART_OF, PARTS, WITHOUT
from archive.errors import ArchiveError
from archive.frozen import Frozen

LEFT = "…"  # stands instead of a text; where there was none, or an empty one, there still is
NO_BYTES = b""  # stands instead of bytes, of which even none at all make a frame that is longer

_FACTS = f"SELECT name, value FROM about WHERE name IN ('{WITHOUT}', '{PART_OF}')"

_KNOWN = "left_behind"  # in what a connection remembers


def is_left(headline: str | None, body: str) -> bool:
    """Tell whether this is what stands instead of a text.

    >>> is_left("…", "…"), is_left(None, "…"), is_left("…", ""), is_left("Rain", "…"), is_left(None, "")
    (True, True, True, False, False)
    """
    return LEFT in (headline, body) and (headline or LEFT) == (body or LEFT) == LEFT


class LeftBehind(Frozen):
    """What an archive is without, and the `archive_id` of the one that it was copied from."""

    parts: tuple[str, ...]
    archive_id: str | None

    @property
    def cure(self) -> str:
        """Where it is, in words; '' for an archive that is without nothing."""
        if not self.parts:
            return ""
        return f"the archive that this was copied from has them (`archive_id` {self.archive_id})"


def left_behind(connection: Plain) -> LeftBehind:
    """Return what an archive says that it is without."""
    return _left_behind(connection.execute(_FACTS))


def find_left_behind(connection: Connection) -> LeftBehind:
    """Return the same for a connection of SQLAlchemy's, which is asked once: it does not change while one is open."""
    # every query for words asks this
    known: LeftBehind | None = connection.info.get(_KNOWN)
    if known is None:
        known = connection.info[_KNOWN] = _left_behind(connection.exec_driver_sql(_FACTS))
    return known


def _left_behind(rows: Iterable[Any]) -> LeftBehind:
    facts = dict(tuple(row) for row in rows)
    named = str(facts.get(WITHOUT, "")).split(", ")
    return LeftBehind(tuple(part for part in PARTS if part in named), facts.get(PART_OF))


def require(connection: Connection, part: str, what: str) -> None:
    """Raise ArchiveError where an archive is without a part that `what` cannot be done without."""
    found = find_left_behind(connection)
    if part in found.parts:
        raise ArchiveError(f"{what}: the {part} of this archive were left behind when it was copied; {found.cure}")
