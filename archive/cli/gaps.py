"""`archive gaps`."""

import shlex
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from archive.cli.asking import takes_query, tell_what_is_left_out
from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.gaps import FIELDS, count_gaps, list_gaps

if TYPE_CHECKING:
    from archive.queries.filters import Asked


@click.command()
@click.option(
    "--field", "fields", type=click.Choice(FIELDS), multiple=True, help="Only this one; more than once for several."
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    metavar="N",
    default=3,
    show_default=True,
    help="So many articles of each folder; 0 for all.",
)
@takes_query()
@limit_option(20)
@format_option
@click.pass_context
def gaps(
    ctx: click.Context, /, asked: "Asked", fields: tuple[str, ...], examples: int, limit: int | None, form: str
) -> None:
    """Show which articles lack a source, date or language.

    By the folder they were first found in, most first, each with a few of the articles, what could fill the gap and
    why, and a command that would do it. Nothing is filled in by itself. A date is proposed where the headline or the
    first paragraph mentions one that is known to the day; a source by copies of the text, the domain of the URL, links,
    and other articles of the folder; a language by these only.

    `archive set KEY published=` puts on record that no date is known; that is no gap any more.

    \b
    archive gaps
    archive gaps --field published --field source --limit 0 -f csv > gaps.csv
    archive gaps source:radio-lintel --field published --examples 0
    """
    wanted = fields or FIELDS
    with reading(archive_location(ctx)) as connection:
        chosen = asked.selection(connection)
        rows = list_gaps(connection, chosen, wanted, limit, examples or None, _program(ctx))
        names = {"source": "a source", "published": "a date", "language": "a language"}
        *most, last = (names[name] for name in FIELDS if name in wanted)
        empty = f"no article lacks {', '.join(most) + ' or ' if most else ''}{last}"
        if form == "table":
            from archive.cli.drawing import print_gaps

            shown = print_gaps(rows, empty)
        else:
            shown = print_rows(rows, form, {}, empty=empty)
        if shown and shown == limit and (total := count_gaps(connection, chosen, wanted)) > shown:
            hint(f"{shown} of {total:,}; --limit 0 shows all")
        tell_what_is_left_out(connection, chosen)


def _program(ctx: click.Context) -> str:
    """Return the words that call this program on the same archive."""
    above = ctx.find_root()
    if above.get_parameter_source("database") is ParameterSource.COMMANDLINE:
        return f"archive --db {shlex.quote(str(above.obj))}"
    return "archive"
