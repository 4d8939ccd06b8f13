"""Dates that a running text mentions.

Each has a digit, few words do: digits are sought, and what stands around them is looked at. Values are as those of
stated dates (`dates`); `XXXX-02-16` is Extended Date/Time Format (ISO 8601-2), of a day without a year.
"""

import re
from typing import NamedTuple

from archive.documents import FoundDate
from archive.normalize import month_names as names
from archive.normalize.dates import FIRST_YEAR, LAST_YEAR, YEARS_ONLY, check_day, parse_published

_MENTIONED = "mentioned in the text"

_ONLY_DIGITS = bytes(48 if 48 <= byte < 58 else 32 for byte in range(256))
_RUN_OF_DIGITS = re.compile(rb"00*")  # not 0+: only a pattern that starts with a literal is searched at full speed
_WIDE_DIGITS = "０１２３４５６７８９"
_WIDE_TO_ASCII = str.maketrans(_WIDE_DIGITS, "0123456789")

_SPACE = r"(?:[^\S\n]{1,2}|\n)"
_NO_LETTER = r"(?![^\W\u2e80-\uffff])"  # no letter or digit, but Chinese and Japanese put no space in between
_NO_AMOUNT = r"(?![.,:][0-9])(?!\s?[%‰€£$¥°])"
_DAY_ENDS = rf"{_NO_LETTER}{_NO_AMOUNT}(?![-/][0-9a-z])"
_SPAN = r"(?:[0-9]{1,2}|[0-9]{4})(?!\w)"  # as in 2021-22
_YEAR_ENDS = rf"{_NO_LETTER}{_NO_AMOUNT}(?!['’]s)(?![-/](?![0-9]))(?![-–—/](?=[0-9])(?!{_SPAN}))(?!\s?[*×x]\s?[0-9])"
_D = r"(0?[1-9]|[12][0-9]|3[01])"
_M = r"(0?[1-9]|1[0-2])"
_ORDINAL = r"(?:st|nd|rd|th|er|[ºª°]|-?го)?"
_LAST_DAY = rf"(?:[ ]?[-–—][ ]?{_D}(?:st|nd|rd|th)?(?![0-9]))?"
_ZONE = r"(?:Z|[ ]?(?:UTC|GMT|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9]))?(?!\s?[AaPp]\.?[Mm])"
_CLOCK = rf"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?{_ZONE}"
_DAY_AND_NAME = re.compile(
    rf"{_D}{_ORDINAL}(\.?){_LAST_DAY}(\.?){_SPACE}(?:(?:of|de){_SPACE}|d['’])?([^\W\d_]{{3,12}}){_NO_LETTER}"
)
_DAY_AFTER_NAME = re.compile(rf"{_D}{_ORDINAL}{_LAST_DAY}{_DAY_ENDS}")
_DAY_ENDS_HERE = re.compile(_DAY_ENDS)
_YEAR_ENDS_HERE = re.compile(_YEAR_ENDS)
_YEAR_AFTER_DAY = re.compile(rf"(\.?),?{_SPACE}(?:(?:de|del|of){_SPACE})?([0-9]{{4}}){_YEAR_ENDS}")
_YEAR_FIRST = re.compile(rf"[0-9]{{4}}([-/.]){_M}\1{_D}(?![0-9])(?:[T ]{_CLOCK})?{_NO_LETTER}(?![-/.:][0-9])")
_YEAR_LAST = re.compile(rf"{_D}([-/.]){_D}\2([0-9]{{4}}){_NO_LETTER}(?![-/.,:][0-9])")
_YEAR_SIGN = re.compile(rf"([0-9]{{4}})[ ]?年(?:[ ]?{_M}[ ]?月(?:[ ]?{_D}[ ]?[日号號])?)?")
_MONTH_SIGN = re.compile(rf"{_M}[ ]?月[ ]?{_D}[ ]?[日号號]")
# What stands before a number is matched against the text reversed: `re` matches from a position on, not up to one.
_WORDS_BEFORE = re.compile(
    rf"(-|{_SPACE})(,?)(\.?)([^\W\d_]{{1,12}})(?![^\W_])(?:{_SPACE}([^\W\d_]{{1,12}})(?![^\W_]))?"
)
_WORD_AFTER = re.compile(rf"{_SPACE}([^\W\d_]+)")
_TIME_OF_DAY = re.compile(r"(?: ?(?:to|and|-|–) ?[0-9]{4})? ?(?:GMT|UTC|BST|CES?T|E[DS]?T|IST|MEZ|MSK|P[DS]T|Uhr)\b")
_YEAR_WORD = re.compile(rf"(?:[-–—]{_SPAN})?\s?(?:год(?:а|у|ом|е|ы|ов|ах)?(?!\w)|гг?\.)")
_SPAN_IN_BRACKETS = re.compile(rf"[-–—/]{_SPAN}[)）]")
_CHAIN = re.compile(r"[-–—/]|,? ?(?:,|&|and|or|to|und|oder|bis|et|ou|à|y|o|e|a|и|или|по|-|–) ?")
_CHAIN_GOES_ON = re.compile(r",? ?(?:,|and|or|&|und|et|y|e|и) ?[0-9]{4}(?![0-9])")
_AGO = tuple("前来來间間历歷歴多余餘代")  # 2000年前 is 2000 years ago, 1990年代 are the 1990s


class _Passage(NamedTuple):
    start: int
    end: int
    value: str | None
    precision: str | None
    reason: str = _MENTIONED
    has_zone: bool = False


def find_dates(text: str, field: str) -> list[FoundDate]:
    """Return every date that a running text mentions, in order, none over another, none of them chosen.

    A date has a day or a year in digits. Read are dates with a month's name (English, German, French, Spanish,
    Italian, Portuguese, Russian), ISO 8601, 28.02.2023, 28/02/2023, and those with 年 月 日. A year alone counts only
    where the words around it make it one ("in 2021 and 2022", "(2019)"): most numbers of four digits are no years.
    Of several days in one month ("10-12 May") the first is the value. What cannot be read (03/04/2023, Feb 30) is
    kept with value None and the reason. Relative dates ("last Friday") and two-digit years are not looked for.

    >>> [(date.text, date.value) for date in find_dates("On Feb 16, after 2000 cases in 2022, by 3/4/2023", "body")]
    [('Feb 16', 'XXXX-02-16'), ('2022', '2022'), ('3/4/2023', None)]
    """
    digits = text
    if not text.isascii() and any(digit in text for digit in _WIDE_DIGITS):
        digits = text.translate(_WIDE_TO_ASCII)
    found: list[FoundDate] = []
    done = year_end = 0
    # As bytes with all but digits blanked, a text is searched five times as fast as with `[0-9]+`.
    for run in _RUN_OF_DIGITS.finditer(digits.encode("ascii", "replace").translate(_ONLY_DIGITS)):
        start, end = run.span()
        if start < done or end - start not in (1, 2, 4):
            continue
        is_year = end - start == 4
        passage = _from_year(digits, start, end, year_end) if is_year else _from_day(digits, start, end)
        if passage is None or passage.start < done:
            continue
        first, done, value, precision, reason, has_zone = passage
        if precision == "year":
            year_end = done
        printed = text[first:done]
        found.append(
            FoundDate(printed, "mentioned", "pattern", value, precision, has_zone, False, reason, field, first, done)
        )
    return found


def _from_day(text: str, start: int, end: int) -> _Passage | None:
    following = text[end : end + 2]
    if "月" in following and (match := _MONTH_SIGN.match(text, start)):
        return _day(start, match.end(), None, int(match[1]), int(match[2]))
    before = text[start - 1 : start]
    if _is_joined(before):
        return None
    if following[:1] in ("/", "-", ".") and (match := _YEAR_LAST.match(text, start)):
        return _stated(match) if FIRST_YEAR <= int(match[4]) <= LAST_YEAR else None
    if (match := _DAY_AND_NAME.match(text, start)) and (name := names.month_names().get(match[5])):
        if (match[2] or match[4]) and not name.dotted:  # "came in at 5. May was"
            return None
        year, finish = _year_after(text, match.end(), abbreviated=name.abbreviated)
        if year is None and (name.doubtful or not _DAY_ENDS_HERE.match(text, finish)):
            return None
        return _day(start, finish, year, name.month, int(match[1]), match[3])
    if not before.isspace():
        return None
    words = _WORDS_BEFORE.match(text[max(0, start - 20) : start][::-1])
    if words is None or words[1] == "-" or words[2]:
        return None
    name = _month_before(words, 4)
    if name is None or not name.english or not (match := _DAY_AFTER_NAME.match(text, start)):
        return None
    year, finish = _year_after(text, match.end(), abbreviated=False)
    if year is None and words[5] in ("ni", "nI") and names.counts(_word_after(text, finish)):  # "In May 10 people"
        return None
    return _day(start - words.end(4), finish, year, name.month, int(match[1]), match[2])


def _from_year(text: str, start: int, end: int, year_end: int) -> _Passage | None:
    year = int(text[start:end])
    if year > LAST_YEAR:
        return None
    in_range = year >= FIRST_YEAR
    if in_range and "年" in text[end : end + 2] and (match := _YEAR_SIGN.match(text, start)):
        return _signed(text, match)
    if in_range and (match := _YEAR_FIRST.match(text, start)):
        return None if _is_joined(text[start - 1 : start]) else _stated(match)
    if not _YEAR_ENDS_HERE.match(text, end):
        return None
    words = _WORDS_BEFORE.match(text[max(0, start - 32) : start][::-1])
    if words and words[1] != "-":
        place = 5 if words[4] in ("ed", "led", "fo") and not (words[2] or words[3]) else 4
        name = _month_before(words, place)
        if name and not name.doubtful and not _is_amount(year, _word_after(text, end)):
            first = start - words.end(place)
            if not in_range:
                return _Passage(first, end, None, None, YEARS_ONLY)
            return _Passage(first, end, f"{year}-{name.month:02}", "month")
    if in_range and _is_year(text, start, end, words, year_end):
        return _Passage(start, end, str(year), "year")
    return None


def _is_joined(before: str) -> bool:
    """Tell whether a number is part of something larger: a word, an amount, a version, an address."""
    return before != "" and (before in ".,:/-–+#$£€¥&=%@_~" or (before.isalnum() and before < "\u2e80"))


def _is_amount(number: int, following: str) -> bool:
    """Tell "in May 2000 people" from "in May 2004 shares": where either is possible, amounts are round."""
    return number % 10 == 0 and names.counts(following)


def _month_before(words: re.Match[str], place: int) -> names.MonthName | None:
    """Return the month that a word before a number names; after a full stop only if it is an abbreviation."""
    name = names.month_names().get((words[place] or "")[::-1])
    return None if name and words[3] and not name.abbreviated else name


def _word_after(text: str, end: int) -> str:
    match = _WORD_AFTER.match(text, end)
    return match[1] if match else ""


def _year_after(text: str, end: int, *, abbreviated: bool) -> tuple[int | None, int]:
    """Return the year that follows a day and a month, and where the date ends: `end` itself if there is no year."""
    match = _YEAR_AFTER_DAY.match(text, end)
    if match is None or (match[1] and not abbreviated) or _TIME_OF_DAY.match(text, match.end()):
        return None, end
    if int(match[2]) > LAST_YEAR or _is_amount(int(match[2]), _word_after(text, match.end())):
        return None, end
    return int(match[2]), match.end()


def _day(start: int, end: int, year: int | None, month: int, day: int, last: str | None = None) -> _Passage | None:
    if last is not None and int(last) <= day:
        return None
    try:
        check_day(2000 if year is None else year, month, day)
    except ValueError as error:
        return _Passage(start, end, None, None, str(error))
    reason = f"{_MENTIONED}; the first of several days" if last else _MENTIONED
    return _Passage(start, end, f"{year or 'XXXX'}-{month:02}-{day:02}", "day", reason)


def _stated(match: re.Match[str]) -> _Passage:
    try:
        time = parse_published(match[0])
    except ValueError as error:
        return _Passage(*match.span(), None, None, str(error))
    return _Passage(*match.span(), time.text, time.precision, has_zone=time.utc is not None)


def _signed(text: str, match: re.Match[str]) -> _Passage | None:
    start, end = match.span()
    year, month, day = match.groups()
    if day:
        return _day(start, end, int(year), int(month), int(day))
    if month:
        return _Passage(start, end, f"{year}-{int(month):02}", "month")
    return None if text[end : end + 1] in _AGO else _Passage(start, end, year, "year")


def _is_year(text: str, start: int, end: int, words: re.Match[str] | None, year_end: int) -> bool:
    """Tell whether the words around a number of four digits make it a year."""
    if not names.goes_on_after_year(_word_after(text, end)) or _TIME_OF_DAY.match(text, end):
        return False
    before = text[start - 1 : start]
    if _YEAR_WORD.match(text, end) and (before in ("-", "–") or not _is_joined(before)):
        return True
    if before in ("(", "（"):
        return text[end : end + 1] in (")", "）") or _SPAN_IN_BRACKETS.match(text, end) is not None
    if year_end and start - year_end <= 8 and _CHAIN.fullmatch(text, year_end, start):
        only_comma = text[year_end:start].strip() == ","
        return not only_comma or _CHAIN_GOES_ON.match(text, end) is not None
    if words is None or words[2] or words[3]:
        return False
    if words[1] == "-":
        return words[4] in ("dim", "ylrae", "etal", "erp", "tsop")  # mid, early, late, pre, post
    return names.announces_year(words[4][::-1], (words[5] or "")[::-1])
