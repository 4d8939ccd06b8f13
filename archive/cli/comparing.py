"""`archive diff` and `archive copies`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from archive.cli import completing
from archive.cli.asking import tell_what_was_left_behind
from archive.cli.options import archive_location, format_option, format_option_with
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.revisions import compare_revisions, find_copies

if TYPE_CHECKING:
    from rich.console import Console

_COPY_COLUMNS = {
    "key": "key",
    "published": "published",
    "source": "source",
    "differs": "headline differs",
    "headline": "headline",
}


@click.command()
@click.argument("key", metavar="KEY", shell_complete=completing.keys)
@click.argument("first", type=int, required=False, metavar="[A")
@click.argument("second", type=int, required=False, metavar="B]")
@format_option_with("html")
@click.pass_context
def diff(ctx: click.Context, /, key: str, first: int | None, second: int | None, form: str) -> None:
    """Show what changed between two revisions of a text, by words.

    Of headline and body: between the revision before the current one and the current one, or between A and B, or
    between A and the current one. A terminal shows what was removed in red, what was added in green; elsewhere they
    stand in [-…-] and {+…+}, and paragraphs without a change are left out. -f json has all of the text as rows of
    field, op (equal, removed, added) and text; -f html is a page.

    \b
    archive diff 4h7q
    archive diff 4h7q -f html > corrected.html
    """
    with reading(archive_location(ctx)) as connection:
        comparison = compare_revisions(connection, key, first, second)
    changes = comparison["changes"]
    if comparison["before"] is None:
        print_rows([], form, {}, empty=f"{comparison['key']} has one revision only; there is nothing to compare")
        return
    if form == "html":
        from archive.cli.diff_page import write_page

        click.echo(write_page(comparison).encode("utf-8", "replace"), nl=False)
    elif form == "table":
        from archive.cli.diff_drawing import draw_changes
        from archive.cli.tables import drawn

        click.echo(drawn(lambda console: draw_changes(console, comparison)))
    else:
        print_rows(changes, form, {})
    if all(change["op"] == "equal" for change in changes):
        hint("headline and body are the same")


@click.command()
@click.argument("key", metavar="KEY", shell_complete=completing.keys)
@format_option
@click.pass_context
def copies(ctx: click.Context, /, key: str, form: str) -> None:
    """List the articles that have one article's text.

    The same words at several outlets are several articles, one text; case, accents, marks and the headline do not
    count. The article itself comes first (`is_copy` is false of it), then the others by date, each with the places
    where it was found; a table shows those of the article itself.

    \b
    archive copies 4h7q
    archive copies 4h7q -f json
    """
    with reading(archive_location(ctx)) as connection:
        rows = find_copies(connection, key)
        tell_what_was_left_behind(connection)
    if form == "table":
        from archive.cli.drawing import draw_place_list
        from archive.cli.tables import drawn

        shown = [{**row, "differs": _differs(row)} for row in rows]
        shown = [{**row, "published": (row["published"] or "")[:10]} for row in shown]
        print_rows(shown, form, _COPY_COLUMNS)

        def draw(console: "Console") -> None:
            draw_place_list(console, f"Places of {rows[0]['key']}", rows[0]["places"])

        click.echo("\n" + drawn(draw).lstrip("\n"))
    else:
        print_rows(rows, form, {})
    if len(rows) == 1:
        hint("no other article has this text")


def _differs(row: Mapping[str, Any]) -> str:
    """Return whether the headline of a copy differs, in a word; of the article itself nothing."""
    if row["headline_differs"] is None:
        return "?" if row["is_copy"] else ""
    if row["headline_differs"]:
        return "yes"
    return "no" if row["is_copy"] else ""
