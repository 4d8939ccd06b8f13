"""A query that is still being typed: what its last word may become."""

import re
from dataclasses import dataclass

from archive.query_language.pieces import FIELDS

_FIELD = re.compile(r"([A-Za-z_]+):")
_WORD = re.compile(r'[^\s()"]+')
_NEEDS_QUOTES = re.compile(r'[\s()"]')


@dataclass(frozen=True)
class Unfinished:
    """The end of a query: `typed` is what is there of a value of `field`, or of a field's name where that is None.

    `before` is all that stands before it. `is_quoted` where a quotation mark, which is in neither, begins the value.
    """

    before: str
    field: str | None
    typed: str
    is_quoted: bool = False


def unfinished(text: str) -> Unfinished | None:
    """Return what the end of a query may become; None within a phrase, and behind one that has ended.

    >>> unfinished("trade -sou")
    Unfinished(before='trade -', field=None, typed='sou', is_quoted=False)
    >>> unfinished('(source:"Radio L')
    Unfinished(before='(source:', field='source', typed='Radio L', is_quoted=True)
    >>> unfinished("topic:(trade OR ec")
    Unfinished(before='topic:(trade OR ', field='topic', typed='ec', is_quoted=False)
    """
    at = 0
    fields: list[str | None] = [None]  # of the parentheses that are open
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character == "(":
            fields.append(fields[-1])
            at += 1
        elif character == ")":
            fields = fields[:-1] or [None]
            at += 1
        elif character in "+-" and _begins_a_word(text, at):
            at += 1
        else:
            name = _FIELD.match(text, at)
            field = name[1] if name and name[1] in FIELDS else fields[-1]
            if name and name[1] in FIELDS:
                at = name.end()
                if text.startswith("(", at):
                    fields.append(field)
                    at += 1
                    continue
            if text.startswith('"', at):
                closing = text.find('"', at + 1)
                if closing < 0:
                    return Unfinished(text[:at], field, text[at + 1 :], True) if field else None
                end = closing + 1
            else:
                end = _end_of_value(text, at) if field else _end_of_word(text, at)
            if end == len(text):
                return None if text.endswith('"') else Unfinished(text[:at], field, text[at:])
            at = end
    if text and not text[-1].isspace() and text[-1] not in "(+-":
        return None
    return Unfinished(text, fields[-1], "")


def as_value(value: str) -> str | None:
    """Return a value as it is written behind a field's colon; None where the language has no way to write it.

    >>> as_value("Radio Lintel"), as_value("radio-lintel")
    ('"Radio Lintel"', 'radio-lintel')
    """
    if '"' in value:
        return None
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value


def _begins_a_word(text: str, at: int) -> bool:
    before = text[at - 1 : at]
    return (not before or before.isspace() or before == "(") and not text[at + 1 : at + 2].isspace()


def _end_of_word(text: str, at: int) -> int:
    word = _WORD.match(text, at)
    return word.end() if word else at + 1


def _end_of_value(text: str, at: int) -> int:
    """Return where a value ends: at a blank, or at a parenthesis that was not opened in it."""
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if text[end].isspace() or depth < 0:
            return end
    return len(text)
