"""`archive sql`: how it is called and what it prints. What it refuses is tested with `queries.sql`."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n"


def test_a_table_as_asked(seeds: Run) -> None:
    answer = seeds(
        "sql", "SELECT source, count(*) AS articles, NULL AS empty FROM documents GROUP BY 1 ORDER BY 2 DESC"
    )
    lines = answer.stdout.splitlines()
    assert lines[0].split() == ["source", "articles", "empty"]
    assert lines[2].split() == ["Radio", "Lintel", "5"]


def test_columns_of_one_name_are_all_there(seeds: Run) -> None:
    answer = seeds("sql", 'SELECT 1 AS a, 2 AS a, 3 AS "a:2", 4 AS a', "-f", "json")
    assert json.loads(answer.stdout) == [{"a": 1, "a:2": 2, "a:2:2": 3, "a:3": 4}]


def test_parameters(seeds: Run) -> None:
    answer = seeds("sql", "SELECT :a AS a, :b AS b", "-p", "a=1=2", "-p", ":b=", "-f", "json")
    assert json.loads(answer.stdout) == [{"a": "1=2", "b": ""}]


def test_a_statement_from_stdin(seeds: Run) -> None:
    answer = seeds("sql", "-", "-f", "jsonl", stdin="SELECT '北京' AS city;\n")
    assert (answer.exit_code, answer.stdout) == (0, '{"city": "北京"}\n')


def test_bytes_on_stdin_that_are_no_text(seeds: Run) -> None:
    answer = seeds("sql", "-", stdin=b"SELECT '\xff'")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "a character that no text has" in answer.stderr


@pytest.mark.parametrize(
    ("limit", "number", "told"),
    [("3", 3, "3 rows, and there are more; --limit 0 shows all\n"), ("5", 5, ""), ("0", 5, ""), ("9" * 30, 5, "")],
)
@pytest.mark.parametrize("form", ["jsonl", "table"])
def test_a_limit_tells_whether_there_is_more(limit: str, number: int, told: str, form: str, seeds: Run) -> None:
    answer = seeds("sql", NUMBERS, "--limit", limit, "-f", form)
    assert answer.exit_code == 0
    assert len(answer.stdout.splitlines()) == number + (2 if form == "table" else 0)
    assert answer.stderr == told


def test_a_time_limit_ends_a_statement(seeds: Run) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    answer = seeds("sql", endless, "--time-limit", "0.2")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "ran longer than 0.2 s and was ended" in answer.stderr


def test_no_rows(seeds: Run) -> None:
    answer = seeds("sql", "SELECT 1 WHERE 1 = 0")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", "no rows\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["SELECT 1 FORM articles"], 'near "articles"'),
        ([""], "there is no statement"),
        (["SELECT 1; SELECT 2"], "one statement at a time"),
        (["DELETE FROM articles"], "archive sql only reads; DELETE is refused"),
        (["SELECT headlin FROM documents"], "near: headline"),
        (["SELECT :x"], "with"),
        (["SELECT 1", "-p", "x"], "-p takes NAME=VALUE, not 'x'"),
        (["SELECT 1", "--limit", "-1"], "--limit"),
        (["SELECT 1", "--time-limit", "0"], "--time-limit"),
        ([], "STATEMENT"),
    ],
)
def test_usage(words: list[str], message: str, seeds: Run) -> None:
    answer = seeds("sql", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_an_error_after_the_first_rows_is_told(seeds: Run) -> None:
    answer = seeds(
        "sql", "SELECT abs(value) FROM (SELECT 1 AS value UNION ALL SELECT -9223372036854775807 - 1)", "-f", "jsonl"
    )
    assert answer.exit_code == 2
    assert any(said in answer.stderr for said in ("integer overflow", "bigint out of range"))
