"""What is typed and cannot be meant."""

from unicodedata import east_asian_width

from archive.errors import UsageError
from archive.query_language.tree import Span

_SHOWN = 90  # characters of a query around the mistake


class QueryError(UsageError):
    """A query that cannot be understood: what is wrong and what was probably meant, with a caret under the place."""

    def __init__(self, reason: str, text: str, span: Span) -> None:
        super().__init__(f"{reason}\n{pointed_at(text, span)}")
        self.reason = reason
        self.span = span


def pointed_at(text: str, span: Span) -> str:
    """Return a query on one line, and below it carets under a part."""
    start, end = span
    first = max(0, start - _SHOWN // 2)
    last = min(len(text), max(end, start) + _SHOWN // 2)
    shown = "".join(character if character.isprintable() else " " for character in text[first:last])
    before = "…" if first else ""
    after = "…" if last < len(text) else ""
    carets = "^" * max(1, min(_SHOWN, _columns(shown[start - first : end - first])))
    return f"  {before}{shown}{after}\n  {' ' * (len(before) + _columns(shown[: start - first]))}{carets}"


def _columns(text: str) -> int:
    """Return how wide a terminal shows a text."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
