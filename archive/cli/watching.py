"""How far a long work is, shown while it runs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Display:
    """Is told how far a work is; shows it where there is something to show it on."""

    def __init__(self, progress: Any = None) -> None:
        self._progress = progress
        if progress:
            progress.add_task("", total=None)

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """Show it."""
        if self._progress:
            (task,) = self._progress.tasks
            # to `update` None is no total, and a step that was done would be the end of all
            task.total, task.finished_time = total, None
            self._progress.update(task.id, description=what, completed=done)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Show nothing meanwhile, so that a line can be printed."""
        if self._progress:
            self._progress.stop()
        yield
        if self._progress:
            self._progress.start()


@contextmanager
def watching() -> Iterator[Display]:
    """Give what is told how far a work is: shown on a terminal, and on anything else not at all."""
    if not sys.stderr.isatty():
        yield Display()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Display(progress)
