"""Articles whose values stand under labels: `LENGTH: 512 words` before the text, `LOAD-DATE: …` after it.

What stands between the labels before and after a text is text, whatever it looks like. A label counts before the text
as long as nothing but labels came, each once; and after it if nothing but labels, lines of copyright, and what stands
under a label that can have paragraphs, follows. So a text that quotes `LENGTH:` keeps it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archive.readers.vendors.found import Found
from archive.readers.vendors.profiles import Profile, unmarked, words

_LABELLED = re.compile(r"([^\s:][^:]{0,60}?)\s*:(.*)")
_CAPITALS = re.compile(r"[^\W\d_][^\W_a-z]*(?:[ /&-]+[^\W_a-z]+){0,3}")
_WORDS = re.compile(r"[^\W\d_a-z][\w'’-]*(?: ?[/&-] ?| )?(?:[\w'’()-]+ ?){0,3}")
_YEAR = re.compile(r"\d{4}|©|\([cC]\)")
_SENTENCE = (".", "!", "?", "…", ":", "”", '"')
_MOST_BEFORE = 20  # paragraphs of labels before a text
_MOST_UNDER = 12  # paragraphs under one label
_LONGEST_VALUE = 10  # words under a label that nobody knows, where it could be text
_LONGEST_RIGHTS = 60  # words


class Piece(NamedTuple):
    """What stands under a label, or, with the label "", a piece of text."""

    label: str
    text: str


def take_header(found: Found, paragraphs: Sequence[str]) -> list[str]:
    """Take the labels that paragraphs begin with; return what is left, the text and what follows it."""
    labels = found.profile.labels
    seen: set[str] = set()
    end = 0
    for number, paragraph in enumerate(paragraphs[:_MOST_BEFORE]):
        pieces = split_labels(found.profile, paragraph)
        names = [piece.label for piece in pieces if piece.label]
        if not pieces[0].label or any(name in seen for name in names):
            break
        if all(name not in labels for name in names):
            following = paragraphs[number + 1 : number + 2]
            if not (number == end and following and _is_short(pieces[0].text) and len(following[0]) > len(paragraph)):
                continue
        seen.update(names)
        end = number + 1
    rest: list[str] = []
    for paragraph in paragraphs[:end]:
        for piece in split_labels(found.profile, paragraph):
            if piece.label:
                found.take(piece.label, piece.text, after=False)
            else:
                rest.append(piece.text)
    return [*rest, *paragraphs[end:]]


def take_trailer(found: Found, paragraphs: Sequence[str]) -> list[str]:
    """Take the labels, and the lines of copyright, that paragraphs end with; return what is left, the text."""
    start = trailer_start(found.profile, paragraphs)
    found.has_trailer = start < len(paragraphs)
    label, parts = "", [""]
    for paragraph in paragraphs[start:]:
        if _is_unlabelled_rights(found.profile, paragraph):
            found.rights(paragraph)
            continue
        for piece in split_labels(found.profile, paragraph):
            if piece.label:
                if label:
                    found.take(label, "\n".join(parts))
                label, parts = piece.label, [piece.text]
            else:
                parts.append(piece.text)
    if label:
        found.take(label, "\n".join(parts))
    return list(paragraphs[:start])


def trailer_start(profile: Profile, paragraphs: Sequence[str]) -> int:
    """Return which paragraph is the first of those after the text."""
    kinds = [_kind(profile, paragraph) for paragraph in paragraphs]
    seen: set[str] = set()
    start = len(paragraphs)
    while start:
        kind, labels = kinds[start - 1]
        if kind == "text":
            first = start - 1
            while first and kinds[first - 1][0] == "text" and start - first < _MOST_UNDER:
                first -= 1
            under = kinds[first - 1][0] if first else ""
            before = kinds[first - 2][0] if first > 1 else ""
            # under such a label, only where another label stands before it: else it may be what a text quotes
            if under != "heading" and (under != "multi" or before not in ("label", "rights", "heading")):
                break
            start = first - 1
            continue
        if kind == "label" and not seen.isdisjoint(labels):
            break
        seen.update(labels)
        start -= 1
    while start < len(paragraphs) and kinds[start][0] == "unknown":
        piece = split_labels(profile, paragraphs[start])[0]
        if start + 1 < len(paragraphs) and _is_short(piece.text):
            break
        start += 1
    return start


def _kind(profile: Profile, paragraph: str) -> tuple[str, list[str]]:
    if _is_unlabelled_rights(profile, paragraph):
        return "rights", []
    if unmarked(paragraph) in profile.after:
        return "heading", []
    pieces = split_labels(profile, paragraph)
    labels = [piece.label for piece in pieces if piece.label]
    if not pieces[0].label:
        return "text", []
    gives = [profile.labels.get(label) for label in labels]
    if gives[0] is None:
        return "unknown", labels
    if not profile.body_label and gives[0] in profile.header:
        return "text", []
    return ("multi" if gives[-1] in profile.multi else "label"), labels


def split_labels(profile: Profile, paragraph: str) -> list[Piece]:
    """Return what a paragraph says under labels, line by line if it begins with one; else the paragraph itself.

    Under a label that gives a length stands one line; what follows it is text.
    """
    lines = paragraph.split("\n")
    first = label_of(profile, lines[0])
    if first is None:
        return [Piece("", paragraph)]
    pieces = [first]
    for line in lines[1:]:
        label = label_of(profile, line)
        if label is not None and (label.label in profile.labels or pieces[-1].label):
            pieces.append(label)
        elif (
            pieces[-1].label
            and profile.labels.get(pieces[-1].label) == "length"
            and words().length.search(pieces[-1].text)
        ):
            pieces.append(Piece("", line))
        else:
            pieces[-1] = Piece(pieces[-1].label, f"{pieces[-1].text}\n{line}")
    return pieces


def label_of(profile: Profile, line: str) -> Piece | None:
    """Return the label that a line begins with, and the rest of it; None if it begins with none.

    One that the profile does not know is a label if it is written as those are.
    """
    line = unmarked(line)
    if line in profile.after:
        return Piece(line, "")
    match = _LABELLED.match(line)
    if match is None:
        return None
    label, rest = match[1], match[2]
    if label in profile.labels:
        return Piece(label, rest.strip())
    shape = _CAPITALS if profile.name == "nexis" else _WORDS
    if len(label) < 2 or len(label) > 40 or not shape.fullmatch(label) or (rest and not rest[0].isspace()):
        return None
    return Piece(label, rest.strip())


def is_rights(text: str) -> bool:
    """Tell whether a paragraph says whose the article is.

    >>> is_rights("Copyright 2010 The Mill Ltd"), is_rights("Copyright law is being changed.")
    (True, False)
    """
    line = unmarked(" ".join(text.split()))
    if not line or len(line.split()) > _LONGEST_RIGHTS:
        return False
    known = words()
    return (line.startswith(known.rights) and _YEAR.search(line) is not None) or line.rstrip(" .").endswith(
        known.reserved
    )


def _is_unlabelled_rights(profile: Profile, paragraph: str) -> bool:
    label = label_of(profile, paragraph.split("\n")[0])
    return (label is None or label.label not in profile.labels) and is_rights(paragraph)


def _is_short(text: str) -> bool:
    return len(text.split()) <= _LONGEST_VALUE and not text.rstrip().endswith(_SENTENCE)
