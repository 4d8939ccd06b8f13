"""`archive sql`."""

import sys

import click

from archive.cli.options import archive_path, format_option
from archive.cli.output import print_rows


@click.command()
@click.argument("statement")
@click.option(
    "-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Value for :NAME; repeatable."
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="Seconds after which the query is ended.",
)
@click.option("--limit", type=click.IntRange(min=0), default=0, help="At most so many rows; 0 for all.")
@format_option
@click.pass_context
def sql(
    ctx: click.Context, /, statement: str, parameters: tuple[str, ...], time_limit: float, limit: int, form: str
) -> None:
    """Answer an SQL SELECT; - reads it from stdin. Nothing it says can change the archive.

    docs/sql.md describes the tables, columns and views.

    \b
    archive sql "SELECT source, count(*) FROM documents GROUP BY source"
    archive sql "SELECT * FROM documents WHERE doc_id = :key" -p key=4h7q… -f json
    """
    from archive.queries.sql import run_select

    values = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals:
            raise click.UsageError(f"-p takes NAME=VALUE, not '{parameter}'.")
        values[name.lstrip(":")] = value
    if statement == "-":
        statement = sys.stdin.read()
    with run_select(
        archive_path(ctx), statement, parameters=values, time_limit=time_limit, max_rows=limit or None
    ) as rows:
        names = _distinct(rows.columns)
        print_rows((dict(zip(names, row, strict=True)) for row in rows), form, {}, empty="no rows")


def _distinct(columns: tuple[str, ...]) -> list[str]:
    """Return the names of columns, later ones of the same name with a number: JSON keeps only one of each."""
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}:{number}", number + 1
        names.append(name)
    return names
