"""How far a long work is, shown while it runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from archive.running import unwatched


@contextmanager
def watching() -> Iterator[Any]:
    """Give what is told how far a work is: shown on a terminal, and on anything else not at all."""
    if not sys.stderr.isatty():
        yield unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def watch(what: str, done: int, total: int | None) -> None:
            progress.update(task, description=what, completed=done, total=total)

        yield watch
