"""Options that several commands share, and what they stand for."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from archive.errors import UsageError

if TYPE_CHECKING:
    from archive.db.location import Location

F = TypeVar("F", bound=Callable[..., Any])

_ENOUGH = 2**62  # more than any archive has; SQLite refuses what does not fit into 64 bits
FORMATS = ("table", "json", "jsonl", "csv")


def format_option(function: F) -> F:
    """Add -f/--format; what is said before a subcommand holds for it, where nothing is said after it."""
    return format_option_with()(function)


def format_option_with(*more: str, default: str | None = None) -> Callable[[F], F]:
    """Add -f/--format with formats that only this command has, one of which may be its default."""
    return click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice((*FORMATS, *more)),
        default=default or _format_before,
        show_default=default or "table",
        help="How to print.",
    )


def _format_before() -> str:
    above = click.get_current_context().parent
    return "table" if above is None else above.params.get("form", "table")


def limit_option(default: int) -> Callable[[F], F]:
    """Add --limit, which comes as a number, or as None for no limit."""
    return click.option(
        "--limit",
        type=click.IntRange(min=0),
        metavar="N",
        default=default,
        show_default=bool(default),
        callback=lambda _ctx, _option, number: number if 0 < number < _ENOUGH else None,
        help="At most so many; 0 for all.",
    )


def archive_location(ctx: click.Context) -> "Location":
    """Return where the archive is that the command is about."""
    from archive.db.location import locate

    return locate(ctx.find_root().obj)


def archive_file(ctx: click.Context, what: str, instead: str = "") -> Path:
    """Return the file of the archive that the command is about; raises UsageError where it is on a server."""
    from archive.db.location import file_of

    return file_of(archive_location(ctx), what, instead)


def who_and_why(function: F) -> F:
    """Add --who and --because, for what is put on record."""
    for option in (
        click.option("--who", metavar="NAME", envvar="ARCHIVE_WHO", help="Who decides; else $ARCHIVE_WHO, else you."),
        click.option("--because", metavar="TEXT", help="Why; it stands on record."),
    ):
        function = option(function)
    return function


def name_of(who: str | None) -> str:
    """Return who decides: as named, or else as the person logged in; '' where nobody is."""
    import getpass

    if who is not None:
        return who
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        return ""


def put_on_record(
    ctx: click.Context, verb: str, name: str, value: str | None, who: str | None, because: str | None
) -> None:
    """Put on record what is said of a source or topic, make it so, and tell the decision's number."""
    from archive.decide import decide_about

    decision = decide_about(archive_location(ctx), verb, name, value, name_of(who), because)
    if decision is None:
        click.echo("it is so already")
    else:
        click.echo(f"decision {decision.id} added; `archive decisions undo {decision.id}` takes it back")


def two_names(words: Sequence[str], link: str, example: str) -> tuple[str, str]:
    """Return the two that are named, maybe with a word like INTO between; raises UsageError for anything else."""
    names = [word for number, word in enumerate(words) if number != 1 or len(words) == 2 or word.lower() != link]
    if len(names) != 2:
        raise UsageError(f"name two: {example}")
    return names[0], names[1]
