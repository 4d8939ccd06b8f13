"""`archive db`: the database itself."""

import shlex
from pathlib import Path

import click

from archive.cli.options import archive_file, archive_location, format_option
from archive.cli.output import hint, print_rows
from archive.cli.watching import watching
from archive.db import backups, schema, upgrades
from archive.db.upgrades import BY_PG_DUMP
from archive.errors import SchemaError


@click.group()
def db() -> None:
    """Look after the database: upgrade, check, back up.

    \b
    archive db current
    archive db backup archive-copy.db
    archive db upgrade
    """


@db.command()
@click.argument("revision", default="head")
@click.option("--sql", "show_sql", is_flag=True, help="Only show the statements, as they run on a copy.")
@click.option("--dry-run", is_flag=True, help="Only try it on a copy, with all checks.")
@click.option("--no-backup", is_flag=True, help="Go on without a backup.")
@click.pass_context
def upgrade(ctx: click.Context, /, revision: str, show_sql: bool, dry_run: bool, no_backup: bool) -> None:
    """Bring the schema up to date, and prove that nothing was lost.

    Goes to what this program works with, or to REVISION. Says what will change, writes a backup beside the archive
    (NAME.before-REVISION.db), migrates in one transaction, and compares before and after: rows, a checksum of every
    column, foreign keys, the search index. If anything differs that was not declared, all of it is undone. A missing
    archive is made, empty. On a server pg_dump makes the backup (then --no-backup), and what is only tried is undone.

    \b
    archive db upgrade --dry-run
    archive db upgrade
    """
    location = archive_location(ctx)
    is_new = not schema.is_there(location) or schema.current_revision(location) is None
    if is_new and not show_sql:
        if dry_run:
            upgrades.rehearse(location, revision)
            click.echo(f"{location} would be made, empty; nothing was written")
        else:
            schema.upgrade(location, revision)
            click.echo(f"made {location}, empty, at {schema.current_revision(location)}")
        return
    steps = [] if is_new else upgrades.plan(location, revision)
    if not steps and not is_new:
        click.echo(f"{schema.current_revision(location)}: nothing to do")
        return
    if show_sql:
        with watching() as watch:
            statements = upgrades.rehearse(location, revision, watch)
        for statement in statements:
            click.echo(f"{statement.strip()};\n")
        return
    for step in steps:
        first, *more = step.doc.splitlines()
        click.echo(f"{step.revision}: {first}")
        for line in more:
            click.echo(f"    {line}".rstrip())
    if dry_run:
        with watching() as watch:
            upgrades.rehearse(location, revision, watch)
        how = "on a copy" if isinstance(location, Path) else "and undone"
        click.echo(f"tried {how}: nothing would be lost; {location} is as it was")
        return
    before = schema.current_revision(location)
    try:
        with watching() as watch:

            def backed_up(kept: Path) -> None:
                with watch.aside():
                    click.echo(f"backup: {kept} (`archive db restore {shlex.quote(str(kept))}` goes back to it)")

            was_needed = upgrades.upgrade(
                location, revision, keep_backup=not no_backup, backed_up=backed_up, watch=watch
            )
    except KeyboardInterrupt:
        stands = schema.current_revision(location)
        told = "nothing was changed" if stands == before else "but it was done already, and all adds up"
        hint(f"stopped; {told}: {location} is at {stands}")
        ctx.exit(130)
    if was_needed:
        click.echo(f"{location} is at {schema.current_revision(location)}; rows, columns, keys and search index add up")
    else:
        click.echo(f"{schema.current_revision(location)}: nothing to do, another upgrade was first")


@db.command()
@click.argument("revision")
@click.pass_context
def downgrade(ctx: click.Context, /, revision: str) -> None:
    """Take the schema back to REVISION.

    Refused where that would lose something.

    \b
    archive db downgrade 20261122_first_archive
    """
    location = archive_location(ctx)
    before = schema.current_revision(location)
    with watching() as watch:
        schema.downgrade(location, revision, watch=watch)
    click.echo(f"{before} → {schema.current_revision(location) or 'nothing'}")


@db.command()
@click.pass_context
def current(ctx: click.Context, /) -> None:
    """Tell which migration the schema stands at.

    \b
    archive db current
    """
    location = archive_location(ctx)
    revision = schema.current_revision(location)
    click.echo(f"{revision or 'nothing'}{' (newest)' if revision == schema.HEAD else ''}")
    if revision == schema.HEAD:
        return
    try:
        schema.require_known(location)
    except SchemaError as error:
        hint(str(error))
    else:
        hint(f"newest: {schema.HEAD}; `archive db upgrade` goes there")


@db.command()
@format_option
def history(form: str) -> None:
    """List the migrations, newest first.

    \b
    archive db history
    """
    rows = ({"revision": revision, "does": does} for revision, does in schema.history())
    print_rows(rows, form, {"revision": "revision", "does": "what it does"})


@db.command()
@click.pass_context
def check(ctx: click.Context, /) -> None:
    """Compare the archive's tables with this program's.

    As `alembic check` does; exit code 1 where they differ.

    \b
    archive db check
    """
    differences = schema.differences(archive_location(ctx))
    for difference in differences:
        click.echo(difference)
    if differences:
        ctx.exit(1)
    click.echo("the tables are as this program expects them")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def backup(ctx: click.Context, /, file: Path) -> None:
    """Write a copy of the archive into FILE.

    One file, checked, also while an import runs.

    \b
    archive db backup archive-2026-11.db
    """
    with watching() as watch:
        backups.backup(archive_file(ctx, "archive db backup", BY_PG_DUMP), file, watch)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def restore(ctx: click.Context, /, file: Path) -> None:
    """Put the archive back to what the backup FILE holds.

    What stood there is kept beside it.

    \b
    archive db restore archive.before-20261122_first_archive.db
    """
    location = archive_file(ctx, "archive db restore", "pg_restore puts a dump back")
    with watching() as watch:
        kept = backups.restore(location, file, watch)
    click.echo(f"{location} is as in {file} (schema {schema.current_revision(location)})")
    if kept is not None:
        click.echo(f"what it was before is kept in {kept}")
