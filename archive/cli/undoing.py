"""`archive imports undo`."""

import sys

import click

from archive.cli import completing
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, name_of, who_and_why
from archive.cli.output import counted, hint
from archive.cli.watching import watching
from archive.errors import ArchiveError, UsageError
from archive.undoing import Undoing, listed, survey, undo_import


@click.command()
@click.argument("number", type=int, metavar="N", shell_complete=completing.import_numbers)
@click.option("--yes", is_flag=True, help="Do it without being asked.")
@click.option("--force", is_flag=True, help="Also where later decisions rest on it, or not all is known.")
@who_and_why
@click.pass_context
def undo(ctx: click.Context, /, number: int, yes: bool, force: bool, who: str | None, because: str | None) -> None:
    """Take import N out, as if it had never been.

    Articles that only it brought go; others are what the other imports make of them, and what people decided. What goes
    is told first, and done once it is accepted: asked for on a terminal, else --yes is needed. The import stays on
    record as undone. Importing the same again brings the same back, under the same keys.

    What people decided of articles that would go speaks against it: --force undoes it all the same, and the decisions
    stay in the log; they apply again if the articles come back.

    \b
    archive imports undo 1 --yes
    archive imports undo 1 --yes --because "the wrong folder"
    """
    location = archive_location(ctx)
    with watching() as watch:
        watch("what would go", 0, None)
        found = survey(location, number)
    for line in _told(found):
        hint(printable_line(line))
    refusal = found.refusal()
    if refusal and not force:
        raise ArchiveError(refusal)
    if not yes:
        if not _is_asked():
            raise UsageError("nothing was undone; --yes accepts it")
        click.confirm("Undo it?", abort=True, err=True)
    with watching() as watch:
        undo_import(location, number, name_of(who), because, force=force, watch=watch)
    hint(f"import {number} is undone")


def _is_asked() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _told(found: Undoing) -> list[str]:
    """Return in words what goes."""
    began = found.started_at[:19].replace("T", " ")
    lines = [f"import {found.number} of {began} ({found.arguments}), {counted(found.units, 'unit')}"]
    if found.own:
        lines.append(f"{counted(len(found.own), 'article')} it alone brought will go: {listed(found.own)}")
    if found.shared:
        lines.append(f"{counted(found.shared, 'article')} will be what other imports make of them")
    if not found.own and not found.shared:
        lines.append("no article is otherwise without it")
    return lines
