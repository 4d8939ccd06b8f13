"""`archive export`."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from archive.cli.asking import takes_query, tell_what_is_left_out
from archive.cli.escaping import escaped_json, printable
from archive.cli.options import archive_path
from archive.cli.output import hint
from archive.errors import ArchiveError, UsageError
from archive.exports import FIELDS, FORMATS, writer
from archive.queries import reading
from archive.queries.export import export_articles

if TYPE_CHECKING:
    from archive.queries.filters import Asked

_AT_ONCE = 1 << 16  # characters
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
    path = archive_path(ctx)
    to_stdout = output is None or output == Path("-")
    with reading(path) as connection:
        chosen = asked.selection(connection)
        progress = None if to_stdout else _progress()
        with progress or nullcontext():
            counted = _Counted(export_articles(connection, chosen.as_conditions()), progress)
            if to_folder and output is not None:
                _write_folder(counted, output, force=force)
            else:
                pieces = writer(export_format, fields=names, safe=safe_csv)(counted)
                _write(pieces, None if to_stdout else output, path, is_json=export_format not in _NOT_JSON)
        if not counted.number:
            hint("nothing to export" if asked.everything else "nothing to export; fewer options find more")
        elif not to_stdout:
            hint(f"{counted.number:,} article{'' if counted.number == 1 else 's'} written to {output}")
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


def _write(pieces: Iterable[str], output: Path | None, archive: Path, *, is_json: bool) -> None:
    if output is None:
        shown = (escaped_json if is_json else printable) if sys.stdout.isatty() else None
        for text in _joined(pieces):
            click.echo((shown(text) if shown else text).encode(), nl=False)
        return
    if any(output.exists() and there.exists() and output.samefile(there) for there in _files_of(archive)):
        raise UsageError(f"{output} is the archive itself; name another file")
    with _errors_explained(output), _replacing(output) as file:
        for text in _joined(pieces):
            file.write(text.encode())


def _files_of(archive: Path) -> Iterator[Path]:
    return (Path(f"{archive}{suffix}") for suffix in ("", "-wal", "-shm"))


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Yield text in portions that are worth a write."""
    portion: list[str] = []
    size = 0
    for piece in pieces:
        portion.append(piece)
        size += len(piece)
        if size >= _AT_ONCE:
            yield "".join(portion)
            portion, size = [], 0
    if portion:
        yield "".join(portion)


@contextmanager
def _replacing(output: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of another one once it is whole; a pipe or a device is written to as it is."""
    if output.exists() and not output.is_file():
        with output.open("wb") as file:
            yield file
        return
    target = output.resolve()  # what a symbolic link leads to is replaced, and the link stays
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_folder(articles: Iterable[_Article], folder: Path, *, force: bool) -> None:
    from archive.exports.md import file_name, to_markdown

    with _errors_explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not force and next(folder.iterdir(), None) is not None:
            raise UsageError(f"{folder} is not empty; name another folder, or say --force to write into it")
    for article in articles:
        file = folder / file_name(article)
        with _errors_explained(file):
            file.unlink(missing_ok=True)  # a link that stands there is replaced, not followed
            with file.open("xb") as out:
                out.write(to_markdown(article).encode())


@contextmanager
def _errors_explained(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written: {error.strerror}") from error


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
