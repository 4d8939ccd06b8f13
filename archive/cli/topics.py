"""`archive topics`."""

import click

from archive.cli import completing, learning, topic_lists
from archive.cli.asking import include_hidden_option
from archive.cli.coders import agreement, deciding
from archive.cli.options import format_option, put_on_record, two_names, who_and_why
from archive.cli.retagging import retag
from archive.cli.reviewing import review
from archive.cli.vocabularies import export, load
from archive.errors import UsageError


class _Topics(click.Group):
    """Commands about topics; what is none of them is a query, of which the topics are listed."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.commands, n=1)
            if not near:
                return topic_lists.list_.name, topic_lists.list_, args
            query = f"`archive topics list {args[0]}` asks for the word."
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'? {query}", ctx) from error


@click.group(cls=_Topics, invoke_without_command=True, subcommand_metavar="[QUERY | COMMAND [ARGS]...]")
@topic_lists.tree_options
@include_hidden_option
@format_option
@click.pass_context
def topics(
    ctx: click.Context,
    /,
    all_known: bool,
    scheme: str | None,
    depth: int | None,
    include_hidden: bool,
    form: str,
) -> None:
    """List topics as a tree, load them, say what they are.

    With how many articles have each topic, and how many have it or one below it; `archive topics list --help` tells
    the rest. What is said of topics (merge, rename, move, alias) is on record, and `archive decisions undo N` takes it
    back.

    \b
    archive topics
    archive topics source:radio-lintel
    archive topics load my-topics.toml
    """
    if ctx.invoked_subcommand is not None:
        return
    from archive.queries.filters import Asked

    asked = Asked(include_hidden=include_hidden)
    topic_lists.print_tree(ctx, asked, all_known, scheme, depth, form)


_LISTS = (topic_lists.list_, topic_lists.unused, topic_lists.show, topic_lists.test)
_LEARNING = (learning.learn, learning.suggest, learning.threshold, learning.evaluate)

for _command in (*_LISTS, *_LEARNING, load, export, retag, review, deciding, agreement):
    topics.add_command(_command)


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
