"""How a table in text is written: what stands between cells, what is put around them, and how a row ends."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

DELIMITERS = (",", "\t", ";", "|")

_SEPARATOR_LINE = re.compile(r"sep=([!-~\t])\r?\n", re.IGNORECASE)
_LOOKED_AT = 200  # rows


class Dialect(NamedTuple):
    r"""What the cells of a row are told by, in ASCII.

    delimiter  between cells; "" where there is one column
    quote      around a cell that has the delimiter, a quote or a line end in it; "" where nothing is quoted
    escape     `\` where that takes its meaning from the character after it; "" where a quote is doubled
    spaced     whether a space can stand between a delimiter and a quote
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    spaced: bool = False


class Patterns(NamedTuple):
    """Patterns for a table: a row as its dialect has it, what may become one when more is read, a line, a cell.

    None of them goes back: a long row costs no more than to read it.
    """

    row: str
    unfinished: str
    line: str
    cell: str


@cache
def patterns(dialect: Dialect) -> Patterns:
    """Return the patterns of a dialect, for text and, encoded, for bytes."""
    delimiter, quote, escape = (re.escape(one) for one in dialect[:3])
    escaped = rf"|{escape}(?:\r\n|[\s\S])" if escape else ""
    plain = rf"(?:[^{delimiter}\r\n{escape}]++{escaped})*+"
    inside = rf"(?:[^{quote}{escape}]++|{quote}{quote}{escaped})*+"
    cell, opened = plain, ""
    if quote:
        cell = rf"(?:{quote}{inside}{quote}|(?!{quote}){plain})"
        opened = rf"{quote}{inside}(?:{quote}\r?|{escape or quote})?+|(?!{quote})"
    space = " *+" if dialect.spaced else ""
    before = rf"(?:{space}{cell}{delimiter})*+" if delimiter else ""
    line_end = r"(?:\r\n|\n|\r(?!\Z))"
    loose = rf"{quote}(?P<quoted>{inside}){quote}(?P<tail>{plain})|" if quote else "(?P<quoted>(?!))(?P<tail>)|"
    end = rf"(?P<end>{delimiter or '(?!)'}|(?:\r\n|\n|\r)?\Z)"
    return Patterns(
        rf"{before}{space}{cell}{line_end}",
        rf"{before}{space}(?:{opened}{plain}(?:\r|{escape or '(?!)'})?+)\Z",
        rf"[^\r\n]*+{line_end}",
        rf"{space}(?:(?:{loose}(?P<plain>{plain})){end}|(?P<rest>{plain}){end.replace('<end>', '<last>')})",
    )


@cache
def _compiled(dialect: Dialect) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns(dialect)))


def split_cells(row: str, dialect: Dialect) -> list[str]:
    """Return the cells of a row, its line end left out; it never raises.

    A quote that is not closed, or that stands within a cell, is a character like others.

    >>> split_cells('3,"Ferry, ""late"",",', Dialect())
    ['3', 'Ferry, "late",', '']
    """
    cell = _compiled(dialect)[3]
    cells: list[str] = []
    at = 0
    while (match := cell.match(row, at)) is not None:
        quoted, tail, plain, end, rest, last = match.group("quoted", "tail", "plain", "end", "rest", "last")
        if quoted is not None:
            cells.append(_unquoted(quoted, dialect) + _unescaped(tail, dialect.escape))
        else:
            cells.append(_unescaped(plain if plain is not None else rest, dialect.escape))
        at = match.end()
        if not dialect.delimiter or dialect.delimiter not in (end, last):
            break
    return cells


def _unquoted(text: str, dialect: Dialect) -> str:
    if not dialect.escape:
        return text.replace(2 * dialect.quote, dialect.quote)
    return re.sub(
        rf"{re.escape(dialect.escape)}([\s\S])|{dialect.quote}{dialect.quote}",
        lambda match: match[1] or dialect.quote,
        text,
    )


def _unescaped(text: str, escape: str) -> str:
    return re.sub(rf"{re.escape(escape)}([\s\S])", r"\1", text) if escape and escape in text else text


def has_open_quote(line: str, dialect: Dialect) -> bool:
    """Tell whether a cell of this line begins with a quote that is not closed on it.

    >>> has_open_quote('3,"Ferry', Dialect()), has_open_quote('3,"Ferry" late', Dialect())
    (True, False)
    """
    cell = _compiled(dialect)[3]
    at = 0
    while dialect.quote and (match := cell.match(line, at)) is not None:
        if (match["plain"] or match["rest"] or "").startswith(dialect.quote):
            return True
        at = match.end()
        if not dialect.delimiter or dialect.delimiter not in (match["end"], match["last"]):
            break
    return False


def separator_line(sample: str) -> tuple[str, int]:
    """Return what the line `sep=;` says, which spreadsheets write first and do not show, and how long it is.

    >>> separator_line("sep=;\\r\\ntitle;text"), separator_line("title;text")
    ((';', 7), ('', 0))
    """
    match = _SEPARATOR_LINE.match(sample)
    return (match[1], match.end()) if match else ("", 0)


def sample_rows(sample: str, dialect: Dialect) -> Iterator[tuple[list[str], bool]]:
    """Yield the rows at the start of a table, blank ones left out, each with whether it is as the dialect has it."""
    row, unfinished, line, _ = _compiled(dialect)
    at = found = 0
    while found < _LOOKED_AT and at < len(sample):
        match = row.match(sample, at)
        is_sound = match is not None
        if match is None and (match := line.match(sample, at)) is None:
            return  # the sample ends within it
        is_cut = not is_sound and unfinished.match(sample, at) is not None
        cells = split_cells(match[0], dialect)
        at = match.end()
        if any(map(str.strip, cells)):
            found += 1
            yield cells, is_sound and not any(_is_quoted(cell) for cell in cells)
        if is_cut:
            return


def _is_quoted(cell: str) -> bool:
    return cell[:2] == ' "' and cell[-1] == '"' and len(cell) > 2


def find_dialect(sample: str, known: frozenset[str], columns: int = 0) -> Dialect:
    """Return how a table is written, from its start.

    That is the dialect that finds a name of `known` (in lower case) in the first row; then in which most rows have as
    many cells as the first, or as many as `columns` says, and quotes are closed; then that for which no cell begins
    with a quote; then with the most known names and cells. Of several the plainest.
    """
    stated, start = separator_line(sample)
    sample = sample[start:]
    delimiters = [stated] if stated else [one for one in DELIMITERS if one in sample]
    best, most = Dialect(""), (False, False, -1.0, False, -1, -1)
    for delimiter in [*delimiters, ""]:
        for quote, escape in (('"', ""), ('"', "\\"), ("'", ""), ("'", "\\"), ("", ""), ("", "\\")):
            if (quote == "'" and quote not in sample) or (escape and escape not in sample):
                continue
            for spaced in (False, True) if quote and f"{delimiter} {quote}" in sample else (False,):
                dialect = Dialect(delimiter, quote, escape, spaced)
                score = _score(list(sample_rows(sample, dialect)), known, columns, is_quoted=bool(quote))
                if score > most:
                    best, most = dialect, score
    return best


def _score(
    rows: list[tuple[list[str], bool]], known: frozenset[str], columns: int, *, is_quoted: bool
) -> tuple[bool, bool, float, bool, int, int]:
    if not rows:
        return False, False, -1.0, False, -1, -1
    header = rows[0][0]
    width = columns or len(header)
    fitting = sum(len(cells) == width and is_sound for cells, is_sound in rows) / len(rows)
    if not is_quoted and not _has_only_strays(rows):
        # a quote that is missing shall not make all others characters
        fitting = -1.0 if any(name.startswith('"') for name in header) else fitting - 0.5
    named = len({name.strip().lower() for name in header} & known)
    is_plain = is_quoted or not any(cell.startswith('"') for cells, _ in rows for cell in cells)
    return not columns and named > 0, len(header) > 1, round(fitting, 3), is_plain, named, len(header)


def _has_only_strays(rows: list[tuple[list[str], bool]]) -> bool:
    """Tell whether several cells begin with a quote, and none ends with it too: then quotes are what they seem."""
    quoted = [cell for cells, _ in rows for cell in cells if cell.startswith('"')]
    return len(quoted) > 1 and not any(len(cell) > 1 and cell.endswith('"') for cell in quoted)
