"""`archive corpus`."""

from typing import TYPE_CHECKING, Any

import click

from archive.cli import completing
from archive.cli.asking import takes_query, tell_what_was_left_behind
from archive.cli.options import archive_location, format_option, name_of
from archive.cli.output import hint, print_object, print_rows

if TYPE_CHECKING:
    from rich.console import Console

    from archive.queries.filters import Asked

_COLUMNS = {"name": "name", "articles": "articles", "frozen_at": "frozen", "who": "who", "query": "query"}
_TEXT_COLUMNS = {"key": "key", "number": "revision", "headline": "headline", "text_sha256": "SHA-256"}


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def corpus(ctx: click.Context, /, form: str) -> None:
    """List frozen corpora; freeze, verify, describe, read and drop one.

    A corpus is a set of articles with the texts they had when it was frozen, and a checksum. No later import, decision
    or rule alters it, so that it can be cited. Inside queries its articles, as they are now, are corpus:NAME.
    docs/corpora.md tells all of it.

    \b
    archive corpus
    archive corpus freeze trade-2023 'topic:trade date:2023'
    archive corpus methods trade-2023
    """
    if ctx.invoked_subcommand is not None:
        return
    from archive.queries import reading
    from archive.queries.corpora import list_corpora

    with reading(archive_location(ctx)) as connection:
        rows: Any = list_corpora(connection)
        if form == "table":
            rows = ({**row, "frozen_at": row["frozen_at"][:16].replace("T", " ")} for row in rows)
        print_rows(rows, form, _COLUMNS, empty="no corpus is frozen yet; `archive corpus freeze` does it")


@corpus.command()
@click.argument("name")
@takes_query()
@click.option("--one-per-text", is_flag=True, help="Of articles with one text only the one published first.")
@click.option("--who", metavar="NAME", envvar="ARCHIVE_WHO", help="Who freezes it; else $ARCHIVE_WHO, else you.")
@click.pass_context
def freeze(ctx: click.Context, /, name: str, asked: "Asked", one_per_text: bool, who: str | None) -> None:
    """Keep what a query finds, text by text, under a name.

    On record are the query, what was left out and why, who, when, versions, and a checksum over all texts. A corpus is
    never altered: for another one take another name.

    \b
    archive corpus freeze trade-2023 'topic:trade date:2023' --who Ada
    archive corpus freeze all-texts '*' --one-per-text
    archive corpus freeze wire --source lantern-wire --until 2023
    """
    from archive.corpora import freeze_corpus

    record = freeze_corpus(archive_location(ctx), name, asked, name_of(who), one_per_text=one_per_text)
    number = record["articles"]
    click.echo(f"corpus:{record['name']} frozen: {number:,} article{'' if number == 1 else 's'}")
    click.echo(f"SHA-256 {record['sha256']}")
    left_out = {
        "undated": "without a date",
        "imprecise": "with a date too coarse to tell",
        "hidden": "withheld, canceled or under embargo",
        "copies": "as copies",
    }
    told = [f"{record[f'left_out_{name}']:,} {how}" for name, how in left_out.items() if record[f"left_out_{name}"]]
    if told:
        hint(f"left out: {', '.join(told)}")


@corpus.command()
@click.argument("name", shell_complete=completing.corpora)
@format_option
@click.pass_context
def verify(ctx: click.Context, /, name: str, form: str) -> None:
    """Check that each text of a corpus is still there to the letter.

    Checksums are computed from headlines and bodies as stored. Articles that were revised since are named, and are no
    fault: the text that was frozen is there beside the new one.

    Exit code: 0, or 1 if a text is gone (forgotten, or its import undone) or altered, or the corpus is.

    \b
    archive corpus verify trade-2023
    archive corpus verify trade-2023 -f json
    """
    from archive.queries import reading
    from archive.queries.corpora import verify_corpus

    with reading(archive_location(ctx)) as connection:
        found = verify_corpus(connection, name)
    print_object(found, form, lambda console: _draw_verdict(console, found))
    ctx.exit(0 if found["is_sound"] else 1)


@corpus.command()
@click.argument("name", shell_complete=completing.corpora)
@format_option
@click.pass_context
def methods(ctx: click.Context, /, name: str, form: str) -> None:
    """Print the paragraph that a paper needs on a corpus.

    Inputs, query, what was left out, what counts as a copy, versions, checksum and how to cite it, all as it was when
    the corpus was frozen. -f json has the values one by one.

    \b
    archive corpus methods trade-2023
    archive corpus methods trade-2023 -f json
    """
    from archive.cli.escaping import printable
    from archive.queries import reading
    from archive.queries.methods import corpus_methods

    with reading(archive_location(ctx)) as connection:
        told = corpus_methods(connection, name)
    if form == "table":
        click.echo(printable(told["methods"]))  # one line, to be pasted
    else:
        print_object(told, form, lambda _: None)


@corpus.command()
@click.argument("name", shell_complete=completing.corpora)
@format_option
@click.pass_context
def texts(ctx: click.Context, /, name: str, form: str) -> None:
    """Give the texts of a corpus as they were frozen.

    Key, number of the revision, SHA-256, headline and body; a table leaves the body out. Source, date and topics are
    not part of it: `archive list corpus:NAME` has them as they are now.

    \b
    archive corpus texts trade-2023 -f jsonl > trade-2023.jsonl
    archive corpus texts trade-2023 -f csv > trade-2023.csv
    """
    from archive.queries import reading
    from archive.queries.corpora import corpus_texts

    gone = 0

    def counted(rows: Any) -> Any:
        nonlocal gone
        for row in rows:
            gone += row["body"] is None
            yield row

    with reading(archive_location(ctx)) as connection:
        print_rows(counted(corpus_texts(connection, name)), form, _TEXT_COLUMNS)
        tell_what_was_left_behind(connection)
    if gone:
        hint(f"{gone:,} are gone; `archive corpus verify` names them")


@corpus.command()
@click.argument("name", shell_complete=completing.corpora)
@click.pass_context
def drop(ctx: click.Context, /, name: str) -> None:
    """Take a corpus away; its articles stay.

    \b
    archive corpus drop trade-2023
    """
    from archive.corpora import drop_corpus

    drop_corpus(archive_location(ctx), name)
    click.echo(f"corpus:{name.lower()} is gone")


def _draw_verdict(console: "Console", found: dict[str, Any]) -> None:
    number = found["articles"]
    verdict = "as it was frozen" if found["is_sound"] else "not as it was frozen"
    lines = [f"corpus:{found['name']} is {verdict}: {number:,} article{'' if number == 1 else 's'}"]
    if found["sha256_now"] != found["sha256"]:
        lines.append(f"its checksum was {found['sha256']}, and is {found['sha256_now']}")
    lines += [f"gone: {key}" for key in found["gone"]]
    lines += [f"altered: {key}" for key in found["altered"]]
    lines += [
        f"revised since, which is no fault: {one['key']} (frozen {one['number']}, current {one['current']})"
        for one in found["revised"]
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
