"""How many articles an answer leaves out for want of a date that is exact enough."""

from typing import NamedTuple

from sqlalchemy import Connection

from archive.queries.articles import count_articles
from archive.queries.selection import Selection


class LeftOut(NamedTuple):
    """Articles that have no date, and those whose date is too coarse to tell."""

    undated: int
    imprecise: int


def count_left_out(connection: Connection, selection: Selection) -> LeftOut:
    """Return how many articles a query about dates leaves out; none, where it is not about dates."""
    undated, imprecise = (
        0 if one is None else count_articles(connection, one) for one in (selection.undated, selection.imprecise)
    )
    return LeftOut(undated, imprecise)


def told(undated: int, imprecise: int, *more: str, of: str = "") -> str:
    """Return in words how many articles are left out for want of a date, of what if there are several; '' if none are.

    >>> told(4, 0, "2 dated less exactly than to the day")
    'left out: 4 without a date, 2 dated less exactly than to the day'
    """
    parts = [f"{undated:,} without a date"] if undated else []
    parts += [f"{imprecise:,} with a date too coarse to tell"] if imprecise else []
    parts += [one for one in more if one]
    return f"left out{of and f' of {of}'}: {', '.join(parts)}" if parts else ""
