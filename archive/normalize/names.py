"""Names as they are matched and as they are written in commands and codes."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^\w]+")


def name_key(name: str) -> str:
    """Return what two spellings of one name have in common: NFKC, casefolded, white space as single spaces.

    >>> name_key("  Deutsche\\tWELLE ")
    'deutsche welle'
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def slug(name: str) -> str:
    """Return a short name for the command line: lower case, words joined by hyphens; letters of any script stay.

    >>> slug("People's Daily (Online)")
    'people-s-daily-online'
    >>> slug("新华社")
    '新华社'
    """
    return _NOT_WORD.sub("-", name_key(name)).strip("-_") or "x"
