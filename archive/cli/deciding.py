"""`archive set`, `archive tag` and `archive decisions`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import click

from archive.cli import completing
from archive.cli.asking import keys_of, query_option
from archive.cli.options import archive_location, format_option, limit_option, name_of, who_and_why
from archive.cli.output import hint, print_rows, to_json
from archive.decide import Decided, Wish, decide
from archive.errors import UsageError

_COLUMNS = {
    "number": "number",
    "made_at": "made",
    "who": "who",
    "key": "key",
    "what": "what",
    "reason": "reason",
    "undone_by": "undone by",
}


@click.command("set")
@click.argument("words", nargs=-1, metavar="KEY... FIELD=VALUE...", shell_complete=completing.keys_and_fields)
@click.option(
    "--from",
    "file",
    metavar="FILE",
    type=click.Path(allow_dash=True),
    help="CSV with a column `key`, one for each field, and maybe `because`; - for stdin.",
)
@query_option
@who_and_why
@click.pass_context
def set_(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    file: str | None,
    query: str | None,
    who: str | None,
    because: str | None,
) -> None:
    """Say what an article's source, date or headline is.

    Fields: source, published, headline, language, authors, url, section, page, edition, rights, kind, status (usable,
    withheld, canceled), embargo (a time), slugline, dateline, translation_of (a key). Nothing after the = says that
    none is known. What is decided is on record with who, when and why, and no later import changes it; `archive
    decisions undo N` takes it back.

    In a CSV an empty cell says nothing; a cell with only = says that none is known.

    \b
    archive set 7u4bzebenofx source="Lantern Wire" published=2023-02 --because "imprint of the printed copy"
    archive set 7u4bzebenofx j5fiq354movg published= --because "no date on the clipping"
    archive set --query "source:lantern-wire has:headline" language=en
    archive set --from corrections.csv --who Ada
    """
    keys = [word for word in words if "=" not in word]
    given = [word.partition("=")[::2] for word in words if "=" in word]
    if file is not None:
        if words or query is not None:
            raise UsageError("name articles and values either on the command line or in a file")
        wishes = _wishes_of_file(file, because)
    else:
        if not (keys or query) or not given:
            raise UsageError(
                "name at least one KEY and one FIELD=VALUE; as in archive set 7u4bzebenofx published=2023-02"
            )
        if repeated := {name for name, _ in given if [one for one, _ in given].count(name) > 1}:
            raise UsageError(f"{repeated.pop()} is said twice; say it once")
        values = {name.strip(): value or None for name, value in given}
        keys = keys_of(archive_location(ctx), query, keys)
        wishes = [Wish(key, values, reason=because) for key in keys]
    _tell(decide(archive_location(ctx), wishes, name_of(who)))


@click.command()
@click.argument(
    "words",
    nargs=-1,
    required=True,
    metavar="KEY... -- +TOPIC... -TOPIC...",
    shell_complete=completing.keys_and_tags,
)
@query_option
@who_and_why
@click.pass_context
def tag(ctx: click.Context, /, words: tuple[str, ...], query: str | None, who: str | None, because: str | None) -> None:
    """Put topics on articles, or take them off.

    A topic is named by its name, an alias or scheme:code; a name that is not known makes a new topic. What is decided
    is on record, and outlives every import and rule: a topic taken off does not come back.

    \b
    archive tag --because "sanctions only in passing" 7u4bzebenofx -- +trade -sanctions
    archive tag 7u4bzebenofx j5fiq354movg -- "+Belt and Road"
    archive tag --query '"trade sanctions" date:2023' -- +sanctions
    """
    if late := [word for word in words if word.startswith("--")]:
        raise UsageError(f"{late[0]} stands after the -- that ends the options; write it before")
    keys = [word for word in words if word[:1] not in ("+", "-")]
    topics = [word[1:].strip() for word in words if word[:1] == "+"]
    not_topics = [word[1:].strip() for word in words if word[:1] == "-"]
    if not (keys or query) or not (topics or not_topics) or not all((*topics, *not_topics)):
        raise UsageError("name at least one KEY, then what to do: archive tag 7u4bzebenofx -- +trade -sanctions")
    found = keys_of(archive_location(ctx), query, keys)
    wishes = [Wish(key, {}, topics, not_topics, because) for key in found]
    _tell(decide(archive_location(ctx), wishes, name_of(who)))


@click.group(invoke_without_command=True)
@click.option("--article", metavar="KEY", shell_complete=completing.keys, help="Only those about this article.")
@limit_option(20)
@format_option
@click.pass_context
def decisions(ctx: click.Context, /, article: str | None, limit: int | None, form: str) -> None:
    """List what people decided, take it back, keep it in a file.

    The latest first.

    \b
    archive decisions
    archive decisions --article 7u4bzebenofx -f json
    archive decisions undo 12 --because "wrong article"
    archive decisions dump decisions.jsonl
    """
    if ctx.invoked_subcommand is None:
        _print_decisions(ctx, article, limit, form)


@decisions.command("list")
@click.option("--article", metavar="KEY", shell_complete=completing.keys, help="Only those about this article.")
@limit_option(20)
@format_option
@click.pass_context
def list_(ctx: click.Context, /, article: str | None, limit: int | None, form: str) -> None:
    """List what people decided, the latest first.

    \b
    archive decisions list --limit 0 -f csv
    """
    _print_decisions(ctx, article, limit, form)


def _print_decisions(ctx: click.Context, article: str | None, limit: int | None, form: str) -> None:
    from archive.queries import reading
    from archive.queries.decisions import list_decisions

    with reading(archive_location(ctx)) as connection:
        rows: Iterable[dict[str, Any]] = list_decisions(connection, article, limit)
        if form == "table":
            rows = map(_as_shown, rows)
        print_rows(rows, form, _COLUMNS, empty="nobody has decided anything yet; `archive set` and `archive tag` do")


@decisions.command()
@click.argument("number", type=click.IntRange(min=1), metavar="N")
@who_and_why
@click.pass_context
def undo(ctx: click.Context, /, number: int, who: str | None, because: str | None) -> None:
    """Take decision N back.

    The article is again as an earlier decision has it, or else as what was imported says. The number of an undoing
    takes that back.

    \b
    archive decisions undo 12 --because "wrong article"
    """
    from archive import decide as deciding

    decision, undone = deciding.undo(archive_location(ctx), number, name_of(who), because)
    click.echo(f"decision {decision.id} taken back, by decision {undone.id}")


@decisions.command()
@click.argument("file", type=click.Path(allow_dash=True), default="-")
@click.pass_context
def dump(ctx: click.Context, /, file: str) -> None:
    """Write all decisions into FILE; - or nothing for stdout.

    One JSON object a line. They are the one thing that cannot be computed again from what was imported.

    \b
    archive decisions dump decisions.jsonl
    """
    from archive.decisions_file import dump_decisions
    from archive.queries import reading

    if file != "-" and Path(file).exists():
        raise UsageError(f"{file} exists; name a file that does not")
    with reading(archive_location(ctx)) as connection, click.open_file(file, "w", encoding="utf-8") as stream:
        number = 0
        for number, record in enumerate(dump_decisions(connection), 1):  # noqa: B007
            stream.write(to_json(record) + "\n")
    hint(f"{number:,} decisions written")


@decisions.command()
@click.argument("file", type=click.Path(allow_dash=True))
@click.pass_context
def restore(ctx: click.Context, /, file: str) -> None:
    """Put the decisions of a file on record; - is stdin.

    The file is as `dump` writes it. Restored again, it adds nothing. Decisions about articles that are not in this
    archive are named and passed over.

    Exit code: 0, or 1 if some were passed over.

    \b
    archive decisions restore decisions.jsonl
    """
    from archive.decisions_file import restore_decisions

    with _opened(file) as stream:
        done = restore_decisions(archive_location(ctx), stream)
    for one in done.contradicting:
        hint(f"note: {one}")
    if done.forgotten:
        hint(f"forgotten: {', '.join(done.forgotten)}")
    if done.unfinished:
        hint(done.unfinished)
    for one in done.missing:
        hint(f"passed over: there is no {one}; import it and restore the file again")
    click.echo(f"decisions: {done.added:,} added, {done.already:,} there already, {len(done.missing):,} passed over")
    ctx.exit(1 if done.missing or done.unfinished else 0)


def _tell(decided: Decided) -> None:
    for name in decided.new_names:
        hint(f"new: {name}")
    already = f", {decided.already:,} decided so already" if decided.already else ""
    click.echo(f"decisions: {len(decided.made):,} added{already}")


def _as_shown(row: dict[str, Any]) -> dict[str, Any]:
    from archive.cli.drawing import what_was_decided

    return {**row, "made_at": row["made_at"][:16].replace("T", " "), "what": what_was_decided(row)}


def _opened(file: str) -> IO[str]:
    try:
        return click.open_file(file, encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; name a file that is there") from error


def _wishes_of_file(file: str, because: str | None) -> Sequence[Wish]:
    """Return what the rows of a CSV want; an empty cell wants nothing, `=` that no value is known."""
    import csv

    with _opened(file) as stream:
        try:
            rows = list(csv.DictReader(stream, strict=True))
        except (csv.Error, UnicodeDecodeError) as error:
            raise UsageError(f"{file} is no CSV in UTF-8: {error}; nothing was changed") from error
    wishes = []
    for number, row in enumerate(rows, 2):
        key = (row.pop("key", None) or "").strip()
        reason = row.pop("because", None) or because
        if None in row or None in row.values():
            raise UsageError(f"line {number} of {file} has not as many cells as the first; nothing was changed")
        if not key:
            raise UsageError(f"line {number} of {file} names no article in a column `key`; nothing was changed")
        values = {name.strip(): None if text.strip() == "=" else text for name, text in row.items() if text.strip()}
        wishes.append(Wish(key, values, reason=reason))
    if not any(wish.values for wish in wishes):
        raise UsageError(f"{file} says nothing; its first line names a column `key` and one for each field")
    return wishes
