"""The articles that a question is about, and what is left out of them for want of a date."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection

from archive.errors import UsageError
from archive.queries.articles import count_articles
from archive.queries.filters import Filters

Conditions = Sequence[ColumnElement[bool]]

_FIELDS = ("source", "topic", "language")


@dataclass(frozen=True)
class Chosen:
    """Articles: their name, the conditions on `articles` that they meet, how many a span of time leaves out."""

    name: str
    conditions: Conditions
    undated: int
    imprecise: int


def choose(connection: Connection, filters: dict[str, Any]) -> Chosen:
    """Return the articles that the fields of `Filters` name."""
    chosen = Filters(**filters)
    said = [f"{name} {value}" for name, value in filters.items() if value is not None]
    undated = imprecise = 0
    if chosen.by_date:
        undated = count_articles(connection, chosen.leaving_out("undated"))
        imprecise = count_articles(connection, chosen.leaving_out("imprecise"))
    return Chosen(", ".join(said) or "all articles", chosen.conditions(connection), undated, imprecise)


def choose_others(connection: Connection, text: str) -> Chosen:
    """Return the articles that `field:value` pairs name; raises UsageError for what is none.

    Fields are source, topic, language, and date: `date:2023`, `date:2023-02..2023-05`, `date:2023..`.
    """
    filters: dict[str, Any] = {}
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{text}: a quotation mark is missing") from error
    for part in parts:
        field, colon, value = part.partition(":")
        if not colon or not value or field not in (*_FIELDS, "date"):
            raise UsageError(f"{part}: write field:value, the field one of {', '.join(_FIELDS)}, date")
        if field != "date":
            filters[field] = value
            continue
        first, dots, last = value.partition("..")
        filters |= {"since": first or None, "until": (last or None) if dots else first}
    if not filters:
        raise UsageError("--against names no articles; write field:value, as in --against source:radio-lintel")
    chosen = choose(connection, filters)
    return replace(chosen, name=text)


def left_out(undated: int, imprecise: int, *more: str) -> str:
    """Return in words how many articles are left out for want of a date; '' if none are.

    >>> left_out(4, 0, "2 dated less exactly than to the day")
    'left out: 4 without a date, 2 dated less exactly than to the day'
    """
    parts = [f"{undated:,} without a date"] if undated else []
    parts += [f"{imprecise:,} with a date too coarse to tell"] if imprecise else []
    parts += [one for one in more if one]
    return f"left out: {', '.join(parts)}" if parts else ""
