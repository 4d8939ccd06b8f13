"""Spans of time as conditions on when articles were published."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_

from archive.db.tables import articles

Condition = ColumnElement[bool]


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
        touching.append(last > starts)
    if ends is not None:
        within.append(last <= ends)
        touching.append(first < ends)
    return Sides(and_(*within), or_(first.is_(None), and_(*touching)))
