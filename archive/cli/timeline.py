"""`archive timeline`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from archive.cli.asking import takes_query
from archive.cli.options import archive_location, format_option_with
from archive.cli.output import hint, print_rows, write_csv
from archive.cli.plots import Plot
from archive.cli.writing import is_part_of
from archive.errors import ArchiveError
from archive.queries import reading
from archive.queries.left_out import LeftOut, count_left_out, hidden_told, told
from archive.queries.periods import STEPS
from archive.queries.timeline import SPLITS, Timeline, count_by_period

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_PICTURES = (".svg", ".png")
_LEAST = {"year": "year", "month": "month", "week": "day", "day": "day"}


@click.command()
@takes_query(several=True)
@click.option("--by", type=click.Choice(STEPS), default="month", show_default=True, help="What to count by.")
@click.option("--per", type=click.Choice(SPLITS), help="A series for each source, topic or language.")
@click.option(
    "--series",
    type=click.IntRange(min=0),
    metavar="N",
    default=6,
    show_default=True,
    help="With --per, so many of the largest; 0 for all.",
)
@click.option("--share", is_flag=True, help="The share of all articles of the same period, not their number.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Into this file: .svg or .png for a picture, .csv for the numbers.",
)
@format_option_with("plot", default="plot")
@click.pass_context
def timeline(
    ctx: click.Context,
    /,
    asked: "list[Asked]",
    by: str,
    per: str | None,
    series: int,
    share: bool,
    output: Path | None,
    form: str,
) -> None:
    """Plot how many articles were published when.

    Each QUERY is a series (`archive search --help` tells what one is); put '…' around one with spaces.

    An article counts for the year, month, ISO week or day in which its local date lies, with all that it can mean: one
    known as 2023-02 counts by year and by month, not by week or day. Those that are not known as exactly are counted
    apart and told. Periods without an article, between the first and the last that have one, are zeros.

    A share is of all articles in the archive of the same period, whatever other options say; with --per source or
    language, of all those of that source or language. With --per topic an article counts for each topic it is tagged
    with.

    \b
    archive timeline topic:trade
    archive timeline 'trade OR commerce' sanctions --by month
    archive timeline date:2023.. --by year --per source -f csv
    archive timeline topic:trade --share -o share.svg
    """
    if output is not None:
        _check_output(ctx, output)
    with reading(archive_location(ctx)) as connection:
        selections = {one.name: one.selection(connection) for one in asked}
        conditions = {name: selection.as_conditions() for name, selection in selections.items()}
        seen = [selection.visible for selection in selections.values() if selection.visible is not None]
        base = seen[:1] if len(seen) == len(selections) else []  # one that asks for what is hidden is a share of all
        counted = count_by_period(connection, conditions, by, per, series or None, share, base)
        apart = {name: count_left_out(connection, selection) for name, selection in selections.items()}
    name = "" if len(selections) > 1 else asked[0].name
    several = len(apart) > 1
    left_out = [_left_out(counted, one, number) for one, number in apart.items()]
    left_out += [hidden_told(number.hidden, of=one if several else "") for one, number in apart.items()]
    left_out = list(filter(None, left_out))
    largest = _largest(counted)
    on_plot = (_base(counted) if share else "", *left_out, largest if output else "")
    plot = Plot(counted, name, tuple(filter(None, on_plot)))
    hints = [largest and f"{largest}; --series 0 shows all"]
    if not counted.series or output is not None or form != "plot":  # which has it below
        hints = [*left_out, *hints]
    if not counted.series:
        print_rows(
            [],
            "table" if output or form == "plot" else form,
            {},
            empty=f"nothing found that is dated to the {_LEAST[by]}",
        )
    elif output is not None:
        hints.append(_save(plot, output))
    elif form == "plot":
        from archive.cli.plot_drawing import draw_plot

        click.echo(draw_plot(plot))
    elif form == "table":
        print_rows(_columns(plot), form, {})
    else:
        print_rows(counted.rows(), form, {})
    for one in filter(None, hints):
        hint(one)


def _left_out(counted: Timeline, query: str, apart: LeftOut) -> str:
    """Return in words how many articles of a query are in no period."""
    imprecise = counted.imprecise[query]
    coarse = f"{imprecise:,} dated less exactly than to the {_LEAST[counted.step]}" if imprecise else ""
    of = query if len(counted.undated) > 1 else ""
    return told(apart.undated + counted.undated[query], apart.imprecise, coarse, of=of)


def _check_output(ctx: click.Context, output: Path) -> None:
    if output.suffix.lower() not in (*_PICTURES, ".csv"):
        raise click.UsageError(f"{output}: the name of the file must end in .svg, .png or .csv.", ctx)
    if ctx.get_parameter_source("form") is ParameterSource.COMMANDLINE:
        raise click.UsageError("With -o, the name of the file says the format; leave out -f.", ctx)
    if is_part_of(archive_location(ctx), output):
        raise click.UsageError(f"{output} is the archive itself; name another file.", ctx)


def _save(plot: Plot, output: Path) -> str:
    """Write a timeline to a file, and return what is to be told of it."""
    if output.suffix.lower() in _PICTURES:
        from archive.cli.plot_files import save_plot

        return save_plot(plot, output)
    try:
        with output.open("w", encoding="utf-8", newline="") as file:
            write_csv(plot.timeline.rows(), file.write)
    except OSError as error:
        raise ArchiveError(f"{output} cannot be written: {error.strerror}") from error
    return ""


def _base(counted: Timeline) -> str:
    """Return in words what a share is of."""
    whose = f"the {counted.per}'s" if counted.per in ("source", "language") else "all"
    return f"share: of {whose} articles in the archive of the same {counted.step}"


def _largest(counted: Timeline) -> str:
    """Return in words which series there are, if not all."""
    shown = len({one.value for one in counted.series})
    number = "" if shown == 1 else f"{shown} "
    return f"the {number}largest of {shown + counted.omitted} {counted.per}s" if counted.omitted else ""


def _columns(plot: Plot) -> Iterator[dict[str, Any]]:
    """Yield a row per period, with a column for each series."""
    columns = [(plot.name(one) or "articles", plot.values(one)) for one in plot.timeline.series]
    names = [row["period"] for row in plot.timeline.rows()][: len(plot.timeline.periods)]
    for place, name in enumerate(names):
        row: dict[str, Any] = {"period": name}
        for heading, values in columns:
            value = values[place]
            row[heading] = round(value, 2) if plot.timeline.share and value is not None else value
        yield row
