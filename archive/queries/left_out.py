"""How many articles an answer leaves out: for want of a date that is exact enough, or because they are hidden."""

from typing import NamedTuple

from sqlalchemy import Connection

from archive.queries.articles import count_articles
from archive.queries.selection import Selection


class LeftOut(NamedTuple):
    """Articles that have no date, those whose date is too coarse to tell, and those that are hidden."""

    undated: int
    imprecise: int
    hidden: int = 0


def count_left_out(connection: Connection, selection: Selection) -> LeftOut:
    """Return how many articles are left out: by a query about dates, and for being hidden."""
    apart = (selection.undated, selection.imprecise, selection.hidden)
    return LeftOut(*(0 if one is None else count_articles(connection, one) for one in apart))


def told(undated: int, imprecise: int, *more: str, of: str = "") -> str:
    """Return in words how many articles are left out for want of a date, of what if there are several; '' if none are.

    >>> told(4, 0, "2 dated less exactly than to the day")
    'left out: 4 without a date, 2 dated less exactly than to the day'
    """
    parts = [f"{undated:,} without a date"] if undated else []
    parts += [f"{imprecise:,} with a date too coarse to tell"] if imprecise else []
    parts += [one for one in more if one]
    return f"left out{of and f' of {of}'}: {', '.join(parts)}" if parts else ""


def hidden_told(number: int, cure: str = "--include-hidden shows them", of: str = "") -> str:
    """Return in words how many articles are left out because they are hidden, and what shows them; '' if none are.

    >>> hidden_told(3)
    '3 withheld, canceled or under embargo left out; --include-hidden shows them'
    """
    whose = f" of {of}" if of else ""
    return f"{number:,}{whose} withheld, canceled or under embargo left out; {cure}" if number else ""
