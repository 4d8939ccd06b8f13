"""Exports of ProQuest as text: a line of underscores before each article, whose text stands under `Full text:`."""

import re
from collections.abc import Sequence

from archive.readers.vendors.cover import read_cover
from archive.readers.vendors.export import Export, Stated
from archive.readers.vendors.found import Found
from archive.readers.vendors.labelled import Piece, label_of, split_labels, take_trailer
from archive.readers.vendors.nexis import blocks_of, is_correction
from archive.readers.vendors.profiles import numbers, profile, unmarked

NAME = "proquest"

_RULE = re.compile(r"^[\u200e\u200f\ufeff \t]*_{50,}[ \t]*\r?$", re.MULTILINE)
_FEWEST_LABELS = 3
_MOST_LINES = 400  # in which an article shows what it is, and of what follows the last one


def is_export(head: str) -> str | None:
    """Return why a text is such an export, None if it is none."""
    if _RULE.search(head) is None:
        return None
    if "ProQuest" in head:
        return "it has a line of underscores, and names ProQuest"
    labels = _labels(head.splitlines())
    return f"it has a line of underscores, and labels: {', '.join(labels[:3])}" if _is_article(labels) else None


def split(text: str) -> Export | None:
    """Return the articles of an export, each with the line of underscores before it; None if it is none.

    A line of underscores within a text parts nothing: what follows it has no labels of its own but those that end an
    article.
    """
    marks = [match.start() for match in _RULE.finditer(text)]
    pieces = [text[start:end] for start, end in zip(marks, [*marks[1:], len(text)], strict=True)]
    articles: list[str] = []
    waits = False  # for the labels that end an article
    cover, after = [text[: marks[0]]] if marks else [], 0
    stated: list[tuple[int, int]] = []
    for piece in pieces:
        labels = _labels(piece.splitlines())
        begins = _is_article(labels) and (not waits or _begins(labels) or _number(piece) is not None)
        if begins:
            articles.append(piece)
            number = _number(piece)
            stated += [number] if number else []
        elif articles and (waits or _gives(labels, "id")):
            articles[-1] += piece
        elif articles:
            after += sum(1 for line in piece.splitlines()[1:_MOST_LINES] if line.strip())
            continue
        else:
            cover.append(piece)
            continue
        waits = not _gives(_labels(articles[-1].splitlines()), "id")
    if not articles or not any(_gives(_labels(one.splitlines()), "id", "source") for one in articles):
        return None
    notes = (f"what follows the last article is no part of it: {after} line{'s' * (after > 1)}",) if after else ()
    lines = [line for piece in cover for line in piece.splitlines()]
    return Export(NAME, articles, read_cover(profile(NAME), lines), Stated.of(stated) if stated else None, notes)


def owns(text: str) -> bool:
    """Tell whether a record is of such an export."""
    return _RULE.match(text) is not None


def read(found: Found, text: str) -> None:
    """Take an article apart that begins with its line of underscores."""
    separator = found.profile.separator
    lines = [line for line in text.split("\n")[1:] if not (separator and len(line) < 200 and separator.fullmatch(line))]
    blocks = blocks_of(lines)
    at = next((number for number, block in enumerate(blocks) if _body_line(found, block) is not None), None)
    if at is None:
        _take_header(found, take_trailer(found, blocks))
        return
    above = blocks[at].split("\n")
    line = _body_line(found, blocks[at]) or 0
    label = label_of(found.profile, above[line])
    _take_header(found, [*blocks[:at], *(["\n".join(above[:line])] if line else [])])
    first = "\n".join([label.text if label else "", *above[line + 1 :]]).strip("\n")
    body = take_trailer(found, [*([first] if first else []), *blocks[at + 1 :]])
    found.write_plain(body)
    if not found.has("id"):
        found.is_cut = "no document ID stands at its end"


def _take_header(found: Found, blocks: Sequence[str]) -> None:
    """Take the headline, which has no label, and what stands under labels before the text."""
    label, parts = "", [""]
    for block in blocks:
        for piece in split_labels(found.profile, block):
            if piece.label:
                _take(found, label, parts)
                label, parts = piece.label, [piece.text]
            elif label:
                parts.append(piece.text)
            elif is_correction(piece.text):
                found.set_aside("notice", piece.text, "correction_appended", after=False)
            elif found.has("headline"):
                found.set_aside("summary", piece.text, "below_headline", after=False)
            else:
                found.headline(piece.text)
    _take(found, label, parts)


def _take(found: Found, label: str, parts: Sequence[str]) -> None:
    if label:
        found.take(label, "\n".join(part for part in parts if part), after=False)


def _body_line(found: Found, block: str) -> int | None:
    for number, line in enumerate(block.split("\n")):
        label = line.partition(":")[0]
        if len(label) < 60 and unmarked(label) in found.profile.body_label and ":" in line:
            return number
    return None


def _labels(lines: Sequence[str]) -> list[str]:
    """Return the labels that a piece of text has, of those that are known."""
    known = profile(NAME)
    found = (label_of(known, line) for line in lines if ":" in line[:70])
    return [piece.label for piece in found if isinstance(piece, Piece) and _is_known(piece.label)]


def _is_known(label: str) -> bool:
    known = profile(NAME)
    return label in known.labels or label in known.body_label


def _gives(labels: Sequence[str], *names: str) -> bool:
    known = profile(NAME).labels
    return any(known.get(label) in names for label in labels)


def _begins(labels: Sequence[str]) -> bool:
    """Tell whether labels are those of the beginning of an article: of its text, its title or its author."""
    known = profile(NAME)
    return any(label in known.body_label or known.labels.get(label) == "byline" for label in labels)


def _is_article(labels: Sequence[str]) -> bool:
    known = profile(NAME)
    return len(set(labels)) >= _FEWEST_LABELS and (
        any(label in known.body_label for label in labels) or _gives(labels, "id", "source")
    )


def _number(piece: str) -> tuple[int, int] | None:
    separator = profile(NAME).separator
    for line in piece.splitlines()[1:8]:
        if separator and len(line) < 200 and (match := separator.fullmatch(line)):
            return int(numbers(match, "number")), int(numbers(match, "total"))
    return None
