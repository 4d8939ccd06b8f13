"""`archive query`."""

import click

from archive.cli import completing
from archive.cli.options import archive_location, format_option
from archive.cli.output import print_rows

_COLUMNS = {"name": "name", "query": "query", "saved_at": "saved"}


@click.group("query", invoke_without_command=True)
@format_option
@click.pass_context
def query(ctx: click.Context, /, form: str) -> None:
    """List saved queries, save one, take one away.

    Inside other queries a saved one is query:NAME.

    \b
    archive query save belarus 'topic:belarus OR minsk'
    archive count query:belarus date:2023 --by month
    """
    if ctx.invoked_subcommand is not None:
        return
    from archive.queries import reading
    from archive.queries.saved import list_queries

    with reading(archive_location(ctx)) as connection:
        rows = list_queries(connection)
        if form == "table":
            rows = ({**row, "saved_at": row["saved_at"][:16].replace("T", " ")} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="no query is saved yet; `archive query save` does it")


@query.command()
@click.argument("name", shell_complete=completing.saved_queries)
@click.argument("text", metavar="QUERY...", nargs=-1, required=True, shell_complete=completing.queries)
@click.option("--replace", is_flag=True, help="In place of the query that has this name.")
@click.pass_context
def save(ctx: click.Context, /, name: str, text: tuple[str, ...], replace: bool) -> None:
    """Save a query under a name.

    It is kept as typed: days as -3w are reckoned when it is used, and sources and topics are looked up then. It may
    use other saved queries, but not itself.

    \b
    archive query save lately 'date:-3w..'
    archive query save belarus 'topic:belarus OR minsk' --replace
    """
    from archive.saved_queries import save_query

    is_new = save_query(archive_location(ctx), name, " ".join(text), replace=replace)
    click.echo(f"query:{name.lower()} {'saved' if is_new else 'is so already'}")


@query.command()
@click.argument("name", shell_complete=completing.saved_queries)
@click.pass_context
def drop(ctx: click.Context, /, name: str) -> None:
    """Take a saved query away.

    \b
    archive query drop lately
    """
    from archive.saved_queries import drop_query

    drop_query(archive_location(ctx), name)
    click.echo(f"query:{name.lower()} is gone")
