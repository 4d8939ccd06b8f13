"""Imports that are stopped, killed, left by their workers or by the room on the disk: whole batches, nothing lost."""

import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import Engine, event

from archive import processes
from archive.db.location import Location
from archive.documents import Failure, Given
from archive.errors import ArchiveError
from archive.ingest import ImportOptions, Listener, import_paths
from archive.prepare import Prepared, Preparer, Settings, Task
from archive.readers.files import FoundFile, LeftOut, find_files
from archive.workers import Workers
from tests.engines import Archives, keys_with, located

Rows = Callable[..., list[tuple[Any, ...]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]
Contents = Callable[[Location], dict[str, list[str]]]


@pytest.fixture(scope="module")
def uninterrupted(
    archives: Archives, engine: str, many: Path, contents: Contents, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[str]]]:
    """What is in the archive after an import that nobody interrupts."""
    location = archives.copy(engine, "empty", tmp_path_factory.mktemp("uninterrupted") / "archive.db")
    import_paths(location, [str(many)], ImportOptions(jobs=0))
    yield contents(location)
    archives.gone(location)


def tasks_of(path: Path) -> list[Task]:
    """Return a task for all that is found in a path, of which nothing is left out."""
    tasks = []
    for found in find_files([str(path)]):
        assert not isinstance(found, LeftOut)
        tasks.append(Task(found))
    return tasks


def has_written(query: Rows, database: Location) -> bool:
    return bool(query(database, "SELECT 1 FROM import_items LIMIT 1"))


class Interrupting(Listener):
    """Stops the import in the very place where a caller is told."""

    def units_done(self, number: int, outcomes: Any) -> None:
        raise KeyboardInterrupt


def check_whole(query: Rows, database: Location) -> None:
    """Check that batches are there as a whole: no article lacks a part of what a batch writes of it."""
    assert query(database, "SELECT count(*) FROM import_items GROUP BY import_id HAVING count(*) % 1000 > 0") == []
    assert query(database, "SELECT count(*) FROM articles WHERE revision_id IS NULL") == [(0,)]
    with_item = "SELECT article_id FROM import_items WHERE article_id IS NOT NULL"
    assert query(database, f"SELECT count(*) FROM articles WHERE id NOT IN ({with_item})") == [(0,)]
    assert [(len(keys_with(database, "report")),)] == query(database, "SELECT count(*) FROM articles")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (signal.SIGINT, "stopped by the user; import the same again to go on"),
        (signal.SIGTERM, "ended by SIGTERM; import the same again to go on"),
    ],
    ids=["interrupt", "terminate"],
)
@pytest.mark.parametrize("end", [os.killpg, os.kill], ids=["whole group", "writer only"])
def test_a_stopped_import_leaves_whole_batches(
    start: Start,
    query: Rows,
    until: Callable[..., None],
    workers_of: Callable[[int], list[int]],
    is_running: Callable[[int], bool],
    database: Location,
    many: Path,
    tmp_path: Path,
    end: Callable[[int, int], None],
    number: signal.Signals,
    reason: str,
) -> None:
    process = start(database, "import", "--quiet", "--jobs", "2", many)
    until(lambda: has_written(query, database))
    processes = workers_of(process.pid)
    assert processes
    end(process.pid, number)
    assert process.wait(30) == 130
    said = [line for line in (tmp_path / "said").read_text().splitlines() if not line.startswith("failed: ")]
    assert said == ["stopped; whole batches are in the archive, importing the same again goes on"]
    until(lambda: not any(map(is_running, processes)), 5)
    assert query(database, "SELECT status, reason FROM imports") == [("interrupted", reason)]
    ((units,),) = query(database, "SELECT count(*) FROM import_items")
    assert 0 < units < 3000
    check_whole(query, database)


def test_an_import_after_one_that_was_stopped_finishes_the_job(
    query: Rows, contents: Contents, database: Location, many: Path, uninterrupted: dict[str, list[str]]
) -> None:
    with pytest.raises(KeyboardInterrupt):
        import_paths(database, [str(many)], ImportOptions(jobs=0), Interrupting())
    check_whole(query, database)
    summary = import_paths(database, [str(many)], ImportOptions(jobs=0))
    failed = query(database, "SELECT count(*) FROM import_items WHERE import_id = 1 AND outcome = 'failed'")[0][0]
    assert summary.outcomes["unchanged"] == 1000 - failed
    assert contents(database) == uninterrupted


def test_killed_imports_leave_whole_batches_and_the_next_one_says_so(
    start: Start,
    run: Run,
    query: Rows,
    contents: Contents,
    until: Callable[..., None],
    workers_of: Callable[[int], list[int]],
    is_running: Callable[[int], bool],
    database: Location,
    many: Path,
    uninterrupted: dict[str, list[str]],
) -> None:
    chance = random.Random()
    ends = []
    for round_ in range(1, 4):
        process = start(database, "import", "--quiet", "--jobs", "2", many)
        until(lambda number=round_: len(query(database, "SELECT 1 FROM imports")) == number)
        time.sleep(chance.uniform(0, 0.4))
        processes = workers_of(process.pid)
        process.kill()
        process.wait(30)
        until(lambda processes=processes: not any(map(is_running, processes)), 5)
        ends += query(database, "SELECT status FROM imports WHERE id = ?", round_)
        check_whole(query, database)
    assert ("running",) in ends
    assert run(database, "import", "--quiet", many).returncode == 1
    told = {
        ("running",): ("interrupted", "its process ended before it was done; import the same again to go on", None),
        ("finished",): ("finished", None, ""),
    }
    assert query(database, "SELECT status, reason, substr(finished_at, 1, 0) FROM imports ORDER BY id") == [
        told[end] for end in [*ends, ("finished",)]
    ]
    assert contents(database) == uninterrupted


def test_an_import_that_runs_is_not_taken_for_a_killed_one(
    start: Start, run: Run, query: Rows, until: Callable[..., None], database: Location, many: Path
) -> None:
    start(database, "import", "--quiet", many)
    until(lambda: has_written(query, database))
    run(database, "import", "-")
    status, *_ = query(database, "SELECT status, reason FROM imports ORDER BY id")
    assert status in (("running", None), ("finished", None))


def test_a_worker_that_is_killed_loses_nothing(
    start: Start,
    query: Rows,
    contents: Contents,
    until: Callable[..., None],
    workers_of: Callable[[int], list[int]],
    database: Location,
    many: Path,
    uninterrupted: dict[str, list[str]],
    tmp_path: Path,
) -> None:
    process = start(database, "import", "--quiet", "--jobs", "2", many)
    until(lambda: has_written(query, database))
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    assert process.wait(60) == 1
    assert "Traceback" not in (tmp_path / "said").read_text()
    assert query(database, "SELECT status FROM imports") == [("finished",)]
    assert query(database, "SELECT count(*) FROM import_items") == [(3000,)]
    assert contents(database) == uninterrupted


def test_a_process_that_ends_in_the_middle_of_a_message_is_not_waited_for(
    settings: Settings, tmp_path: Path, until: Callable[..., None]
) -> None:
    (tmp_path / "long.txt").write_text("harbour " * 500_000)
    tasks = tasks_of(tmp_path / "long.txt")
    process = processes.Process(settings)
    assert process.is_ready()
    process._connection.send(tasks)
    until(process._connection.poll)  # it has begun to send what does not fit into the pipe
    process.end()
    with pytest.raises((EOFError, OSError)):
        process._connection.recv()
    with pytest.raises(processes.EndedError):
        process.prepare(pickle.dumps(tasks))


class Deadly(str):
    """A path that ends the process which it is handed to."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


@pytest.fixture
def settings() -> Settings:
    return Settings(Given())


@pytest.fixture
def chunks(many: Path) -> list[list[Task]]:
    """Tasks of two chunks, of which one in the first is deadly."""
    tasks = tasks_of(many / "00")[:30]
    assert isinstance(tasks[7].found, FoundFile)
    tasks[7] = Task(FoundFile(Deadly(tasks[7].found.path), "/deadly.txt", str(many), None))
    return [tasks[:20], tasks[20:]]


def test_a_file_that_kills_its_worker_fails_alone(settings: Settings, chunks: list[list[Task]]) -> None:
    with Workers(settings, 2) as two:
        prepared = list(two.prepare(iter(chunks)))
    assert [len(results) for results in prepared] == [20, 10]
    assert prepared[0][7] == Failure(
        "/deadly.txt",
        "the process that read it was ended by the system, maybe for want of memory",
        "import it by itself, or split it",
    )
    others = [result for results in prepared for result in results if result is not prepared[0][7]]
    assert [result.locator for result in others] == [
        task.found.locator for chunk in chunks for task in chunk if task.found.locator != "/deadly.txt"
    ]
    assert not any(isinstance(result, Failure) and "process" in result.reason for result in others)


def refuse(error: Exception, *_: object, **__: object) -> NoReturn:
    raise error


@pytest.mark.parametrize(
    ("owner", "error"),
    [
        (SpawnProcess, BlockingIOError(11, "Resource temporarily unavailable")),
        (ThreadPoolExecutor, RuntimeError("can't start new thread")),
    ],
)
def test_where_no_worker_can_be_had_one_process_does_it_all(
    settings: Settings, chunks: list[list[Task]], monkeypatch: pytest.MonkeyPatch, owner: type, error: Exception
) -> None:
    monkeypatch.setattr(owner, "submit" if owner is ThreadPoolExecutor else "start", partial(refuse, error))
    with Workers(settings, 2) as two:
        prepared = list(two.prepare(iter(chunks)))
    assert [result.locator for results in prepared for result in results] == [
        task.found.locator for chunk in chunks for task in chunk
    ]
    assert not any(isinstance(result, Failure) and "process" in result.reason for result in prepared[0])


def test_where_no_worker_starts_one_process_does_it_all(
    settings: Settings, chunks: list[list[Task]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multiprocessing.spawn._python_exe", os.fsencode("/bin/false"))
    with Workers(settings, 2) as two:
        prepared = list(two.prepare(iter(chunks)))
    assert sum(map(len, prepared)) == 30
    assert not any(isinstance(result, Failure) and "process" in result.reason for result in prepared[0])


def test_what_waits_for_a_process_is_prepared_here(
    settings: Settings, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a process is busy with the first chunk, this one takes the last; a large file is left to processes."""
    tasks = tasks_of(many / "00")[:41]
    chunks = [tasks[:10], tasks[10:20], tasks[20:21], tasks[21:31], tasks[31:]]
    here: list[int] = []
    is_taken = threading.Event()
    there, prepare = Workers._prepare_in_process, Preparer.prepare_harmless

    def slow(self: Workers, pickled: bytes) -> bytes:
        assert is_taken.wait(30)
        return there(self, pickled)

    def noted(self: Preparer, tasks: list[Task]) -> list[Sequence[Prepared] | None]:
        here.append(chunks.index(tasks))
        if len(here) == 2:
            is_taken.set()
        return prepare(self, tasks)

    monkeypatch.setattr(Workers, "_prepare_in_process", slow)
    monkeypatch.setattr(Preparer, "prepare_harmless", noted)
    with Workers(settings, 1) as one:
        prepared = list(one.prepare(iter(chunks)))
    assert here[:2] == [4, 3] and not {0, 2} & set(here)
    assert [[result.locator for result in results] for results in prepared] == [
        [task.found.locator for task in chunk] for chunk in chunks
    ]


def test_leaving_workers_ends_their_processes(
    settings: Settings,
    many: Path,
    workers_of: Callable[[int], list[int]],
    is_running: Callable[[int], bool],
    until: Callable[..., None],
) -> None:
    found = tasks_of(many / "01")
    with Workers(settings, 2) as two:
        results = two.prepare(iter([found[:50], found[50:100], found[100:]]))
        assert len(next(results)) == 50
        processes = workers_of(os.getpid())
        assert processes
    until(lambda: not any(map(is_running, processes)), 5)


_SCRIPT = """
from archive import ingest, portions
from archive.db.location import locate
from archive.workers import Workers
portions.CHUNK = 100
submitted = []
submit = Workers._submit
def counted(self, chunk):
    submitted.append(submit(self, chunk))
    return submitted[-1]
Workers._submit = counted
summary = ingest.import_paths(locate({database!r}), [{folder!r}], ingest.ImportOptions(jobs=1))
print(summary.units, len(submitted), all(future.cancelled() or future.result() for future in submitted))
"""


@pytest.mark.parametrize("from_stdin", [True, False], ids=["from stdin", "a plain script"])
def test_a_program_that_is_no_module_imports_with_workers_too(
    database: Location, many: Path, tmp_path: Path, query: Rows, from_stdin: bool
) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT.format(database=located(database), folder=str(many / "02")))
    with script.open() as stream:
        words = ["-"] if from_stdin else [str(script)]
        done = subprocess.run([sys.executable, *words], stdin=stream, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("400 4 True\n", "")
    assert query(database, "SELECT status FROM imports") == [("finished",)]


def test_interrupting_from_a_program_is_recorded_too(database: Location, many: Path, query: Rows) -> None:
    with pytest.raises(KeyboardInterrupt):
        import_paths(database, [str(many / "03")], ImportOptions(jobs=0), Interrupting())
    assert query(database, "SELECT status, reason FROM imports") == [
        ("interrupted", "stopped by the user; import the same again to go on")
    ]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.sqlite("SQLite calls Python back while it writes")
@pytest.mark.parametrize("moment", ["a statement", "a call back"])
@pytest.mark.parametrize("table", ["import_items", "article_fts", "imports SET"])
def test_a_signal_in_the_middle_of_writing_waits_for_the_end_of_the_batch(
    database: Location, many: Path, query: Rows, monkeypatch: pytest.MonkeyPatch, moment: str, table: str
) -> None:
    """It would leave the connection locked for good, or be lost where SQLite calls Python back."""
    sent: list[str] = []

    def send(statement: str) -> None:
        if table in statement and statement.lstrip()[:6] in ("INSERT", "UPDATE") and not sent:
            sent.append(statement)
            signal.raise_signal(signal.SIGINT)

    def before_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        send(statement)

    def connected(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(send)

    name, listener = ("before_cursor_execute", before_statement) if moment == "a statement" else ("connect", connected)
    event.listen(Engine, name, listener)
    try:
        with pytest.raises(KeyboardInterrupt):
            import_paths(database, [str(many / "03")], ImportOptions(jobs=0))
    finally:
        event.remove(Engine, name, listener)
    assert sent
    assert query(database, "SELECT status, reason FROM imports") == [
        ("interrupted", "stopped by the user; import the same again to go on")
    ]
    assert query(database, "SELECT count(*) FROM import_items") == [(400,)]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class Failing(Listener):
    def units_done(self, number: int, outcomes: Any) -> None:
        raise ValueError("what a caller does wrong")


def test_what_ends_an_import_is_recorded(database: Location, many: Path, query: Rows) -> None:
    with pytest.raises(ValueError, match="what a caller does wrong"):
        import_paths(database, [str(many / "03")], ImportOptions(jobs=0), Failing())
    assert query(database, "SELECT status, reason FROM imports") == [("failed", "ValueError: what a caller does wrong")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 10 MB, of which an empty archive takes 4."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be made here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.sqlite("a disk that holds the file is full")
def test_a_full_disk_stops_an_import_and_with_room_it_goes_on(
    run: Run,
    small_disk: Path,
    database: Path,
    many: Path,
    query: Rows,
    contents: Contents,
    uninterrupted: dict[str, list[str]],
) -> None:
    path = small_disk / "archive.db"
    path.write_bytes(database.read_bytes())
    check_stopped_by_the_disk(run(path, "import", "--quiet", many), path, query, "the disk is full; make room")
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    assert run(path, "import", "--quiet", many).returncode == 1
    assert contents(path) == uninterrupted
    assert not list(small_disk.glob("*-wal"))


@pytest.mark.sqlite("a file that may not grow")
def test_files_that_may_not_grow_stop_an_import_and_later_it_goes_on(
    run: Run, database: Location, many: Path, query: Rows, contents: Contents, uninterrupted: dict[str, list[str]]
) -> None:
    limit = (7_000_000, resource.RLIM_INFINITY)
    done = run(database, "import", "--quiet", many, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    check_stopped_by_the_disk(done, database, query, "the disk takes or gives no more")
    assert run(database, "import", "--quiet", many).returncode == 1
    assert contents(database) == uninterrupted


def check_stopped_by_the_disk(done: "subprocess.CompletedProcess[str]", path: Location, query: Rows, cure: str) -> None:
    assert (done.returncode, done.stdout) == (1, "")
    (said,) = [line for line in done.stderr.splitlines() if not line.startswith("failed: ")]
    assert said.startswith(f"archive: {path} cannot be written (")
    assert cure in said
    assert "what was in it before is safe" in said
    ((status, reason),) = query(path, "SELECT status, reason FROM imports")
    assert status in ("failed", "running")
    assert reason is None or f"archive: {reason}" == said
    assert query(path, "SELECT count(*) BETWEEN 1000 AND 2000 FROM import_items") == [(1,)]
    check_whole(query, path)


@pytest.mark.sqlite("pages of a file are damaged")
def test_an_archive_that_is_damaged_is_said_so(database: Path, many: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    database.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"damaged|cannot be read"):
        import_paths(database, [str(many / "00")], ImportOptions(jobs=0))


def test_workers_block_what_the_writer_decides_about() -> None:
    main = sys.modules["__main__"]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with processes.starting_undisturbed():
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) >= processes.STOPS
        assert sys.modules["__main__"] is not main
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
    assert sys.modules["__main__"] is main
