"""`archive revisions`."""

from collections.abc import Mapping
from typing import Any

import click

from archive.cli import completing
from archive.cli.asking import NAMED_BY_QUERY, tell_what_is_left_out, tell_what_was_left_behind
from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_rows
from archive.queries import reading
from archive.queries.filters import Asked, Filters
from archive.queries.revisions import RevisionFilters, count_revisions, list_revisions

_COLUMNS = {
    "seen_at": "seen (UTC)",
    "key": "key",
    "source": "source",
    "headline": "headline",
    "revision": "revision",
    "cause": "cause",
    "share": "words",
    "what": "changed",
}
_MOST_FIGURES = 4  # that a table shows of one revision
_WORDS = {"order": "sentences moved", "wording": "wording", "layout": "marks and spaces"}


@click.command()
@click.argument("query", nargs=-1, metavar="[QUERY...]", shell_complete=completing.queries)
@click.option("--since", metavar="DATE", help="Seen then or later, in UTC: 2023-02-28, 2023-02-28T10:30.")
@click.option(
    "--source", metavar="NAME", shell_complete=completing.sources, help="Of this source: slug, name or alias."
)
@limit_option(20)
@format_option
@click.pass_context
def revisions(
    ctx: click.Context, /, query: tuple[str, ...], since: str | None, source: str | None, limit: int | None, form: str
) -> None:
    """List what changed in texts after they came, newest first.

    One row for each revision but the first: whether headline, figures (in digits, with their units as written),
    passages or other words changed, and which share of the words, old and new together, was taken out or put in. A
    revision is seen when it comes into the archive. `archive diff KEY A B` shows the words; -f json has the passages.

    \b
    archive revisions --since 2023-02
    archive revisions topic:diplomacy
    archive revisions --source lantern-wire --limit 0 -f csv > corrections.csv
    """
    filters = RevisionFilters(since, Asked(" ".join(query), Filters(source=source)))
    with reading(archive_location(ctx)) as connection:
        rows = list_revisions(connection, filters, limit)
        if form == "table":
            rows = map(_as_shown, rows)
        everything = filters == RevisionFilters()
        empty = "no text has changed since it came" if everything else "nothing found; fewer options find more"
        shown = print_rows(rows, form, _COLUMNS, empty=empty)
        if shown and shown == limit and (total := count_revisions(connection, filters)) > shown:
            hint(f"{shown} of {total:,}; --limit 0 shows all")
        tell_what_was_left_behind(connection)
        tell_what_is_left_out(connection, filters.asked.selection(connection), NAMED_BY_QUERY)


def _as_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    if row["percent"] is None:
        share = "?"
    else:
        share = f"{row['percent']:g} %" if row["percent"] >= 0.1 or not row["percent"] else "<0.1 %"
    seen_at = row["seen_at"][:16].replace("T", " ")
    return {**row, "seen_at": seen_at, "share": share, "what": "; ".join(_what_changed(row))}


def _what_changed(row: Mapping[str, Any]) -> list[str]:
    """Return what changed in words; that only what was set aside did is said so."""
    said = []
    for kind in row["changed"]:
        if kind == "figures":
            figures = row["figures"]
            shown = [_figure(one["before"], one["after"]) for one in figures[:_MOST_FIGURES]]
            shown += [f"{len(figures) - _MOST_FIGURES} more"] if len(figures) > _MOST_FIGURES else []
            said.append(f"figures {', '.join(shown)}")
        elif kind in ("passages_gone", "passages_new"):
            number = len(row[kind])
            said.append(f"{number} passage{'s' if number > 1 else ''} {kind.removeprefix('passages_')}")
        elif kind == "set_aside":
            said.append("what was set aside" if len(row["changed"]) > 1 else "only what was set aside")
        else:
            said.append(_WORDS.get(kind, kind))
    return said


def _figure(before: str | None, after: str | None) -> str:
    if before is None or after is None:
        return f"{after} new" if before is None else f"{before} gone"
    return f"{before} → {after}"
