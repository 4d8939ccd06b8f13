"""Sparklines: numbers by month as a line of small bars, which stands in a table or below a heading.

They were named and described by E. R. Tufte, Beautiful Evidence (2006), 46-63: as small as a word, without axes.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any

_BARS = "▁▂▃▄▅▆▇█"
_PLAIN_BARS = ".:-=+*#@"  # where the terminal's encoding has no blocks


def sparkline(counted: Mapping[str, int], months: Sequence[str], room: int, bars: str = _BARS) -> str:
    """Return the numbers of months as bars, the highest of them whole, blank where there is none; at most `room` cells.

    Where there are more months than cells, each bar is the highest of as many months.

    >>> sparkline({"2023-01": 1, "2023-03": 8, "2023-04": 4}, ["2023-01", "2023-02", "2023-03", "2023-04"], 10)
    '▁ █▄'
    """
    top = max((counted.get(month, 0) for month in months), default=0)
    if not top:
        return ""
    at_once = months_a_bar(months, room)
    highest = (
        max(counted.get(month, 0) for month in months[start : start + at_once])
        for start in range(0, len(months), at_once)
    )
    return "".join(bars[ceil(len(bars) * number / top) - 1] if number else " " for number in highest)


def months_a_bar(months: Sequence[str], room: int) -> int:
    """Return how many months have to share a bar, so that all have a place."""
    return ceil(len(months) / max(1, room)) or 1


def bars_of_terminal() -> str:
    """Return the bars that can be printed on stdout, the lowest first."""
    try:
        _BARS.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return _PLAIN_BARS
    return _BARS


def months_between(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included.

    >>> months_between("2022-11", "2023-02")
    ['2022-11', '2022-12', '2023-01', '2023-02']
    """
    start, end = (12 * int(month[:4]) + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def months_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the months from the first to the last in which any of some rows has an article."""
    found = [row["months"] for row in rows if row["months"]]
    if not found:
        return []
    return months_between(min(one[0]["month"] for one in found), max(one[-1]["month"] for one in found))


def by_month(row: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers of a row by month."""
    return {one["month"]: one["articles"] for one in row["months"]}
