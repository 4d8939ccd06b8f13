"""The command line: commands parse, call and print. What they call is the library.

A command's module is imported when the command runs, so that `archive --help` costs no more than click does.
"""

import gc
import importlib
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from archive import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# command: (module, object in it, the first line of its help)
COMMANDS = {
    "import": ("importing", "import_", "Take files, folders and stdin into the archive."),
    "identify": ("identifying", "identify", "Say which reader takes a file, and why; imports nothing."),
    "search": ("articles", "search", "Find articles by words, best first, with the passages that match."),
    "kwic": ("concordance", "kwic", "Show keywords in context: each place where the words stand."),
    "list": ("articles", "list_", "List articles, newest first."),
    "show": ("articles", "show", "Show one article with all that is known of it."),
    "why": ("articles", "why", "Explain an article: values, topics, dates, what was set aside."),
    "original": ("articles", "original", "Give back an article's bytes exactly as received."),
    "count": ("articles", "count", "Count articles, or the texts or sources they are."),
    "query": ("saving", "query", "List saved queries, save one, take one away."),
    "timeline": ("timeline", "timeline", "Plot how many articles were published when."),
    "terms": ("terms", "terms", "Show the words that set articles apart from others."),
    "sample": ("sampling", "sample", "Draw articles for coding, the same ones for the same seed."),
    "export": ("exporting", "export", "Write articles for other programs, or for another archive."),
    "corpus": ("corpus", "corpus", "List frozen corpora; freeze, verify, describe, read and drop one."),
    "copies": ("comparing", "copies", "List the articles that have one article's text."),
    "diff": ("comparing", "diff", "Show what changed between two revisions of a text, by words."),
    "revisions": ("revisions", "revisions", "List what changed in texts after they came, newest first."),
    "gaps": ("gaps", "gaps", "Show which articles lack a source, date or language."),
    "set": ("deciding", "set_", "Say what an article's source, date or headline is."),
    "tag": ("deciding", "tag", "Put topics on articles, or take them off."),
    "decisions": ("deciding", "decisions", "List what people decided, take it back, keep it in a file."),
    "reparse": ("reparsing", "reparse", "Make articles anew of their originals, by today's rules."),
    "forget": ("forgetting", "forget", "Wipe articles for good: text, bytes, all that is known."),
    "sources": ("sources", "sources", "List sources, load them from a file, say what they are."),
    "topics": ("topics", "topics", "List topics as a tree, load them, say what they are."),
    "imports": ("imports", "imports", "List imports, show what became of each unit of one, or undo it."),
    "stats": ("imports", "stats", "Tell how much the archive holds, and what is not known."),
    "sql": ("sql", "sql", "Ask in SQL; reads only."),
    "verify": ("verify", "verify", "Check that the archive is sound; changes nothing."),
    "repair": ("verify", "repair", "Derive anew what can be derived, where it is wrong."),
    "copy": ("copying", "copy", "Copy a whole archive: into a file, onto a server, or back."),
    "db": ("db", "db", "Look after the database: upgrade, check, back up."),
    "completion": ("shells", "completion", "Print what lets bash, zsh or fish complete what you type."),
}


class Commands(click.Group):
    """The commands, loaded when they are needed, and errors shown as messages."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command line and end the process: with 0, 1 if something failed, 2 if the call itself is off."""
        from archive.errors import ArchiveError

        if "_ARCHIVE_COMPLETE" in os.environ:
            importlib.import_module("archive.cli.shells")  # a shell asks, and click finds there how to answer
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            code = error.exit_code
            _show(error)
        except click.Abort:
            code = 130  # as a shell has it for a program that Ctrl-C ended
        except ArchiveError as error:
            code = error.exit_code
            _show(error)
        sys.exit(code or 0)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        command: click.Command = getattr(importlib.import_module(f"archive.cli.{module}"), attribute)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        from click.shell_completion import CompletionItem

        options = click.Command.shell_complete(self, ctx, incomplete)
        return [
            *(
                CompletionItem(name, help=text)
                for name, (_, _, text) in COMMANDS.items()
                if name.startswith(incomplete)
            ),
            *options,
        ]

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
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            if error.option_name != "--db":
                takes_query = error.ctx is not None and any(one.name == "query" for one in error.ctx.command.params)
                if not takes_query or error.option_name.startswith("--"):
                    raise
                cure = "What excludes stands in quotes with the rest, 'trade -sanctions', or alone as 'NOT sanctions'."
                raise click.UsageError(f"{error.format_message()} {cure}", error.ctx) from error
            raise click.UsageError("--db stands before the command: archive --db PATH COMMAND.", error.ctx) from error
        except BrokenPipeError:
            # whoever read us has seen enough; what Python still has to write at its end must go somewhere
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--db",
    "database",
    envvar="ARCHIVE_DB",
    default="archive.db",
    show_default=True,
    metavar="PATH-OR-URL",
    shell_complete=lambda *typed: _files(*typed),
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


def main() -> NoReturn:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        # what a terminal's encoding does not have is shown as an escape, and stops nothing
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        cli.main(prog_name="archive")
    finally:
        gc.disable()  # else the whole of what was loaded is looked through for cycles at the end


def _files(ctx: click.Context, param: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    from archive.cli.completing import files

    return files(ctx, param, typed)


def _show(error: Exception) -> None:
    """Print a message on stderr, control characters of file names and texts made visible."""
    from io import StringIO

    from archive.cli.escaping import printable

    text = StringIO()
    if isinstance(error, click.ClickException):
        error.show(file=text)
    else:
        text.write(f"archive: {error}\n")
    with suppress(BrokenPipeError):
        click.echo(printable(text.getvalue()), err=True, nl=False)
