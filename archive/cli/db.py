"""`archive db`: the database itself."""

from pathlib import Path

import click

from archive.cli.options import archive_path, format_option
from archive.cli.output import hint, print_rows
from archive.db import schema


@click.group()
def db() -> None:
    """Look after the database: its schema, and copies of it.

    \b
    archive db current
    archive db backup archive-copy.db
    archive db upgrade
    """


@db.command()
@click.argument("revision", default="head")
@click.pass_context
def upgrade(ctx: click.Context, /, revision: str) -> None:
    """Bring the schema up to date with this program (or to REVISION); a missing archive is made, empty.

    \b
    archive db upgrade
    """
    path = archive_path(ctx)
    before = schema.current_revision(path) if path.exists() else None
    schema.upgrade(path, revision)
    after = schema.current_revision(path)
    click.echo(f"{after}: nothing to do" if before == after else f"{before or 'nothing'} → {after}")


@db.command()
@click.argument("revision")
@click.pass_context
def downgrade(ctx: click.Context, /, revision: str) -> None:
    """Take the schema back to REVISION; refused where that would lose something.

    \b
    archive db downgrade 20261122_first_archive
    """
    path = archive_path(ctx)
    before = schema.current_revision(path)
    schema.downgrade(path, revision)
    click.echo(f"{before} → {schema.current_revision(path) or 'nothing'}")


@db.command()
@click.pass_context
def current(ctx: click.Context, /) -> None:
    """Tell which migration the schema stands at, and which is the newest.

    \b
    archive db current
    """
    revision = schema.current_revision(archive_path(ctx))
    click.echo(f"{revision or 'nothing'}{' (newest)' if revision == schema.HEAD else ''}")
    if revision != schema.HEAD:
        hint(f"newest: {schema.HEAD}; `archive db upgrade` goes there")


@db.command()
@format_option
def history(form: str) -> None:
    """List the migrations, newest first, with what each does.

    \b
    archive db history
    """
    rows = ({"revision": revision, "does": does} for revision, does in schema.history())
    print_rows(rows, form, {"revision": "revision", "does": "what it does"})


@db.command()
@click.pass_context
def check(ctx: click.Context, /) -> None:
    """Compare the archive's tables with those this program works with, as `alembic check` does.

    \b
    archive db check
    """
    differences = schema.differences(archive_path(ctx))
    for difference in differences:
        click.echo(difference)
    if differences:
        ctx.exit(1)
    click.echo("the tables are as this program expects them")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(ctx: click.Context, /, file: Path) -> None:
    """Write a copy of the archive into FILE: one file, checked, also while an import runs.

    \b
    archive db backup /media/stick/archive-2026-11.db
    """
    schema.backup(archive_path(ctx), file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")
