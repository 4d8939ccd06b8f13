"""Days as a query names them: `2023-02`, `2023-02..2023-12`, `2023..`, `-3w..`, `today`."""

import re
from calendar import monthrange
from datetime import date, timedelta

from archive.normalize.dates import FIRST_YEAR, LAST_YEAR, parse_published

_RELATIVE = re.compile(r"-(\d{1,5})([dwmy])")

Moments = tuple[str | None, str | None]


def parse_days(text: str, today: date) -> Moments:
    """Return the first local moment of a day or a span of days, and the first one after it; None where it is open.

    A day is as exact as it is written: a year, a month, a day, a minute. `-3w` is three weeks before today (`d`, `w`,
    `m`, `y`); both ends belong to a span.
    Raises ValueError, in words, for what is neither.

    >>> parse_days("2023-02", date(2026, 1, 1))
    ('2023-02-01T00:00:00', '2023-03-01T00:00:00')
    >>> parse_days("-1m..", date(2026, 3, 31))
    ('2026-02-28T00:00:00', None)
    """
    first, dots, last = text.partition("..")
    if not dots:
        return _moments(text, today)
    if not first and not last:
        raise ValueError("a span has a beginning or an end: 2023.., ..2023, 2023..2024")
    starts = _moments(first, today)[0] if first else None
    ends = _moments(last, today)[1] if last else None
    if starts is not None and ends is not None and ends <= starts:
        raise ValueError(f"{first} is later than {last}; write {last}..{first}")
    return starts, ends


def _moments(text: str, today: date) -> tuple[str, str]:
    day = _named_day(text, today)
    if day is None:
        time = parse_published(text)
        return time.starts, time.ends
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"only years from {FIRST_YEAR} to {LAST_YEAR} are read")
    return f"{day}T00:00:00", f"{day + timedelta(days=1)}T00:00:00"


def _named_day(text: str, today: date) -> date | None:
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    relative = _RELATIVE.fullmatch(text)
    if relative is None:
        return None
    number, unit = int(relative[1]), relative[2]
    try:
        if unit in "dw":
            return today - timedelta(days=number * (7 if unit == "w" else 1))
        month = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
        year, month = month // 12, month % 12 + 1
        # the last day of a shorter month, as calendars reckon
        return date(year, month, min(today.day, monthrange(year, month)[1]))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"only years from {FIRST_YEAR} to {LAST_YEAR} are read") from error
