"""`archive imports` and `archive stats`."""

from typing import Any

import click

from archive.cli import completing
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option
from archive.cli.output import print_object, print_rows, shown_path
from archive.cli.undoing import undo
from archive.ingest import OUTCOMES
from archive.queries import reading
from archive.queries.imports import list_import_items, list_imports, list_searches, measure

_COLUMNS = {
    "import": "import",
    "started_at": "started",
    "status": "status",
    "units": "units",
    "outcomes": "outcomes",
    "arguments": "arguments",
    "reason": "reason",
}
_ITEM_COLUMNS = {"outcome": "outcome", "key": "key", "place": "place", "reason": "reason"}


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def imports(ctx: click.Context, /, form: str) -> None:
    """List imports, show what became of each unit of one, or undo it.

    The latest first.

    \b
    archive imports
    archive imports show 1 --outcome failed
    archive imports undo 1 --yes
    """
    if ctx.invoked_subcommand is not None:
        return
    with reading(archive_location(ctx)) as connection:
        rows = list_imports(connection)
        if form == "table":
            rows = map(_as_shown, rows)
        print_rows(rows, form, _COLUMNS, empty="nothing was imported yet")


@imports.command()
@click.argument("number", type=int, metavar="N", shell_complete=completing.import_numbers)
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only units that ended so.")
@format_option
@click.pass_context
def show(ctx: click.Context, /, number: int, outcome: str | None, form: str) -> None:
    """Show what became of each unit of import N, and why.

    For exports of a search, the search that their cover states stands above.

    \b
    archive imports show 1
    archive imports show 1 --outcome failed -f csv
    """
    with reading(archive_location(ctx)) as connection:
        rows = list_import_items(connection, number, outcome)
        if form == "table":
            for place, terms in list_searches(connection, number):
                click.echo(f"{shown_path(place)}: searched for {printable_line(terms)}", err=True)
            rows = ({**row, "place": shown_path(row["locator"])} for row in rows)
        print_rows(rows, form, _ITEM_COLUMNS, empty=f"no unit of import {number} ended so" if outcome else "no units")


def _as_shown(row: dict[str, Any]) -> dict[str, Any]:
    outcomes = ", ".join(f"{row[outcome]:,} {outcome}" for outcome in OUTCOMES if row[outcome])
    return {
        **row,
        "started_at": row["started_at"][:19].replace("T", " "),
        "outcomes": outcomes,
        "reason": _undone(row) or row["reason"],
    }


def _undone(row: dict[str, Any]) -> str | None:
    if row["undone_at"] is None:
        return None
    because = f": {row['undone_because']}" if row["undone_because"] else ""
    return f"undone by {row['undone_by']} on {row['undone_at'][:10]}{because}"


imports.add_command(undo)


@click.command()
@format_option
@click.pass_context
def stats(ctx: click.Context, /, form: str) -> None:
    """Tell how much the archive holds, and what is not known.

    \b
    archive stats
    """
    location = archive_location(ctx)
    with reading(location) as connection:
        numbers = measure(connection, location)

    def show_numbers(console: Any) -> None:
        shown = {
            name.replace("_", " "): f"{value:,}" if isinstance(value, int) else value or "not known"
            for name, value in numbers.items()
        }
        widest = max(map(len, shown.values()))
        for name, value in shown.items():
            console.print(f"{name:22} {value:>{widest}}")

    print_object(numbers, form, show_numbers)
