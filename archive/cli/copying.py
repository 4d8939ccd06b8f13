"""`archive copy`."""

import click

from archive.cli import completing
from archive.cli.escaping import printable_line
from archive.cli.output import counted, hint
from archive.cli.watching import watching
from archive.db.unfinished import PARTS


@click.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option(
    "--query",
    metavar="QUERY",
    shell_complete=completing.queries_of_source,
    help="Only the articles that it finds, with all that hangs on them.",
)
@click.option(
    "--without",
    type=click.Choice(PARTS),
    multiple=True,
    help="Leave the bytes as received behind, or every word of the articles; can be repeated.",
)
@click.option("--anew", is_flag=True, help="Begin again a copy that was interrupted, instead of going on with it.")
@click.pass_context
def copy(
    ctx: click.Context, /, source: str, target: str, query: str | None, without: tuple[str, ...], anew: bool
) -> None:
    """Copy an archive or a part of it: to a file, a server, or back.

    FROM and TO are files, or databases as postgresql://ada@host/news; TO is a file that does not exist, or an empty
    database (createdb --encoding UTF8 makes one). Rows go over as they are, with their ids and keys; the search index
    is built anew. In the end a checksum of every column is compared on both sides. FROM is only read.

    A copy that was interrupted goes on when the same is said again. Until it is whole, no other command opens it.
    What --query finds becomes an archive of its own, and so does what is to be handed over --without originals (the
    bytes as received), or --without texts: no word of the articles goes over, all else does, so that what is counted
    stays the same. docs/copying.md tells all of it, and what such a copy still reveals.

    \b
    archive copy archive.db moved.db
    archive copy archive.db trade.db --query 'topic:trade date:2023'
    archive copy archive.db counts.db --without texts
    """
    from archive.copying import copy_archive
    from archive.db.leaving import parts_named
    from archive.db.location import locate

    place = locate(target)
    try:
        with watching() as watch:
            done = copy_archive(locate(source), place, query=query, without=without, anew=anew, watch=watch)
    except KeyboardInterrupt:
        hint(f"stopped; {place} is not whole: the same command goes on with it, --anew begins again")
        ctx.exit(130)
    tables = sum(state.rows > 0 for state in done.tables.values())
    click.echo(
        f"{place}: {counted(done.tables['articles'].rows, 'article')}, {counted(done.rows, 'row')} of "
        f"{counted(tables, 'table')}; a checksum of every column is the same on both sides"
        + (f"; left behind: {', '.join(parts_named(without))}" if without else "")
    )
    if done.left_behind:
        hint(printable_line(f"not part of an archive, and left behind: {', '.join(done.left_behind)}"))
