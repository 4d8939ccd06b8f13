"""`archive import`."""

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from archive.cli import completing
from archive.cli.escaping import printable_line
from archive.cli.options import archive_location, format_option
from archive.cli.output import hint, print_object, print_rows, shown_path
from archive.documents import Failure
from archive.ingest import OUTCOMES, ImportOptions, ImportSummary, Listener, import_paths
from archive.readers.files import DEFAULTS_NAME

if TYPE_CHECKING:
    from archive.rehearsal import Rehearsal

_MEGABYTE = 1_000_000
_SAID_IN_FULL = 3  # units of one file
_REMEMBERED = 10_000  # of what is said
_UNIT_COLUMNS = {"outcome": "outcome", "key": "key", "place": "place", "reason": "reason"}


class _Report(Listener):
    """Says on stderr what failed and what was mended, and shows how far the import is on a terminal."""

    def __init__(self, progress: Any, *, quiet: bool) -> None:
        self._progress = progress
        self._task = progress.add_task("importing", total=None, outcomes="") if progress else None
        self._quiet = quiet
        self._outcomes: Counter[str] = Counter()
        self._of_folders: set[str] = set()  # notes on what stands in an archive.toml, which hold for many units
        self._said: Counter[tuple[str, str]] = Counter()  # of each file of many units, what was said of how many

    def units_done(self, number: int, outcomes: Counter[str]) -> None:
        self._outcomes += outcomes
        if self._progress:
            told = "  ".join(f"{name} {self._outcomes[name]:,}" for name in OUTCOMES if self._outcomes[name])
            self._progress.update(self._task, advance=number, outcomes=told)

    def failed(self, failure: Failure) -> None:
        cure = f"; {failure.cure}" if failure.cure else ""
        self._say_of("failed", failure.locator, f"{failure.reason}{cure}")

    def noted(self, locator: str, notes: Sequence[str]) -> None:
        if self._quiet:
            return
        of_folders = [note for note in notes if DEFAULTS_NAME in note]
        for note in of_folders:
            if note not in self._of_folders:
                self._of_folders.add(note)
                self._say(f"note: {shown_path(note)}")
        if own := [note for note in notes if note not in of_folders]:
            self._say_of("note", locator, "; ".join(own))

    def tell_rest(self) -> None:
        """Say of how many more units of a file the same was to be said."""
        for (file, told), number in self._said.items():
            if number > _SAID_IN_FULL:
                kind, _, text = told.partition(": ")
                more = number - _SAID_IN_FULL
                self._say(f"{kind}: {shown_path(file)}: {more:,} more unit{'s' if more > 1 else ''}: {text}")

    def _say_of(self, kind: str, locator: str, text: str) -> None:
        """Say something of a unit; of the units of one file the same a few times only, `imports show` has them all."""
        file, mark, _ = locator.partition("#")
        said = (file, f"{kind}: {text}")
        if mark and (said in self._said or len(self._said) < _REMEMBERED):
            self._said[said] += 1
        if self._said[said] <= _SAID_IN_FULL:
            self._say(f"{kind}: {shown_path(locator)}: {text}")

    def _say(self, text: str) -> None:
        if self._progress:
            from rich.text import Text

            self._progress.console.print(Text(printable_line(text)), soft_wrap=True)
        else:
            hint(printable_line(text))


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True))
@click.option(
    "--source",
    metavar="NAME",
    shell_complete=completing.known_sources,
    help="Source of all that does not name its own.",
)
@click.option(
    "--topic",
    "topics",
    metavar="NAME",
    multiple=True,
    shell_complete=completing.known_topics,
    help="Topic of all of it; repeatable.",
)
@click.option(
    "--language",
    metavar="TAG",
    shell_complete=completing.languages,
    help="Language of all that does not state its own: en, zh-Hant.",
)
@click.option("--published", metavar="DATE", help="Date of all that has none of its own: 2023, 2023-02, 2023-02-28.")
@click.option(
    "--map",
    "maps",
    metavar="FIELD=COLUMN",
    multiple=True,
    help="Which column of tables, or key of JSON, gives a field: published=meta.date; repeatable.",
)
@click.option(
    "--columns",
    metavar="FIELD,FIELD,...",
    help="What the columns of tables without a header are; - skips one.",
)
@click.option(
    "--max-size", metavar="MB", type=click.IntRange(min=1), default=256, show_default=True, help="Largest file, in MB."
)
@click.option(
    "--max-characters",
    metavar="N",
    type=click.IntRange(min=1),
    default=5_000_000,
    show_default=True,
    help="Longest text of one article.",
)
@click.option(
    "--max-seconds",
    metavar="N",
    type=click.IntRange(min=1, max=1_000_000),
    default=60,
    show_default=True,
    help="Longest time that one unit may take a processor.",
)
@click.option(
    "--max-memory",
    metavar="MB",
    type=click.IntRange(min=100, max=1_000_000_000),
    default=2000,
    show_default=True,
    help="Most memory of a process that reads, in MB.",
)
@click.option(
    "--max-unpacked",
    metavar="MB",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="What a packed file may unpack to, beside 100 times its size.",
)
@click.option(
    "--max-members",
    metavar="N",
    type=click.IntRange(min=1),
    default=1_000_000,
    show_default=True,
    help="Files in one zip or tar.",
)
@click.option(
    "--max-depth",
    metavar="N",
    type=click.IntRange(min=0),
    default=4,
    show_default=True,
    help="Packed files within packed files.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(min=0),
    help="Processes that read beside the one that writes; 0 for none, and no limit on time and memory.",
)
@click.option("--dry-run", is_flag=True, help="Show what would become of each unit; write nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of what was mended or left out.")
@format_option
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    max_size: int,
    max_memory: int,
    max_unpacked: int,
    dry_run: bool,
    quiet: bool,
    form: str,
    **options: Any,
) -> None:
    """Take files, folders and stdin into the archive.

    Texts, Markdown, saved pages, tables, records (JSON), feeds, what agencies send, web archives, mail, PDF, DOCX, ODT,
    RTF, exports of press databases, and zip, tar, gz, bz2, xz and zst with any of these in them; folders with all below
    them; - is stdin. Every unit ends as added, revised, unchanged, duplicate or failed; the summary says how many. What
    was imported before is recognized, so importing a folder again is quick and safe.

    What a text does not say is taken, nearest first, from its front matter or record, from NAME.meta.toml beside it,
    from archive.toml in its folder or above, and from the options.

    With --dry-run nothing is written, nor an archive made: each unit is listed with what would become of it.

    Exit code: 0, or 1 if a unit failed (the others are imported all the same).

    \b
    archive import --dry-run clippings/
    archive import clippings/ notes.md
    archive import --source "China Daily" --topic diplomacy 2023/
    archive import --map headline=Titel --map body=Artikel export.csv
    archive import --columns topics,headline,body train.csv
    pandoc report.docx -t plain | archive import --published 2023-02 -
    """
    location = archive_location(ctx)
    limits = ImportOptions(
        max_bytes=max_size * _MEGABYTE,
        max_memory=max_memory * _MEGABYTE,
        max_unpacked=max_unpacked * _MEGABYTE,
        **options,
    )
    stdin = sys.stdin.buffer if sys.stdin else None  # None where it is closed
    progress = _progress()
    report = _Report(progress, quiet=quiet)
    try:
        if dry_run:
            from archive.rehearsal import rehearse_import

            with progress or nullcontext():
                rehearsal = rehearse_import(location, paths, limits, report, stdin)
                report.tell_rest()
            summary = rehearsal.summary
            _print_units(rehearsal, form)
        else:
            with progress or nullcontext():
                summary = import_paths(location, paths, limits, report, stdin)
                report.tell_rest()
            _print_summary(summary, form)
    except KeyboardInterrupt:
        if dry_run:
            hint("stopped; nothing was written")
        else:
            hint("stopped; whole batches are in the archive, importing the same again goes on")
        ctx.exit(130)
    ctx.exit(1 if summary.outcomes["failed"] else 0)


def _progress() -> Any:
    """Return a progress display for a terminal, else None."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} units"),
        TextColumn("{task.fields[outcomes]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _print_summary(summary: ImportSummary, form: str) -> None:
    value = {
        "import": summary.import_id,
        "units": summary.units,
        **{outcome: summary.outcomes[outcome] for outcome in OUTCOMES},
        "not_stated": {name.replace(" ", "_"): number for name, number in summary.not_stated.items()},
    }

    print_object(value, form, lambda console: console.print(_told(f"import {summary.import_id}", summary)))


def _told(name: str, summary: ImportSummary) -> str:
    outcomes = " + ".join(f"{summary.outcomes[outcome]:,} {outcome}" for outcome in OUTCOMES)
    told = f"{name}: {summary.units:,} read = {outcomes}"
    if summary.not_stated:
        told += "\nnot stated: " + ", ".join(f"{name} {number:,}" for name, number in summary.not_stated.items())
    return told


def _print_units(rehearsal: "Rehearsal", form: str) -> None:
    rows = rehearsal.units
    if form == "table":
        rows = [{**row, "place": shown_path(row["locator"])} for row in rows]
    print_rows(rows, form, _UNIT_COLUMNS, empty="")
    hint(_told("dry run, nothing was written", rehearsal.summary))
