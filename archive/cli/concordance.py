"""`archive kwic`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from archive.cli.asking import explain_option, if_nothing, print_explanation, takes_query, tell_what_is_left_out
from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.kwic import SORTS, list_hits

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_KNOWN = (12, 10, 16)  # cells for key, day and source
_HIT = 12  # cells that a hit may take
_NARROWEST = 10  # characters of context that a line has on each side; where less fits, source and day are left out


@click.command()
@takes_query(required=True)
@click.option("--sort", type=click.Choice(SORTS), default="newest", show_default=True, help="By date or by words.")
@click.option(
    "--width",
    type=click.IntRange(min=1, max=10_000),
    metavar="N",
    help="Characters on either side; else what fits the terminal, and 60 in other formats.",
)
@limit_option(50)
@explain_option
@format_option
@click.pass_context
def kwic(
    ctx: click.Context,
    /,
    asked: "Asked",
    sort: str,
    width: int | None,
    limit: int | None,
    explain: bool,
    form: str,
) -> None:
    """Show keywords in context: each place where the words stand.

    One line a hit, with what stands to its left and right: of a phrase as a whole, of words near each other the
    shortest passage that has them all, of econom* each word that begins so. --sort left and right order lines by the
    words next to the hit. -f csv is for concordancers and spreadsheets; start and end are code points of the field.

    \b
    archive kwic sanction*
    archive kwic '"trade sanctions"~3' --sort right
    archive kwic 北京 date:2023 --width 20 --limit 0 -f csv > beijing.csv
    """
    with reading(archive_location(ctx)) as connection:
        selection = asked.selection(connection)
        if explain:
            from archive.queries.by_date import in_order

            print_explanation(connection, asked, in_order(connection, selection))
            return
        empty = if_nothing(asked) if selection.texts else "nothing found; kwic shows words, and none is asked for"
        if form == "table":
            known, room = _layout()
            shown = _print_lines(list_hits(connection, selection, width or room, sort, limit), known, empty)
        else:
            shown = print_rows(list_hits(connection, selection, width or 60, sort, limit), form, {}, empty=empty)
        if shown and shown == limit:
            hint(f"the first {shown:,} lines; --limit 0 shows all")
        tell_what_is_left_out(connection, selection)


def _layout() -> tuple[int, int]:
    """Return how much of key, day and source stands before a line, and how many characters then fit on either side."""
    from archive.cli.tables import terminal

    width = terminal().width
    for known in (3, 2, 1):
        room = (width - sum(_KNOWN[:known]) - 2 * known - _HIT) // 2
        if room >= _NARROWEST:
            return known, room
    return 1, _NARROWEST


def _print_lines(lines: Iterable[dict[str, Any]], known: int, empty: str) -> int:
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    from archive.cli.escaping import printable_line
    from archive.cli.tables import drawn, mark

    found = list(lines)
    if not found:
        hint(empty)
        return 0
    left = max(cell_len(printable_line(line["left"])) for line in found)

    def draw(console: Any) -> None:
        for line in found:
            values = (line["key"], (line["published"] or "")[:10], line["source"] or "")
            columns = [
                set_cell_size(printable_line(value), cells)
                for value, cells in zip(values[:known], _KNOWN, strict=False)
            ]
            before = printable_line(line["left"])
            text = Text("  ".join(columns), style="cyan") + Text("  " + " " * (left - cell_len(before)))
            shown = f"{before}{printable_line(line['hit'])}"
            whole = shown + printable_line(line["right"])
            text += mark(whole, [(len(before), len(shown))], console)
            console.print(text, no_wrap=True, overflow="crop")

    click.echo(drawn(draw))
    return len(found)
