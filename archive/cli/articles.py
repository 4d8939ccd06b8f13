"""Commands about articles: search, list, show, why, original, count."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archive.cli.escaping import printable
from archive.cli.options import archive_path, filter_options, format_option, limit_option
from archive.cli.output import hint, print_object, print_rows
from archive.errors import ArchiveError
from archive.queries import articles as articles_queries
from archive.queries import reading
from archive.queries.filters import Filters

_LIST_COLUMNS = {
    "key": "key",
    "published": "published",
    "source": "source",
    "headline": "headline",
    "words": "words",
}
_FEWER_WORDS = "nothing found; fewer words find more, `archive stats` tells what the archive holds"
_FEWER_OPTIONS = "nothing found; fewer options find more"


@click.command("list")
@filter_options
@limit_option(20)
@format_option
@click.pass_context
def list_(ctx: click.Context, /, limit: int | None, form: str, **filters: Any) -> None:
    """List articles, newest first.

    Those without a date come last. A headline that was derived from the text stands in italics.

    \b
    archive list --topic diplomacy --since 2023-02
    archive list --source radio-lintel --limit 0 -f csv > articles.csv
    """
    with reading(archive_path(ctx)) as connection:
        chosen = Filters(**filters)
        found = articles_queries.list_articles(connection, chosen, limit)
        if form == "table":
            found = ({**article, "published": (article["published"] or "")[:10]} for article in found)
        empty = "the archive has no articles yet" if chosen == Filters() else _FEWER_OPTIONS
        shown = print_rows(found, form, _LIST_COLUMNS, empty=empty)
        _tell_what_is_not_shown(
            chosen, shown, limit, lambda filters: articles_queries.count_articles(connection, filters)
        )


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@filter_options
@limit_option(10)
@format_option
@click.pass_context
def search(ctx: click.Context, /, words: tuple[str, ...], limit: int | None, form: str, **filters: Any) -> None:
    """Find articles by words, best first, with the passages that match.

    All words must occur, in the headline or the body. Case and accents do not count. Whatever is typed is taken
    literally: AT&T, O'Brien, C++ and NOT are words.

    \b
    archive search trade sanctions
    archive search 北京 --since 2023
    archive search kite anchor -f json
    """
    from archive.cli.drawing import print_hits
    from archive.queries.search import count_matches, query_phrases, search_articles

    typed = " ".join(words)
    with reading(archive_path(ctx)) as connection:
        chosen = Filters(**filters)
        empty = _FEWER_WORDS if chosen == Filters() else _FEWER_OPTIONS
        if not query_phrases(typed):
            empty = "nothing found; there is no word in what was typed"
        found = search_articles(connection, typed, chosen, limit)
        shown = print_hits(found, empty) if form == "table" else print_rows(found, form, {}, empty=empty)
        _tell_what_is_not_shown(chosen, shown, limit, lambda filters: count_matches(connection, typed, filters))


@click.command()
@click.argument("words", nargs=-1, metavar="[WORDS...]")
@click.option(
    "--unit",
    type=click.Choice(articles_queries.UNITS),
    default="articles",
    show_default=True,
    help="What to count: copies at several outlets are one text.",
)
@filter_options
@format_option
@click.pass_context
def count(ctx: click.Context, /, words: tuple[str, ...], unit: str, form: str, **filters: Any) -> None:
    """Count articles, or the texts or sources they are.

    All of them, those that options name, those in which all words occur. A text is the same where its words are,
    whatever the headline.

    \b
    archive count --topic sanctions
    archive count trade --since 2023
    archive count trade --unit texts
    """
    from archive.queries.search import count_matches

    with reading(archive_path(ctx)) as connection:

        def number_of(filters: Filters, unit: str = "articles") -> int:
            if words:
                return count_matches(connection, " ".join(words), filters, unit)
            return articles_queries.count_articles(connection, filters, unit)

        chosen = Filters(**filters)
        number = number_of(chosen, unit)
        without_source = number_of(chosen, "without_source") if unit == "sources" else 0
        if form == "table":
            click.echo(number)
        else:
            print_rows([{unit: number}], form, {})
        if without_source:
            hint(f"left out: {without_source:,} without a source")
        _tell_what_is_not_shown(chosen, 0, None, number_of)


@click.command()
@click.argument("key", metavar="KEY")
@click.option("--revision", type=int, metavar="N", help="The text as it was then; else the current one.")
@format_option
@click.pass_context
def show(ctx: click.Context, /, key: str, revision: int | None, form: str) -> None:
    """Show one article with all that is known of it.

    A KEY, as `archive list` shows it, may be shortened while it stays unique. With --revision, headline, body, what
    was set aside and links are those of that revision; of topics and evidence there is what was given or
    decided and what rests on that text; all else is the article's, as it is now.

    \b
    archive show 4h7q
    archive show 4h7q --revision 1
    archive show 4h7q -f json | jq .evidence
    """
    from archive.cli.drawing import draw_article
    from archive.queries.article import show_article

    with reading(archive_path(ctx)) as connection:
        article = show_article(connection, key, revision)
    print_object(article, form, lambda console: draw_article(console, article))
    if article["revision"] != article["current_revision"]:
        hint(
            f"the text is that of revision {article['revision']}, not the current one, {article['current_revision']}; "
            "topics and evidence: only what was given or decided, and what rests on this text"
        )


@click.command()
@click.argument("key", metavar="KEY")
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

    with reading(archive_path(ctx)) as connection:
        explanation = explain_article(connection, key)
    print_object(explanation, form, lambda console: draw_explanation(console, explanation))


@click.command()
@click.argument("key", metavar="KEY")
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

    path = archive_path(ctx)
    with reading(path) as connection:
        content = read_original(connection, key)
    if output is not None and output != Path("-"):
        if output.exists() and output.samefile(path):
            raise click.UsageError(f"{output} is the archive itself; name another file.", ctx)
        try:
            output.write_bytes(content)
        except OSError as error:
            raise ArchiveError(f"{output} cannot be written: {error.strerror}") from error
    elif sys.stdout.isatty():
        click.echo(printable(content.decode("utf-8", "backslashreplace")), nl=False)
    else:
        click.echo(content, nl=False)


def _tell_what_is_not_shown(
    filters: Filters, shown: int, limit: int | None, count_articles: Callable[[Filters], int]
) -> None:
    """Say on stderr that there are more than a limit lets through, and whom a span of time leaves out unseen."""
    if shown and shown == limit:
        total = count_articles(filters)
        if total > shown:
            hint(f"{shown} of {total:,}; --limit 0 shows all")
    if filters.by_date:
        undated = count_articles(filters.leaving_out("undated"))
        imprecise = count_articles(filters.leaving_out("imprecise"))
        left_out = [f"{undated:,} without a date"] if undated else []
        left_out += [f"{imprecise:,} with a date too coarse to tell"] if imprecise else []
        if left_out:
            hint(f"left out: {', '.join(left_out)}")
