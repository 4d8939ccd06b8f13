"""Commands about articles: search, list, show, why, original, count."""

import sys
from typing import Any

import click

from archive.cli.options import archive_path, filter_options, format_option, limit_option
from archive.cli.output import hint, print_object, print_rows
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


@click.command("list")
@filter_options
@limit_option(20)
@format_option
@click.pass_context
def list_(ctx: click.Context, /, limit: int, form: str, **filters: Any) -> None:
    """List articles, newest first; those without a date last. A derived headline stands in italics.

    \b
    archive list --topic diplomacy --since 2023-02
    archive list --source xinhua --limit 0 -f csv > articles.csv
    """
    with reading(archive_path(ctx)) as connection:
        chosen = Filters(**filters)
        found = articles_queries.list_articles(connection, chosen, limit or None)
        if form == "table":
            found = ({**article, "published": (article["published"] or "")[:10]} for article in found)
        shown = print_rows(found, form, _LIST_COLUMNS, empty=_nothing(chosen))
        if shown and shown == limit:
            total = articles_queries.count_articles(connection, chosen)
            if total > shown:
                hint(f"{shown} of {total:,}; --limit 0 shows all")
        _tell_undated(connection, chosen)


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@filter_options
@limit_option(10)
@format_option
@click.pass_context
def search(ctx: click.Context, /, words: tuple[str, ...], limit: int, form: str, **filters: Any) -> None:
    """Find the articles in which all words occur, best first, with the passages that match.

    Case and accents do not count. Whatever is typed is taken literally: AT&T, O'Brien, C++ and NOT are words.

    \b
    archive search trade sanctions
    archive search 北京 --since 2023
    archive search "industrial park" -f json
    """
    from archive.cli.drawing import print_hits
    from archive.queries.search import count_matches, query_phrases, search_articles

    typed = " ".join(words)
    with reading(archive_path(ctx)) as connection:
        chosen = Filters(**filters)
        empty = _nothing(chosen) if query_phrases(typed) else "there is no word in what you typed"
        found = search_articles(connection, typed, chosen, limit or None)
        shown = print_hits(found, empty) if form == "table" else print_rows(found, form, {}, empty=empty)
        if shown and shown == limit:
            total = count_matches(connection, typed, chosen)
            if total > shown:
                hint(f"{shown} of {total:,}; --limit 0 shows all")
        _tell_undated(connection, chosen)


@click.command()
@click.argument("words", nargs=-1, metavar="[WORDS...]")
@filter_options
@format_option
@click.pass_context
def count(ctx: click.Context, /, words: tuple[str, ...], form: str, **filters: Any) -> None:
    """Count articles: all, those that options name, those in which all words occur.

    \b
    archive count --topic sanctions
    archive count trade --since 2023
    """
    from archive.queries.search import count_matches

    with reading(archive_path(ctx)) as connection:
        chosen = Filters(**filters)
        number = (
            count_matches(connection, " ".join(words), chosen)
            if words
            else articles_queries.count_articles(connection, chosen)
        )
        if form == "table":
            click.echo(number)
        else:
            print_rows([{"articles": number}], form, {})
        _tell_undated(connection, chosen)


@click.command()
@click.argument("key", metavar="KEY")
@format_option
@click.pass_context
def show(ctx: click.Context, /, key: str, form: str) -> None:
    """Show an article: its text, and all that is known of it. A KEY may be shortened while it stays unique.

    \b
    archive show 4h7q
    archive show 4h7q -f json | jq .evidence
    """
    from archive.cli.drawing import draw_article
    from archive.queries.article import show_article

    with reading(archive_path(ctx)) as connection:
        article = show_article(connection, key)
    print_object(article, form, lambda console: draw_article(console, article))


@click.command()
@click.argument("key", metavar="KEY")
@format_option
@click.pass_context
def why(ctx: click.Context, /, key: str, form: str) -> None:
    """Explain an article: where its values came from, its topics' passages, every date found, what was set aside.

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
@click.option("-o", "--output", type=click.File("wb"), default="-", help="File to write to; else stdout.")
@click.pass_context
def original(ctx: click.Context, /, key: str, output: Any) -> None:
    """Give back the bytes that an article was made of, exactly as they were received.

    \b
    archive original 4h7q -o piece.txt
    """
    from archive.queries.article import read_original

    with reading(archive_path(ctx)) as connection:
        content = read_original(connection, key)
    if output.name == "<stdout>" and sys.stdout.isatty():
        from archive.cli.output import printable

        click.echo(printable(content.decode("utf-8", "backslashreplace")), nl=False)
    else:
        output.write(content)


def _nothing(filters: Filters) -> str:
    if filters == Filters():
        return "nothing found; fewer words find more, `archive stats` tells what the archive holds"
    return "nothing found; fewer options find more"


def _tell_undated(connection: Any, filters: Filters) -> None:
    if filters.by_date:
        undated = articles_queries.count_undated(connection, filters)
        if undated:
            hint(f"{undated:,} without a date left out")
