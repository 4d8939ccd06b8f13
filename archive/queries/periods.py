"""Periods of the calendar: which one a date lies in, as far as it is known.

The year, month and day are those of the place of publication, as the article states them; weeks are those of ISO 8601,
from Monday on, the first being the one with the year's first Thursday.
"""

from collections.abc import Iterator
from datetime import date, timedelta

STEPS = ("year", "month", "week", "day")

_MIDNIGHT = "00:00:00"


def find_period(starts: str, ends: str, step: str) -> date | None:
    """Return the first day of the period that all of a half-open interval of local moments lies in; None if none does.

    >>> find_period("2023-02-27T00:00:00", "2023-03-01T00:00:00", "month")
    datetime.date(2023, 2, 1)
    >>> find_period("2023-01-01T00:00:00", "2024-01-01T00:00:00", "month") is None
    True
    """
    first, last = date.fromisoformat(starts[:10]), date.fromisoformat(ends[:10])
    if ends[11:] == _MIDNIGHT:  # the last moment is of the day before
        last -= timedelta(days=1)
    period = first_day(first, step)
    return period if first_day(last, step) == period else None


def first_day(day: date, step: str) -> date:
    """Return the first day of the year, month, week or day that a day lies in.

    >>> first_day(date(2023, 1, 1), "week")
    datetime.date(2022, 12, 26)
    """
    if step == "year":
        return day.replace(month=1, day=1)
    if step == "month":
        return day.replace(day=1)
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day


def following(period: date, step: str) -> date:
    """Return the first day of the next period.

    >>> following(date(2023, 12, 1), "month")
    datetime.date(2024, 1, 1)
    """
    if step == "year":
        return period.replace(year=period.year + 1)
    if step == "month":
        return period.replace(year=period.year + period.month // 12, month=period.month % 12 + 1)
    return period + timedelta(days=7 if step == "week" else 1)


def periods_between(first: date, last: date, step: str) -> Iterator[date]:
    """Yield the first day of each period from one to another, both included."""
    yield first
    while first < last:
        first = following(first, step)
        yield first


def period_name(period: date, step: str) -> str:
    """Return a period as ISO 8601 writes it.

    >>> [period_name(date(2022, 12, 26), step) for step in STEPS]
    ['2022', '2022-12', '2022-W52', '2022-12-26']
    """
    if step == "week":
        year, week, _ = period.isocalendar()
        return f"{year:04}-W{week:02}"
    return period.isoformat()[: {"year": 4, "month": 7, "day": 10}[step]]
