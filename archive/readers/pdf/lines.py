"""The lines of a PDF in the order in which they are read, and which of them are of the page and not of the text.

order      that in which they are drawn, as programs write a text column by column. A page drawn row by row across its
           columns is parted where many rows have a gap at one place; then, and where the order leaps upwards time and
           again, a line comes before what stands below it, and before what stands to its right unless a line above
           that spans both (T. Breuel, High performance document layout analysis, 2003)
furniture  at the edge of a page: what stands there on three pages in ten too, at the same height, figures aside; a page
           number alone; what a browser prints around a page; a line that is turned
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

_LONG_PIECE = 20  # characters
_LEAST_ROWS = 5
_MOST_GUTTERS = 5
_MOST_TO_ORDER = 400
_LEAPS = 3
_LEAP = 0.8  # of the size of letters
_EDGE_LINES = 3
_EDGE = 0.12  # of the height of a page
_SHARE = 0.3
_SAME_HEIGHT = 6.0

_PAGE_WORDS = r"(?:page|p\.|seite|s\.|página|pagina|pág\.|side|sida|strona|стр\.?|страница|第)"
_OF = r"(?:/|of|von|de|sur|di|av|af|van|z|из|\|)"
_PAGE_NUMBER = re.compile(
    rf"[-–—|\s]*(?:{_PAGE_WORDS}\s*)?\d{{1,4}}(?:\s*{_OF}\s*\d{{1,4}})?(?:\s*页)?[-–—|\s]*", re.IGNORECASE
)
_PRINTED_URL = re.compile(r"(https?://\S+?)(?:\s+\d{1,4}\s*(?:/|of)\s*\d{1,4})?", re.IGNORECASE)
_PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}[:.]\d{2}\b.*")


@dataclass(frozen=True)
class Line:
    """One line: its text, its left and right end, its baseline (downwards), the size of its letters, its page."""

    text: str
    left: float
    right: float
    y: float
    size: float
    is_bold: bool
    page: int
    part: str = "body"  # or page_header, page_footer, margin

    @property
    def is_turned(self) -> bool:
        """Return whether the line is written in another direction than across the page."""
        return self.part == "margin"


@dataclass(frozen=True)
class _Row:
    pieces: tuple[tuple[str, float, float], ...]
    y: float
    size: float
    is_bold: bool
    is_turned: bool


def read_lines(pages: Sequence[Any]) -> list[Line]:
    """Return the lines of all pages (as `pages.read_pages` gives them), in order, furniture marked as such."""
    found: list[Line] = []
    by_page = []
    for number, (_, height, lines, _) in enumerate(pages):
        rows = [_Row(tuple(map(tuple, pieces)), y, size, bold, turned) for pieces, y, size, bold, turned in lines]
        by_page.append((height, list(_ordered(rows, number))))
    for (_, lines), parts in zip(by_page, _furniture(by_page), strict=True):
        found += [replace(line, part=part) if part else line for line, part in zip(lines, parts, strict=True)]
    return found


def printed_url(lines: Sequence[Line]) -> str | None:
    """Return the address that a browser printed at the edge of the pages, if it is one and the same."""
    addresses = {
        match[1]
        for line in lines
        if line.part in ("page_header", "page_footer") and (match := _PRINTED_URL.fullmatch(line.text))
    }
    return addresses.pop() if len(addresses) == 1 else None


def _ordered(rows: list[_Row], page: int) -> Iterator[Line]:
    gutters = _gutters(rows)
    lines = [line for row in rows for line in _parted(row, gutters, page)]
    if len(lines) <= _MOST_TO_ORDER and (gutters or _leaps(lines) >= _LEAPS):
        return iter(_by_place(lines))
    return iter(lines)


def _gutters(rows: Sequence[_Row]) -> list[float]:
    """Return where a page that is drawn row by row is parted into columns."""
    gaps = []
    for row in rows:
        for number in range(1, len(row.pieces)):
            before = sum(len(piece[0]) for piece in row.pieces[:number])
            after = sum(len(piece[0]) for piece in row.pieces[number:])
            if before >= _LONG_PIECE and after >= _LONG_PIECE:
                gap = (row.pieces[number - 1][2], row.pieces[number][1], row.y)
                gaps += [gap] if gap[0] < gap[1] else []
    found: list[float] = []
    while len(gaps) >= _LEAST_ROWS and len(found) < _MOST_GUTTERS:
        middles = [(left + right) / 2 for left, right, _ in gaps[:_MOST_TO_ORDER]]
        best = max(middles, key=lambda x: sum(left <= x <= right for left, right, _ in gaps))
        heights = [y for left, right, y in gaps if left <= best <= right]
        crossing = sum(
            min(heights) <= row.y <= max(heights)
            and any(left < best - 1 and right > best + 1 for _, left, right in row.pieces)
            for row in rows
        )
        if len(heights) < _LEAST_ROWS or crossing > len(heights) // 5:
            break
        found.append(best)
        gaps = [gap for gap in gaps if not gap[0] <= best <= gap[1]]
    return sorted(found)


def _parted(row: _Row, gutters: Sequence[float], page: int) -> Iterator[Line]:
    """Yield a row as one line, or as one for each column."""
    runs: list[list[tuple[str, float, float]]] = [[]]
    for piece in row.pieces:
        if runs[-1] and any(runs[-1][-1][2] <= gutter <= piece[1] for gutter in gutters):
            runs.append([])
        runs[-1].append(piece)
    for run in runs:
        text = " ".join(" ".join(piece[0] for piece in run).split())
        if text:
            left, right = min(piece[1] for piece in run), max(piece[2] for piece in run)
            part = "margin" if row.is_turned else "body"
            yield Line(text, left, right, row.y, row.size, row.is_bold, page, part)


def _leaps(lines: Sequence[Line]) -> int:
    """Return how often a line stands above the one before it, in the same column."""
    return sum(
        after.y < before.y - _LEAP * max(before.size, 1) and _beside(after, before) > 0
        for before, after in pairwise(lines)
    )


def _beside(one: Line, other: Line) -> float:
    """Return how far two lines stand above each other; below zero where they stand side by side."""
    return min(one.right, other.right) - max(one.left, other.left)


def _by_place(lines: Sequence[Line]) -> list[Line]:
    """Return the lines by where they stand, columns one after the other."""
    rows = sorted(lines, key=lambda line: (line.y, line.left))
    after: list[list[int]] = [[] for _ in rows]
    waits = [0] * len(rows)
    for one, first in enumerate(rows):
        for other, second in enumerate(rows):
            if one == other:
                continue
            if _beside(first, second) > 0:
                comes = one < other
            else:
                low, high = min(first.y, second.y), max(first.y, second.y)
                comes = first.right <= second.left and not any(
                    low < line.y < high and _beside(line, first) > 0 and _beside(line, second) > 0 for line in rows
                )
            if comes:
                after[one].append(other)
                waits[other] += 1
    ordered: list[Line] = []
    left = set(range(len(rows)))
    while left:
        # where two wait for each other, the upper one goes first
        free = [number for number in left if waits[number] == 0] or [min(left)]
        now = min(free)
        left.discard(now)
        ordered.append(rows[now])
        for other in after[now]:
            waits[other] -= 1
    return ordered


def _furniture(pages: Sequence[tuple[float, Sequence[Line]]]) -> list[list[str]]:
    """Return for each line of each page which part of the page it is, "" where it is of the text."""
    edges: list[list[tuple[int, str]]] = []
    seen: dict[tuple[str, str, float], list[tuple[int, float]]] = defaultdict(list)
    for number, (_, lines) in enumerate(pages):
        edges.append(list(_at_edges(lines)))
        for at, side in edges[-1]:
            seen[_key(lines[at], side)].append((number, lines[at].y))
    parts = []
    for (height, lines), at_edge in zip(pages, edges, strict=True):
        of_page = ["margin" if line.is_turned else "" for line in lines]
        for at, side in at_edge:
            line = lines[at]
            same = {page for page, y in seen[_key(line, side)] if abs(y - line.y) <= _SAME_HEIGHT}
            repeats = len(same) >= 2 and len(same) >= _SHARE * len(pages)
            outside = line.y < _EDGE * height or line.y > (1 - _EDGE) * height
            by_form = outside and (
                _PAGE_NUMBER.fullmatch(line.text)
                or _PRINTED_URL.fullmatch(line.text)
                or _PRINTED_AT.fullmatch(line.text)
            )
            if (repeats or by_form) and len(lines) > 1:
                of_page[at] = side
        parts.append(of_page)
    return parts


def _at_edges(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    by_height = sorted((number for number, line in enumerate(lines) if not line.is_turned), key=lambda at: lines[at].y)
    heights = sorted({round(lines[at].y) for at in by_height})
    top, bottom = set(heights[:_EDGE_LINES]), set(heights[-_EDGE_LINES:])
    middle = (heights[0] + heights[-1]) / 2 if heights else 0
    for at in by_height:
        y = round(lines[at].y)
        if y in top and y <= middle:
            yield at, "page_header"
        elif y in bottom:
            yield at, "page_footer"


def _key(line: Line, side: str) -> tuple[str, str, float]:
    return re.sub(r"\d+", "#", line.text.casefold()), side, round(line.size)
