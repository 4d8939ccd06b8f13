"""Several at once in one archive: imports that overlap, and readers beside them."""

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.db import postgresql, schema, sqlite
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.errors import ArchiveError
from archive.ingest import ImportOptions, import_paths
from tests.engines import NewArchive, connected

Rows = Callable[..., list[tuple[Any, ...]]]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]
Contents = Callable[[Location], dict[str, list[str]]]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folders of articles: each has some of its own, and some that another has at another place."""
    folder = tmp_path_factory.mktemp("mixed")
    for number in range(600):
        text = f"Boat {number} came in.\n\n" + f"The boat with the number {number} came into the harbour at noon. " * 8
        front = (
            f"---\nsource: Post {number % 40}\ntags: [catch {number % 30}, boats]\nauthor: A. Skipper {number % 20}\n"
        )
        places = {number % 3, number % 2}
        for place in places:
            file = folder / str(place) / f"{number:03}.md"
            file.parent.mkdir(exist_ok=True)
            file.write_text(
                f"{front}id: boat-{number}\ndate: 2023-02\n---\n{text}" if number % 5 else f"{front}---\n{text}"
            )
    return folder


@pytest.mark.parametrize(("number", "is_new"), [(2, False), (3, True)], ids=["two", "three that make it"])
def test_imports_at_once_lose_nothing_and_double_nothing(
    start: Start,
    query: Rows,
    contents: Contents,
    database: Location,
    new_archive: NewArchive,
    mixed: Path,
    tmp_path: Path,
    number: int,
    is_new: bool,
) -> None:
    alone = new_archive("empty", "alone.db")
    import_paths(alone, [str(mixed)], ImportOptions(jobs=0))
    together = new_archive(None, "new.db") if is_new else database
    folders = [mixed / "0", mixed / "1", mixed / "2"]
    said = [tmp_path / f"said {one}" for one in range(number)]
    processes = [
        # each folder twice at least, in another order
        start(together, "import", *folders[one:], *folders[:one], said=said[one])
        for one in range(number)
    ]
    assert [process.wait(60) for process in processes] == [0] * number, [file.read_text() for file in said]
    assert {file.read_text() for file in said} == {""}
    assert query(together, "SELECT status FROM imports") == [("finished",)] * number
    units = query(together, "SELECT count(*) FROM import_items GROUP BY import_id")
    assert units == query(alone, "SELECT count(*) FROM import_items") * number
    assert query(together, "SELECT count(*) FROM import_items WHERE outcome IN ('failed', 'revised')") == query(
        alone, "SELECT count(*) FROM import_items WHERE outcome IN ('failed', 'revised')"
    )
    ours, theirs = contents(together), contents(alone)
    for table in theirs:
        assert ours[table] == theirs[table], table
    if isinstance(together, Path):
        assert not together.with_name(together.name + "-wal").exists()


def test_readers_beside_an_import_answer_and_hold_nobody_up(
    start: Start, run: Run, query: Rows, until: Callable[..., None], database: Location, many: Path
) -> None:
    process = start(database, "import", "--quiet", many)
    until(lambda: bool(query(database, "SELECT 1 FROM import_items LIMIT 1")))
    asked = 0
    while process.poll() is None:
        words = (
            ["list", "--limit", "2"],
            ["search", "harbour", "--limit", "2"],
            ["sql", "SELECT count(*) FROM documents"],
        )
        done = run(database, *words[asked % 3])
        assert (done.returncode, bool(done.stdout)) == (0, True)
        asked += 1
    assert process.returncode == 1
    assert asked
    assert query(database, "SELECT count(*) FROM import_items") == [(3000,)]


@pytest.mark.sqlite("SQLite's log, which grows as long as somebody reads")
def test_a_reader_that_goes_on_reading_does_not_hold_up_the_end(
    database: Path, mixed: Path, tmp_path: Path, query: Rows
) -> None:
    wal = database.with_name(database.name + "-wal")
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (0,)
        begun = time.monotonic()
        import_paths(database, [str(mixed / "0")], ImportOptions(jobs=0))
        taken = time.monotonic() - begun
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (0,)
        assert wal.stat().st_size > 0  # what could not be put into the file yet
        assert query(database, "SELECT count(*) > 0 FROM articles") == [(1,)]
        reader.execute("COMMIT")
        (tmp_path / "a.txt").write_text("The boat is late.")
        begun = time.monotonic()
        import_paths(database, [str(tmp_path / "a.txt")], ImportOptions(jobs=0))
        assert wal.stat().st_size == 0
    assert taken < 10


def test_an_import_waits_for_another_that_writes(database: Location, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The boat is late.")
    with ThreadPoolExecutor(1) as beside, open_engine(database).connect() as writer:
        with writer.begin():
            imported = beside.submit(import_paths, database, [str(tmp_path / "a.txt")], ImportOptions(jobs=0))
            time.sleep(0.5)
            assert not imported.done()
        assert imported.result(30).outcomes == {"added": 1}


def test_an_archive_that_stays_locked_is_said_so(
    database: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_engine(database).connect() as writer, writer.begin():
        monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 100)
        monkeypatch.setattr(postgresql, "LOCK_TIMEOUT_MS", 100)
        with pytest.raises(ArchiveError, match=r"another program holds it.*; end that, (or )?wait, (and|or) "):
            import_paths(database, [str(tmp_path)], ImportOptions(jobs=0))
    assert import_paths(database, [str(tmp_path)], ImportOptions(jobs=0)).import_id == 1


def test_opening_waits_while_others_make_the_same_file(tmp_path: Path) -> None:
    """For the switch to WAL alone SQLite does not wait: without care, one in a few openings fails."""
    failures: list[Exception] = []

    def open_and_write(path: Path, barrier: threading.Barrier) -> None:
        barrier.wait()
        try:
            with sqlite.open_engine(path).begin() as connection:
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS boats (name TEXT)")
        except Exception as error:
            failures.append(error)

    for number in range(30):
        path, barrier = tmp_path / f"{number}.db", threading.Barrier(4)
        threads = [threading.Thread(target=open_and_write, args=(path, barrier)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_file_that_cannot_be_switched_to_wal_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 100)
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE boats (name TEXT)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ArchiveError, match="another program holds it"), sqlite.file_errors_explained(path):
            sqlite.open_engine(path).connect()


def test_errors_that_are_not_of_the_file_stay_what_they_are(tmp_path: Path) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError),
        sqlite.file_errors_explained(tmp_path),
        closing(sqlite3.connect(":memory:")) as memory,
    ):
        memory.execute("CREATE TABLE boats (name TEXT NOT NULL)")
        memory.execute("INSERT INTO boats VALUES (NULL)")


def test_many_make_one_archive_at_once(
    start: Start, tmp_path: Path, mixed: Path, query: Rows, new_archive: NewArchive
) -> None:
    new = new_archive(None, "new.db")
    said = [tmp_path / f"said {number}" for number in range(4)]
    processes = [start(new, "import", mixed / "2" / "002.md", said=file) for file in said]
    assert [process.wait(60) for process in processes] == [0] * 4, [file.read_text() for file in said]
    assert schema.current_revision(new) == schema.HEAD
    outcomes = sorted(query(new, "SELECT outcome FROM import_items"))
    assert outcomes == [("added",), ("unchanged",), ("unchanged",), ("unchanged",)]


@pytest.mark.sqlite("on a server it is known which imports of other machines run: tests/imports/test_server_imports.py")
def test_an_import_of_another_machine_is_not_taken_for_a_killed_one(
    database: Path, tmp_path: Path, query: Rows
) -> None:
    processes = ["elsewhere 1 17", f"{os.uname().nodename} 4194305 17", "a host 1 "]
    with connected(database) as connection:
        connection.executemany(
            "INSERT INTO imports (started_at, status, arguments, program_version, process) "
            "VALUES ('', 'running', '', '', ?)",
            [(process,) for process in processes],
        )
        connection.commit()
    import_paths(database, [str(tmp_path / "gone.txt")], ImportOptions(jobs=0))
    statuses = query(database, "SELECT status FROM imports ORDER BY id")
    assert statuses == [("running",), ("interrupted",), ("running",), ("finished",)]
