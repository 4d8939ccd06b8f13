"""Tables and marked passages, as wide as the terminal."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.cli.escaping import printable, printable_line
from archive.cli.output import cell

if TYPE_CHECKING:
    from archive.cli.output import Row

_NARROWEST = 12  # cells that a column is not made narrower than
_WHOLE = {"key", "slug", "code", "revision", "by_month"}  # columns that are never cut: people copy or compare them
_CUT = {"headline", "topic"}  # columns whose values are cut at the end, where others are wrapped
_LONGEST = 200  # characters of a value in a table; the other formats have all of it
_GAP = 2  # cells between two columns
_WITHOUT_TERMINAL = 120
_LINE_END = re.compile(r"\s*[\t\n]\s*")


def terminal() -> Console:
    """Return a console for stdout: as wide as the terminal; plain where stdout is none or NO_COLOR is set."""
    is_terminal = sys.stdout.isatty()
    plain = not is_terminal or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    width = _WITHOUT_TERMINAL
    if is_terminal or os.environ.get("COLUMNS"):
        width = max(40, shutil.get_terminal_size().columns)
    return Console(
        file=sys.stdout,
        color_system=None if plain else "auto",
        highlight=False,
        markup=False,
        emoji=False,
        width=width,
        legacy_windows=False,
    )


def drawn(draw: Callable[[Console], None]) -> str:
    """Return what `draw` prints on a console for stdout, without blanks at the ends of lines."""
    console = terminal()
    with console.capture() as capture:
        draw(console)
    return "\n".join(line.rstrip() for line in capture.get().rstrip("\n").split("\n"))


def draw_table(rows: Sequence["Row"], columns: Mapping[str, str]) -> str:
    """Return rows as a table, as wide as the terminal.

    `columns` (name: heading) are shown as far as a row has something in them; if none are named, all that rows have.
    Columns that are too wide share what room there is; headlines and topics are cut, other values are wrapped. Where
    even that does not fit, each row becomes lines of name and value.
    """
    filled = {name for name in columns if any(row.get(name) not in (None, "") for row in rows)}
    headings = {name: heading for name, heading in columns.items() if name in filled} or {
        name: name for name in rows[0]
    }
    texts = [{name: _cell_text(row, name) for name in headings} for row in rows]
    widest = {
        name: max(cell_len(printable_line(heading)), *(text[name].cell_len for text in texts))
        for name, heading in headings.items()
    }

    def draw(console: Console) -> None:
        widths = _shared(widest, console.width - _GAP * (len(widest) - 1))
        if widths is None:
            _draw_records(console, headings, texts)
            return
        # the box parts columns by one cell of its own
        table = Table(box=box.SIMPLE_HEAD, padding=(0, _GAP - 1, 0, 0), pad_edge=False, show_edge=False)
        for name, heading in headings.items():
            is_cut = name in _CUT
            table.add_column(
                Text(printable_line(heading)),
                justify="right" if isinstance(rows[0].get(name), (int, float)) else "left",
                no_wrap=is_cut,
                overflow="ellipsis" if is_cut else "fold",
                width=widths[name],
            )
        for text in texts:
            table.add_row(*text.values())
        console.print(table)

    return drawn(draw)


def mark(text: str, hits: Iterable[Sequence[int]], console: Console, style: str = "") -> Text:
    """Return text with its hits (start, end) standing out: in reverse, or between « » where there is no colour."""
    marked, done = Text(style=style), 0
    left, right, hit_style = ("«", "»", "") if console.color_system is None else ("", "", "bold reverse")
    for start, end in hits:
        if start < done:
            continue  # hits may overlap
        marked.append(printable(text[done:start]))
        marked.append(left + printable(text[start:end]) + right, hit_style)
        done = end
    return marked.append(printable(text[done:]))


def _shared(widest: Mapping[str, int], room: int) -> dict[str, int] | None:
    """Return the width of each column: narrow ones whole, wide ones cut to the same; None if there is no room for that.

    >>> _shared({"slug": 20, "headline": 70, "words": 5, "reason": 90}, 101)
    {'slug': 20, 'headline': 38, 'words': 5, 'reason': 38}
    """
    can_be_cut = {name: width for name, width in widest.items() if name not in _WHOLE}
    left = room - sum(widest.values()) + sum(can_be_cut.values())
    most = max(can_be_cut.values(), default=0)
    for waiting, width in zip(range(len(can_be_cut), 0, -1), sorted(can_be_cut.values()), strict=True):
        if width > left // waiting:
            most = left // waiting
            break
        left -= width
    if left < 0 or most < min(_NARROWEST, max(can_be_cut.values(), default=0)):
        return None
    return {name: min(width, most) if name in can_be_cut else width for name, width in widest.items()}


def _draw_records(console: Console, headings: Mapping[str, str], texts: Iterable[Mapping[str, Text]]) -> None:
    """Print each row as lines of name and value: what is too wide for a table here."""
    for number, text in enumerate(texts):
        if number:
            console.print()
        record = Table.grid(padding=(0, 2, 0, 0))
        record.add_column(max_width=console.width // 2, overflow="fold")
        record.add_column(overflow="fold")
        for name, heading in headings.items():
            record.add_row(Text(printable_line(heading)), text[name])
        console.print(record)


def _cell_text(row: "Row", name: str) -> Text:
    value = str(cell(row.get(name)))
    text = _LINE_END.sub(" ", value[: 2 * _LONGEST]).rstrip()
    if len(text) > _LONGEST or len(value) > 2 * _LONGEST:
        text = text[:_LONGEST].rstrip() + "…"
    italic = name == "headline" and row.get("headline_method") == "derived"
    return Text(printable(text), style="italic" if italic else "")
