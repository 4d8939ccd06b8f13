"""`archive topics list|unused`: topics as a tree with counts, and those on no article."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archive.cli.asking import takes_query, tell_what_is_left_out
from archive.cli.options import archive_path, format_option
from archive.cli.output import hint, print_rows
from archive.cli.sparklines import bars_of_terminal, by_month, months_a_bar, months_of, sparkline
from archive.queries import reading

if TYPE_CHECKING:
    from archive.queries.filters import Asked
    from archive.queries.topics import TopicTree

F = TypeVar("F", bound=Callable[..., Any])

_COLUMNS = {
    "topic": "topic",
    "code": "code",
    "articles": "articles",
    "with_below": "with below",
    "first": "first",
    "last": "last",
    "by_month": "by month",
}
_NARROW = ("topic", "code", "articles", "with_below")
_GAP = 2  # cells between two columns
_NAME = 20  # cells that names have at least before a column goes
_BARS = range(10, 41)  # cells that a sparkline may have

_UNUSED_COLUMNS = {
    "topic": "topic",
    "code": "code",
    "phrases": "phrases",
    "queries": "queries",
    "since": "since",
}


def tree_options(function: F) -> F:
    """Add what says which part of the tree is listed: --all, --scheme, --depth."""
    for option in (
        click.option("--depth", type=click.IntRange(min=1), metavar="N", help="So many levels from the top."),
        scheme_option,
        click.option("--all", "all_known", is_flag=True, help="Those without an article, too."),
    ):
        function = option(function)
    return function


scheme_option = click.option("--scheme", metavar="NAME", help="Only topics of this vocabulary: local, medtop.")


@click.command("list")
@takes_query()
@tree_options
@format_option
@click.pass_context
def list_(
    ctx: click.Context,
    /,
    asked: "Asked",
    all_known: bool,
    scheme: str | None,
    depth: int | None,
    form: str,
) -> None:
    """List topics as a tree, counted among the articles of a QUERY.

    With how many articles have each topic, and how many have it or one below it, each once, the dates of the first and
    the last of these, and how many are of each month. A bar is a month, or the highest of several where there is not
    room for all; the months are those of all that is listed, and each line has its own scale. -f json has the numbers.
    Articles without a month count, and are told.

    `archive topics QUERY` is the same.

    \b
    archive topics list source:radio-lintel
    archive topics list 'sanctions OR embargo*' --depth 1
    archive topics list --since 2023 --all -f csv
    """
    print_tree(ctx, asked, all_known, scheme, depth, form)


def print_tree(
    ctx: click.Context, asked: "Asked", all_known: bool, scheme: str | None, depth: int | None, form: str
) -> None:
    """Print topics as a tree with their counts among the articles that are asked for."""
    from archive.queries.topics import list_topics

    with reading(archive_path(ctx)) as connection:
        selection = asked.selection(connection)
        tree = list_topics(connection, selection, all_known=all_known, scheme=scheme, depth=depth)
        if asked.everything:
            empty = "no article has a topic; --all lists those that could be"
        else:
            empty = "no article that this names has a topic"
        if form == "table":
            _print_table(tree, empty)
        else:
            print_rows(tree.rows, form, {}, empty=empty)
        if tree.without_month:
            hint(f"{tree.without_month:,} of {tree.articles:,} articles with a topic are of no month: they have no date, or a year")
        tell_what_is_left_out(connection, selection)


def _print_table(tree: "TopicTree", empty: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            **row,
            "topic": "  " * row["depth"] + name_and_state(row),
            "code": typed(row),
            **{end: (row[end] or "")[:10] for end in ("first", "last")},
        }
        for row in tree.rows
    ]
    months = months_of(rows)
    columns, room = _that_fit(rows, len(months))
    if "by_month" in columns:
        bars = bars_of_terminal()
        rows = [{**row, "by_month": sparkline(by_month(row), months, room, bars)} for row in rows]
    print_rows(rows, "table", columns, empty=empty)
    if "by_month" in columns:
        hint(told_months(months, room))


def told_months(months: Sequence[str], room: int) -> str:
    """Return in words what the bars of a sparkline are."""
    at_once = months_a_bar(months, room)
    each = "each bar a month" if at_once == 1 else f"each bar the highest of {at_once} months"
    return f"by month: {months[0]} to {months[-1]}, {each}"


def name_and_state(row: Mapping[str, Any]) -> str:
    """Return what a topic is called, and that it is retired where it is."""
    return f"{row['name']} (retired)" if row["retired"] else str(row["name"])


def typed(row: Mapping[str, Any]) -> str:
    """Return what leads to a topic as one types it: its code, with the scheme where that is not one's own."""
    return str(row["code"]) if row["scheme"] == "local" else f"{row['scheme']}:{row['code']}"


def _that_fit(rows: Sequence[Mapping[str, Any]], months: int) -> tuple[dict[str, str], int]:
    """Return the columns for which the terminal has room, and how many cells a sparkline has."""
    if not rows:
        return _COLUMNS, 0
    from rich.cells import cell_len

    from archive.cli.tables import terminal

    widest = {
        name: max(cell_len(heading), *(cell_len(str(row.get(name) or "")) for row in rows))
        for name, heading in _COLUMNS.items()
    }
    widest["topic"] = min(widest["topic"], _NAME)
    others = [name for name in _COLUMNS if name != "by_month"]
    left = terminal().width - sum(widest[name] + _GAP for name in others)
    room = min(left, _BARS[-1])
    if months and (room >= _BARS[0] or room >= months):
        return _COLUMNS, room
    shown = others if left + _GAP >= 0 else _NARROW
    return {name: _COLUMNS[name] for name in shown}, 0


@click.command()
@scheme_option
@format_option
@click.pass_context
def unused(ctx: click.Context, /, scheme: str | None, form: str) -> None:
    """List the topics that no article has, nor one below them.

    With how many phrases and queries could tag with each, and since when it is in the archive. One that has neither
    comes on an article only when an input or a person names it. Articles that are withheld, canceled or under embargo
    count like others here.

    \b
    archive topics unused
    archive topics unused --scheme local -f csv
    """
    from archive.queries.topics import list_unused

    with reading(archive_path(ctx)) as connection:
        rows = list_unused(connection, scheme)
    if form == "table":
        rows = [
            {**row, "topic": name_and_state(row), "code": typed(row), "since": row["since"][:10]} for row in rows
        ]
    print_rows(rows, form, _UNUSED_COLUMNS, empty="each topic is on an article, or one below it is")
    without = sum(1 for row in rows if not row["phrases"] and not row["queries"])
    if without:
        hint(f"{without:,} of {len(rows):,} have no rule that could tag with them")
