"""`archive export`."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.asking import takes_query, tell_what_is_left_out, tell_what_was_left_behind
from archive.cli.options import archive_location
from archive.cli.output import hint
from archive.cli.writing import errors_explained, write_pieces
from archive.errors import UsageError
from archive.exports import FIELDS, FORMATS, writer
from archive.queries import reading
from archive.queries.export import export_articles

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_WITH_FIELDS = ("jsonl", "csv")
_NOT_JSON = ("csv", "ris", "bibtex")

_Article = Mapping[str, Any]


@click.command()
@takes_query()
@click.option(
    "-f",
    "--format",
    "export_format",
    type=click.Choice(FORMATS),
    default="jsonl",
    show_default=True,
    help="What to write.",
)
@click.option(
    "-o",
    "--output",
    metavar="PATH",
    type=click.Path(allow_dash=True, path_type=Path),
    help="A file, else stdout; for md a folder.",
)
@click.option("--fields", metavar="NAME,NAME…", help="Only these, in this order; of jsonl and csv.")
@click.option("--safe-csv", is_flag=True, help="Let no cell of csv be taken for a formula by a spreadsheet.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty.")
@click.pass_context
def export(
    ctx: click.Context,
    /,
    asked: "Asked",
    export_format: str,
    output: Path | None,
    fields: str | None,
    safe_csv: bool,
    force: bool,
) -> None:
    """Write articles for other programs, or for another archive.

    All of them, or those that a query names, in the order in which they came, each as it is now: its current text, and
    what people decided. jsonl and md can be imported again, and give the same articles. ris, bibtex and csljson are
    references without texts; ninjs and jsonld are what newsrooms and search engines read. A date is written as exactly
    as it is known. docs/exports.md has the fields of each format.

    A file that is there is written over.

    \b
    archive export -o all.jsonl
    archive export topic:economy -f md -o notes/
    archive export date:2023-02.. -f csv --fields key,published,headline --safe-csv > list.csv
    archive export source:lantern-wire -f bibtex -o wire.bib
    """
    names = _names(fields, export_format)
    if safe_csv and export_format != "csv":
        raise UsageError("--safe-csv is for -f csv")
    to_folder = export_format == "md"
    if to_folder and (output is None or output == Path("-")):
        raise UsageError("-f md writes a file for each article; name a folder with -o")
    if force and not to_folder:
        raise UsageError("--force is for -f md; a file is written over anyway")
    location = archive_location(ctx)
    to_stdout = output is None or output == Path("-")
    with reading(location) as connection:
        chosen = asked.selection(connection)
        progress = None if to_stdout else _progress()
        with progress or nullcontext():
            counted = _Counted(export_articles(connection, chosen.as_conditions()), progress)
            if to_folder and output is not None:
                _write_folder(counted, output, force=force)
            else:
                pieces = writer(export_format, fields=names, safe=safe_csv)(counted)
                write_pieces(pieces, None if to_stdout else output, location, is_json=export_format not in _NOT_JSON)
        if not counted.number:
            hint("nothing to export" if asked.everything else "nothing to export; fewer options find more")
        elif not to_stdout:
            hint(f"{counted.number:,} article{'' if counted.number == 1 else 's'} written to {output}")
        tell_what_was_left_behind(connection)
        tell_what_is_left_out(connection, chosen)


class _Counted:
    """Articles, counted as they pass, and shown so on a terminal."""

    def __init__(self, articles: Iterator[_Article], progress: Any) -> None:
        self.number = 0
        self._articles = articles
        self._progress = progress
        self._task = progress.add_task("exporting", total=None) if progress else None

    def __iter__(self) -> Iterator[_Article]:
        for article in self._articles:
            self.number += 1
            if self._progress:
                self._progress.update(self._task, advance=1)
            yield article


def _names(fields: str | None, export_format: str) -> list[str] | None:
    """Return the fields that are asked for; raises UsageError for one that there is not."""
    if fields is None:
        return None
    if export_format not in _WITH_FIELDS:
        raise UsageError(
            f"--fields is for -f {' and -f '.join(_WITH_FIELDS)}; -f {export_format} has fields of its own"
        )
    names = [name.strip() for name in fields.split(",") if name.strip()]
    if not names:
        raise UsageError(f"--fields names none; there are {', '.join(FIELDS)}")
    for name in names:
        if name not in FIELDS:
            from difflib import get_close_matches

            near = get_close_matches(name, FIELDS, n=1)
            meant = f" (did you mean '{near[0]}'?)" if near else ""
            raise UsageError(f"there is no field '{name}'{meant}; there are {', '.join(FIELDS)}")
    return list(dict.fromkeys(names))


def _write_folder(articles: Iterable[_Article], folder: Path, *, force: bool) -> None:
    from archive.exports.md import file_name, to_markdown

    with errors_explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not force and next(folder.iterdir(), None) is not None:
            raise UsageError(f"{folder} is not empty; name another folder, or say --force to write into it")
    for article in articles:
        file = folder / file_name(article)
        with errors_explained(file):
            file.unlink(missing_ok=True)  # a link that stands there is replaced, not followed
            with file.open("xb") as out:
                out.write(to_markdown(article).encode())


def _progress() -> Any:
    """Return a progress display for a terminal, else None."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} articles"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
