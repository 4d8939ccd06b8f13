"""`archive topics deciding` and `archive topics agreement`: several people who decide about the same tags."""

from typing import Any

import click

from archive.cli import completing
from archive.cli.asking import include_hidden_option, tell_what_is_left_out
from archive.cli.options import archive_location, format_option, name_of, who_and_why
from archive.cli.output import hint, print_object, print_rows
from archive.cli.topic_lists import scheme_option
from archive.errors import UsageError
from archive.normalize.names import name_key

_COLUMNS = {
    **{"topic": "topic", "code": "code", "articles": "articles", "tags": "tags"},
    **{"percent": "agreement", "alpha": "alpha", "coders": "yes/no"},
}
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
    decision, settled = set_rule(archive_location(ctx), rule, name_of(who), because)
    tags = f"{settled.put_on:,} tag{'' if settled.put_on == 1 else 's'} put on, {settled.taken_off:,} taken off"
    if decision is None:
        click.echo(f"it is so already; {tags}")
    else:
        click.echo(f"decision {decision.id} added, {tags}; `archive decisions undo {decision.id}` takes it back")


def _show(ctx: click.Context, form: str) -> None:
    from rich.console import Console

    from archive.cli.escaping import printable_line
    from archive.db.precedence import Rule
    from archive.queries import reading
    from archive.queries.decisions import deciding_rule

    with reading(archive_location(ctx)) as connection:
        rule = deciding_rule(connection)

    def draw(console: Console) -> None:
        counts = Rule(rule["rule"], rule["person"]).told()
        because = f": {rule['reason']}" if rule["reason"] else ""
        made = (rule["made_at"] or "")[:16].replace("T", " ")
        by = f" (decision {rule['decision']} by {rule['who']}, {made}{because})" if rule["decision"] else ""
        console.print(printable_line(f"where people say otherwise of a tag, {counts}{by}"))
        people = ", ".join(rule["people"]) or "nobody"
        console.print(printable_line(f"who decided about topics: {people}"))

    print_object(rule, form, draw)


@click.command()
@click.argument("query", nargs=-1, metavar="[QUERY...]", shell_complete=completing.queries)
@scheme_option
@click.option(
    "--topic", metavar="NAME", shell_complete=completing.known_topics, help="Only this topic and those below."
)
@click.option("--coders", metavar="A,B", help="Only what these people decided, with commas; else all.")
@include_hidden_option
@format_option
@click.pass_context
def agreement(
    ctx: click.Context,
    /,
    query: tuple[str, ...],
    scheme: str | None,
    topic: str | None,
    coders: str | None,
    include_hidden: bool,
    form: str,
) -> None:
    """Tell how far people agree about topics: percent and alpha.

    Of all articles, or of those that a query names. What two people or more decided about counts: a tag is a topic on
    an article, to which each said yes or no. Percent agreement is over pairs of people; Krippendorff's alpha takes off
    what chance would give: 1 is perfect, 0 as by chance, and – where all said the same of everything, since nothing can
    be told of that. Who said yes and no how often is counted over all that each decided, also alone.

    \b
    archive topics agreement
    archive topics agreement source:lantern-wire --scheme local -f csv
    """
    from archive.queries import reading
    from archive.queries.coders import topic_agreement
    from archive.queries.filters import Asked

    names = [] if coders is None else [name.strip() for name in coders.split(",")]
    if coders is not None and len({name_key(name) for name in names if name}) < 2:
        raise UsageError('name at least two coders, with commas: --coders "Ann Okoro,Ben"')
    asked = Asked(" ".join(query), include_hidden=include_hidden)
    with reading(archive_location(ctx)) as connection:
        selection = asked.selection(connection)
        rows = topic_agreement(connection, selection, scheme=scheme, topic=topic, coders=list(filter(None, names)))
        shown = map(_as_shown, rows) if form == "table" else rows
        print_rows(shown, form, _COLUMNS, empty="nobody decided about such topics; `archive topics review` begins")
        if len(rows) and len(rows[-1]["coders"]) < 2:
            hint(f"only {rows[-1]['coders'][0]['who']} decided about these; to agree, it takes two")
        tell_what_is_left_out(connection, selection)


def _as_shown(row: dict[str, Any]) -> dict[str, Any]:
    percent, alpha = row["percent"], row["alpha"]
    return {
        "topic": row["topic"] or "all topics",
        "code": f"{row['scheme']}:{row['code']}" if row["code"] else "",
        **{"articles": row["articles"], "tags": row["tags"]},
        "percent": "–" if percent is None else f"{percent:.1f} %",
        "alpha": "–" if alpha is None else f"{alpha:.3f}",
        "coders": "; ".join(f"{one['who']} {one['yes']:,}/{one['no']:,}" for one in row["coders"]),
    }
