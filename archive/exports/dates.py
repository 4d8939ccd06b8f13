"""Times as exactly as they are known."""

import re
from collections.abc import Mapping
from typing import Any

_SECONDS = re.compile(r"(T\d\d:\d\d):00(?!\d)")
_PARTS = {"year": 1, "month": 2}


def date_parts(article: Mapping[str, Any]) -> list[int]:
    """Return year, month and day of publication, as far as they are known; [] where not even the year is.

    >>> date_parts({"published": "2023-02", "published_precision": "month"})
    [2023, 2]
    """
    text = article["published"]
    if not text:
        return []
    return [int(part) for part in text[:10].split("-")][: _PARTS.get(article["published_precision"], 3)]


def as_known(article: Mapping[str, Any]) -> str | None:
    """Return the time of publication without the seconds that RFC 3339 asks for, where the minute is all that is known.

    >>> as_known({"published": "2023-02-28T06:30:00+01:00", "published_precision": "minute"})
    '2023-02-28T06:30+01:00'
    """
    text: str | None = article["published"]
    if text and article["published_precision"] == "minute":
        return _SECONDS.sub(r"\1", text)
    return text


def day_parts(text: str | None) -> list[int]:
    """Return year, month and day of a time that is known to the day at least; [] for none."""
    return [int(part) for part in text[:10].split("-")] if text else []


def moment(text: str | None) -> str | None:
    """Return a time as RFC 3339 has it, if second and zone are known (a minute counts as its start), else None.

    >>> moment("2023-02-28T06:30+01:00"), moment("2023-02-28T06:30"), moment("2023-02")
    ('2023-02-28T06:30:00+01:00', None, None)
    """
    if not text or "T" not in text:
        return None
    day, _, time = text.partition("T")
    sign = next((mark for mark in "Z+-" if mark in time), None)
    if sign is None:
        return None
    clock, zone = time[: time.index(sign)], time[time.index(sign) :]
    return f"{day}T{clock}:00{zone}" if clock.count(":") == 1 else text
