"""Dates as vendors print them: with a weekday before or after them, and sometimes with more on the line."""

import re

_YEAR = re.compile(r"\d{4}|年")
_MOST_WORDS = 12
_TRIM = ",;:–-. "


def split_date(text: str, *, whole: bool = False) -> tuple[str, str] | None:
    """Return the date that a line begins with, without its weekday, and what else stands there; None if it has none.

    A year alone is a date only where nothing else stands there and `whole` is asked for.

    >>> split_date("January 11, 2010 Monday 5:45 PM GMT"), split_date("lundi 11 janvier 2010")
    (('January 11, 2010 5:45 PM GMT', ''), ('11 janvier 2010', ''))
    >>> split_date("January 11, 2010 Monday, Late Edition")
    ('January 11, 2010', 'Late Edition')
    """
    from archive.normalize.dates import parse_published
    from archive.normalize.month_names import is_weekday

    # no mark of a date or time is longer than a few words: what follows is something else
    if len(text) > 200 or _YEAR.search(text) is None:
        return None
    parts = text.split()
    named = [bool(word) and is_weekday(word) for word in (re.sub(r"[,.;]+$", "", part) for part in parts)]
    for end in range(min(len(parts), _MOST_WORDS), 0, -1):
        kept = " ".join(part for part, is_day in zip(parts[:end], named[:end], strict=True) if not is_day)
        candidate = kept.strip(_TRIM)
        if not any(map(str.isdigit, candidate)):
            break
        try:
            time = parse_published(candidate)
        except ValueError:
            continue
        if time.precision == "year" and not (whole and end == len(parts)):
            return None
        return candidate, " ".join(part for part, is_day in zip(parts[end:], named[end:], strict=True) if not is_day)
    return None
