"""`archive topics retag`."""

from typing import Any

import click

from archive.cli.asking import LEFT_BEHIND
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option
from archive.cli.output import counted, hint, print_rows
from archive.cli.watching import watching

_COLUMNS = {"topic": "topic", "added": "added", "removed": "removed", "key": "example", "passage": "passage"}


@click.command()
@click.option("--scheme", metavar="S", help="Only topics of this vocabulary.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@format_option
@click.pass_context
def retag(ctx: click.Context, /, scheme: str | None, dry_run: bool, form: str) -> None:
    """Tag all articles again, by today's rules and mappings.

    Shows by topic how many articles gain and lose it, with examples. What inputs give and what people decided stays,
    whatever rules say. Nothing is asked; --dry-run shows the same and changes nothing.

    \b
    archive topics retag --dry-run
    archive topics retag --scheme local -f json
    """
    from archive.retagging import retag as tag_again

    with watching() as watch:
        done = tag_again(archive_location(ctx), scheme, dry_run=dry_run, watch=watch)
    rows: list[dict[str, Any]] = [
        {
            **{name: getattr(one, name) for name in ("scheme", "code", "name", "added", "removed")},
            "gaining": [example._asdict() for example in one.gaining],
            "losing": [example._asdict() for example in one.losing],
        }
        for one in done.topics
    ]
    if form == "table":
        rows = [_as_shown(row) for row in rows]
    number = counted(done.articles, "article")
    print_rows(rows, form, _COLUMNS, empty=f"no tag changes: {number} looked at")
    if done.left_behind:
        hint(f"tags stay as they are: {counted(done.left_behind, 'article')} whose text {LEFT_BEHIND}; {done.cure}")
    for one in done.broad:
        share = f"{one.articles:,} of {number}"
        hint(printable_line(f"note: '{one.rule}' tags {share} with {one.topic}; `archive topics test` shows what of"))
    what = "would be tagged otherwise; nothing was written" if dry_run else "tagged otherwise"
    if not done.otherwise:
        return
    hint(f"{counted(done.otherwise, 'article')} of {done.articles:,} {what}")


def _as_shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the table, with one example: of those that gain the topic, else of those that lose it."""
    examples = row["gaining"] or row["losing"]
    example = examples[0]
    passage = "".join(part or "" for part in (example["before"], example["passage"], example["after"]))
    return {"topic": row["name"], **row, "key": example["key"], "passage": passage}
