"""A timeline as a picture: SVG or PNG."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.cli.escaping import printable_line
from archive.cli.plots import Plot, ticks
from archive.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from archive.queries.timeline import Series

# colours that people with every kind of colour vision tell apart: M. Okabe, K. Ito, Color universal design, 2008
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
_GREY = "#555555"
_WIDTH, _HEIGHT, _PANEL = 9.0, 4.5, 1.4  # inches; the last of one panel of several
_ROOM = 88  # characters of an axis's labels that fit into its width
_LINES = len(_COLOURS)  # up to so many series of up to so many periods are lines in one panel
_LONG = 60
_BARS = 150  # up to so many periods are drawn as bars
_MOST_PANELS = 100
_NOTE = 120  # characters of a line of notes
# where they are installed, they have the letters that matplotlib's own font lacks
_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Arial Unicode MS",
)


def save_plot(plot: Plot, file: Path) -> str:
    """Write a timeline as SVG or PNG, as the file's name says; return what is to be told of it, '' if nothing.

    The same timeline gives the same bytes. Raises ArchiveError where matplotlib is missing or the file cannot be
    written.
    """
    try:
        import matplotlib
        from matplotlib import font_manager
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ArchiveError(
            f"{file.suffix} files need matplotlib: pip install 'archive[plot]'; -o FILE.csv does without it"
        ) from error
    installed = {font.name for font in font_manager.fontManager.ttflist}
    looks: Any = {
        "font.family": ["DejaVu Sans", *(name for name in _FONTS if name in installed)],
        "svg.fonttype": "none",  # letters stay letters: they can be searched, and the reader's fonts have them all
        "svg.hashsalt": "archive",
        "text.parse_math": False,  # two dollar signs in a name are no formula
    }
    with matplotlib.rc_context(looks), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        # a figure of its own, without pyplot: no window, no state, and the canvas (Agg, SVG) that the format needs
        figure = Figure(layout="constrained")
        _draw(figure, plot)
        _write_beside(figure, plot)
        try:
            figure.savefig(file, dpi=150, metadata={"Date": None} if file.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise ArchiveError(f"{file} cannot be written: {error.strerror or error}") from error
    lacking = file.suffix.lower() == ".png" and any("missing from" in str(one.message) for one in told)
    return "no font of this machine has all the letters; an .svg leaves them to the reader's fonts" if lacking else ""


def _draw(figure: "Figure", plot: Plot) -> None:
    """Draw a few short series as lines in one panel, others each in a panel of its own, so that none hides another."""
    series = plot.timeline.series
    if 1 < len(series) <= _LINES and len(plot.timeline.periods) <= _LONG:
        figure.set_size_inches(_WIDTH, _HEIGHT)
        axes = figure.subplots()
        for one, colour, dash in zip(series, _COLOURS, _DASHES, strict=False):
            places = range(len(plot.timeline.periods))
            name = _safe(plot.name(one))
            axes.plot(places, _values(plot, one), color=colour, linestyle=dash, marker="o", markersize=3, label=name)
        _dress(axes, plot)
        figure.legend(loc="outside right upper", frameon=False, fontsize=9, handlelength=3)
        return
    if len(series) > _MOST_PANELS:
        raise UsageError(f"{len(series)} series are too many for a picture; --series {_MOST_PANELS} shows the largest")
    figure.set_size_inches(_WIDTH, max(_HEIGHT, _PANEL * len(series) + 0.8))
    panels = figure.subplots(len(series), sharex=True, squeeze=False)[:, 0]
    for one, axes in zip(series, panels, strict=True):
        values, places = _values(plot, one), range(len(plot.timeline.periods))
        if len(values) <= _BARS:
            axes.bar(places, values, width=min(0.8, 0.1 * len(values)), color=_COLOURS[0])
        else:
            axes.fill_between(places, values, step="mid", color=_COLOURS[0], linewidth=0.3)
        _dress(axes, plot)
        if name := plot.name(one):
            axes.set_title(_safe(name), loc="left", fontsize=9.5)


def _values(plot: Plot, series: "Series") -> list[float]:
    return [float("nan") if value is None else value for value in plot.values(series)]


def _dress(axes: "Axes", plot: Plot) -> None:
    """Give a panel its axes: a line below, faint lines for the values, and labels that do not touch."""
    periods = plot.timeline.periods
    marks = ticks(periods, plot.timeline.step, _ROOM)
    axes.set_xticks([place for place, _ in marks], [name for _, name in marks])
    axes.set_xlim(-0.6, len(periods) - 0.4)
    axes.set_ylim(0, plot.top)
    few = len(plot.timeline.series) > _LINES
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=3 if few else 6, integer=not plot.timeline.share, min_n_ticks=2))
    axes.yaxis.set_major_formatter(lambda value, _: plot.label(round(value, 9)))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(axis="both", labelcolor=_GREY, color=_GREY, labelsize=9, length=0)
    axes.tick_params(axis="x", length=3)


def _write_beside(figure: "Figure", plot: Plot) -> None:
    """Write the title above the plot, and the notes below it."""
    figure.suptitle(_broken(plot.title, 95), x=0.01, ha="left", fontsize=11, fontweight="bold")
    if plot.notes:
        notes = "\n".join(_broken(note, _NOTE) for note in plot.notes)
        figure.supxlabel(notes, x=0.01, ha="left", fontsize=8, color=_GREY)


def _safe(text: str) -> str:
    """Return text on one line; a name that begins with _ would hide its series."""
    return printable_line(text).lstrip("_") or " "


def _broken(text: str, width: int) -> str:
    from textwrap import fill

    return fill(_safe(text), width)
