"""An upgrade tells how far it is, shows it on a terminal, and is ended at once by who stops it."""

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from archive.cli.watching import Display
from archive.db import backups, schema, upgrades
from tests.cli.test_terminal import LIVE, on_terminal
from tests.engines import located

FIRST = "20261122_first_archive"

Step = tuple[str, int, int | None]


def kinds(steps: list[Step]) -> list[str]:
    """Return what was told of, each once, tables as the time at which they were read."""
    return list(dict.fromkeys(what.partition(":")[0] for what, _, _ in steps))


def require_in_order(steps: list[Step]) -> None:
    for (what, done, total), (later, more, of) in pairwise(steps):
        assert total is None or done <= total
        if later.partition(":")[0] == what.partition(":")[0]:
            assert (more, of) > (done, total) if total is not None else (more, of) == (done, total)


def test_all_that_is_done_is_told(oldest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "_PAGES", 10)
    steps: list[Step] = []
    assert upgrades.upgrade(oldest, watch=lambda *step: steps.append(step))
    require_in_order(steps)
    proofs = ["foreign keys", "search index", "after", "what migrations say must be true"]
    first = ["backup", "checking the backup", "before", "migrations"]
    assert kinds(steps) == [*first, *proofs, "index of impacts", "commit"]
    number = len(schema.history()) - 1
    assert ("migrations", number, number) in steps
    assert {"before: articles", "after: articles", "after: decisions"} <= {what for what, _, _ in steps}

    back: list[Step] = []
    schema.downgrade(oldest, schema.history()[1][0], watch=lambda *step: back.append(step))
    assert ("migrations", 1, None) in back


def test_trying_it_tells_of_the_copy_too(oldest: Path) -> None:
    steps: list[Step] = []
    upgrades.rehearse(oldest, watch=lambda *step: steps.append(step))
    require_in_order(steps)
    assert kinds(steps)[:4] == ["backup", "checking the backup", "before", "migrations"]


def test_whoever_stops_it_waits_for_no_backup(
    oldest: Path, state: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, steps = state(oldest), []

    def stopping(what: str, done: int, _total: int | None) -> None:
        steps.append(what)
        if done >= 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(backups, "_PAGES", 1)
    told: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        upgrades.upgrade(oldest, backed_up=told.append, watch=stopping)
    assert steps == ["backup"] * 5
    assert [file.name for file in oldest.parent.iterdir() if not file.name.endswith(("-wal", "-shm"))] == ["old.db"]
    assert state(oldest) == before and not told


def test_a_backup_that_is_whole_is_told_of_when_it_is_stopped(oldest: Path) -> None:
    def stop(what: str, *_: object) -> None:
        if what.startswith("before: "):
            raise KeyboardInterrupt

    told: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        upgrades.upgrade(oldest, backed_up=told.append, watch=stop)
    assert told == [oldest.with_name(f"old.before-{FIRST}.db")]
    assert schema.current_revision(told[0]) == schema.current_revision(oldest) == FIRST


def test_a_step_of_unknown_length_after_one_that_is_done_still_moves() -> None:
    with Progress(console=Console(file=io.StringIO(), force_terminal=True)) as progress:
        display = Display(progress)
        for total, is_finished in ((3, True), (None, False), (5, False)):
            display("step", 3, total)
            (task,) = progress.tasks
            assert (task.completed, task.total, task.finished) == (3, total, is_finished)


def test_it_is_shown_on_a_terminal_and_what_is_said_stands_by_itself(oldest: Path) -> None:
    kept = f"backup: {oldest.with_name(f'old.before-{FIRST}.db')}"
    code, shown, out = on_terminal("--db", located(oldest), "db", "upgrade", streams=("stderr",))
    assert code == 0
    assert b"commit" in shown  # the last of it, which is shown however quick it was
    assert not LIVE.search(out)
    lines = out.decode().splitlines()
    assert lines[-2].startswith(kept) and lines[-1].startswith(f"{oldest} is at {schema.HEAD}")

    code, shown, out = on_terminal(
        "--db", located(oldest), "db", "backup", oldest.with_name("b.db"), streams=("stderr",)
    )
    assert code == 0 and b"checking the backup" in shown
    assert out.decode().endswith(" bytes\n")
