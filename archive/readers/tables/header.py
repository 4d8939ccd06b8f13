"""What the columns of a table are called, and what they give."""

import re
from collections.abc import Mapping, Sequence

from archive.readers.base import Remark, UnreadableError, shown
from archive.readers.field_map import FieldMap, nearest
from archive.readers.metadata import key_of
from archive.readers.records.plain import KNOWN_KEYS, field_of_column

_NUMBER = re.compile(r"[\d\s.,:/+%$€£-]*\d[\d\s.,:/+%$€£-]*")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|\S+@\S+\.", re.IGNORECASE)
_LONGEST_NAME = 60
_MOST_NAMED = 12
_SHORTEST_TEXT = 15  # characters, on average, of a column that can be a headline


def known_names(fields: FieldMap) -> frozenset[str]:
    """Return the names of columns that say what they are, in lower case."""
    spaced = {name.replace("_", " ") for name in KNOWN_KEYS}
    return frozenset((*KNOWN_KEYS, *spaced, *(column.casefold() for _, column in fields.fields)))


def looks_like_header(cells: Sequence[str]) -> bool:
    """Tell whether the first row of a table can be its header: names that are short, no numbers, each there once.

    >>> looks_like_header(["Überschrift", "Text"]), looks_like_header(["3", "Wall St. closes higher"])
    (True, False)
    """
    named = [name.strip() for name in cells if name.strip()]
    if len({name.casefold() for name in named}) < len(named):
        return False
    return bool(named) and all(
        len(name) <= _LONGEST_NAME
        and not _NUMBER.fullmatch(name)
        and not _ADDRESS.match(name)
        and "\n" not in name
        and not name.endswith((".", "!"))
        for name in named
    )


def read_header(first: Sequence[str], fields: FieldMap, others: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names of the columns: those in the first row, or those that were given, where there is no header.

    `others` are a few of the rows after the first. Raises UnreadableError for a table without a header, or where
    neither a headline nor a text is among its columns; the cure names what would tell.
    """
    if fields.columns:
        if len(first) != len(fields.columns):
            raise UnreadableError(
                f"its first row has {_cells(len(first))}, and --columns names {len(fields.columns)}",
                "name each column, with - for one that is skipped",
            )
        return fields.columns
    names = tuple(name.strip().removeprefix("\ufeff") for name in first)
    asked = {column.casefold() for _, column in fields.fields}
    if not asked.intersection(name.casefold() for name in names) and not _is_header(names):
        guessed = _guessed([first, *others])
        raise UnreadableError(
            f"a table without a header: its first row is {_told(names)}",
            f"say what its {_columns(len(names))} are, such as --columns {','.join(guessed)} (- skips one)",
        )
    require_columns(names, fields)
    given = {field for field, _ in fields.fields} | {field_of_column(name) for name in names}
    if not given & {"headline", "body", "summary"}:
        guessed = _guessed(others)
        cure = " ".join(
            f"--map {field}={_argument(name)}" for field, name in zip(guessed, names, strict=False) if field != "-"
        )
        raise UnreadableError(
            f"no column of it is known to have a headline or a text: {_told(names)}",
            f"say which has, such as {cure or '--map body=COLUMN'}",
        )
    return names


def require_columns(names: Sequence[str], fields: FieldMap) -> None:
    """Raise UnreadableError where a column was named that the table does not have."""
    there = {name.casefold() for name in names}
    for _, column in fields.fields:
        if column.casefold() not in there:
            near = nearest(column, names)
            raise UnreadableError(
                f"it has no column {shown(column)}, only {_told(names)}",
                f"did you mean {_argument(near)}?" if near else "name one of these with --map FIELD=COLUMN",
            )


def unused_columns(names: Sequence[str], fields: FieldMap) -> Remark | None:
    """Return what is to be said of the columns that give nothing, or None; the original has them."""
    mapped = {column.casefold() for _, column in fields.fields}
    left = [name for name in names if name and name.casefold() not in mapped and field_of_column(name) is None]
    if not left or fields.columns:
        return None
    return Remark(f"columns not used: {_told(left)}; --map FIELD=COLUMN says what one gives")


def fields_of_columns(names: Sequence[str], fields: FieldMap) -> Mapping[str, list[str]]:
    """Return the columns of each field that `--map` gives, spelled as they are in the table."""
    spelled = {name.casefold(): name for name in reversed(names)} | {name: name for name in names}
    return {
        field: [spelled.get(column, spelled.get(column.casefold(), column)) for column in columns]
        for field, columns in fields.by_field().items()
    }


def _is_header(names: Sequence[str]) -> bool:
    known = sum(key_of(name) in KNOWN_KEYS for name in names)
    return looks_like_header(names) or (known > 0 and known >= len(names) / 2)


def _guessed(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return which column probably has the text, and which the headline: those with the longest cells."""
    width = max((len(row) for row in rows), default=0)
    lengths = [sum(len(row[at]) for row in rows if at < len(row)) / len(rows) for at in range(width)]
    longest = sorted(range(width), key=lambda at: -lengths[at])
    guessed = ["-"] * width
    if longest:
        guessed[longest[0]] = "body"
    if len(longest) > 1 and lengths[longest[1]] >= _SHORTEST_TEXT:
        guessed[longest[1]] = "headline"
    return guessed


def _argument(name: str) -> str:
    """Return a name as it is typed in a shell."""
    import shlex

    return shlex.quote(name)


def _told(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown(name, 40) for name in names[:_MOST_NAMED]) + more


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _columns(number: int) -> str:
    return "column" if number == 1 else f"{number} columns"
