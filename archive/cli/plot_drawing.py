"""A timeline drawn in the terminal: a panel of bars for each series, one below the other, all to one scale.

Panels need no colour to be told apart, and bars no more room than a cell; lines of several series in one panel cross
each other beyond recognition.
"""

from math import ceil
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from archive.cli.escaping import printable_line
from archive.cli.plots import Plot, ticks
from archive.cli.tables import drawn
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from archive.queries.timeline import Series

_WIDEST_BAR = 8
_ROWS = {1: 12, 2: 8, 3: 6}  # of a panel, by the number of panels
_FEWEST_ROWS = 5


def draw_plot(plot: Plot) -> str:
    """Return a timeline as it is printed, as wide as the terminal; raises ArchiveError where plotext is missing."""
    try:
        import plotext
    except ImportError as error:
        raise ArchiveError(
            "plots in the terminal need plotext: pip install 'archive[plot]'; "
            "-f table, -f csv and -f json do without it"
        ) from error
    return drawn(lambda console: _draw(plotext, plot, console))


def _draw(plotext: Any, plot: Plot, console: Console) -> None:
    series, periods = plot.timeline.series, plot.timeline.periods
    console.print(_line(plot.title, "bold"))
    margin = max(cell_len(plot.label(level)) for level in _levels(plot)) + 1
    room = console.width - margin
    at_once = ceil(len(periods) / room)  # periods in one bar
    bars = ceil(len(periods) / at_once)
    width = min(_WIDEST_BAR, room // bars)
    for number, one in enumerate(series, 1):
        console.print()
        if name := plot.name(one):
            console.print(Text.assemble((printable_line(name), "bold cyan"), f"  {_total(one)}"))
        labelled = number == len(series)
        console.print(_panel(plotext, plot, one, (at_once, bars, width, margin), labelled), style="")
    console.print()
    step = plot.timeline.step
    several = (f"each bar is the highest of up to {at_once} {step}s; -o FILE.svg shows each",) if at_once > 1 else ()
    for note in (*several, *plot.notes):
        console.print(_line(note, "dim"))


def _panel(plotext: Any, plot: Plot, series: "Series", size: tuple[int, int, int, int], labelled: bool) -> Text:
    """Return the bars of one series above their axis."""
    at_once, bars, width, margin = size
    values = [value or 0 for value in plot.values(series)]
    heights = [max(values[bar * at_once : (bar + 1) * at_once]) for bar in range(bars)]
    rows = _rows(plot)
    least = plot.top / (2 * rows)  # half a cell: what is not nothing is to be seen
    # a cell is two points wide, and bars of three cells or more stand apart
    points = [
        (bar * width + half / 2 + 0.25, max(height, least))
        for bar, height in enumerate(heights)
        if height
        for half in range(2 * (width - (width > 2)))
    ]
    figure = plotext.figure
    plotext.terminal.limit(False, False)
    figure.clear()
    figure.theme("colorless")
    figure.draw(figure.signal([x for x, _ in points], [y for _, y in points], marker="hd").fillx())
    figure.axes(False)
    figure.axes(True, axis="x", side="lower")
    marks = ticks(plot.timeline.periods, plot.timeline.step, bars * width) if labelled else []
    middles = [(place // at_once) * width + width / 2 for place, _ in marks]
    names = [name for _, name in marks]
    figure.ruler("x").lim(0, bars * width).alignment(lim="edge").ticks(middles, labels=names)
    levels = _levels(plot)
    shown = [plot.label(level).rjust(margin - 1) + " " for level in levels]
    figure.ruler("y").lim(0, plot.top).alignment(lim="edge").ticks(levels, labels=shown)
    figure.plot_size(bars * width + margin, rows + 1 + labelled)
    return Text(figure.build().string(colorless=True).rstrip("\n"), no_wrap=True, overflow="crop")


def _rows(plot: Plot) -> int:
    return _ROWS.get(len(plot.timeline.series), _FEWEST_ROWS)


def _levels(plot: Plot) -> list[float]:
    """Return the values that stand at a panel's side: none, the half where there is room, and the top."""
    whole = plot.timeline.share or plot.top % 2 == 0  # half an article is none
    return [0, plot.top / 2, plot.top] if whole and _rows(plot) > _FEWEST_ROWS else [0, plot.top]


def _total(series: "Series") -> str:
    return f"{series.total:,} article{'' if series.total == 1 else 's'}"


def _line(text: str, style: str = "") -> Text:
    return Text(printable_line(text), style=style)
