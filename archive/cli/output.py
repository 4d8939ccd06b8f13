"""Answers as tables, JSON, JSON lines and CSV."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Row = Mapping[str, Any]

# Control characters could move the cursor, change the title of the window or worse; text from articles is shown, not
# obeyed. Tabs and line ends stay where a caller lets them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|[\ud800-\udfff]")
_SHORT, _NARROWEST = 26, 16  # cells of a column that is shown whole; cells that a long one needs at least
_LONGEST = 200  # characters of a value in a table; the other formats have all of it
_CONTROL_IN_JSON = re.compile(r"[\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text with its control characters made visible, as `\x1b`; tabs and line feeds stay.

    >>> printable("red \x1b[31m text")
    'red \\x1b[31m text'
    """
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def to_json(value: Any, indent: int | None = None) -> str:
    """Return a value as JSON that can be shown in a terminal: other scripts as they are, control characters escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return _CONTROL_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def print_rows(rows: Iterable[Row], form: str, columns: Mapping[str, str], *, empty: str = "nothing found") -> int:
    """Print rows as they come, and return how many there were.

    `columns` are those of a table, with their headings; the other formats have all that a row has. Nothing at all
    prints an empty answer, and `empty` on stderr.
    """
    counted = _Counted(rows)
    if form == "json":
        click.echo("[", nl=False)
        for number, row in enumerate(counted):
            click.echo(("," if number else "") + "\n  " + to_json(row), nl=False)
        click.echo("\n]" if counted.number else "]")
    elif form == "jsonl":
        for row in counted:
            click.echo(to_json(row))
    elif form == "csv":
        _print_csv(counted)
    else:
        _print_table(counted, columns)
    if not counted.number:
        hint(empty)
    return counted.number


def print_object(value: Row, form: str, show: Callable[["Console"], None]) -> None:
    """Print one thing: as one JSON object, as one row of CSV, or as `show` draws it on the terminal."""
    if form == "json":
        click.echo(to_json(value, indent=2))
    elif form == "jsonl":
        click.echo(to_json(value))
    elif form == "csv":
        _print_csv([value])
    else:
        console = terminal()
        with console.capture() as capture:
            show(console)
        click.echo(capture.get(), nl=False)


def hint(text: str) -> None:
    """Say something on stderr that is no part of the answer."""
    click.echo(printable(text), err=True)


def shown_path(locator: str) -> str:
    """Return a place as people see it from here: relative where it is below this folder."""
    here = str(Path.cwd()) + "/"
    return printable(locator.removeprefix(here))


def terminal() -> "Console":
    """Return a console for stdout: as wide as the terminal, without colour where stdout is none or NO_COLOR is set."""
    from rich.console import Console

    return Console(
        file=sys.stdout,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        width=_width(),
        legacy_windows=False,
    )


def _width() -> int | None:
    import os
    import shutil

    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        return max(40, shutil.get_terminal_size().columns)
    return 120


class _Counted:
    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Any:
        for row in self._rows:
            self.number += 1
            yield row


def _print_csv(rows: Iterable[Row]) -> None:
    import csv
    import io

    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(first.keys())
    for row in chain([first], iterator):
        writer.writerow([_cell(value) for value in row.values()])
        text = buffer.getvalue()
        # a file gets the text as it is; a terminal must not obey it
        click.echo(printable(text) if sys.stdout.isatty() else text.encode("utf-8", "replace"), nl=False)
        buffer.seek(0)
        buffer.truncate()


def _cell(value: Any) -> Any:
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


def _print_table(rows: Iterable[Row], columns: Mapping[str, str]) -> None:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    listed = list(rows)
    if not listed:
        return
    names = columns or {name: name for name in listed[0]}
    console = terminal()
    texts = [{name: _cell_text(row, name, console) for name in names} for row in listed]
    widest = {name: max(cell_len(heading), *(text[name].cell_len for text in texts)) for name, heading in names.items()}
    # what is short is shown whole, and long columns share what is left
    short = {name for name, width in widest.items() if width <= _SHORT}
    long_ones = len(widest) - len(short)
    room = console.width - sum(widest[name] for name in short) - 3 * len(widest)
    with console.capture() as capture:
        if room < _NARROWEST * long_ones:
            _print_records(console, names, texts)
        else:
            table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=bool(long_ones))
            for name, heading in names.items():
                table.add_column(
                    heading,
                    justify="right" if isinstance(listed[0].get(name), (int, float)) else "left",
                    no_wrap=name in short or name == "headline",
                    overflow="ellipsis" if name == "headline" else "fold",
                    width=widest[name] if name in short else None,
                    ratio=None if name in short else widest[name],
                )
            for text in texts:
                table.add_row(*text.values())
            console.print(table)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def _print_records(console: "Console", names: Mapping[str, str], texts: Iterable[Mapping[str, "Text"]]) -> None:
    """Print each row as lines of name and value: what is too wide for a table here."""
    from rich.table import Table

    indent = max(map(len, names.values()))
    for number, text in enumerate(texts):
        if number:
            console.print()
        record = Table.grid(padding=(0, 2))
        record.add_column(width=indent)
        record.add_column(overflow="fold")
        for name, heading in names.items():
            record.add_row(heading, text[name])
        console.print(record)


def _cell_text(row: Row, name: str, console: "Console") -> "Text":
    value = row.get(name)
    text = "" if value is None else " ".join(str(_cell(value)).split("\n"))
    if len(text) > _LONGEST:
        text = text[:_LONGEST].rstrip() + "…"
    marked = marked_text(text, row.get("hits", ()) if name == "snippet" else (), console)
    if name == "headline" and row.get("headline_method") == "derived":
        marked.stylize("italic")
    return marked


def marked_text(text: str, hits: Sequence[Sequence[int]], console: "Console") -> "Text":
    """Return text with its hits (start, end) standing out: in reverse, or between « » where there is no colour."""
    from rich.text import Text

    marked, done = Text(), 0
    left, right, style = ("«", "»", "") if console.color_system is None else ("", "", "bold reverse")
    for start, end in hits:
        if start < done:
            continue  # hits may overlap
        marked.append(printable(text[done:start]))
        marked.append(left + printable(text[start:end]) + right, style)
        done = end
    return marked.append(printable(text[done:]))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no JSON form")
