"""`archive topics deciding` and `archive topics agreement`: several people who decide about the same tags."""

import click

from archive.cli.options import archive_path, format_option, name_of, who_and_why
from archive.cli.output import print_object
from archive.errors import UsageError

_EXAMPLE = 'archive topics deciding majority, … latest, or … person "Ann Okoro"'


@click.command()
@click.argument("words", nargs=-1, metavar="[latest|majority|person NAME]")
@who_and_why
@format_option
@click.pass_context
def deciding(ctx: click.Context, /, words: tuple[str, ...], who: str | None, because: str | None, form: str) -> None:
    """Say whose word counts where people decide otherwise of a tag.

    Decisions about topics are each person's own. Shown is the latest of all (latest), what more people say (majority;
    where as many say yes as no, the latest of these), or what one person says (person NAME: and nothing where that
    person said nothing). Without arguments, tells which it is. It is itself a decision: on record, in the file that
    `archive decisions dump` writes, and taken back by `archive decisions undo N`.

    \b
    archive topics deciding
    archive topics deciding majority --because "three coders from March on"
    archive topics deciding latest
    """
    if not words:
        _show(ctx, form)
        return
    from archive.db.precedence import PERSON, RULES, Rule
    from archive.decide import set_rule

    name, *person = words
    if name not in RULES or len(person) != (name == PERSON):
        raise UsageError(f"say which decisions count: {_EXAMPLE}")
    rule = Rule(name, " ".join(person[0].split()) if person else None)
    if rule.person == "":
        raise UsageError(f"nobody is named; name the person: {_EXAMPLE}")
    decision, settled = set_rule(archive_path(ctx), rule, name_of(who), because)
    tags = f"{settled.put_on:,} tag{'' if settled.put_on == 1 else 's'} put on, {settled.taken_off:,} taken off"
    if decision is None:
        click.echo(f"it is so already; {tags}")
    else:
        click.echo(f"decision {decision.id} added, {tags}; `archive decisions undo {decision.id}` takes it back")


def _show(ctx: click.Context, form: str) -> None:
    from rich.console import Console

    from archive.cli.escaping import printable_line
    from archive.queries import reading
    from archive.queries.decisions import deciding_rule

    with reading(archive_path(ctx)) as connection:
        rule = deciding_rule(connection)

    def draw(console: Console) -> None:
        counts = f"what {rule['person']} says counts" if rule["person"] else f"the {rule['rule']} counts"
        because = f": {rule['reason']}" if rule["reason"] else ""
        made = (rule["made_at"] or "")[:16].replace("T", " ")
        by = f" (decision {rule['decision']} by {rule['who']}, {made}{because})" if rule["decision"] else ""
        console.print(printable_line(f"where people say otherwise of a tag, {counts}{by}"))
        people = ", ".join(rule["people"]) or "nobody"
        console.print(printable_line(f"who decided about topics: {people}"))

    print_object(rule, form, draw)
