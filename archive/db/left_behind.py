"""What a copy of an archive leaves behind: bytes as received, or all texts; what stands instead, and how it is known.

Nothing is left out but values: every row goes over, so that what is counted stays the same, and what comes again is
known by its hashes. Of bytes nothing is left at all; instead of a text stands `LEFT`, which has no word in it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from archive.db.plain import Plain
from archive.db.unfinished import ORIGINALS, PART_OF, PARTS, TEXTS, WITHOUT
from archive.errors import ArchiveError, UsageError

LEFT = "…"  # stands instead of a text; where there was none, or an empty one, there still is
NO_BYTES = b""  # stands instead of bytes, of which even none at all make a frame that is longer

_QUOTES = "'\"`“”„‘’«»"
_FACTS = f"SELECT name, value FROM about WHERE name IN ('{WITHOUT}', '{PART_OF}')"

_KNOWN = "left_behind"  # in what a connection remembers

Row = Sequence[Any]


def parts_named(names: Iterable[str]) -> tuple[str, ...]:
    """Return what stays behind where these are to: with texts go the bytes that they were made of.

    Raises UsageError for what is none of PARTS.

    >>> parts_named(["texts"])
    ('originals', 'texts')
    """
    wanted = set(names)
    if unknown := sorted(wanted.difference(PARTS)):
        raise UsageError(f"there is no copy without '{unknown[0]}'; it can be without {' or '.join(PARTS)}")
    return tuple(part for part in PARTS if part in wanted or (part == ORIGINALS and TEXTS in wanted))


def _marked(value: str) -> str:
    return LEFT if value else value


def _up_to_a_quotation(value: str) -> str:
    """Return what a program said, up to where it quotes: values in its words may be headlines, or rows of a table.

    >>> _up_to_a_quotation("headline changed from 'Ferry sails'; source filled in")
    'headline changed from …'
    """
    place = min((place for mark in _QUOTES if (place := value.find(mark)) >= 0), default=None)
    return value if place is None else f"{value[:place].rstrip()} {LEFT}".lstrip()


class _Left(NamedTuple):
    """A column whose values stay behind, what becomes of them, and in which rows: those with one of these values."""

    column: str
    instead: Callable[[Any], Any] = _marked
    where: Mapping[str, Collection[str]] = {}


def _nothing(_: Any) -> None:
    return None


_BYTES: dict[str, dict[str, str]] = {ORIGINALS: {"originals": "content"}, TEXTS: {"models": "content"}}
_IN_TEXT = {"field": ("headline", "body")}
_HEADLINE = {"field": ("headline",)}
_OF_TEXTS: dict[str, tuple[_Left, ...]] = {
    "article_revisions": (
        *(_Left("headline"), _Left("headline_index", _nothing)),
        *(_Left("body"), _Left("body_index", _nothing)),
    ),
    "articles": (_Left("decided_headline"), _Left("decided_headline_index", _nothing)),
    "decisions": (_Left("value", where={"subject": ("field",), "name": ("headline",)}),),
    "article_values": (_Left("text", where=_HEADLINE),),
    "other_values": (_Left("text", where=_HEADLINE),),
    "article_dates": (_Left("text", where=_IN_TEXT),),
    "article_credits": (_Left("text", where=_IN_TEXT),),
    "article_links": (_Left("text"),),
    "set_aside": (_Left("text"),),
    "import_items": (_Left("reason", _up_to_a_quotation),),
    "imports": (_Left("reason", _up_to_a_quotation),),
}


class Leaving:
    """What of the rows of one table stays behind."""

    def __init__(self, table: str, columns: Sequence[str], parts: Collection[str]) -> None:
        unread = {_BYTES[part][table] for part in parts if table in _BYTES[part]}
        self.read = [column for column in columns if column not in unread]
        self._unread = sorted(columns.index(column) for column in unread)
        self._left = [
            (
                columns.index(one.column),
                one.instead,
                [(columns.index(name), among) for name, among in one.where.items()],
            )
            for one in (_OF_TEXTS.get(table, ()) if TEXTS in parts else ())
        ]

    def page(self, page: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return rows of the columns to `read` as rows of all columns, as they go over."""
        if not (self._unread or self._left):
            return page
        return [self._row(row) for row in page]

    def _row(self, row: Row) -> tuple[Any, ...]:
        values = list(row)
        for place in self._unread:
            values.insert(place, NO_BYTES)
        for place, instead, where in self._left:
            if values[place] is not None and all(values[other] in among for other, among in where):
                values[place] = instead(values[place])
        return tuple(values)


def is_left(headline: str | None, body: str) -> bool:
    """Tell whether this is what stands instead of a text.

    >>> is_left("…", "…"), is_left(None, "…"), is_left("…", ""), is_left("Rain", "…"), is_left(None, "")
    (True, True, True, False, False)
    """
    return LEFT in (headline, body) and (headline or LEFT) == (body or LEFT) == LEFT


class LeftBehind(NamedTuple):
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
