"""`archive sql`."""

import sys
from itertools import islice

import click

from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_rows


@click.command()
@click.argument("statement")
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Value for :NAME; repeatable."
)
@click.option(
    "--time-limit",
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="After this the query is ended.",
)
@limit_option(0)
@format_option
@click.pass_context
def sql(
    ctx: click.Context, /, statement: str, parameters: tuple[str, ...], time_limit: float, limit: int | None, form: str
) -> None:
    """Ask in SQL; reads only.

    STATEMENT is one SELECT; - reads it from stdin. Nothing it says can change the archive. docs/sql.md describes the
    tables, columns and views.

    \b
    archive sql "SELECT source, count(*) FROM documents GROUP BY source"
    archive sql "SELECT * FROM documents WHERE source = :source" -p source="Radio Lintel" -f json
    echo "SELECT count(*) FROM documents" | archive sql -
    """
    from archive.queries.sql import run_select

    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.UsageError(f"-p takes NAME=VALUE, not '{parameter}'.")
        values[name.lstrip(":")] = value
    if statement == "-":
        # bytes that are no text come as lone surrogates, which the query refuses in words
        statement = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    with run_select(
        archive_location(ctx),
        statement,
        parameters=values,
        time_limit=time_limit,
        max_rows=limit and limit + 1,
    ) as rows:
        names = _distinct(rows.columns)
        found = iter(rows)
        shown = (dict(zip(names, row, strict=True)) for row in islice(found, limit))
        print_rows(shown, form, {}, empty="no rows")
        if next(found, None) is not None:
            hint(f"{limit:,} rows, and there are more; --limit 0 shows all")


def _distinct(columns: tuple[str, ...]) -> list[str]:
    """Return the names of columns, later ones of the same name with a number: JSON keeps only one of each."""
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}:{number}", number + 1
        names.append(name)
    return names
