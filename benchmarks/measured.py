"""Times taken of programs, and what their ratios say of a goal."""

import argparse
import importlib.metadata
import os
import platform
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FEWEST_ROUNDS = 3  # below these nothing is said of a goal


class WrongError(Exception):
    """What was to be measured did not do its work, so its time means nothing."""


def run_in_folder(folder: Path | None, name: str, bench: Callable[[Path], None]) -> None:
    """Measure in a folder, or in a temporary one; what did not do its work ends the program with its name."""
    try:
        if folder is None:
            with tempfile.TemporaryDirectory(prefix=f"{name}-") as temporary:
                bench(Path(temporary))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            bench(folder)
    except WrongError as error:
        sys.exit(f"{name}: {error}")


def positive(text: str) -> int:
    """Return a number of the command line; raises ArgumentTypeError below 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


@dataclass(frozen=True)
class Goal:
    """What is compared with what, and what is asked of the ratio."""

    name: str
    of: Sequence[str]  # seconds of these, added up
    to: Sequence[str]  # divided by those of these
    says: str
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, ratio: float) -> bool:
        """Tell whether a ratio is as asked; where nothing is asked, it is."""
        return (self.at_least is None or ratio >= self.at_least) and (self.at_most is None or ratio <= self.at_most)

    def asked(self) -> str:
        """Return what is asked, in words, or nothing."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return "" if self.at_most is None else f"at most {self.at_most:g}"


@dataclass
class Measured:
    """Seconds of the clock, and of all processors together, of each thing and each round.

    `cpu_elsewhere`: what a server took for it. `others`: how many processors other programs kept busy meanwhile,
    where the system tells.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    cpu_elsewhere: dict[str, list[float]] = field(default_factory=dict)
    others: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, seconds: float, cpu: float | None = None) -> None:
        """Take the time of one round."""
        self.seconds.setdefault(name, []).append(seconds)
        if cpu is not None:
            self.cpu.setdefault(name, []).append(cpu)

    def run(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
        """Run a command to its end, take its time, and return what it printed; raises WrongError if it failed."""
        (said,) = self.run_at_once(name, [command], environment)
        return said

    def run_at_once(
        self,
        name: str,
        commands: Sequence[Sequence[str | Path]],
        environment: Mapping[str, str] | None = None,
        cpu_elsewhere: Callable[[], float | None] = lambda: None,
    ) -> list[str]:
        """The same of several commands that run side by side, until the last has ended: what each printed.

        `cpu_elsewhere` tells what else works for them, as a server does: seconds of processors so far.
        """
        environment = {
            name: value
            for name, value in (os.environ if environment is None else environment).items()
            if name != "PYTHONDONTWRITEBYTECODE"  # what is installed is compiled once, not each time it runs
        }
        used, busy, there, start = _cpu_of_children(), _cpu_of_all(), cpu_elsewhere(), time.perf_counter()
        running = [
            subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
            for one in commands
        ]
        said = [process.communicate() for process in running]
        seconds, cpu = time.perf_counter() - start, _cpu_of_children() - used
        elsewhere = None if there is None else (cpu_elsewhere() or there) - there
        self.add(name, seconds, cpu)
        if elsewhere is not None:
            self.cpu_elsewhere.setdefault(name, []).append(elsewhere)
        if busy is not None:
            of_others = (_cpu_of_all() or 0) - busy - cpu - (elsewhere or 0)
            self.others.setdefault(name, []).append(max(0.0, of_others / seconds))
        for process, (_, error) in zip(running, said, strict=True):
            if process.returncode:
                raise WrongError(f"{name} ended with {process.returncode}: {error.strip()[-2000:]}")
        return [out for out, _ in said]

    def ratios(self, goal: Goal) -> list[float]:
        """Return the ratio of each round."""
        above = [sum(one) for one in zip(*(self.seconds[name] for name in goal.of), strict=True)]
        below = [sum(one) for one in zip(*(self.seconds[name] for name in goal.to), strict=True)]
        return [one / other for one, other in zip(above, below, strict=True)]


def judge(goal: Goal, ratios: Sequence[float]) -> dict[str, Any]:
    """Return what the ratios of the rounds say of a goal; of too few rounds `met` is None."""
    median = statistics.median(ratios)
    met = goal.is_met(median) if goal.asked() and len(ratios) >= FEWEST_ROUNDS else None
    return {
        "name": goal.name,
        "is": goal.says,
        "asked": goal.asked(),
        "median": median,
        "min": min(ratios),
        "max": max(ratios),
        "each": ratios,
        "met": met,
    }


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _cpu_of_all() -> float | None:
    """Return the seconds that all processors together have worked for anyone, or None where the system does not tell.

    What a machine that is itself a guest had to leave to others counts too.
    """
    try:
        user, nice, system, _idle, _wait, interrupt, soft, stolen, *_ = Path("/proc/stat").read_text().split()[1:]
    except (OSError, ValueError):
        return None
    return sum(map(int, (user, nice, system, interrupt, soft, stolen))) / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, object]:
    """Return what was measured on."""
    return {"system": platform.platform(), "processor": _processor(), "processors": os.cpu_count()}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        if model:
            return model[1]
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """Return the versions of all that was measured, as far as it is installed."""
    found = {}
    for name in ("archive", "sqlite-utils", "sqlalchemy", "click", "zstandard", "numpy", "psycopg"):
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **found}
