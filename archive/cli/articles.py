"""Commands about articles: search, list, show, why, original, count."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli import completing
from archive.cli.asking import (
    explain_option,
    if_nothing,
    keys_of,
    print_explanation,
    query_option,
    takes_query,
    tell_what_is_left_out,
    tell_what_was_left_behind,
)
from archive.cli.escaping import printable
from archive.cli.options import archive_location, format_option, limit_option
from archive.cli.output import hint, print_object, print_rows
from archive.cli.writing import is_part_of
from archive.errors import ArchiveError
from archive.queries import articles as articles_queries
from archive.queries import reading
from archive.queries.by_date import asked_first, is_tried
from archive.queries.counts import GROUPS, count_by, counting_by

if TYPE_CHECKING:
    from archive.queries import Connection
    from archive.queries.articles import Article
    from archive.queries.filters import Asked
    from archive.queries.selection import Selection

_LIST_COLUMNS = {
    "key": "key",
    "published": "published",
    "source": "source",
    "headline": "headline",
    "words": "words",
}


# What is done in place of the explained statement where that is sooner done.
_IN_FACT = {
    "by impact": "the best are read from article_impacts, without ranking all that match",
    "among the best of all": "all that match are ranked, and the best looked at until enough of them pass the rest",
}

_SORTS = ("newest", "oldest")


@click.command("list")
@takes_query()
@click.option("--sort", type=click.Choice(_SORTS), default="newest", show_default=True, help="In which order.")
@limit_option(20)
@explain_option
@format_option
@click.pass_context
def list_(ctx: click.Context, /, asked: "Asked", sort: str, limit: int | None, explain: bool, form: str) -> None:
    """List articles, newest first.

    All of them, or those that a query names (`archive search --help` tells what one is). Those without a date come
    last. A headline that was derived from the text stands in italics.

    \b
    archive list topic:diplomacy date:2023-02..
    archive list --source radio-lintel --limit 0 -f csv > articles.csv
    """
    with reading(archive_location(ctx)) as connection:
        selection = asked.selection(connection)
        if explain:
            print_explanation(connection, asked, asked_first(connection, selection, sort, limit))
            _tell_what_is_tried(connection, selection, sort, limit)
            return
        found = articles_queries.list_articles(connection, selection, limit, sort)
        if form == "table":
            found = map(_as_listed, found)
        shown = print_rows(found, form, _LIST_COLUMNS, empty=if_nothing(asked, selection))
        _tell_how_many(connection, selection, shown, limit)
        tell_what_is_left_out(connection, selection)


def _as_listed(article: "Article") -> "Article":
    mark = f"({article['hidden']}) " if article["hidden"] else ""
    return {**article, "published": (article["published"] or "")[:10], "headline": mark + article["headline"]}


@click.command()
@takes_query(required=True)
@click.option(
    "--sort", type=click.Choice(("relevance", *_SORTS)), default="relevance", show_default=True, help="In which order."
)
@limit_option(10)
@explain_option
@format_option
@click.pass_context
def search(ctx: click.Context, /, asked: "Asked", sort: str, limit: int | None, explain: bool, form: str) -> None:
    """Find articles by words, best first, with the passages that match.

    All words must occur, in the headline or the body; case and accents do not count. "two words" follow each other,
    "two words"~5 stand near each other, econom* is a beginning, OR, NOT, - and ( ) join and exclude. headline: body:
    source: topic: author: language: section: status: url: key: kind: has: import: date: ask for what is known beside
    the text, query: and corpus: for what was saved. A shell takes quotes away: put '…' around what has some.
    docs/queries.md tells all of it.

    \b
    archive search trade sanctions
    archive search '"trade sanctions" OR embargo*' date:2023
    archive search '北京 -topic:tourism' --sort newest
    archive search kite anchor -f json
    """
    from archive.queries.best import way_to_best
    from archive.queries.search import search_articles, search_statement

    with reading(archive_location(ctx)) as connection:
        selection = asked.selection(connection)
        if explain:
            print_explanation(connection, asked, search_statement(connection, selection, limit, sort))
            if told := _IN_FACT.get(way_to_best(connection, selection, limit, sort)):
                click.echo(f"in fact\n  {told}")
            elif sort != "relevance":
                _tell_what_is_tried(connection, selection, sort, limit)
            return
        empty = if_nothing(asked)
        found = search_articles(connection, selection, limit, sort)
        if form == "table":
            from archive.cli.drawing import print_hits

            shown = print_hits(found, empty)
        else:
            shown = print_rows(found, form, {}, empty=empty)
        _tell_how_many(connection, selection, shown, limit)
        tell_what_is_left_out(connection, selection)


@click.command()
@takes_query()
@click.option(
    "--unit",
    type=click.Choice(articles_queries.UNITS),
    default="articles",
    show_default=True,
    help="What to count: copies at several outlets are one text.",
)
@click.option(
    "--by",
    type=click.Choice(GROUPS),
    help="One count for each; an article with several topics or authors counts for each.",
)
@explain_option
@format_option
@click.pass_context
def count(ctx: click.Context, /, asked: "Asked", unit: str, by: str | None, explain: bool, form: str) -> None:
    """Count articles, or the texts or sources they are.

    All of them, or those that a query names (`archive search --help` tells what one is). A text is the same where its
    words are, whatever the headline. With --by, a topic counts without those below it: `archive list topic:=trade`
    lists what is counted for one, `archive list 'NOT has:topic'` what has none.

    \b
    archive count topic:sanctions
    archive count trade date:2023.. --by month
    archive count trade --by source --unit texts -f csv
    """
    with reading(archive_location(ctx)) as connection:
        selection = asked.selection(connection)
        if explain:
            statement = counting_by(selection, by, unit) if by else articles_queries.counting_of(selection, unit)
            print_explanation(connection, asked, statement)
            return
        if by is not None:
            rows = count_by(connection, selection, by, unit)
            print_rows(rows, form, {by: by, unit: unit}, empty=if_nothing(asked, selection))
        else:
            number = articles_queries.count_articles(connection, selection, unit)
            if not number and asked.query:
                hint(if_nothing(asked))
            if form == "table":
                click.echo(number)
            else:
                print_rows([{unit: number}], form, {})
        if unit == "sources" and by != "source":
            without_source = articles_queries.count_articles(connection, selection, "without_source")
            if without_source:
                hint(f"left out: {without_source:,} without a source")
        tell_what_is_left_out(connection, selection)


@click.command()
@click.argument("key", metavar="[KEY]", required=False, shell_complete=completing.keys)
@query_option
@click.option("--revision", type=int, metavar="N", help="The text as it was then; else the current one.")
@format_option
@click.pass_context
def show(ctx: click.Context, /, key: str | None, query: str | None, revision: int | None, form: str) -> None:
    """Show one article with all that is known of it.

    A KEY, as `archive list` shows it, may be shortened while it stays unique. With --revision, headline, body, what
    was set aside and links are those of that revision; of topics and evidence there is what was given or
    decided and what rests on that text; all else is the article's, as it is now. With --query, all articles that it
    finds, one after the other.

    \b
    archive show 4h7q
    archive show 4h7q --revision 1
    archive show 4h7q -f json | jq .evidence
    archive show --query 'headline:customs' -f jsonl
    """
    from archive.cli.drawing import draw_article
    from archive.queries.article import show_article

    if (key is None) == (query is None):
        raise click.UsageError("name one article by its KEY, or several with --query.", ctx)
    location = archive_location(ctx)
    if query is not None:
        if revision is not None:
            raise click.UsageError("--revision goes with a KEY.", ctx)
        keys = keys_of(location, query, ())
        with reading(location) as connection:
            found = (show_article(connection, each) for each in keys)
            if form == "table":
                for article in found:
                    print_object(article, form, partial(draw_article, article=article))
            else:
                print_rows(found, form, {}, empty="")
            tell_what_was_left_behind(connection)
        return
    with reading(location) as connection:
        article = show_article(connection, str(key), revision)
        tell_what_was_left_behind(connection)
    print_object(article, form, lambda console: draw_article(console, article))
    if article["revision"] != article["current_revision"]:
        hint(
            f"the text is that of revision {article['revision']}, not the current one, {article['current_revision']}; "
            "topics and evidence: only what was given or decided, and what rests on this text"
        )


@click.command()
@click.argument("key", metavar="KEY", shell_complete=completing.keys)
@format_option
@click.pass_context
def why(ctx: click.Context, /, key: str, form: str) -> None:
    """Explain an article: values, topics, dates, what was set aside.

    Says where each value came from, on which passages its topics rest (three of each; -f json has all), which
    dates were found and why they were chosen or not, and what was taken out of the text.

    \b
    archive why 4h7q
    """
    from archive.cli.drawing import draw_explanation
    from archive.queries.article import explain_article

    with reading(archive_location(ctx)) as connection:
        explanation = explain_article(connection, key)
        tell_what_was_left_behind(connection)
    print_object(explanation, form, lambda console: draw_explanation(console, explanation))


@click.command()
@click.argument("key", metavar="KEY", shell_complete=completing.keys)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(allow_dash=True, path_type=Path),
    help="Else stdout.",
)
@click.pass_context
def original(ctx: click.Context, /, key: str, output: Path | None) -> None:
    """Give back an article's bytes exactly as received.

    \b
    archive original 4h7q -o piece.txt
    """
    from archive.queries.article import read_original

    location = archive_location(ctx)
    with reading(location) as connection:
        content = read_original(connection, key)
    if output is not None and output != Path("-"):
        if is_part_of(location, output):
            raise click.UsageError(f"{output} is the archive itself; name another file.", ctx)
        try:
            output.write_bytes(content)
        except OSError as error:
            raise ArchiveError(f"{output} cannot be written: {error.strerror}") from error
    elif sys.stdout.isatty():
        click.echo(printable(content.decode("utf-8", "backslashreplace")), nl=False)
    else:
        click.echo(content, nl=False)


def _tell_what_is_tried(connection: "Connection", selection: "Selection", sort: str, limit: int | None) -> None:
    """Print what is done where the explained statement does not find enough."""
    if is_tried(connection, selection, sort, limit):
        click.echo(f"in fact\n  where that finds fewer than {limit}, all that match are sorted")


def _tell_how_many(connection: "Connection", selection: "Selection", shown: int, limit: int | None) -> None:
    """Say on stderr that there are more than a limit lets through."""
    if shown and shown == limit:
        total = articles_queries.count_articles(connection, selection)
        if total > shown:
            hint(f"{shown} of {total:,}; --limit 0 shows all")
