"""`archive sources`."""

from pathlib import Path

import click

from archive.cli import completing
from archive.cli.asking import include_hidden_option, tell_hidden
from archive.cli.options import archive_location, format_option, put_on_record, two_names, who_and_why
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
@include_hidden_option
@format_option
@click.pass_context
def sources(ctx: click.Context, /, all_known: bool, include_hidden: bool, form: str) -> None:
    """List sources, load them from a file, say what they are.

    Those that articles are from, the ones with most first. What is said of them (merge, rename, alias, domain, split)
    is on record, and `archive decisions undo N` takes it back.

    \b
    archive sources
    archive sources load my-sources.toml
    """
    if ctx.invoked_subcommand is not None:
        return
    with reading(archive_location(ctx)) as connection:
        rows = list_sources(connection, all_known=all_known, include_hidden=include_hidden)
        if form == "table":
            rows = ({**row, **{name: (row[name] or "")[:10] for name in ("first", "last")}} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="no article has a source; --all lists those that are known")
        without = count_without_source(connection, include_hidden=include_hidden)
        if without:
            hint(f"{without:,} articles without a source")
        if not include_hidden:
            tell_hidden(connection)


@sources.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_context
def load(ctx: click.Context, /, file: Path | None) -> None:
    """Load sources from a TOML file.

    Loaded again, it changes what has changed and doubles nothing. Each [[sources]] has a name, and may have slug, kind,
    country, language, aliases, domains, and credited_as: what bylines and datelines call it that credit it, by
    language; articles that are there already do once they are reparsed. Without FILE, it loads the sources that the
    program brings along.

    \b
    archive sources load my-sources.toml
    archive sources load
    """
    from archive.ingest import load_vocabulary

    loaded = load_vocabulary(archive_location(ctx), file, "sources")
    click.echo(f"sources: {loaded.added} added, {loaded.changed} changed, {loaded.unchanged} unchanged")


@sources.command()
@click.argument(
    "words", nargs=-1, required=True, metavar="SOURCE [INTO] SOURCE", shell_complete=completing.known_sources
)
@who_and_why
@click.pass_context
def merge(ctx: click.Context, /, words: tuple[str, ...], who: str | None, because: str | None) -> None:
    """Say that a source is another one.

    Its articles, names and domains become those of the other, and whatever is imported under its names later too.

    \b
    archive sources merge lantern-wyre into lantern-wire --because "a misprint"
    """
    names = two_names(words, "into", "archive sources merge lantern-wyre into lantern-wire")
    put_on_record(ctx, "source_merge", *names, who, because)


@sources.command()
@click.argument("source", shell_complete=completing.known_sources)
@click.argument("name")
@who_and_why
@click.pass_context
def rename(ctx: click.Context, /, source: str, name: str, who: str | None, because: str | None) -> None:
    """Show a source by another name.

    The name it had goes on leading to it, and its slug stays.

    \b
    archive sources rename radio-lintel "Radio Lintel International"
    """
    put_on_record(ctx, "source_rename", source, name, who, because)


@sources.command()
@click.argument("source", shell_complete=completing.known_sources)
@click.argument("name")
@who_and_why
@click.pass_context
def alias(ctx: click.Context, /, source: str, name: str, who: str | None, because: str | None) -> None:
    """Let one more name lead to a source.

    \b
    archive sources alias radio-lintel "R. Lintel"
    """
    put_on_record(ctx, "source_alias", source, name, who, because)


@sources.command()
@click.argument("source", shell_complete=completing.known_sources)
@click.argument("domain")
@who_and_why
@click.pass_context
def domain(ctx: click.Context, /, source: str, domain: str, who: str | None, because: str | None) -> None:
    """Say that the pages of a domain are a source's.

    Articles without a source that are there get it when they are imported again.

    \b
    archive sources domain radio-lintel lintel.example
    """
    put_on_record(ctx, "source_domain", source, domain, who, because)


@sources.command()
@click.argument("source", shell_complete=completing.known_sources)
@click.argument("name")
@who_and_why
@click.pass_context
def split(ctx: click.Context, /, source: str, name: str, who: str | None, because: str | None) -> None:
    """Make an alias of a source a source of its own.

    The articles whose input names them so become its articles.

    \b
    archive sources split lantern-wire "Lantern Evening Wire"
    """
    put_on_record(ctx, "source_split", source, name, who, because)
