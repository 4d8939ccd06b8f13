"""`archive reparse`."""

import sys
from typing import Any

import click

from archive.cli import completing
from archive.cli.asking import LEFT_BEHIND, keys_of, query_option
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option
from archive.cli.output import counted, hint, print_rows, shown_path
from archive.cli.watching import watching
from archive.errors import UsageError
from archive.reparse import Survey, survey
from archive.reparse import reparse as write_reparsed

_COLUMNS = {"field": "field", "articles": "articles", "key": "example", "before": "before", "after": "after"}
_MOST_REFUSED = 10  # that are named


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY...]", shell_complete=completing.keys)
@query_option
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Accept it without being asked.")
@format_option
@click.pass_context
def reparse(
    ctx: click.Context, /, keys: tuple[str, ...], query: str | None, dry_run: bool, yes: bool, form: str
) -> None:
    """Make articles anew of their originals, by today's rules.

    Of all articles, those named, or those that a query finds, the current text is read and normalized again from the
    bytes as received. What would change is shown field by field, and is written once it is accepted: asked for on a
    terminal, else --yes is needed. A text that comes out otherwise is a new revision, of cause reparse; `archive diff
    KEY` shows it, and the earlier ones stay. Keys, identifiers and what people decided stay, too.

    \b
    archive reparse --dry-run
    archive reparse KEY --dry-run -f json
    archive reparse --query import:last --dry-run
    archive reparse --yes
    """
    location = archive_location(ctx)
    named = keys_of(location, query, keys)
    if query is not None and not named:
        return
    with watching() as watch:
        found = survey(location, named, watch)
    rows = found.rows()
    for key, failure in found.refused[:_MOST_REFUSED]:
        hint(printable_line(f"left as it is: {key} ({shown_path(failure.locator)}): {failure.reason}"))
    if len(found.refused) > _MOST_REFUSED:
        hint(f"left as they are: {len(found.refused) - _MOST_REFUSED:,} more that today's readers do not take")
    if found.left_behind:
        hint(f"not read again: {counted(found.left_behind, 'article')} whose original {LEFT_BEHIND}; {found.cure}")
    shown: list[dict[str, Any]] = rows
    if form == "table":
        shown = [{**row, **row["examples"][0]} for row in rows]
    print_rows(shown, form, _COLUMNS, empty=f"nothing changes: {counted(found.articles, 'article')} looked at")
    if not rows:
        return
    hint(f"{_told(found)} of {found.articles:,} looked at")
    if dry_run:
        return
    if not yes:
        if not _is_asked():
            raise UsageError("nothing was written; --yes accepts it, --dry-run only shows it")
        click.confirm("Write this?", abort=True, err=True)
    with watching() as watch:
        done = write_reparsed(location, found, watch)
    hint(f"written: {_told(done)}")


def _is_asked() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()


def _told(found: Survey) -> str:
    return f"{counted(len(found.ids), 'article')} otherwise, {counted(found.revisions, 'new revision')}"
