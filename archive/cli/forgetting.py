"""`archive forget`."""

import sys
from pathlib import Path

import click

from archive.cli import completing
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, name_of
from archive.cli.output import hint, print_rows, shown_path
from archive.errors import UsageError

_COLUMNS = {
    "key": "key",
    "published": "published",
    "source": "source",
    "headline": "headline",
    "texts": "texts",
    "originals": "originals",
}


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...", shell_complete=completing.keys)
@click.option("--reason", metavar="TEXT", required=True, help="Why; it stays on record, so nothing of the text in it.")
@click.option("--who", metavar="NAME", envvar="ARCHIVE_WHO", help="Who decides; else $ARCHIVE_WHO, else you.")
@click.option("--yes", is_flag=True, help="Do it without being asked.")
@click.pass_context
def forget(ctx: click.Context, /, keys: tuple[str, ...], reason: str, who: str | None, yes: bool) -> None:
    """Wipe articles for good: text, bytes, all that is known.

    What a court or a person's right demands, and the one exception to "nothing is lost". Gone are all texts, the bytes
    as received, values, dates, tags, authors that nobody else has, and what was decided; the file is written anew so
    that no trace is left in it. What stays: the key, who forgot it, when and why, hashes by which it is known and
    refused if it comes again, and where its files lay. It cannot be taken back.

    It asks on a terminal, else --yes is needed. Nobody else may have the archive open. Backups and the files
    themselves are not touched. docs/forgetting.md has the whole of it.

    \b
    archive forget 7u4bzebenofx --reason "court order 12/2026" --yes
    """
    from archive import forget as forgetting

    location = archive_location(ctx)
    found = forgetting.foresee(location, keys)
    for stone in found.already:
        hint(printable_line(f"already: {stone.told()}"))
    if found.articles:
        print_rows(found.articles, "table", _COLUMNS)
    if found.copies:
        hint(f"the text stays in {', '.join(found.copies)} (`archive copies KEY`); name them too to forget them")
    if found.resting:
        hint(f"decided to be translations of it, and still so: {', '.join(found.resting)}")
    if not isinstance(location, Path):
        hint("its log (WAL) and its replicas may hold it for a while, and backups for good; they are not touched")
    for backup in found.backups:
        hint(f"may hold it, and is not touched: {shown_path(str(backup))}")
    if found.articles and not yes:
        if not _is_asked():
            raise UsageError("nothing was forgotten; --yes does it")
        click.confirm("Forget this for good?", abort=True, err=True)
    done = forgetting.forget(location, keys, reason, name_of(who))
    if done.finished:
        hint(f"what was left of {', '.join(done.finished)} is wiped now")
    numbers = ", ".join(str(decision.id) for decision in done.made)
    told = f" (decision {numbers})" if numbers else ""
    click.echo(f"forgotten: {len(done.made):,} article{'' if len(done.made) == 1 else 's'}{told}")


def _is_asked() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()
