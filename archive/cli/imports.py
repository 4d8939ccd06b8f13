"""`archive imports` and `archive stats`."""

from typing import Any

import click

from archive.cli.options import archive_path, format_option
from archive.cli.output import print_object, print_rows, shown_path
from archive.ingest import OUTCOMES
from archive.queries import reading
from archive.queries.imports import list_import_items, list_imports, measure

_COLUMNS = {
    "import": "import",
    "started_at": "started",
    "status": "status",
    "units": "units",
    **{outcome: outcome for outcome in OUTCOMES},
    "arguments": "arguments",
}
_ITEM_COLUMNS = {"outcome": "outcome", "key": "key", "place": "place", "reason": "reason"}


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def imports(ctx: click.Context, /, form: str) -> None:
    """List imports, the latest first, with what became of their units.

    \b
    archive imports
    archive imports show 3 --outcome failed
    """
    if ctx.invoked_subcommand is not None:
        return
    with reading(archive_path(ctx)) as connection:
        rows = list_imports(connection)
        if form == "table":
            rows = ({**row, "started_at": row["started_at"][:19].replace("T", " ")} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="nothing was imported yet")


@imports.command()
@click.argument("number", type=int, metavar="N")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only units that ended so.")
@format_option
@click.pass_context
def show(ctx: click.Context, /, number: int, outcome: str | None, form: str) -> None:
    """Show what became of each unit of import N, and why.

    \b
    archive imports show 1
    archive imports show 1 --outcome failed -f csv
    """
    with reading(archive_path(ctx)) as connection:
        rows = list_import_items(connection, number, outcome)
        if form == "table":
            rows = ({**row, "place": shown_path(row["locator"])} for row in rows)
        print_rows(rows, form, _ITEM_COLUMNS)


@click.command()
@format_option
@click.pass_context
def stats(ctx: click.Context, /, form: str) -> None:
    """Tell how much the archive holds, and of how many articles a value is not known.

    \b
    archive stats
    """
    path = archive_path(ctx)
    with reading(path) as connection:
        numbers = measure(connection, path)

    def show_numbers(console: Any) -> None:
        for name, value in numbers.items():
            shown = f"{value:,}" if isinstance(value, int) else value or "not known"
            console.print(f"{name.replace('_', ' '):24}{shown}")

    print_object(numbers, form, show_numbers)
