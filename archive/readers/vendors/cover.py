"""Covers of exports: what was searched for, and how many articles there are."""

import re
from collections.abc import Sequence

from archive.readers.vendors.export import Cover
from archive.readers.vendors.profiles import Profile, numbers, unmarked

_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_MOST_LINES = 20_000
_LONGEST_TERMS = 10_000
_MOST_DOCUMENTS = 1_000_000


def read_cover(profile: Profile, lines: Sequence[str]) -> Cover:
    """Return what the lines of a cover say. Terms go on over the lines that follow, up to an empty one or a label."""
    terms: list[str] = []
    count: int | None = None
    under = False
    for line in lines[:_MOST_LINES]:
        text = unmarked(line)
        if len(text) < 500 and count is None and (match := profile.count.fullmatch(text)):
            count = counted(numbers(match, "count"))
            under = False
            continue
        label, colon, rest = (part.strip() for part in text.partition(":"))
        if colon and label in profile.terms and not terms:
            under = True
            terms += [rest] if rest else []
        elif under and (not text or (colon and label[:1].isupper() and len(label.split()) <= 4)):
            under = under and not terms
        elif under:
            terms.append(text)
    return Cover(" ".join(terms)[:_LONGEST_TERMS] or None, count)


def counted(text: str) -> int | None:
    """Return how many documents a list such as `1-10` or `1, 3-5` has, or a number says; None where that is none.

    >>> counted("1-10"), counted("10"), counted("1-3, 7, 9-10")
    (10, 10, 6)
    """
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    if len(parts) == 1 and parts[0].isdecimal():
        return int(parts[0]) if len(parts[0]) < 8 else None
    found = 0
    for part in parts:
        match = _RANGE.fullmatch(part)
        if match is not None and len(part) < 30:
            found += max(0, int(match[2]) - int(match[1]) + 1)
        elif part.isdecimal():
            found += 1
        else:
            return None
    return found if 0 < found <= _MOST_DOCUMENTS else None
