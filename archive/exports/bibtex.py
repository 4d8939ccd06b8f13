r"""BibTeX, for LaTeX: an entry an article, without its text; `date` and `urldate` are biblatex's.

Values stand in a second pair of braces where case and the parts of a name shall stay as they are. A brace of a text is
written as a command, since BibTeX counts those that are escaped too.
"""

import re
from collections.abc import Iterable, Iterator

from archive.exports import Article
from archive.exports.dates import date_parts, day_parts

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{character: "\\" + character for character in "$&%#_"},
}
_SPECIAL = re.compile("[" + re.escape("".join(_COMMANDS)) + "]")
_NOT_IN_URLS = {"{": "%7B", "}": "%7D", "\\": "%5C"}


def write(articles: Iterable[Article]) -> Iterator[str]:
    """Yield an entry for each article: `@article` where the source is known, which BibTeX asks for, else `@misc`."""
    for article in articles:
        yield entry(article)


def entry(article: Article) -> str:
    """Return the entry of an article, under its key; of its date, as much as is known."""
    parts = date_parts(article)
    written = [f"{part:04}" if number == 0 else f"{part:02}" for number, part in enumerate(parts)]
    url = article["url"] and re.sub(r"[{}\\]", lambda match: _NOT_IN_URLS[match[0]], article["url"])
    fields = {
        "author": " and ".join(f"{{{escaped(name)}}}" for name in article["authors"]),
        "title": article["headline"] and f"{{{escaped(article['headline'])}}}",
        "journal": article["source"] and escaped(article["source"]),
        "year": written[0] if written else None,
        "date": "-".join(written),
        "url": url,
        "urldate": "-".join(f"{part:02}" for part in day_parts(article["crawled"])),
        "language": article["language"],
        "pages": article["page"] and escaped(article["page"]),
        "edition": article["edition"] and escaped(article["edition"]),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    if len(parts) > 1:
        lines.append(f"  month = {_MONTHS[parts[1] - 1]},\n")
    kind = "article" if article["source"] else "misc"
    return f"@{kind}{{{article['key']},\n{''.join(lines)}}}\n\n"


def escaped(text: str) -> str:
    r"""Return a text as LaTeX prints it letter by letter, on one line.

    >>> escaped("AT&T: 5% of {x_1}")
    'AT\\&T: 5\\% of \\textbraceleft{}x\\_1\\textbraceright{}'
    """
    return _SPECIAL.sub(lambda match: _COMMANDS[match[0]], " ".join(text.split()))
