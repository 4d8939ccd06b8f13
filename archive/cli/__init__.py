"""The command line: commands parse, call and print. What they call is the library.

A command's module is imported when the command runs, so that `archive --help` costs no more than click does.
"""

import importlib
import sys
from typing import Any

import click

from archive import __version__

# command: (module, object in it, what it does)
COMMANDS = {
    "import": ("importing", "import_", "Take files, folders and stdin into the archive."),
    "search": ("articles", "search", "Find articles by words, best first, with the passages that match."),
    "list": ("articles", "list_", "List articles, newest first."),
    "show": ("articles", "show", "Show one article with all that is known of it."),
    "why": ("articles", "why", "Explain an article: topics, dates, headline, source, what was set aside."),
    "original": ("articles", "original", "Give back an article's bytes exactly as received."),
    "count": ("articles", "count", "Count articles."),
    "sources": ("sources", "sources", "List sources, or load them from a file."),
    "topics": ("topics", "topics", "List topics as a tree, or load them from a file."),
    "imports": ("imports", "imports", "List imports, or show what became of each unit of one."),
    "stats": ("imports", "stats", "Tell how much the archive holds, and what is not known."),
    "sql": ("sql", "sql", "Ask in SQL; reads only."),
    "db": ("db", "db", "Look after the database: upgrade, check, back up."),
}


class ShownError(click.ClickException):
    """An error of the library, printed as one message."""

    def show(self, file: Any = None) -> None:
        """Print the message on stderr, control characters of file names and texts made visible."""
        from archive.cli.output import printable

        click.echo(f"archive: {printable(self.message)}", err=True, file=file)


class ShownUsageError(ShownError):
    """The same, where the call itself is off."""

    exit_code = 2


class Commands(click.Group):
    """The commands, loaded when they are needed, and errors of the library shown as messages."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command: click.Command = getattr(importlib.import_module(f"archive.cli.{module}"), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        from archive.errors import ArchiveError

        try:
            return super().invoke(ctx)
        except ArchiveError as error:
            shown = ShownUsageError if error.exit_code == 2 else ShownError
            raise shown(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--db",
    "database",
    envvar="ARCHIVE_DB",
    default="archive.db",
    show_default=True,
    metavar="PATH-OR-URL",
    help="The archive to work on; else $ARCHIVE_DB.",
)
@click.version_option(__version__, prog_name="archive")
@click.pass_context
def cli(ctx: click.Context, database: str) -> None:
    """A local-first news archive: articles, sources and tagged topics in one database that explains itself.

    \b
    archive import clippings/                take a folder in
    archive search trade sanctions           find articles
    archive why KEY                          why it is tagged, dated and titled so
    archive sql "SELECT * FROM documents"    ask in SQL
    """
    ctx.obj = database


def main() -> None:
    """Run the command line."""
    try:
        cli(prog_name="archive")
    except BrokenPipeError:
        # whoever read us has seen enough; without this, Python complains once more when it flushes stdout
        sys.stderr.close()
        sys.exit(0)
