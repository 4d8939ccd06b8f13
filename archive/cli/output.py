"""Answers as tables, JSON, JSON lines and CSV, and what is said beside them."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from math import isinf, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.escaping import escaped_json, printable, printable_line

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, Any]


def to_json(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON that can be shown in a terminal: other scripts as they are, control characters escaped.

    Bytes are given in hexadecimal. What JSON cannot name is a text: "NaN", or "Infinity" for a number too
    large for a float.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain, allow_nan=False)
    except ValueError:
        text = json.dumps(_named(value), ensure_ascii=False, indent=indent, default=_plain)
    return escaped_json(text)


def print_rows(rows: Iterable[Row], form: str, columns: Mapping[str, str], *, empty: str = "nothing found") -> int:
    """Print rows as they come, and return how many there were.

    `columns` are those of a table, with their headings; the other formats have all that a row has. Nothing at all
    prints an empty answer, and `empty` on stderr. An error that comes before the first row leaves stdout as it was.
    """
    counted = _Counted(rows)
    if form == "json":
        _write_json_array(counted)
    elif form == "jsonl":
        for row in counted:
            _write(to_json(row) + "\n")
    elif form == "csv":
        write_csv(counted, _write_shown)
    elif not counted.empty:
        from archive.cli.tables import draw_table

        click.echo(draw_table(list(counted), columns))
    if counted.empty and empty:
        hint(empty)
    return counted.number


def print_object(value: Row, form: str, show: Callable[["Console"], None]) -> None:
    """Print one thing: as one JSON object, as one row of CSV, or as `show` draws it on the terminal."""
    if form == "json":
        _write(to_json(value, indent=2) + "\n")
    elif form == "jsonl":
        _write(to_json(value) + "\n")
    elif form == "csv":
        write_csv([value], _write_shown)
    else:
        from archive.cli.tables import drawn

        click.echo(drawn(show))


def hint(text: str) -> None:
    """Say something on stderr that is no part of the answer; where nobody reads that, nothing is lost."""
    with suppress(BrokenPipeError):
        click.echo(printable(text), err=True)


def shown_path(locator: str) -> str:
    """Return a place as people see it from here, on one line: relative where it is below this folder."""
    here = str(Path.cwd()) + "/"
    return printable_line(locator.removeprefix(here))


def cell(value: Any) -> Any:
    """Return a value as it stands in a table or in CSV: lists of texts joined by `; `, other structures as JSON."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        if all(isinstance(item, str) for item in value):
            return "; ".join(value)
        return to_json(value)
    if isinstance(value, dict):
        return to_json(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


class _Counted:
    """Rows, counted as they pass; whether there are any is known before anything is printed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        rest = iter(rows)
        first = list(next(([row] for row in rest), []))
        self.empty = not first
        self.number = 0
        self._rows = chain(first, rest)

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.number += 1
            yield row


def _write(text: str) -> None:
    """Write text for programs: UTF-8 whatever the locale says."""
    click.echo(text.encode("utf-8", "replace"), nl=False)


def _write_json_array(rows: _Counted) -> None:
    opening = "[\n  "
    for row in rows:
        _write(opening + to_json(row))
        opening = ",\n  "
    _write("[]\n" if rows.empty else "\n]\n")


def _write_shown(text: str) -> None:
    # a file gets the text as it is; a terminal must not obey it
    _write(printable(text) if sys.stdout.isatty() else text)


def write_csv(rows: Iterable[Row], write: Callable[[str], object]) -> None:
    """Write rows as CSV, with a heading, line by line as they come."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for number, row in enumerate(rows):
        if not number:
            writer.writerow(row.keys())
        writer.writerow([cell(value) for value in row.values()])
        write(buffer.getvalue())
        buffer.seek(0)
        buffer.truncate()


def _named(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _named(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(one) for one in value]
    if isinstance(value, float) and isnan(value):
        return "NaN"
    if isinstance(value, float) and isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def counted(number: int, thing: str) -> str:
    """Return a number of things in words.

    >>> counted(1, "article"), counted(1200, "article")
    ('1 article', '1,200 articles')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
