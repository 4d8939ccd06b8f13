"""`archive terms`."""

from itertools import islice
from typing import TYPE_CHECKING

import click

from archive.cli import completing
from archive.cli.asking import takes_query
from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.filters import Filters
from archive.queries.left_out import count_left_out, hidden_told, told
from archive.queries.terms import Comparison, Direction, Order, compare_words

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_COLUMNS = {
    "word": "word",
    "log_likelihood": "log-likelihood",
    "log_ratio": "log ratio",
    "occurrences": "here",
    "occurrences_against": "there",
    "per_million": "here/million",
    "per_million_against": "there/million",
    "articles": "articles here",
    "articles_against": "there",
}


@click.command()
@takes_query()
@click.option(
    "--against",
    metavar="QUERY",
    shell_complete=completing.queries,
    help="Compare with the articles that this finds; else with all others.",
)
@click.option(
    "--direction",
    type=click.Choice(("more", "less", "both")),
    default="more",
    show_default=True,
    help="Words that are more frequent here, or less.",
)
@click.option(
    "--sort",
    type=click.Choice(("likelihood", "ratio")),
    default="likelihood",
    show_default=True,
    help="What differs most surely first, or what differs most.",
)
@click.option(
    "--min",
    "minimum",
    type=click.IntRange(min=1),
    metavar="N",
    default=5,
    show_default=True,
    help="Only words that occur so often, here and there together.",
)
@limit_option(20)
@format_option
@click.pass_context
def terms(
    ctx: click.Context,
    /,
    asked: "Asked",
    against: str | None,
    direction: Direction,
    sort: Order,
    minimum: int,
    limit: int | None,
    form: str,
) -> None:
    """Show the words that set articles apart from others.

    A query says which articles (here; `archive search --help` tells what one is); they are compared with all other
    articles of the archive, or with those that --against finds (there). Words are those that search has: of the current
    headline and body, case and accents aside; of Chinese and Japanese, characters.

    The log-likelihood says how surely a word differs in frequency: above 15.13, it does so by chance once in ten
    thousand times. The log ratio says how much: 1 is twice as frequent, 2 four times, -1 half. Sorted by ratio, words
    below 15.13 are left out, since rare words differ much by chance.

    \b
    archive terms topic:trade
    archive terms source:radio-lintel --against source:lantern-wire
    archive terms topic:trade --sort ratio --direction both -f csv > trade-words.csv
    """
    with reading(archive_location(ctx)) as connection:
        chosen = asked.selection(connection)
        others = None if against is None else asked.altered(query=against, filters=Filters()).selection(connection)
        against_these = others.as_conditions() if others else chosen.others()
        compared = compare_words(connection, chosen.as_conditions(), against_these)
        left_out = {name: count_left_out(connection, one) for name, one in (("here", chosen), ("there", others)) if one}
    found = compared.terms(direction, sort, minimum)
    shown = print_rows((term.row() for term in islice(found, limit)), form, _COLUMNS, empty=_why_none(compared))
    hint(
        f"here {compared.articles[0]:,} articles with {compared.words[0]:,} words, "
        f"there {compared.articles[1]:,} with {compared.words[1]:,}"
    )
    if compared.in_both:
        hint(f"{compared.in_both:,} articles are in both, and count in both")
    if shown < len(found):
        hint(f"{shown} of {len(found):,} words; --limit 0 shows all")
    for name, number in left_out.items():
        if apart := told(number.undated, number.imprecise):
            hint(f"{name} {apart}")
        if apart := hidden_told(number.hidden):
            hint(f"{name} {apart}")


def _why_none(compared: Comparison) -> str:
    if not compared.words[0]:
        return "nothing to compare: no article is meant; fewer options find more"
    if not compared.words[1]:
        return "nothing to compare with: no other article is meant; name some with options, or with --against"
    return "no word differs like that; a smaller --min finds more"
