"""`archive sources`."""

from pathlib import Path

import click

from archive.cli.options import archive_path, format_option
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.sources import count_without_source, list_sources

_COLUMNS = {
    "slug": "slug",
    "name": "name",
    "kind": "kind",
    "country": "country",
    "articles": "articles",
    "first": "first",
    "last": "last",
}


@click.group(invoke_without_command=True)
@click.option("--all", "all_known", is_flag=True, help="Those without an article, too.")
@format_option
@click.pass_context
def sources(ctx: click.Context, /, all_known: bool, form: str) -> None:
    """List sources, or load them from a file.

    Those that articles are from, the ones with most first.

    \b
    archive sources
    archive sources load my-sources.toml
    """
    if ctx.invoked_subcommand is not None:
        return
    with reading(archive_path(ctx)) as connection:
        rows = list_sources(connection, all_known=all_known)
        if form == "table":
            rows = ({**row, **{name: (row[name] or "")[:10] for name in ("first", "last")}} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="no article has a source; --all lists those that are known")
        without = count_without_source(connection)
    if without:
        hint(f"{without:,} articles without a source")


@sources.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def load(ctx: click.Context, /, file: Path) -> None:
    """Load sources from a TOML file.

    Loaded again, it changes what has changed and doubles nothing. Each [[sources]] has a name, and may have slug, kind,
    country, language, aliases, domains.

    \b
    archive sources load my-sources.toml
    """
    from archive.ingest import load_vocabulary

    loaded = load_vocabulary(archive_path(ctx), file, "sources")
    click.echo(f"sources: {loaded.added} added, {loaded.changed} changed, {loaded.unchanged} unchanged")
