"""A person's own SQL: it reads all there is, and nothing it can say writes, outlives its time or stays behind."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveError, SchemaError, TimeLimitError, UsageError
from archive.queries import sql
from archive.queries.sql import run_select

COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n {}) "
ENDLESS = COUNTING.format("") + "SELECT count(*) FROM n"
# One call of a function each, which no progress handler can interrupt.
SLOW_LIKE = "SELECT printf('%.*c', 60000000, 'a') LIKE '%' || printf('%.*c', 97, 'a') || 'b'"
SLOW_GLOB = "SELECT printf('%.*c', 60000000, 'a') GLOB '*' || printf('%.*c', 97, 'a') || 'b'"


def make_database(path: Path, journal: str = "wal") -> Path:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.executescript(
        """
        CREATE TABLE articles (id INTEGER PRIMARY KEY, headline TEXT, body TEXT);
        CREATE VIEW article_text AS SELECT id, headline, body FROM articles;
        CREATE VIRTUAL TABLE search USING fts5(headline, body, content='article_text', content_rowid='id');
        INSERT INTO articles VALUES
            (1, 'Herons return to Lake Tarn', 'A grey heron was seen at the lake on Monday.'),
            (2, 'Ferry late', 'The ferry of Tarn was an hour late.');
        INSERT INTO search (search) VALUES ('rebuild');
        CREATE VIEW found AS SELECT rowid AS id FROM search WHERE search MATCH 'heron';
        CREATE VIEW broken AS SELECT x FROM nowhere;
        """
    )
    connection.close()
    return path


@pytest.fixture(scope="module")
def shared_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_database(tmp_path_factory.mktemp("sql") / "archive.db")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return make_database(tmp_path / "archive.db")


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    started: list[subprocess.Popen[bytes]] = []
    start = sql._start

    def remember() -> "subprocess.Popen[bytes]":
        started.append(start())
        return started[-1]

    monkeypatch.setattr(sql, "_start", remember)
    return started


def state_of(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def rows_of(database: Path, statement: str, **options: object) -> list[tuple[sql.SqlValue, ...]]:
    with run_select(database, statement, **options) as rows:  # type: ignore[arg-type]
        return list(rows)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    # Dead, and not yet collected by the process that inherited it.
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def wait_until(what: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


# What can be read


def test_columns_and_rows_come_as_sqlite_gives_them(shared_database: Path) -> None:
    with run_select(shared_database, "SELECT id, headline FROM articles ORDER BY id") as rows:
        assert rows.columns == ("id", "headline")
        assert list(rows) == [(1, "Herons return to Lake Tarn"), (2, "Ferry late")]


def test_a_column_name_may_be_there_twice(shared_database: Path) -> None:
    with run_select(shared_database, "SELECT 1 AS a, 2 AS a") as rows:
        assert (rows.columns, list(rows)) == (("a", "a"), [(1, 2)])


def test_an_empty_result_has_columns(shared_database: Path) -> None:
    with run_select(shared_database, "SELECT id FROM articles WHERE id > 9") as rows:
        assert (rows.columns, list(rows)) == (("id",), [])


def test_every_kind_of_value_comes_through(shared_database: Path) -> None:
    statement = "SELECT NULL, -9223372036854775808, 0.5, 1e999, 'ä\u5317', x'00ff', 'a' || char(0) || 'b'"
    assert rows_of(shared_database, statement) == [
        (None, -(2**63), 0.5, float("inf"), "ä\u5317", b"\x00\xff", "a\x00b"),
    ]


def test_text_that_is_not_utf_8_is_shown_as_far_as_it_can_be(shared_database: Path) -> None:
    assert rows_of(shared_database, "SELECT CAST(x'41ff42eda080' AS TEXT)") == [("A\ufffdB\ufffd\ufffd\ufffd",)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1;", [(1,)]),
        ("SELECT 1 ;; -- that was all\n ; /* really */", [(1,)]),
        ("-- first\n/* and */ SELECT ';' /* ; */", [(";",)]),
        ('; SELECT 1 AS "a;b"', [(1,)]),
        ("\ufeffSELECT 1", [(1,)]),
        ("SELECT 1 /* open", [(1,)]),
        ("VALUES (1), (2)", [(1,), (2,)]),
        ("WITH a AS (SELECT 3 AS x) SELECT x FROM a", [(3,)]),
        ("SELECT value FROM json_each('[4, 5]')", [(4,), (5,)]),
        ("PRAGMA index_list('articles')", []),
        ("PRAGMA journal_mode", [("wal",)]),
        ("SELECT name FROM pragma_table_info('articles')", [("id",), ("headline",), ("body",)]),
        ("SELECT upper('ferry')", [("FERRY",)]),
        ("SELECT id FROM found", [(1,)]),
    ],
)
def test_statements_that_read(shared_database: Path, statement: str, expected: object) -> None:
    assert rows_of(shared_database, statement) == expected


def test_explain_query_plan_tells_the_plan(shared_database: Path) -> None:
    [row] = rows_of(shared_database, "EXPLAIN QUERY PLAN SELECT * FROM articles WHERE id = 1")
    assert "articles" in str(row[-1])


def test_the_search_index_can_be_used(shared_database: Path) -> None:
    statement = """
        SELECT articles.id, snippet(search, 1, '[', ']', '…', 4), bm25(search) < 0
        FROM search JOIN articles ON articles.id = search.rowid WHERE search MATCH :words ORDER BY rank
    """
    [row] = rows_of(shared_database, statement, parameters={"words": '"heron"'})
    assert (row[0], row[2]) == (1, 1)
    assert "[heron]" in str(row[1])


def test_parameters_are_values_and_never_sql(shared_database: Path) -> None:
    word = "'; DROP TABLE articles; --"
    assert rows_of(shared_database, "SELECT :a || :b, @a", parameters={"a": word, "b": "é"}) == [(word + "é", word)]


def test_many_rows_are_streamed(shared_database: Path) -> None:
    statement = COUNTING.format("LIMIT 200000") + "SELECT i, 'row ' || i FROM n"
    count = 0
    with run_select(shared_database, statement) as rows:
        for count, row in enumerate(rows, start=1):
            assert row == (count, f"row {count}")
    assert count == 200_000


def test_at_most_max_rows_come(shared_database: Path) -> None:
    endless = COUNTING.format("") + "SELECT i FROM n"
    assert rows_of(shared_database, endless, max_rows=3) == [(1,), (2,), (3,)]
    assert rows_of(shared_database, endless, max_rows=0) == []


def test_a_second_loop_goes_on_where_the_first_stopped(shared_database: Path) -> None:
    with run_select(shared_database, "VALUES (1), (2), (3)") as rows:
        assert next(iter(rows)) == (1,)
        assert list(rows) == [(2,), (3,)]
        assert list(rows) == []


# What is refused


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("INSERT INTO articles VALUES (3, 'x', 'y')", "INSERT"),
        ("INSERT INTO articles VALUES (3, 'x', 'y') RETURNING id", "INSERT"),
        ("REPLACE INTO articles VALUES (1, 'x', 'y')", "REPLACE"),
        ("UPDATE articles SET headline = 'x'", "UPDATE"),
        ("DELETE FROM articles RETURNING *", "DELETE"),
        ("WITH x AS (SELECT 1 AS id) DELETE FROM articles WHERE id IN (SELECT id FROM x)", "DELETE"),
        ("WITH x AS (SELECT 1) UPDATE articles SET headline = 'x' RETURNING id", "UPDATE"),
        ("EXPLAIN DELETE FROM articles", "DELETE"),
        ("UPDATE sqlite_master SET sql = ''", "UPDATE"),
        ("WITH x AS (SELECT 1) UPDATE sqlite_schema SET sql = ''", "UPDATE"),
        ("DROP TABLE articles", "DROP"),
        ("ALTER TABLE articles ADD COLUMN x", "ALTER"),
        ("CREATE TABLE t (x)", "CREATE"),
        ("CREATE TEMP TABLE t AS SELECT 1", "CREATE"),
        ("CREATE TEMP TRIGGER t AFTER INSERT ON articles BEGIN DELETE FROM articles; END", "CREATE"),
        ("CREATE VIRTUAL TABLE temp.t USING fts5(x)", "CREATE"),
        ("INSERT INTO search (search) VALUES ('rebuild')", "INSERT"),
        ("ATTACH 'other.db' AS other", "ATTACH"),
        ("ATTACH ':memory:' AS other", "ATTACH"),
        ("DETACH main", "DETACH"),
        ("VACUUM", "VACUUM"),
        ("VACUUM INTO 'other.db'", "VACUUM"),
        ("ANALYZE", "ANALYZE"),
        ("REINDEX", "REINDEX"),
        ("BEGIN IMMEDIATE", "BEGIN"),
        ("COMMIT", "COMMIT"),
        ("ROLLBACK", "ROLLBACK"),
        ("SAVEPOINT s", "SAVEPOINT"),
        ("PRAGMA hard_heap_limit = 1", "hard_heap_limit"),
        ("PRAGMA hard_heap_limit(1)", "hard_heap_limit"),
        ("SELECT * FROM pragma_hard_heap_limit", "hard_heap_limit"),
        ("PRAGMA writable_schema = 1", "writable_schema"),
        ("PRAGMA query_only = OFF", "query_only"),
        ("PRAGMA trusted_schema = ON", "trusted_schema"),
        ("PRAGMA user_version = 7", "user_version"),
        ("PRAGMA journal_mode = DELETE", "journal_mode"),
        ("PRAGMA main.journal_mode(delete)", "journal_mode"),
        ("PRAGMA wal_checkpoint(TRUNCATE)", "wal_checkpoint"),
        ("PRAGMA temp_store_directory = '/'", "temp_store_directory"),
        ("PRAGMA made_up", "made_up"),
        ("SELECT load_extension('./evil')", "load_extension"),
        ("SELECT LOAD_EXTENSION('./evil', 'init')", "load_extension"),
    ],
)
def test_what_does_not_only_read_is_refused(
    database: Path, statement: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(database.parent)
    before = state_of(database.parent)
    with pytest.raises(UsageError, match=rf"^archive sql only reads(;| the one archive;).*\b{word}\b.*refused"):
        run_select(database, statement)
    assert state_of(database.parent) == before


def test_a_tokenizer_given_as_a_pointer_is_refused(shared_database: Path) -> None:
    # Built without it, SQLite knows no such function, which is as good.
    with pytest.raises(UsageError, match=r"fts3_tokenizer\(\) is refused|no such function"):
        run_select(shared_database, "SELECT fts3_tokenizer('simple', x'0000000000000000')")


def test_a_second_statement_is_refused(shared_database: Path) -> None:
    with pytest.raises(UsageError, match="one statement at a time"):
        run_select(shared_database, "SELECT 1; SELECT 2")


@pytest.mark.parametrize("statement", ["", " \n", ";", "-- nothing", "/* nothing"])
def test_no_statement_is_refused(shared_database: Path, statement: str) -> None:
    with pytest.raises(UsageError, match="no statement"):
        run_select(shared_database, statement)


@pytest.mark.parametrize("statement", ["SELECT '\0'", "SELECT '\ud800'"])
def test_a_statement_that_is_no_text_is_refused(shared_database: Path, statement: str) -> None:
    with pytest.raises(UsageError, match="NUL or a lone surrogate"):
        run_select(shared_database, statement)


def test_a_statement_that_is_too_long_is_refused(shared_database: Path) -> None:
    longest = "SELECT 1" + " " * (sql.STATEMENT_BYTES - 8)
    assert rows_of(shared_database, longest) == [(1,)]
    with pytest.raises(UsageError, match="too long"):
        run_select(shared_database, longest + " ")


def test_a_parameter_that_is_no_text_is_refused(shared_database: Path) -> None:
    with pytest.raises(UsageError, match=r":a is no text"):
        run_select(shared_database, "SELECT :a", parameters={"a": "\ud800"})


@pytest.mark.parametrize("statement", ["SELECT :a", "SELECT ?"])
def test_a_missing_parameter_is_named(shared_database: Path, statement: str) -> None:
    with pytest.raises(UsageError, match=r"(?i)binding.*Write the values as :name"):
        run_select(shared_database, statement)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan")])
def test_a_time_limit_is_positive(shared_database: Path, limit: float) -> None:
    with pytest.raises(UsageError, match="above 0"):
        run_select(shared_database, "SELECT 1", time_limit=limit)


def test_a_time_limit_may_be_infinite(shared_database: Path) -> None:
    assert rows_of(shared_database, "SELECT 1", time_limit=float("inf")) == [(1,)]


def test_a_number_of_rows_is_not_negative(shared_database: Path) -> None:
    with pytest.raises(UsageError, match="not -1"):
        run_select(shared_database, "SELECT 1", max_rows=-1)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELEC 1", r'near "SELEC": syntax error'),
        ("SELECT headlin FROM articles", r"no such column: headlin; near: headline \(in article_text, articles, sear"),
        ("SELECT a.zzz FROM articles a", r"no such column: a\.zzz; all names: .*sqlite_schema"),
        ("SELECT 1 FROM artcles", r"no such table: artcles; near: articles.*SELECT name FROM sqlite_schema"),
        ("SELECT 1 FROM zzz", r"no such table: zzz; all names: .*SELECT name FROM sqlite_schema"),
        ("SELECT * FROM broken", r"no such table: main\.nowhere"),
        ("SELECT near(1)", r"no such function: near"),
        ("SELECT * FROM search WHERE search MATCH 'foo-bar'", r"""no such column: bar;.*MATCH '"foo-bar"'"""),
        ("SELECT * FROM search WHERE search MATCH 'C++'", r"""syntax error.*MATCH '"foo-bar"'"""),
        ("SELECT zeroblob(100000001)", r"too big.*100,000,000 bytes.*substr"),
        ("SELECT 'x' LIKE printf('%.*c', 101, '%')", r"too complex.*100 bytes"),
        ("SELECT abs(-9223372036854775808)", r"integer overflow"),
    ],
)
def test_what_sqlite_does_not_understand_is_explained(shared_database: Path, statement: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        rows_of(shared_database, statement)


def test_an_error_in_a_later_row_closes_the_result(shared_database: Path) -> None:
    statement = (
        COUNTING.format("LIMIT 100000") + "SELECT i, CASE WHEN i > 90000 THEN abs(-9223372036854775808) END FROM n"
    )
    rows = run_select(shared_database, statement)
    with pytest.raises(UsageError, match="integer overflow"):
        list(rows)
    assert list(rows) == []


PIECES = [
    "SELECT",
    "*",
    "FROM",
    "articles",
    "search",
    "MATCH",
    "'x",
    '"',
    "(",
    ")",
    ";",
    "--",
    "/*",
    "\0",
    ",",
    "1",
    "?",
]


@settings(max_examples=25, deadline=None)
@given(statement=st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map(" ".join)))
@example(statement="SELECT '\udfff")
@example(statement="[")
def test_any_text_gives_rows_or_an_error_that_explains_itself(shared_database: Path, statement: str) -> None:
    try:
        rows_of(shared_database, statement, time_limit=5, max_rows=5)
    except ArchiveError as error:
        assert str(error)


# Limits


@pytest.mark.parametrize("statement", [ENDLESS, SLOW_LIKE, SLOW_GLOB])
def test_a_slow_statement_is_killed(
    shared_database: Path, statement: str, processes: list["subprocess.Popen[bytes]"]
) -> None:
    began = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"longer than 0\.5 s.*--time-limit"):
        run_select(shared_database, statement, time_limit=0.5)
    assert 0.5 <= time.monotonic() - began < 5
    assert processes[0].returncode == -signal.SIGKILL
    assert is_gone(processes[0].pid)


def test_producing_rows_counts_and_waiting_for_the_reader_does_not(shared_database: Path) -> None:
    received = 0
    with (
        pytest.raises(TimeLimitError),
        run_select(shared_database, COUNTING.format("") + "SELECT i FROM n", time_limit=0.5) as rows,
    ):
        for _ in rows:
            if received == 0:
                time.sleep(0.7)
            received += 1
    assert received > 1000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process's memory cannot be limited")
def test_a_statement_gets_only_so_much_memory(shared_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "MEMORY_BYTES", 200_000_000)
    with pytest.raises(ArchiveError, match="more memory"):
        run_select(shared_database, "SELECT " + ", ".join(["zeroblob(60000000)"] * 4))


def test_a_sort_gets_only_so_much_room(shared_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "TEMPORARY_BYTES", 100_000)
    statement = COUNTING.format("LIMIT 60000") + "SELECT i, printf('%.*c', 200, 'x') FROM n ORDER BY -i"
    with pytest.raises(ArchiveError, match="no room to sort"):
        rows_of(shared_database, statement)
    monkeypatch.undo()
    assert rows_of(shared_database, statement, max_rows=1)[0][0] == 60_000


def test_opening_has_a_limit_of_its_own(shared_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "OPEN_SECONDS", 0.0001)
    with pytest.raises(ArchiveError, match="could not be opened within"):
        run_select(shared_database, "SELECT 1")


# The process


def test_closing_early_ends_the_process(shared_database: Path, processes: list["subprocess.Popen[bytes]"]) -> None:
    with run_select(shared_database, COUNTING.format("") + "SELECT i FROM n") as rows:
        assert next(iter(rows)) == (1,)
        assert processes[0].poll() is None
    assert is_gone(processes[0].pid)
    assert list(rows) == []
    rows.close()


def test_a_result_that_is_dropped_ends_the_process(
    shared_database: Path, processes: list["subprocess.Popen[bytes]"]
) -> None:
    for row in run_select(shared_database, COUNTING.format("") + "SELECT i FROM n"):
        assert row == (1,)
        break
    assert wait_until(lambda: is_gone(processes[0].pid))


def test_an_interrupt_ends_the_process(shared_database: Path, processes: list["subprocess.Popen[bytes]"]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_select(shared_database, ENDLESS)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert is_gone(processes[0].pid)


def test_the_process_ends_with_its_last_row(shared_database: Path, processes: list["subprocess.Popen[bytes]"]) -> None:
    rows = run_select(shared_database, "SELECT 1")
    assert list(rows) == [(1,)]
    assert is_gone(processes[0].pid)
    assert processes[0].returncode == 0


def test_a_process_that_is_ended_by_others_is_an_error(
    shared_database: Path, processes: list["subprocess.Popen[bytes]"]
) -> None:
    rows = run_select(shared_database, COUNTING.format("") + "SELECT i FROM n")
    processes[0].send_signal(signal.SIGKILL)
    processes[0].wait()
    with pytest.raises(ArchiveError, match="ended by signal 9"):
        list(rows)


def test_a_process_that_cannot_start_is_an_error(shared_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(shared_database.parent / "no-python"))
    with pytest.raises(ArchiveError, match="no process could be started"):
        run_select(shared_database, "SELECT 1")


def test_a_process_that_fails_at_once_is_an_error(shared_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "__file__", str(shared_database.parent / "sql.py"))
    with pytest.raises(ArchiveError, match="ended with status 2"):
        run_select(shared_database, "SELECT " + "1, " * 200_000 + "1")


PARENT = """
import sys
from pathlib import Path
from archive.queries import sql
start = sql._start
def told():
    process = start()
    print(process.pid, flush=True)
    return process
sql._start = told
sql.run_select(Path(sys.argv[1]), sys.argv[2], time_limit=600)
"""


@pytest.mark.parametrize("statement", [ENDLESS, SLOW_LIKE])
def test_the_process_dies_with_the_program_that_started_it(shared_database: Path, statement: str) -> None:
    command = [sys.executable, "-c", PARENT, str(shared_database), statement]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        time.sleep(0.3)
        assert not is_gone(pid)
        parent.kill()
    assert wait_until(lambda: is_gone(pid))


# The file


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_the_folder_stays_as_it_was(tmp_path: Path, journal: str) -> None:
    database = make_database(tmp_path / "archive.db", journal)
    before = state_of(tmp_path)
    changed = database.stat().st_mtime_ns
    rows_of(database, "SELECT * FROM articles")
    with pytest.raises(TimeLimitError):
        run_select(database, ENDLESS, time_limit=0.1)
    with run_select(database, COUNTING.format("") + "SELECT i FROM n"):
        pass
    assert state_of(tmp_path) == before
    assert database.stat().st_mtime_ns == changed


@pytest.mark.parametrize("name", ["a b.db", "what?.db", "n#1.db", "100%25.db", "a&mode=rwc.db", "北京.db"])
def test_any_name_of_a_file_is_opened(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my #files?"
    folder.mkdir()
    make_database(folder / name)
    monkeypatch.chdir(folder)
    assert rows_of(Path(name), "SELECT count(*) FROM articles") == [(2,)]
    assert set(state_of(folder)) == {name}


def test_a_name_that_is_not_utf_8_is_opened(tmp_path: Path) -> None:
    database = make_database(tmp_path / "archive.db")
    odd = tmp_path / os.fsdecode(b"\xff\xfe.db")
    try:
        database.rename(odd)
    except OSError:
        pytest.skip("this file system has no such names")
    assert rows_of(odd, "SELECT count(*) FROM articles") == [(2,)]


def test_a_link_is_followed_to_the_file_and_its_log(database: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.mkdir()
    (link / "linked.db").symlink_to(database)
    assert rows_of(link / "linked.db", "SELECT count(*) FROM articles") == [(2,)]
    assert set(state_of(link)) == {"linked.db"}
    assert {file.name for file in tmp_path.iterdir()} == {"archive.db", "elsewhere"}


@pytest.fixture
def writer(database: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(database, isolation_level=None)
    yield connection
    connection.close()


def test_what_a_writer_has_committed_is_read_from_its_log(database: Path, writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO articles VALUES (3, 'Fog', 'Fog on the lake.')")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO articles VALUES (4, 'Not yet', 'Not committed.')")
    assert database.with_name("archive.db-wal").stat().st_size > 0
    assert rows_of(database, "SELECT max(id) FROM articles") == [(3,)]
    writer.execute("COMMIT")
    assert rows_of(database, "SELECT max(id) FROM articles") == [(4,)]


def test_one_state_is_read_while_a_writer_goes_on(database: Path, writer: sqlite3.Connection) -> None:
    statement = COUNTING.format("LIMIT 60000") + "SELECT i, (SELECT count(*) FROM articles WHERE id > i * 0) FROM n"
    with run_select(database, statement) as rows:
        for number, (_, count) in enumerate(rows):
            if number % 5000 == 0:
                writer.execute("INSERT INTO articles (headline) VALUES ('More')")
            assert count == 2
    assert rows_of(database, "SELECT count(*) FROM articles") == [(14,)]


def test_a_short_lock_is_waited_for(tmp_path: Path) -> None:
    database = make_database(tmp_path / "archive.db", "delete")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
            "c.execute('BEGIN EXCLUSIVE'); print(flush=True); time.sleep(0.5)",
            str(database),
        ],
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert rows_of(database, "SELECT count(*) FROM articles") == [(2,)]


def test_a_lock_that_stays_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "BUSY_SECONDS", 0.1)
    database = make_database(tmp_path / "archive.db", "delete")
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ArchiveError, match="another program is writing"):
        run_select(database, "SELECT 1 FROM articles")
    writer.close()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"none\.db does not exist; archive import creates it"):
        run_select(tmp_path / "none.db", "SELECT 1")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_path_that_can_be_none_is_named(name: str) -> None:
    with pytest.raises(SchemaError, match="cannot be read"):
        run_select(Path(name), "SELECT 1")


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="is no file"):
        run_select(tmp_path, "SELECT 1")


def test_a_pipe_is_no_archive(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SchemaError, match="is no file"):
        run_select(tmp_path / "pipe", "SELECT 1")


def test_an_empty_file_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(SchemaError, match="is empty"):
        run_select(tmp_path / "empty.db", "SELECT 1")


def test_a_text_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("The ferry was late. " * 100)
    with pytest.raises(SchemaError, match="no database"):
        run_select(tmp_path / "notes.txt", "SELECT 1")


def test_damage_is_an_error(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    database.write_bytes(content)
    with pytest.raises(ArchiveError, match=r"damaged.*backup"):
        rows_of(database, "SELECT * FROM articles")
