"""Keywords in context: each place where the words of a query stand, with what stands before and after."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from archive.db.tables import article_revisions, articles, sources
from archive.normalize.tokens import tokenize
from archive.queries.articles import HEADLINE
from archive.queries.by_date import ids_in_order
from archive.queries.search import hits_in
from archive.queries.selection import Selection
from archive.query_language.tree import Text

SORTS = ("newest", "oldest", "left", "right", "hit")

_PAGE = 200  # texts that are held at a time
_ENOUGH = 4  # characters that are looked at for each that is shown: white space is drawn together

Line = dict[str, Any]


def list_hits(
    connection: Connection, selection: Selection, width: int = 60, sort: str = "newest", limit: int | None = None
) -> Iterator[Line]:
    """Yield a line for each hit in headline and body of the articles of a query, `width` characters on either side.

    Each has key, published, source, `field`, `left`, `hit` and `right` with white space as single spaces, and `start`
    and `end`, code points of the field. Of words near each other the hit is the shortest passage that has them all; a
    hit within a longer one is that one's. `sort` is by date of the article, or alphabetically by the words to the left
    (the nearest first), to the right, or of the hit: for these all lines are held in memory.
    """
    by_date = sort in ("newest", "oldest")
    lines = _lines(connection, selection, width, sort if by_date else "newest")
    if not by_date:
        lines = iter(sorted(lines, key=_KEYS[sort]))
    for number, line in enumerate(lines):
        if number == limit:
            return
        yield line


def _lines(connection: Connection, selection: Selection, width: int, sort: str) -> Iterator[Line]:
    ids = ids_in_order(connection, selection, sort) if selection.texts else []
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        rows = connection.execute(
            select(
                *(articles.c.id, articles.c.key, articles.c.published, sources.c.name.label("source")),
                *(HEADLINE, article_revisions.c.body),
            )
            .select_from(articles)
            .join(article_revisions, article_revisions.c.id == articles.c.revision_id)
            .outerjoin(sources, sources.c.id == articles.c.source_id)
            .where(articles.c.id.in_(page))
        )
        found = {row.id: row for row in rows}
        for row in map(found.__getitem__, page):
            for field in ("headline", "body"):
                text = getattr(row, field) or ""
                for first, last in hit_spans(text, selection.texts, field):
                    yield {
                        "key": row.key,
                        "published": row.published,
                        "source": row.source,
                        "field": field,
                        "left": _single_spaced(text[max(0, first - width * _ENOUGH) : first])[-width:],
                        "hit": _single_spaced(text[first:last]),
                        "right": _single_spaced(text[last : last + width * _ENOUGH])[:width],
                        "start": first,
                        "end": last,
                    }


def hit_spans(text: str, parts: Sequence[Text], field: str) -> list[tuple[int, int]]:
    """Return where parts of a query stand in a headline or body: code points, in order, none within another.

    >>> from archive.query_language.tree import Words
    >>> hit_spans("Trade talks on trade", [Words(("trade",)), Words(("trade", "talks"))], "body")
    [(0, 11), (15, 20)]
    """
    outer: list[tuple[int, int]] = []
    for hit in hits_in(text, parts, field):
        if not outer or hit.end > outer[-1][1]:
            outer.append((hit.start, hit.end))
    return outer


def _single_spaced(text: str) -> str:
    """Return a stretch of text on one line; a blank at its end or beginning stays one."""
    words = " ".join(text.split())
    return " " * text[:1].isspace() + words + " " * (bool(words) and text[-1:].isspace())


_KEYS = {
    "left": lambda line: (tokenize(line["left"])[::-1], tokenize(line["hit"])),
    "right": lambda line: (tokenize(line["right"]), tokenize(line["hit"])),
    "hit": lambda line: (tokenize(line["hit"]), tokenize(line["right"])),
}
