"""Exports of Nexis as text: after a line `3 of 10 DOCUMENTS` each article, with its source, date and headline."""

import re
from collections.abc import Iterator, Sequence

from archive.readers.vendors.cover import read_cover
from archive.readers.vendors.dates import split_date
from archive.readers.vendors.export import Export, Stated
from archive.readers.vendors.found import Found
from archive.readers.vendors.labelled import is_rights, label_of, take_header, take_trailer
from archive.readers.vendors.profiles import numbers, profile, unmarked, words

NAME = "nexis"

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_LOOKED_AT = 8  # blocks after a separator in which there has to be a date
_LONGEST_DECK = 40  # words of a line below a headline
_LONGEST_DATE = 100
_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def is_export(head: str) -> str | None:
    """Return why a text is such an export, None if it is none."""
    separator = profile(NAME).separator
    assert separator is not None  # noqa: S101
    lines = head.splitlines()
    for number, line in enumerate(lines):
        if len(line) < 200 and separator.fullmatch(line):
            blocks = blocks_of(lines[number + 1 : number + 60])
            if _date_block(blocks) is not None or _is_dated_unreadably(blocks):
                return f"it has a line {unmarked(line)!r}"
    return None


def split(text: str) -> Export | None:
    """Return the articles of an export, each with the line before it, and what its cover says; None if it is none.

    A line that looks like that before an article is one where a date follows in the header, and its number goes on; or,
    without a date, where it has the next number and no other line with this number follows.
    """
    if is_export(text[:200_000]) is None:
        return None
    starts = list(_starts(text))
    if not starts:
        return None
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    articles = [text[start:end] for (start, _, _), end in zip(starts, ends, strict=True)]
    cover = read_cover(profile(NAME), text[: starts[0][0]].splitlines())
    return Export(NAME, articles, cover, Stated.of((number, total) for _, number, total in starts))


def _starts(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each article begins, with its number and how many there are said to be."""
    separator = profile(NAME).separator
    assert separator is not None  # noqa: S101
    lines = [(match.start(), match[0].rstrip("\r\n")) for match in _LINES.finditer(text)]
    found: list[tuple[int, int, int, bool, bool]] = []
    for position, (start, line) in enumerate(lines):
        if len(line) > 200 or (match := separator.fullmatch(line)) is None:
            continue
        following = [one for _, one in lines[position + 1 : position + 40]]
        stop = next((at for at, one in enumerate(following) if len(one) < 200 and separator.fullmatch(one)), None)
        is_dated = _date_block(blocks_of(following[:stop])) is not None
        apart = not unmarked(lines[position - 1][1] if position else "") and not unmarked("".join(following[:1]))
        found.append((start, int(numbers(match, "number")), int(numbers(match, "total")), is_dated, apart))
    last, of = 0, 0
    dated = [(number, total, at) for at, (_, number, total, is_dated, _) in enumerate(found) if is_dated]
    latest = {(number, total): at for number, total, at in dated}
    for at, (start, number, total, is_dated, apart) in enumerate(found):
        goes_on = number > last if total == of else True
        is_next = (number, total) == (last + 1, of) or not of
        if (is_dated and (number == 1 or goes_on)) or (apart and is_next and latest.get((number, total), -1) < at):
            yield start, number, total
            last, of = number, total


def owns(text: str) -> bool:
    """Tell whether a record is of such an export."""
    separator = profile(NAME).separator
    first = text.partition("\n")[0]
    return separator is not None and len(first) < 200 and separator.fullmatch(first) is not None


def read(found: Found, text: str) -> None:
    """Take an article apart that begins with its line `3 of 10 DOCUMENTS`."""
    blocks = blocks_of(text.split("\n")[1:])
    rest = _take_top(found, blocks)
    body = take_trailer(found, take_header(found, rest))
    found.write_plain(body)
    if not found.has("rights") and not found.has_trailer:
        found.is_cut = "no label and no copyright stands at its end"


def blocks_of(lines: Sequence[str]) -> list[str]:
    """Return lines as blocks: runs that no empty line parts."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if unmarked(line):
            blocks[-1].append(line.rstrip())
        elif blocks[-1]:
            blocks.append([])
    return ["\n".join(block) for block in blocks if block]


def _date_block(blocks: Sequence[str]) -> int | None:
    """Return which of the first blocks, but the first itself, begins with a date."""
    for number, block in enumerate(blocks[:_LOOKED_AT]):
        line = unmarked(block.split("\n")[0])
        if number and label_of(profile(NAME), line) is None and split_date(line) is not None:
            return number
    return None


def _is_dated_unreadably(blocks: Sequence[str]) -> bool:
    """Tell whether the second block has a year, in whatever language its date is."""
    return len(blocks) > 1 and len(blocks[1]) < _LONGEST_DATE and _FOUR_DIGITS.search(blocks[1]) is not None


def _take_top(found: Found, blocks: list[str]) -> list[str]:
    """Take what stands without labels: copyright, source, date and edition, headline; return the rest."""
    blocks = list(blocks)
    while blocks and is_rights(blocks[0]):
        found.rights(blocks.pop(0), after=False)
    at = _date_block(blocks)
    if at is None and _is_dated_unreadably(blocks):
        at = 1
    if blocks and (at is not None or len(blocks) > 1):
        found.source(blocks[0])
        for block in blocks[1:at]:
            found.set_aside("furniture", block, "top", after=False)
        blocks = blocks[1:] if at is None else blocks[at:]
    if at is not None:
        blocks = _take_dates(found, blocks)
    return _take_headline(found, blocks)


def _take_dates(found: Found, blocks: list[str]) -> list[str]:
    first, *others = blocks[0].split("\n")
    found.date_line(first)
    for line in others:
        _take_line(found, line)
    blocks = blocks[1:]
    while blocks and "\n" not in blocks[0] and split_date(unmarked(blocks[0])) is not None:
        found.date_line(blocks.pop(0))
    return blocks


def _take_line(found: Found, line: str) -> None:
    """Take a line below the date: another date, that something was corrected, or the edition."""
    if split_date(unmarked(line)) is not None:
        found.date_line(line)
    elif is_correction(line):
        found.set_aside("notice", line, "correction_appended", after=False)
    else:
        found.set("edition", line)


def is_correction(text: str) -> bool:
    """Tell whether a line says no more than that the text was corrected."""
    return unmarked(text).strip(" .*[]()").casefold() in words().correction


def _take_headline(found: Found, blocks: list[str]) -> list[str]:
    while blocks and is_correction(blocks[0]):
        found.set_aside("notice", blocks.pop(0), "correction_appended", after=False)
    if not blocks or label_of(found.profile, blocks[0].split("\n")[0]) is not None:
        return blocks
    found.headline(blocks.pop(0))
    labelled = next((at for at, block in enumerate(blocks[:6]) if _is_labelled(found, block)), 0)
    if any(len(block.split()) > _LONGEST_DECK for block in blocks[:labelled]):
        labelled = 0  # a text, which quotes a label
    while labelled and label_of(found.profile, blocks[labelled - 1].split("\n")[0]) is not None:
        labelled -= 1
    for block in blocks[:labelled]:
        if is_correction(block):
            found.set_aside("notice", block, "correction_appended", after=False)
        else:
            found.set_aside("summary", block, "below_headline", after=False)
    return blocks[labelled:]


def _is_labelled(found: Found, block: str) -> bool:
    label = label_of(found.profile, block.split("\n")[0])
    gives = None if label is None else found.profile.labels.get(label.label)
    return gives in found.profile.header or gives in ("published", "online", "edition", "page")
