"""`archive topics list|unused|show|test`: which topics there are, what one is, what a rule would tag."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archive.cli import completing
from archive.cli.asking import include_hidden_option, takes_query, tell_hidden, tell_what_is_left_out
from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_object, print_rows
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
_NARROW = {"topic": "topic", "code": "code", "articles": "articles", "with_below": "with below"}
_DEEPEST = 20  # levels that are indented
_GAP = 2  # cells between two columns
_NAME = 20  # cells that names have at least before a column goes
_LEAST, _GOOD, _MOST = 12, 24, 40  # cells of a sparkline: without fewer it goes, with as many names are cut for it

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
    before = {} if ctx.parent is None else ctx.parent.params  # which holds where nothing is said after it
    if before.get("include_hidden"):
        asked = asked.altered(include_hidden=True)
    scheme, depth = scheme or before.get("scheme"), depth or before.get("depth")
    print_tree(ctx, asked, all_known or bool(before.get("all_known")), scheme, depth, form)


def print_tree(
    ctx: click.Context, asked: "Asked", all_known: bool, scheme: str | None, depth: int | None, form: str
) -> None:
    """Print topics as a tree with their counts among the articles that are asked for."""
    from archive.queries.topics import list_topics

    with reading(archive_location(ctx)) as connection:
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
            hint(_without_month(tree))
        tell_what_is_left_out(connection, selection)


def _without_month(tree: "TopicTree") -> str:
    return (
        f"{tree.without_month:,} of {tree.articles:,} articles with a topic are of no month: "
        "their date is not known, or only the year"
    )


def _print_table(tree: "TopicTree", empty: str) -> None:
    rows: list[dict[str, Any]] = [
        {
            **row,
            "topic": "  " * min(row["depth"], _DEEPEST) + name_and_state(row),
            "code": typed(row),
            **{end: (row[end] or "")[:10] for end in ("first", "last")},
        }
        for row in tree.rows
    ]
    months = months_of(rows)
    columns, room = _that_fit(rows, len(months)) if rows else (_NARROW, 0)
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
    """Return the columns for which the terminal has room, and how many cells a sparkline has; one month needs none."""
    from rich.cells import cell_len

    from archive.cli.tables import terminal

    widest = {
        name: max(cell_len(heading), *(cell_len(str(row.get(name) or "")) for row in rows))
        for name, heading in _COLUMNS.items()
    }
    for left_out in (set(), {"first", "last"}):
        columns = {name: heading for name, heading in _COLUMNS.items() if name not in left_out}
        left = terminal().width - sum(widest[name] + _GAP for name in columns if name != "by_month")
        at_most = left + max(0, widest["topic"] - _NAME)  # with names cut
        room = min(max(left, _GOOD), at_most, _MOST)
        if months > 1 and room >= min(months, _LEAST):
            return columns, room
        if months <= 1 and at_most + _GAP >= 0:
            return {name: heading for name, heading in columns.items() if name != "by_month"}, 0
    return _NARROW, 0


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

    with reading(archive_location(ctx)) as connection:
        rows = list_unused(connection, scheme)
    if form == "table":
        rows = [{**row, "topic": name_and_state(row), "code": typed(row), "since": row["since"][:10]} for row in rows]
    print_rows(rows, form, _UNUSED_COLUMNS, empty="each topic is on an article, or one below it is")
    without = sum(1 for row in rows if not row["phrases"] and not row["queries"])
    if without:
        hint(f"{without:,} of {len(rows):,} have no rule that could tag with them")


@click.command()
@click.argument("topic", shell_complete=completing.known_topics)
@include_hidden_option
@format_option
@click.pass_context
def show(ctx: click.Context, /, topic: str, include_hidden: bool, form: str) -> None:
    """Show one topic: what it means, what tags with it, since when.

    Its names and definitions by language, what is above and below it, what it is in other vocabularies; on how many
    articles it is, by what put it there and by month; each phrase and query that tags with it, and on how many articles
    it does now; what people decided of it; the newest articles that have it, with the passage. Name it by code,
    scheme:code, name or alias.

    \b
    archive topics show sanctions
    archive topics show "Belt and Road" -f json
    """
    from archive.cli.topic_drawing import draw_topic
    from archive.queries.filters import Asked
    from archive.queries.topic import show_topic

    with reading(archive_location(ctx)) as connection:
        shown = show_topic(connection, topic, Asked(include_hidden=include_hidden).selection(connection))
        print_object(shown, form, lambda console: draw_topic(console, shown))
        if not include_hidden:
            tell_hidden(connection)


@click.command()
@click.argument("query", nargs=-1, required=True, metavar="QUERY...", shell_complete=completing.queries)
@click.option(
    "--topic",
    metavar="TOPIC",
    shell_complete=completing.known_topics,
    help="The topic that it is meant for: what would be new.",
)
@limit_option(5)
@include_hidden_option
@format_option
@click.pass_context
def test(
    ctx: click.Context,
    /,
    query: tuple[str, ...],
    topic: str | None,
    limit: int | None,
    include_hidden: bool,
    form: str,
) -> None:
    """Tell what a query would tag as a rule; changes nothing.

    How many articles it names, which are those that `archive search` finds, and what part of the archive they are; with
    which topics it shares articles; examples with the passages that match. A rule asks for words, for date:, source:,
    language:, section: and kind:, and for nothing that can change. The overlap is the part of all articles that either
    has which both have: 1 where rule and topic are on the same articles.

    \b
    archive topics test '"trade sanctions" OR embargo*'
    archive topics test 'customs OR tariff*' --topic trade
    """
    from archive.cli.topic_drawing import draw_trial, tell_overlap
    from archive.queries.left_out import hidden_told, told
    from archive.queries.rule_trial import try_rule

    with reading(archive_location(ctx)) as connection:
        trial = try_rule(connection, " ".join(query), topic=topic, limit=limit, include_hidden=include_hidden)
    print_object(trial.as_row(), form, lambda console: draw_trial(console, trial))
    if form == "table":
        tell_overlap(trial)
    if trial.is_too_much:
        hint(
            f"more than half of the archive, {trial.articles:,} of {trial.of:,}: "
            "a topic that is on most articles tells none apart"
        )
    for one in (told(*trial.left_out[:2]), hidden_told(trial.left_out.hidden)):
        if one:
            hint(one)
