"""CSV (RFC 4180 with LF): an article a row."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archive.exports import FIELDS as ALL
from archive.exports import Article
from archive.exports.json_list import to_line

# Those that fit into a cell; the others are there when they are asked for, as JSON.
FIELDS = tuple(name for name in ALL if name not in ("blocks", "set_aside", "links"))

# What a spreadsheet may take for the beginning of a formula, as OWASP lists it (CSV Injection): in some languages also
# the full-width forms.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write(articles: Iterable[Article], fields: Sequence[str], *, safe: bool = False) -> Iterator[str]:
    """Yield the header, then a row for each article: names of authors and topics joined by "; ".

    `safe`: every cell is quoted, and one that a spreadsheet could take for a formula begins with an apostrophe.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL if safe else csv.QUOTE_MINIMAL)
    writer.writerow(fields)
    for article in articles:
        cells = [_cell(name, article[name]) for name in fields]
        writer.writerow([_safe(cell) for cell in cells] if safe else cells)
        yield _taken(buffer)
    if buffer.tell():  # there was no article
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name == "topics":
        return "; ".join(topic["name"] for topic in value)
    if isinstance(value, list):
        return "; ".join(value) if all(isinstance(item, str) for item in value) else to_line(value)
    return value


def _safe(cell: Any) -> Any:
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
