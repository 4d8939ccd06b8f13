"""`archive topics`."""

from pathlib import Path

import click

from archive.cli.options import archive_path, format_option
from archive.cli.output import print_rows
from archive.queries import reading
from archive.queries.topics import list_topics

_COLUMNS = {"topic": "topic", "code": "code", "articles": "articles", "with_below": "with below"}


@click.group(invoke_without_command=True)
@click.option("--all", "all_known", is_flag=True, help="Those without an article, too.")
@format_option
@click.pass_context
def topics(ctx: click.Context, /, all_known: bool, form: str) -> None:
    """List topics as a tree, or load them from a file.

    With how many articles have each topic, and how many have it or one below it.

    \b
    archive topics
    archive topics load my-topics.toml
    """
    if ctx.invoked_subcommand is not None:
        return
    with reading(archive_path(ctx)) as connection:
        rows = list_topics(connection, all_known=all_known)
        if form == "table":
            rows = ({**row, "topic": "  " * row["depth"] + row["name"]} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="no article has a topic; --all lists those that could be")


@topics.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def load(ctx: click.Context, /, file: Path) -> None:
    """Load topics from a TOML file.

    Loaded again, it changes what has changed and doubles nothing. Each [[topics]] has a name, and may have code,
    scheme, parent (a code), aliases, and phrases that tag. Articles that are in the archive are tagged anew when they
    are imported again.

    \b
    archive topics load my-topics.toml
    """
    from archive.ingest import load_vocabulary

    loaded = load_vocabulary(archive_path(ctx), file, "topics")
    click.echo(f"topics: {loaded.added} added, {loaded.changed} changed, {loaded.unchanged} unchanged")
