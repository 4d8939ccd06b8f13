"""`archive topics load` and `archive topics export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option
from archive.cli.output import hint, print_object, print_rows
from archive.cli.watching import watching
from archive.cli.writing import write_pieces
from archive.queries import reading
from archive.vocabularies import FORMATS, write_vocabulary

if TYPE_CHECKING:
    from rich.console import Console

    from archive.resolve.loaded import Loaded

_ENDS = {
    **{".toml": "toml", ".csv": "csv", ".ttl": "turtle", ".turtle": "turtle"},
    **{".jsonld": "jsonld", ".json": "jsonld", ".rdf": "rdfxml", ".xml": "rdfxml"},
}
_COLUMNS = {"what": "what", "topic": "topic", "name": "name", "fields": "fields"}
_MOST_NOTES = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--scheme", metavar="NAME", help="What its vocabulary is called here, whatever it says.")
@click.option("--language", metavar="TAG", help="Of the names that are shown; else as the file says, else English.")
@click.option("--prune", is_flag=True, help="Remove topics that the file has not, if nothing rests on them.")
@click.option("--dry-run", is_flag=True, help="Only tell what would change, topic by topic.")
@format_option
@click.pass_context
def load(
    ctx: click.Context,
    /,
    file: Path,
    scheme: str | None,
    language: str | None,
    prune: bool,
    dry_run: bool,
    form: str,
) -> None:
    """Load a vocabulary: TOML, CSV, SKOS, or IPTC's NewsCodes.

    Loaded again, it changes what has changed and doubles nothing; topics that it does not name stay. What is wrong with
    it is told with the entry, and then nothing is changed. What people decided of topics stays. `archive topics retag`
    tags the articles that are there by what is new. `-` is standard input. docs/vocabularies.md has the formats.

    \b
    archive topics load my-topics.toml
    archive topics load my-topics.toml --dry-run --prune
    """
    from archive.resolve.topic_loading import LoadOptions

    options = LoadOptions(scheme, language, prune)
    location, stdin = archive_location(ctx), sys.stdin.buffer if sys.stdin else None  # None where it is closed
    with watching() as watch:
        watch(f"loading {printable_line(file.name)}", 0, None)
        if dry_run:
            from archive.rehearsal import rehearse_load

            loaded = rehearse_load(location, file, options, stdin)
        else:
            from archive.ingest import load_vocabulary

            loaded = load_vocabulary(location, file, "topics", options, stdin)
    if dry_run:
        rows = (change._asdict() for change in loaded.changes)
        print_rows(rows, form, _COLUMNS, empty="")
        hint(f"it would be {_summary(loaded)}")
    else:
        counts = ("added", "changed", "unchanged", "retired", "removed", "lacking")
        told = {name: getattr(loaded, name) for name in counts}

        def show(console: "Console") -> None:
            console.print(f"topics: {_summary(loaded)}", markup=False, highlight=False, soft_wrap=True)

        print_object(told, form, show)
    _tell(loaded, file, prune=prune)


@click.command()
@click.option("--scheme", metavar="NAME", help="Of this vocabulary only.")
@click.option(
    "-f",
    "--format",
    "export_format",
    type=click.Choice(FORMATS),
    help="What to write; else as the file's name ends, else toml.",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(allow_dash=True, path_type=Path),
    help="A file, else stdout.",
)
@click.option("--all", "all_known", is_flag=True, help="Those that only imports made, too.")
@click.pass_context
def export(
    ctx: click.Context, /, scheme: str | None, export_format: str | None, output: Path | None, all_known: bool
) -> None:
    """Write topics to a file that loads back to the same.

    Those of all vocabularies, or of one, as they are now, with what people decided of them. turtle, jsonld and rdfxml
    are SKOS. What only imports made is no vocabulary's: with --all it is among them, and whoever loads the file makes
    it so. A file that is there is written over.

    \b
    archive topics export -o topics.toml
    archive topics export --scheme local -f turtle
    """
    from archive.queries.vocabularies import find_vocabulary

    to_stdout = output is None or output == Path("-")
    form = export_format or _ENDS.get("" if output is None else output.suffix.lower(), "toml")
    location = archive_location(ctx)
    with reading(location) as connection:
        known = find_vocabulary(connection, scheme, all_known=all_known)
        pieces = write_vocabulary(form, known.schemes, known.concepts(), languages=known.languages, uris=known.uris)
        write_pieces(pieces, None if to_stdout else output, location, is_json=form == "jsonld")
        if not known.number:
            hint("there is no topic to export; `archive topics load` loads some")
        elif not to_stdout:
            hint(f"{known.number:,} topic{'' if known.number == 1 else 's'} written to {output}")


def _summary(loaded: "Loaded") -> str:
    more = {"retired": loaded.retired, "removed": loaded.removed}
    told = [f"{loaded.added:,} added, {loaded.changed:,} changed, {loaded.unchanged:,} unchanged"]
    return ", ".join([*told, *(f"{number:,} {what}" for what, number in more.items() if number)])


def _tell(loaded: "Loaded", file: Path, *, prune: bool) -> None:
    """Say what is worth knowing beside the numbers."""
    for note in loaded.notes[:_MOST_NOTES]:
        hint(f"{file}: {note}")
    if len(loaded.notes) > _MOST_NOTES:
        hint(f"{file}: {len(loaded.notes) - _MOST_NOTES:,} more such notes")
    if loaded.lacking and not prune:
        what = f"{loaded.lacking:,} topics stay" if loaded.lacking > 1 else "1 topic stays"
        hint(f"{what} that the vocabulary here has and the file has not; --prune removes what nothing rests on")
