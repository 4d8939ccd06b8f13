"""`archive identify`."""

import sys
from dataclasses import asdict
from typing import Any

import click

from archive.cli.escaping import printable_line
from archive.cli.options import format_option
from archive.cli.output import hint, print_rows, shown_path
from archive.readers.files import LeftOut
from archive.readers.identifying import identify_paths

_COLUMNS = {"place": "place", "reader": "reader", "units": "units", "why": "why"}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True))
@click.option("--count", is_flag=True, help="Count the units of files of many; reads them to their end.")
@click.option("--members", is_flag=True, help="Tell of each unit in them too.")
@format_option
@click.pass_context
def identify(ctx: click.Context, /, paths: tuple[str, ...], count: bool, members: bool, form: str) -> None:
    """Say which reader takes a file, and why; imports nothing.

    Folders are walked as in an import; - is stdin. Files of many units (feeds, mailboxes, JSON lines, packed files)
    are named by their format. No archive is needed.

    Exit code: 0, or 1 if nobody takes some file; its row says why, and what can be done.

    \b
    archive identify clippings/ notes.md
    archive identify --count --members clippings/
    pandoc report.docx -t plain | archive identify -
    """
    nobody = False

    def rows() -> Any:
        nonlocal nobody
        for one in identify_paths(paths, sys.stdin.buffer if sys.stdin else None, count=count, members=members):
            if isinstance(one, LeftOut):
                hint(printable_line(f"note: {shown_path(one.locator)}: {one.reason}; {one.cure}"))
                continue
            nobody = nobody or one.reader is None
            row = asdict(one)
            if form == "table":
                row |= {
                    "place": shown_path(one.place),
                    "reader": one.reader or "none",
                    "why": f"{one.why}; {one.cure}" if one.cure else one.why,
                }
            yield row

    print_rows(rows(), form, {name: text for name, text in _COLUMNS.items() if name != "units" or count or members})
    ctx.exit(1 if nobody else 0)
