"""Options that several commands share, and what they stand for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

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


def archive_path(ctx: click.Context) -> Path:
    """Return the file of the archive that the command is about."""
    from archive.db.engine import database_path

    return database_path(ctx.find_root().obj)


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
