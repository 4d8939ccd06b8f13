"""What of each row stays behind where an archive is copied without bytes as received, or without texts.

Nothing is left out but values: every row goes over, so that what is counted stays the same, and what comes again is
known by its hashes. Of bytes nothing is left at all; instead of a text stands `LEFT`, which has no word in it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from archive.db.left_behind import LEFT, NO_BYTES
from archive.db.unfinished import ORIGINALS, PARTS, TEXTS
from archive.errors import UsageError

_QUOTES = "'\"`“”„‘’«»"

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
