r"""Text from articles and file names, made safe to show: a terminal must not obey it.

Control characters could move the cursor, change the window's title or worse; the characters that turn the direction of
writing could show a text in another order than it has. Both become visible, as `\x1b` and `\u202e`.
"""

import re

_LIVE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1, but for tabs and line feeds
    "\u2028\u2029"  # line ends of Unicode
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates; mere marks (U+200E, U+200F) stay
    "\ud800-\udfff"  # no text: bytes of a file name that is not UTF-8
)
# patterns are compiled by their first use: most of what is shown is as harmless as `isprintable` says
_NOT_PRINTABLE = f"[{_LIVE}]"
_NOT_IN_A_LINE = f"[\t\n{_LIVE}]"
_NOT_IN_JSON = "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


def printable(text: str) -> str:
    r"""Return text with its control characters made visible; tabs and line feeds stay.

    >>> printable("red \x1b[31m text")
    'red \\x1b[31m text'
    """
    return text if text.isprintable() else re.sub(_NOT_PRINTABLE, _visible, text)


def printable_line(text: str) -> str:
    r"""Return text with its control characters made visible, tabs and line feeds too: it stays one line.

    >>> printable_line("notes\n2.txt")
    'notes\\n2.txt'
    """
    return text if text.isprintable() else re.sub(_NOT_IN_A_LINE, _visible, text)


def escaped_json(text: str) -> str:
    r"""Return JSON that says the same without characters that a terminal would obey.

    >>> escaped_json('"\x9b1m"')
    '"\\u009b1m"'
    """
    if text.isprintable():
        return text
    return re.sub(_NOT_IN_JSON, lambda match: f"\\u{ord(match[0]):04x}", text)


def _visible(match: re.Match[str]) -> str:
    if "\udc80" <= match[0] <= "\udcff":  # a byte that is no text, as Python brings it through
        return f"\\x{ord(match[0]) - 0xDC00:02x}"
    return match[0].encode("unicode_escape").decode()
