"""`archive verify` and `archive repair`."""

import time
from dataclasses import asdict
from pathlib import Path

import click

from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option
from archive.cli.output import counted, hint, print_rows
from archive.cli.watching import watching

_COLUMNS = {"severity": "severity", "check": "check", "message": "what is wrong", "cure": "what helps"}


@click.command()
@click.option("--deep", is_flag=True, help="Also read all bytes as received, and all texts word by word.")
@format_option
@click.pass_context
def verify(ctx: click.Context, /, deep: bool, form: str) -> None:
    """Check that the archive is sound; changes nothing.

    The file and its schema, keys, the search index, every value against what it can be and against what it was derived
    from, every passage of a tag against the text; with --deep also originals and texts against their checksums.

    An error is something lost, damaged or at odds with itself; a warning does no harm yet; a note is for your
    information. Exit code: 0, or 1 if there is an error.

    \b
    archive verify
    archive verify --deep
    archive verify -f json
    """
    from archive.queries.verification import verify as verify_archive

    location = archive_location(ctx)
    started = time.monotonic()
    with watching() as watch:
        found = verify_archive(location, deep=deep, watch=watch)
    if form == "table" and not found.findings:
        click.echo("the archive is sound")
    else:
        print_rows((asdict(finding) for finding in found.findings), form, _COLUMNS, empty="the archive is sound")
    looked_at = ", ".join(f"{number:,} {name}" for name, number in found.counts.items())
    told = ", ".join(counted(found.number(severity), severity) for severity in ("error", "warning", "note"))
    shallow = "" if deep else "; --deep also compares checksums"
    hint(f"checked {looked_at} in {time.monotonic() - started:.1f} s: {told}{shallow}")
    ctx.exit(1 if found.number("error") else 0)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.pass_context
def repair(ctx: click.Context, /, dry_run: bool) -> None:
    """Derive anew what can be derived, where it is wrong.

    The search index, counts of words, fingerprints, columns that follow from a date, the current text of an article
    that has lost it, imports that were killed, views and indexes: in one transaction, and told line by line. Never
    touched are originals, texts, decisions, tags and evidence; your own triggers are not set off.

    No backup is made; archive db backup FILE makes one. Exit code: 0, or 1 if an error is left that only a backup or a
    person can mend; it is named. Originals are not compared with their checksums; archive verify --deep does that.

    \b
    archive repair --dry-run
    archive repair
    """
    from archive.db import schema
    from archive.repair import repair as repair_archive

    location = archive_location(ctx)
    if not dry_run and schema.current_revision(location) in schema.known_revisions():
        how = "`archive db backup FILE`" if isinstance(location, Path) else "pg_dump"
        hint(f"no backup is made; {how} makes one")
    with watching() as watch:
        done = repair_archive(location, dry_run=dry_run, watch=watch)
    for mended in done.mended:
        click.echo(printable_line(mended.what))
    if not done.mended:
        click.echo("nothing to do")
    elif dry_run:
        click.echo("nothing was changed: this was only tried")
    errors = [finding for finding in done.left if finding.severity == "error"]
    for finding in errors:
        cure = f"; {finding.cure}" if finding.cure else ""
        click.echo(printable_line(f"cannot be repaired: {finding.message}{cure}"))
    hint("originals were not compared with their checksums; `archive verify --deep` does")
    ctx.exit(1 if errors else 0)
