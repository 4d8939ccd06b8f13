"""`archive query`: list, save, drop; and saved queries in other commands."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.engines import connected

Run = Callable[..., Result]


def test_a_query_is_saved_used_listed_and_dropped(seeds: Run) -> None:
    answer = seeds("query", "save", "Belarus", "topic:trade", "OR", "minsk")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "query:belarus saved\n", "")
    assert seeds("query", "save", "belarus", "topic:trade OR minsk").stdout == "query:belarus is so already\n"
    typed = seeds("list", "(topic:trade OR minsk) sanctions", "-f", "json").stdout
    assert seeds("list", "query:belarus sanctions", "-f", "json").stdout == typed != "[]\n"
    lines = seeds("query").stdout.splitlines()
    assert lines[0].split() == ["name", "query", "saved"]
    assert "topic:trade OR minsk" in lines[2]
    assert re.search(r"  \d{4}-\d\d-\d\d \d\d:\d\d$", lines[2])
    answer = seeds("query", "drop", "Belarus")
    assert (answer.exit_code, answer.stdout) == (0, "query:belarus is gone\n")
    answer = seeds("query")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "no query is saved yet; `archive query save` does it\n"


def test_replace(seeds: Run) -> None:
    seeds("query", "save", "one", "trade")
    answer = seeds("query", "save", "one", "museums")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "one is saved as trade; --replace puts this in its place" in answer.stderr
    assert seeds("query", "save", "one", "museums", "--replace").stdout == "query:one saved\n"
    (row,) = json.loads(seeds("query", "-f", "json").stdout)
    assert (row["name"], row["query"]) == ("one", "museums")
    assert row["saved_at"].endswith("Z")


def test_formats_say_the_same(seeds: Run) -> None:
    seeds("query", "save", "b", '"trade sanctions" OR 北京')
    seeds("query", "save", "a", "museums")
    rows = json.loads(seeds("query", "-f", "json").stdout)
    assert [row["name"] for row in rows] == ["a", "b"]
    assert [json.loads(line) for line in seeds("query", "-f", "jsonl").stdout.splitlines()] == rows
    assert list(csv.DictReader(io.StringIO(seeds("query", "-f", "csv").stdout))) == rows


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["save", "x y", "trade"], 2, "'x y' is no name; write letters, digits, - and _, as in belarus-2023"),
        (["save", "x", "&"], 2, "there is no word in the query"),
        (["save", "x", "query:x"], 2, "the query uses itself: x → x\n  query:x\n  ^^^^^^^"),
        (["save", "x", "trade", "source:nosuch"], 2, "trade source:nosuch\n        ^^^^^^^^^^^^^"),
        (["save", "x"], 2, "Missing argument"),
        (["drop", "nosuch"], 1, "no query is saved as 'nosuch'; `archive query` lists those that are"),
    ],
)
def test_what_is_off_is_told(seeds: Run, words: list[str], code: int, told: str) -> None:
    answer = seeds("query", *words)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert told in answer.stderr
    assert seeds("query").stdout == ""


def test_one_that_others_use_is_not_dropped(seeds: Run) -> None:
    seeds("query", "save", "inner", "trade")
    seeds("query", "save", "outer", "query:inner date:2023")
    answer = seeds("query", "drop", "inner")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "outer uses it; change that first" in answer.stderr


def test_a_mistake_in_a_saved_query_is_shown_there(seeds: Run, seeds_archive: Path) -> None:
    seeds("query", "save", "wire", "trade source:lantern-wire")
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE saved_queries SET query = 'trade source:gone'")
    answer = seeds("count", "query:wire sanctions")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "  trade source:gone\n        ^^^^^^^^^^^\n" in answer.stderr


def test_explain_shows_what_a_saved_query_stands_for(seeds: Run) -> None:
    seeds("query", "save", "either", "trade OR museums")
    lines = seeds("search", "sanctions query:either", "--explain").stdout.splitlines()
    start = lines.index("  AND")
    assert lines[start : start + 6] == [
        "  AND",
        "    word sanctions",
        "    query either",
        "      OR",
        "        word trade",
        "        word museums",
    ]
