"""`archive topics`."""

import click

from archive.cli import completing, learning
from archive.cli.asking import include_hidden_option, tell_hidden
from archive.cli.options import archive_path, format_option, put_on_record, two_names, who_and_why
from archive.cli.output import print_rows
from archive.cli.retagging import retag
from archive.cli.vocabularies import export, load
from archive.errors import UsageError
from archive.queries import reading
from archive.queries.topics import list_topics

_COLUMNS = {"topic": "topic", "code": "code", "articles": "articles", "with_below": "with below"}


@click.group(invoke_without_command=True)
@click.option("--all", "all_known", is_flag=True, help="Those without an article, too.")
@include_hidden_option
@format_option
@click.pass_context
def topics(ctx: click.Context, /, all_known: bool, include_hidden: bool, form: str) -> None:
    """List topics as a tree, load them, say what they are.

    With how many articles have each topic, and how many have it or one below it. What is said of them (merge, rename,
    move, alias) is on record, and `archive decisions undo N` takes it back.

    \b
    archive topics
    archive topics load my-topics.toml
    """
    if ctx.invoked_subcommand is not None:
        return
    with reading(archive_path(ctx)) as connection:
        rows = list_topics(connection, all_known=all_known, include_hidden=include_hidden)
        if form == "table":
            rows = ({**row, "topic": "  " * row["depth"] + row["name"]} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="no article has a topic; --all lists those that could be")
        if not include_hidden:
            tell_hidden(connection)


topics.add_command(load)
topics.add_command(export)
topics.add_command(retag)
for command in (learning.learn, learning.suggest, learning.threshold, learning.evaluate):
    topics.add_command(command)


@topics.command()
@click.argument("words", nargs=-1, required=True, metavar="TOPIC [INTO] TOPIC", shell_complete=completing.known_topics)
@who_and_why
@click.pass_context
def merge(ctx: click.Context, /, words: tuple[str, ...], who: str | None, because: str | None) -> None:
    """Say that a topic is another one.

    Its tags, names, phrases and the topics below it become those of the other, and so does whatever is tagged with it
    later. Name topics by code, scheme:code, name or alias.

    \b
    archive topics merge investment into trade --because "nobody told them apart"
    """
    names = two_names(words, "into", "archive topics merge investment into trade")
    put_on_record(ctx, "topic_merge", *names, who, because)


@topics.command()
@click.argument("topic", shell_complete=completing.known_topics)
@click.argument("name")
@who_and_why
@click.pass_context
def rename(ctx: click.Context, /, topic: str, name: str, who: str | None, because: str | None) -> None:
    """Show a topic by another name.

    The name it had goes on leading to it, and its code stays.

    \b
    archive topics rename belt-and-road "New Silk Road"
    """
    put_on_record(ctx, "topic_rename", topic, name, who, because)


@topics.command()
@click.argument(
    "words", nargs=-1, required=True, metavar="TOPIC [UNDER] PARENT", shell_complete=completing.known_topics
)
@click.option("--top", is_flag=True, help="Below none, instead of a parent.")
@who_and_why
@click.pass_context
def move(ctx: click.Context, /, words: tuple[str, ...], top: bool, who: str | None, because: str | None) -> None:
    """Put a topic below another one, or at the top.

    What stands below it goes along. Asking for a topic finds those below it, too.

    \b
    archive topics move tourism under economy
    archive topics move tourism --top
    """
    if top and len(words) != 1:
        raise UsageError("name one topic with --top: archive topics move tourism --top")
    topic, parent = (words[0], None) if top else two_names(words, "under", "archive topics move tourism under economy")
    put_on_record(ctx, "topic_move", topic, parent, who, because)


@topics.command()
@click.argument("topic", shell_complete=completing.known_topics)
@click.argument("name")
@who_and_why
@click.pass_context
def alias(ctx: click.Context, /, topic: str, name: str, who: str | None, because: str | None) -> None:
    """Let one more name lead to a topic.

    \b
    archive topics alias belt-and-road "Silk Road Economic Belt"
    """
    put_on_record(ctx, "topic_alias", topic, name, who, because)
