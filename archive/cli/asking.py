"""How commands take a query, and what is said beside its answer."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archive.cli import completing
from archive.cli.output import hint
from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.db.location import Location
    from archive.queries import Connection
    from archive.queries.filters import Asked
    from archive.queries.selection import Selection

F = TypeVar("F", bound=Callable[..., Any])

NAMED_BY_QUERY = "status:withheld, status:canceled and has:embargo name them"
FEWER_WORDS = "nothing found; fewer words find more, `archive stats` tells what the archive holds"
LEFT_BEHIND = "was left behind when this archive was copied"
FEWER_OPTIONS = "nothing found; fewer options find more"
_OPERATORS = ("and", "or", "not")
_NEAR = re.compile(r"(?i:w|n|near|pre|adj|within)/?\d+|NEAR|ADJ")  # as media databases have it


def takes_query(*, required: bool = False, several: bool = False, topic: str | None = None) -> Callable[[F], F]:
    """Add the argument QUERY and the options that go with it; they come as one `asked`.

    With `several` each argument is a query of its own, and `asked` is a list; else they are one query together. A
    command for which --topic means something else says what with `topic`, and takes it out of what is asked.
    """
    dots = "QUERY..." if required else "[QUERY...]"
    typed = click.argument("query", nargs=-1, required=required, metavar=dots, shell_complete=completing.queries)

    def decorate(function: F) -> F:
        @wraps(function)
        def collected(
            *args: Any,
            query: tuple[str, ...],
            words_only: bool,
            include_imprecise: bool,
            include_hidden: bool,
            **options: Any,
        ) -> Any:
            from archive.queries.filters import Asked, Filters

            filters = Filters(**{name: options.pop(name) for name in _NAMES})
            queries = (query or ("",)) if several else (" ".join(query),)
            asked = [Asked(one, filters, words_only, include_imprecise, include_hidden) for one in queries]
            return function(*args, asked=asked if several else asked[0], **options)

        wrapped: Any = collected
        for option in reversed(_options(topic or "On this topic or one below it: code, name or alias.")):
            wrapped = option(wrapped)
        return typed(wrapped)  # type: ignore[no-any-return]

    return decorate


def query_option(function: F) -> F:
    """Add --query to a command whose arguments are keys; it comes as `query`, a text or None."""
    return click.option(
        "--query",
        metavar="QUERY",
        shell_complete=completing.queries,
        help="All articles that this finds, instead of KEYs.",
    )(function)


def keys_of(location: "Location", query: str | None, keys: Sequence[str]) -> list[str]:
    """Return the keys that are named, or those of the articles that a query finds; says so where it finds none."""
    if query is None:
        return list(keys)
    if keys:
        raise UsageError("name articles by KEY or with --query, not both")
    from archive.queries import reading
    from archive.queries.articles import find_keys
    from archive.queries.filters import Asked

    with reading(location) as connection:
        asked = Asked(query)
        selection = asked.selection(connection)
        found = find_keys(connection, selection)
        tell_what_is_left_out(connection, selection, NAMED_BY_QUERY)
    if not found:
        hint(if_nothing(asked))
    return found


include_hidden_option = click.option(
    "--include-hidden", is_flag=True, help="Also articles that are withheld, canceled or under embargo."
)

explain_option = click.option("--explain", is_flag=True, help="Show how the query is understood, its SQL and its plan.")


def _options(topic: str) -> tuple[Callable[[Any], Any], ...]:
    return (
        click.option(
            "--source", metavar="NAME", shell_complete=completing.sources, help="Of this source: slug, name or alias."
        ),
        click.option("--topic", metavar="NAME", shell_complete=completing.topics, help=topic),
        *_MORE_OPTIONS,
    )


_MORE_OPTIONS = (
    click.option("--since", metavar="DATE", help="Published then or later: 2023, 2023-02, 2023-02-28."),
    click.option("--until", metavar="DATE", help="Published then or earlier."),
    click.option(
        "--language", metavar="TAG", shell_complete=completing.languages, help="In this language: en, zh-Hant."
    ),
    click.option("--words", "words_only", is_flag=True, help="Take the query literally, as words and nothing else."),
    click.option(
        "--include-imprecise",
        is_flag=True,
        help="Also articles whose date is too coarse to tell if it is within a span.",
    ),
    include_hidden_option,
)
_NAMES = ("source", "topic", "since", "until", "language")


def if_nothing(asked: "Asked", selection: "Selection | None" = None) -> str:
    """Return what to say where a query finds nothing; a `selection` tells whether that is since all is hidden."""
    if asked.everything:
        all_hidden = selection is not None and selection.hidden is not None
        return "all that there is is hidden" if all_hidden else "the archive has no articles yet"
    typed = asked.query.split()
    if typed and not any(character.isalnum() for character in asked.query):
        return "nothing found; there is no word in what was typed"
    small = [word for word in typed if word in _OPERATORS]
    if small and not asked.words_only:
        return f"nothing found; {small[0]} is a word like others, {small[0].upper()} joins"
    if len(typed) > 2 and any(_NEAR.fullmatch(word) for word in typed[1:-1]):
        return 'nothing found; words near each other are "trade minsk"~5'
    return FEWER_WORDS if len(typed) and not any(vars(asked.filters).values()) else FEWER_OPTIONS


def print_explanation(connection: "Connection", asked: "Asked", statement: Any) -> None:
    """Print how a query is understood, the SQL that answers it, and how the database goes about that."""
    from archive.cli.escaping import printable
    from archive.queries.explanation import explain

    explained = explain(connection, asked, statement)
    for title, lines in explained.items():
        click.echo(f"{title}\n" + printable("".join(f"  {line}\n" for line in lines)), nl=False)


def tell_what_is_left_out(
    connection: "Connection", selection: "Selection", cure: str = "--include-hidden shows them"
) -> None:
    """Say on stderr how many articles are left out: for want of a date that is exact enough, and for being hidden.

    `cure` is what shows those that are hidden.
    """
    if selection.undated is None and selection.hidden is None:
        return
    from archive.queries.left_out import count_left_out, hidden_told, told

    apart = count_left_out(connection, selection)
    for one in filter(None, (told(apart.undated, apart.imprecise), hidden_told(apart.hidden, cure))):
        hint(one)


def tell_what_was_left_behind(connection: "Connection") -> None:
    """Say on stderr that texts were left behind when the archive was copied, if so: where one stood, there is `…`."""
    from archive.db.left_behind import LEFT, find_left_behind
    from archive.db.unfinished import TEXTS

    found = find_left_behind(connection)
    if TEXTS in found.parts:
        hint(f"{LEFT} stands where a text {LEFT_BEHIND}; {found.cure}")


def tell_hidden(connection: "Connection") -> None:
    """Say on stderr how many articles of the archive do not count because they are hidden."""
    from archive.queries.hiding import count_hidden
    from archive.queries.left_out import hidden_told

    if apart := hidden_told(count_hidden(connection)):
        hint(apart)
