"""Exports of Nexis Uni and Lexis Advance as Word or RTF: each article ends with `End of Document`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from archive.readers.vendors.cover import read_cover
from archive.readers.vendors.dates import split_date
from archive.readers.vendors.export import Export
from archive.readers.vendors.found import Found
from archive.readers.vendors.labelled import is_rights, label_of, split_labels, take_header, take_trailer, trailer_start
from archive.readers.vendors.nexis import is_correction
from archive.readers.vendors.paragraphs import Para, blocks, layout_of, read_rendering, render
from archive.readers.vendors.profiles import profile, unmarked

NAME = "nexis_uni"

_FOUR_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")


def split(paragraphs: Sequence[Para]) -> Export | None:
    """Return the articles of an export, and what its cover says; None if no paragraph ends an article.

    What follows the last end is an article that is cut off, if it has the labels of one.
    """
    ends = [number for number, one in enumerate(paragraphs) if unmarked(one.text) in profile(NAME).end]
    if not ends or not any(_anchor(paragraphs[: end + 1]) is not None for end in ends[:1]):
        return None
    starts = [_first(paragraphs[: ends[0]]), *(end + 1 for end in ends[:-1])]
    pieces = [paragraphs[start : end + 1] for start, end in zip(starts, ends, strict=True)]
    rest = paragraphs[ends[-1] + 1 :]
    notes: tuple[str, ...] = ()
    if _anchor(rest) is not None:
        pieces.append(rest)
    elif rest:
        many = f"{len(rest)} paragraph{'s' * (len(rest) > 1)}"
        notes = (f"what follows the last article is no part of it: {many}",)
    cover = read_cover(profile(NAME), [line for one in paragraphs[: starts[0]] for line in one.text.split("\n")])
    return Export(NAME, [render(NAME, piece) for piece in pieces], cover, notes=notes)


def owns(text: str) -> bool:
    """Tell whether a record is of such an export."""
    return layout_of(text) == NAME


def read(found: Found, text: str) -> None:
    """Take an article apart that ends with `End of Document`."""
    paragraphs = read_rendering(text)
    if paragraphs and unmarked(paragraphs[-1].text) in found.profile.end:
        paragraphs.pop()
    else:
        found.is_cut = "it does not end with 'End of Document'"
    anchor = _anchor(paragraphs)
    top = paragraphs[: anchor if anchor is not None else 0]
    _take_top(found, [unmarked(one.text) if len(one.text) < 60 else one.text for one in top])
    rest = paragraphs[len(top) :]
    marker = next((at for at, one in enumerate(rest) if unmarked(one.text) in found.profile.body), None)
    if marker is not None:
        _take_labels(found, rest[:marker])
        rest = rest[marker + 1 :]
    else:
        left = take_header(found, [one.text for one in rest])
        taken = len(rest) - len(left)
        rest = [replace(one, text=text) for one, text in zip(rest[max(0, taken) :], left, strict=False)]
    texts = [one.text for one in rest]
    start = trailer_start(found.profile, texts)
    found.paragraphs += list(blocks(rest[:start]))
    take_trailer(found, texts[start:])


def _anchor(paragraphs: Sequence[Para]) -> int | None:
    """Return which paragraph is the first under a label, or says that the text follows; None if there is none.

    Of a cover, whose lines have labels too, none counts: what is below them is.
    """
    known = profile(NAME)
    for number, one in enumerate(paragraphs):
        if number and unmarked(one.text) in known.body:
            return number
        label = label_of(known, one.text.split("\n")[0])
        if label is not None and known.labels.get(label.label) in known.header and number > 1:
            return number
    return None


def _dated(paragraphs: Sequence[Para]) -> int | None:
    """Return which of the paragraphs before the labels is the date: the first of the last ones that are."""
    known = profile(NAME)
    at = None
    for number in range(len(paragraphs) - 1, 0, -1):
        text = unmarked(paragraphs[number].text)
        if label_of(known, text) is None and len(text) < 120 and split_date(text) is not None:
            at = number
        elif at is not None:
            break
    return at


def _first(paragraphs: Sequence[Para]) -> int:
    """Return where the first article begins: where a page does, or with its headline, two before its date."""
    top = paragraphs[: _anchor(paragraphs)]
    date = _dated(top)
    before = len(top) if date is None else date
    for number in range(before - 1, 0, -1):
        if top[number].begins_page:
            return number
    headings = [number for number in range(before) if top[number].kind == "heading"]
    if headings:
        return headings[-1]
    return max(0, before - 2)


def _take_top(found: Found, lines: Sequence[str]) -> None:
    """Take what stands without labels: headline, source, date, edition, copyright."""
    date = _dated([Para(line) for line in lines])
    if date is None:
        date = next((at for at, line in enumerate(lines) if at > 1 and _FOUR_DIGITS.search(line)), len(lines))
    above = []
    for line in lines[:date]:
        if is_correction(line):
            found.set_aside("notice", line, "correction_appended", after=False)
        elif is_rights(line):
            found.rights(line, after=False)
        else:
            above.append(line)
    if len(above) > 1 or (above and date < len(lines) and not _is_headline_alone(above)):
        found.source(above.pop())
    if above:
        found.headline(" ".join(above))
    for line in lines[date:]:
        _take_below(found, line)


def _is_headline_alone(above: Sequence[str]) -> bool:
    return len(above) == 1 and len(above[0].split()) > 6


def _take_below(found: Found, line: str) -> None:
    for part in line.split("\n"):
        if is_rights(part):
            found.rights(part, after=False)
        elif is_correction(part):
            found.set_aside("notice", part, "correction_appended", after=False)
        elif split_date(unmarked(part)) is not None or not found.has("published"):
            found.date_line(part)
        else:
            found.set("edition", part)


def _take_labels(found: Found, paragraphs: Sequence[Para]) -> None:
    """Take what stands before the text; a paragraph without a label goes on with the one before."""
    label, parts = "", [""]
    for one in paragraphs:
        if is_rights(one.text):
            found.rights(one.text, after=False)
            continue
        for piece in split_labels(found.profile, one.text):
            if piece.label:
                if label:
                    found.take(label, "\n".join(parts), after=False)
                label, parts = piece.label, [piece.text]
            elif label and found.profile.labels.get(label) in ("summary", "byline", None):
                parts.append(piece.text)
            elif is_correction(piece.text):
                found.set_aside("notice", piece.text, "correction_appended", after=False)
            else:
                found.set_aside("summary", piece.text, "before_body", after=False)
    if label:
        found.take(label, "\n".join(parts), after=False)
