"""Dates that are stated: read as exactly as they are given.

Nothing is filled in: a month stays a month, a day without a year stays without one, a zone that is not stated stays
unknown. Values are ISO 8601 (RFC 3339 where the zone is known).
Years from 1400 to 2200 are read, no others: what else has four digits is mostly no year.
"""

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

from archive.documents import PublishedTime
from archive.normalize import month_names as names

FIRST_YEAR, LAST_YEAR = 1400, 2200

YEARS_ONLY = f"only years from {FIRST_YEAR} to {LAST_YEAR} are read"

_LONGEST = 100  # characters; the longest way to print a date and a time takes about 60

# What a stated date may look like, spaces as one space and full-width forms as ASCII (NFKC).
_TIME = r"""(?:(?:[Tt]|,?[ ](?:(?:at|um|à|a[ ]las|в)[ ])?)
    (?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?
    (?:[ ]?(?P<half>[AaPp])\.?[Mm]\.?)?(?:[ ]Uhr)?
    (?:[ ]?(?P<zone>[Zz]|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?|[A-Z]{2,5})(?:[ ]\([^()]*\))?)?)?"""
_YEAR = r"(?P<year>[0-9]{4})"
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|o|a|°|-?го|\.)?"
_OF = r"(?:(?:of|de|del)[ ]|d')?"
_FORMS = (
    rf"{_YEAR}(?:(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?:(?P=mark)(?P<day>[0-9]{{1,2}}))?)?{_TIME}",
    rf"(?P<first>[0-9]{{1,2}})(?P<mark>[-/.])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}{_TIME}",
    rf"(?P<month>[0-9]{{1,2}})[/.]{_YEAR}",
    rf"""{_YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})
         (?:T?(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})?(?P<zone>[Zz]|[+-][0-9]{{4}})?)?""",
    rf"(?:{_DAY}[- ]{_OF})?{_NAME},?[- ]{_OF}{_YEAR}(?:[ ]?г(?:\.|ода?)?)?{_TIME}",
    rf"{_NAME}[ ]{_DAY},?[ ]{_YEAR}{_TIME}",
    rf"{_NAME}[ ]{_DAY}{_TIME}[ ]{_YEAR}",
    rf"""{_YEAR}[ ]?(?:г\.?|года?|年
         (?:[ ]?(?P<month>[0-9]{{1,2}})[ ]?月(?:[ ]?(?P<day>[0-9]{{1,2}})[ ]?[日号號]{_TIME})?)?)""",
)
_WEEKDAY = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)?)\.?,? ")
_NO_FULL_YEAR = re.compile(
    rf"(?:{_DAY}[-/. ]{_OF}(?:[0-9]{{1,2}}|{_NAME})|[^\W\d_]+\.? [0-9]{{1,2}})(?:,?[-/. ][0-9]{{2}})?"
)
_OFFSET = re.compile(r"([+-])([0-9]{1,2}):?([0-9]{2})?$")
_SAME_CHARACTERS = str.maketrans("‐‑‒–—−’ʼ", "------''")
_SHOWN = {"year": 4, "month": 7, "day": 10, "minute": 16, "second": 19}  # so much of 2023-02-28T10:30:00 is known


def parse_published(text: str) -> PublishedTime:
    """Return the time that a text states, as exactly as it states it and no more exactly.

    Read are ISO 8601, RFC 2822, what databases print, and dates with a month's name in English, German, French,
    Spanish, Italian, Portuguese or Russian, or with 年 月 日. A weekday in front is ignored, right or wrong; so are
    fractions of a second. A zone is known as `Z`, `UTC`, `GMT` or an offset; other letters ("CST") name several
    zones, and leave it unknown.

    Raises ValueError, in words for a person, for what is no date or is one only in part ("about 2023"), is ambiguous
    (03/04/2023), does not exist (2023-02-30) or lies outside the years 1400 to 2200.

    >>> parse_published("Feb 2023").text
    '2023-02'
    >>> parse_published("Tue, 28 Feb 2023 10:30 +0800").text
    '2023-02-28T10:30:00+08:00'
    >>> parse_published("03/04/2023")
    Traceback (most recent call last):
    ValueError: day or month first?
    """
    plain = ""
    if len(text) <= _LONGEST:
        plain = " ".join(unicodedata.normalize("NFKC", text).translate(_SAME_CHARACTERS).split())
    match = _match_form(plain)
    if match is None and (weekday := _WEEKDAY.match(plain)) and names.is_weekday(weekday[1]):
        plain = plain[weekday.end() :]
        match = _match_form(plain)
    if match is None:
        raise ValueError("it needs a year of four digits" if _NO_FULL_YEAR.fullmatch(plain) else "this is no date")
    parts = match.groupdict(default="")
    year, (month, day) = int(parts["year"]), _month_and_day(parts)
    check_day(year, month, day)
    if not parts.get("hour"):
        return _published(year, month, day)
    if day is None:
        raise ValueError("it has a time, but no day")
    second = int(parts["second"]) if parts["second"] else None
    clock = (_hour(int(parts["hour"]), parts.get("half", "")), int(parts["minute"]), second)
    return _published(year, month, day, clock, _zone(parts["zone"]))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.VERBOSE) for form in _FORMS)  # late: it takes 8 ms


def _match_form(plain: str) -> re.Match[str] | None:
    return next((match for form in _forms() if (match := form.fullmatch(plain))), None)


def _month_and_day(parts: dict[str, str]) -> tuple[int | None, int | None]:
    if parts.get("first"):
        return _month_among(int(parts["first"]), int(parts["other"]), parts["mark"])
    name, number, day = parts.get("name"), parts.get("month"), parts.get("day")
    month = names.month_number(name) if name else int(number) if number else None
    if name and month is None:
        raise ValueError(f'"{name}" is no month')
    return month, int(day) if day else None


def _month_among(first: int, other: int, mark: str) -> tuple[int, int]:
    """Return month and day of two numbers before a year: with dots the day is first, else whichever is over 12."""
    if mark == "." or first > 12 or first == other:
        return other, first
    if other > 12:
        return first, other
    raise ValueError("day or month first?")


def check_day(year: int, month: int | None, day: int | None) -> None:
    """Raise ValueError, in words for a person, where there is no such day, month or year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(YEARS_ONLY)
    if month is not None and not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        raise ValueError("there is no such day")


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("there is no such time")
    return hour % 12 + 12 * (half in "pP")


def _zone(zone: str) -> timezone | None:
    """Return the zone that is stated, or None where there is none or its letters can mean several."""
    if zone in ("Z", "z", "UTC", "GMT", "UT"):
        return UTC
    offset = _OFFSET.search(zone)
    if offset is None:
        return None
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("there is no such time zone")
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset[1] == "-" else distance)


def _published(
    year: int,
    month: int | None,
    day: int | None,
    clock: tuple[int, int, int | None] | None = None,
    zone: timezone | None = None,
) -> PublishedTime:
    hour, minute, second = clock or (0, 0, None)
    try:
        starts = datetime(year, month or 1, day or 1, hour, minute, second or 0)
    except ValueError:
        raise ValueError("there is no such time") from None
    if month is None:
        precision, ends = "year", starts.replace(year=year + 1)
    elif day is None:
        precision, ends = "month", starts.replace(year=year + month // 12, month=month % 12 + 1)
    elif clock is None:
        precision, ends = "day", starts + timedelta(days=1)
    elif second is None:
        precision, ends = "minute", starts + timedelta(minutes=1)
    else:
        precision, ends = "second", starts + timedelta(seconds=1)
    text, utc = starts.isoformat()[: _SHOWN[precision]], None
    if clock is not None and zone is not None:
        local = starts.replace(tzinfo=zone)
        text = local.isoformat() if local.utcoffset() else f"{starts.isoformat()}Z"
        utc = f"{local.astimezone(UTC).replace(tzinfo=None).isoformat()}.000000Z"
    on = starts.date().isoformat() if day is not None else None
    return PublishedTime(text, precision, starts.isoformat(), ends.isoformat(), on, utc)
