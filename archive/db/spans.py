"""Spans of time as conditions on when articles were published."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, literal_column, or_

from archive.db.tables import articles

Condition = ColumnElement[bool]


# What moments end with that are the end of what a date of a precision can mean: days end at midnight.
_ENDS = {"second": "", "minute": ":00", "day": "T00:00:00", "month": "-01T00:00:00", "year": "-01-01T00:00:00"}


class Sides(NamedTuple):
    """Of a part of a query: what is surely so, and what may be so."""

    certain: Condition
    possible: Condition


def published_within(starts: str | None, ends: str | None) -> Sides:
    """Return what is surely within a half-open span of local time, and what may be: what touches it, or has no date."""
    first, last = articles.c.published_from, articles.c.published_until
    within: list[Condition] = [first.is_not(None)]
    touching: list[Condition] = []
    if starts is not None:
        within.append(first >= starts)
        touching.append(or_(first >= starts, last > starts))
    if ends is not None:
        # where a day, a month or a year ends at this moment, each of them that began before ends by then: the precision
        # is enough to know, which stands beside `published_from` in an index
        known = [literal_column(f"'{name}'", Text) for name, end in _ENDS.items() if ends.endswith(end)]
        within += [first < ends, or_(articles.c.published_precision.in_(known), last <= ends)]
        touching.append(first < ends)
    return Sides(and_(*within), or_(first.is_(None), and_(*touching)))
