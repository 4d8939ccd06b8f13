"""`archive sample`."""

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from archive.cli.asking import takes_query
from archive.cli.options import archive_location, format_option
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.left_out import count_left_out, hidden_told, told
from archive.queries.sampling import (
    STRATA,
    Allocation,
    Sample,
    draw_constructed_weeks,
    draw_sample,
    sampled_articles,
)

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_COLUMNS = {"number": "no.", "key": "key", "published": "published", "source": "source", "headline": "headline"}
_BESIDE = {"source"}  # strata that a table shows anyway
_NAMED = 10  # days of the week that are told to be missing


@click.command()
@takes_query()
@click.option(
    "-n", "size", type=click.IntRange(min=1), metavar="N", default=100, show_default=True, help="How many articles."
)
@click.option(
    "--seed", type=int, metavar="NUMBER", default=1, show_default=True, help="Another number draws another sample."
)
@click.option(
    "--per",
    metavar="NAMES",
    default="",
    help=f"Draw from each separately: {', '.join(STRATA)}; several with commas.",
)
@click.option(
    "--allocate",
    "allocation",
    type=click.Choice(("proportional", "equal")),
    default="proportional",
    show_default=True,
    help="With --per: from each its part of the sample, or the same number.",
)
@click.option(
    "--constructed-weeks",
    "weeks",
    type=click.IntRange(min=1),
    metavar="N",
    help="Instead, all articles of so many Mondays, Tuesdays, … drawn at random.",
)
@format_option
@click.pass_context
def sample(
    ctx: click.Context,
    /,
    asked: "Asked",
    size: int,
    seed: int,
    per: str,
    allocation: Allocation,
    weeks: int | None,
    form: str,
) -> None:
    """Draw articles for coding, the same ones for the same seed.

    Of all, or of those that a query names (`archive search --help` tells what one is); each is as likely as any other.
    The same archive and seed give the same sample on every machine, whatever order the articles came in; articles that
    are added later take a place or two, and leave the others as they were.

    With --per, a sample is drawn of each source, year and so on: each has its part of the sample (proportional), or the
    same number (equal), for which results must be weighted by stratum_articles / stratum_drawn. A constructed week is
    a Monday, a Tuesday, … each drawn among all days of that name on which the archive has articles, and all articles
    of these days; with --per source (or language, section), of each source by itself.

    Articles without a date, or with one too coarse, are left out where dates matter, and told. docs/analysis.md has the
    rules and their sources.

    \b
    archive sample -n 5 --seed 7
    archive sample -n 200 --seed 7 --per source,year --allocate equal -f csv > to-code.csv
    archive sample 'topic:trade date:2023..' --constructed-weeks 2 --per source
    """
    strata = [name.strip() for name in per.split(",") if name.strip()]
    for option in ("size", "allocation") if weeks else ():
        if ctx.get_parameter_source(option) is not ParameterSource.DEFAULT:
            name = {"size": "-n", "allocation": "--allocate"}[option]
            raise click.UsageError(f"--constructed-weeks takes all articles of its days; leave out {name}.", ctx)
    with reading(archive_location(ctx)) as connection:
        chosen = asked.selection(connection)
        apart = count_left_out(connection, chosen)
        if weeks:
            drawn = draw_constructed_weeks(connection, chosen.as_conditions(), weeks, seed, strata)
        else:
            drawn = draw_sample(connection, chosen.as_conditions(), size, seed, strata, allocation)
        print_rows(sampled_articles(connection, drawn), form, _columns(drawn), empty=_why_none(drawn))
    _tell(drawn, weeks, size)
    if left_out := told(apart.undated + drawn.undated, apart.imprecise + drawn.imprecise):
        hint(left_out)
    if hidden := hidden_told(apart.hidden):
        hint(hidden)


def _columns(drawn: Sample) -> dict[str, str]:
    strata = {f"stratum_{name}": name for name in drawn.per if name not in _BESIDE}
    return {**_COLUMNS, **strata, **({"stratum_articles": "of"} if drawn.per else {})}


def _tell(drawn: Sample, weeks: int | None, size: int) -> None:
    """Say of how many the sample is, and where it is not what was asked for."""
    if not drawn.articles:
        return
    hint(f"{len(drawn.ids):,} of {drawn.articles:,} articles")
    empty = sum(not stratum.drawn for stratum in drawn.strata)
    if weeks:
        if empty:
            hint(f"{empty} of the {len(drawn.strata)} days drawn have no such article")
        if drawn.missing:
            more = f", and {len(drawn.missing) - _NAMED} more" if len(drawn.missing) > _NAMED else ""
            hint(f"there are not as many days: {'; '.join(drawn.missing[:_NAMED])}{more}")
        return
    if size > drawn.articles:
        hint("these are all there are")
    if empty:
        more = "a larger -n" if len(drawn.strata) > size else "a larger -n or --allocate equal"
        hint(f"{empty} of {len(drawn.strata)} strata have none in the sample; {more} gives them some")


def _why_none(drawn: Sample) -> str:
    if drawn.articles:
        return "nothing found on the days drawn; another --seed draws others"
    if drawn.undated or drawn.imprecise:
        return "nothing to draw from: no article is dated exactly enough"
    return "nothing found; fewer options find more"
