"""What is withheld, canceled or under embargo is left out of every answer, which says so, and shown when asked for."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from archive.db import clock
from archive.ingest import ImportOptions, import_paths

Ask = Callable[..., Result]

LEFT_OUT = "3 withheld, canceled or under embargo left out; --include-hidden shows them\n"
ITEMS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("plain", "kites", {}),
    ("usable", "kites", {"status": "usable", "embargo": "2023-03-01T06:00Z"}),
    ("withheld", "boats", {"status": "stat:withheld"}),
    ("killed", "kites", {"status": "killed"}),
    ("embargoed", "kites", {"status": "usable", "embargo": "2023-03-02T12:00Z"}),
)


@pytest.fixture
def ask(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Ask) -> Ask:
    """Return what asks an archive of five items, of which three are hidden on the morning of 2 March 2023."""
    file = tmp_path / "wire.jsonl"
    records = [
        {
            "id": name,
            "title": f"The {name} item",
            "text": f"The harbour has {topic} and a {name} anchor, which weigh {number} tonnes.",
            "source": "Quarry Wire",
            "date": f"2023-0{number}-01",
            "topics": [topic],
            **said,
        }
        for number, (name, topic, said) in enumerate(ITEMS, start=1)
    ]
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    import_paths(database, [str(file)], ImportOptions(jobs=0))
    monkeypatch.setattr(clock, "now", lambda: "2023-03-02T08:00:00.000000Z")
    return lambda *words: run("--db", database, *words)


def headlines(answer: Result) -> set[str]:
    assert answer.exit_code == 0, answer.stderr
    return {row["headline"].split()[1] for row in json.loads(answer.stdout)}


@pytest.mark.parametrize("command", [("list",), ("search", "harbour"), ("search", "*"), ("sample", "-n", "9")])
def test_lists_leave_it_out(ask: Ask, command: tuple[str, ...]) -> None:
    answer = ask(*command, "-f", "json")
    assert headlines(answer) == {"plain", "usable"}
    assert answer.stderr.endswith(LEFT_OUT)
    answer = ask(*command, "--include-hidden", "-f", "json")
    assert headlines(answer) == {name for name, _, _ in ITEMS}
    assert "withheld" not in answer.stderr


def test_an_embargo_that_is_over_shows_by_itself(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: "2023-03-02T12:00:00.000000Z")
    answer = ask("list", "-f", "json")
    assert headlines(answer) == {"plain", "usable", "embargoed"}
    assert answer.stderr.startswith("2 withheld, canceled or under embargo left out")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status:canceled", {"killed"}),
        ("status:killed", {"killed"}),
        ("status:withheld", {"withheld"}),
        ("status:(withheld OR canceled)", {"withheld", "killed"}),
        ("has:embargo", {"usable", "embargoed"}),
        ("status:usable", {"usable"}),
        ("has:status", {"usable"}),
        ("harbour -status:canceled", {"plain", "usable"}),
        ("harbour -has:embargo", {"plain"}),
        ("plain OR status:canceled", {"plain", "killed"}),
        ("anchor -has:embargo status:withheld", {"withheld"}),
    ],
)
def test_a_query_that_asks_for_it_finds_it(ask: Ask, query: str, found: set[str]) -> None:
    assert headlines(ask("list", query, "-f", "json")) == found


def test_a_status_that_is_none_is_refused_with_its_place(ask: Ask) -> None:
    answer = ask("list", "harbour status:draft")
    assert answer.exit_code == 2
    assert "a status is one of usable, withheld, canceled; write status:canceled" in answer.stderr


@pytest.mark.parametrize(
    ("words", "visible", "all_there_are"),
    [
        (("count",), 2, 5),
        (("count", "harbour"), 2, 5),
        (("count", "kites"), 2, 4),
        (("count", "--unit", "texts"), 2, 5),
        (("count", "date:2023-03..2023-05"), 0, 3),
    ],
)
def test_counts(ask: Ask, words: tuple[str, ...], visible: int, all_there_are: int) -> None:
    answer = ask(*words)
    assert int(answer.stdout) == visible
    assert f"{all_there_are - visible} withheld" in answer.stderr
    answer = ask(*words, "--include-hidden")
    assert int(answer.stdout) == all_there_are
    assert "withheld" not in answer.stderr


@pytest.mark.parametrize("group", ["source", "topic", "year", "month"])
def test_counts_by_group_of_words_and_of_all(ask: Ask, group: str) -> None:
    for query in ("harbour", "*"):
        rows = json.loads(ask("count", query, "--by", group, "-f", "json").stdout)
        assert sum(row["articles"] for row in rows) == 2
        rows = json.loads(ask("count", query, "--by", group, "-f", "json", "--include-hidden").stdout)
        assert sum(row["articles"] for row in rows) == 5


def test_concordance_timeline_and_words(ask: Ask) -> None:
    lines = ask("kwic", "anchor", "-f", "json")
    assert len(json.loads(lines.stdout)) == 2
    assert lines.stderr.endswith(LEFT_OUT)
    counted = ask("timeline", "--by", "year", "--share", "-f", "json")
    assert [(row["articles"], row["of"]) for row in json.loads(counted.stdout)] == [(2, 2)]
    assert counted.stderr == LEFT_OUT
    counted = ask("timeline", "kites", "status:canceled", "--by", "year", "--share", "-f", "json")
    assert [(row["articles"], row["of"]) for row in json.loads(counted.stdout)] == [(2, 5), (1, 5)]
    assert counted.stderr == "2 of kites withheld, canceled or under embargo left out; --include-hidden shows them\n"
    compared = ask("terms", "plain", "--min", "1", "-f", "json")
    assert "here 1 articles" in compared.stderr
    assert "there 1 with" in compared.stderr
    compared = ask("terms", "plain", "--min", "1", "--include-hidden", "-f", "json")
    assert "there 4 with" in compared.stderr


def test_sources_and_topics_count_what_lists_show(ask: Ask) -> None:
    for command, name in (("sources", "Quarry Wire"), ("topics", "kites")):
        answer = ask(command, "-f", "json")
        rows = json.loads(answer.stdout)
        assert [(row["name"], row["articles"]) for row in rows] == [(name, 2)]
        assert answer.stderr == LEFT_OUT
        answer = ask(command, "--include-hidden", "-f", "json")
        assert sum(row["articles"] for row in json.loads(answer.stdout)) == 5
        assert answer.stderr == ""


def test_exports_leave_it_out_and_say_so(ask: Ask, tmp_path: Path) -> None:
    answer = ask("export")
    assert len(answer.stdout.splitlines()) == 2
    assert answer.stderr == LEFT_OUT
    assert len(ask("export", "--include-hidden").stdout.splitlines()) == 5
    answer = ask("export", "status:canceled", "-o", str(tmp_path / "out.jsonl"))
    assert answer.stderr.startswith("1 article written")


def test_gaps_and_revisions(ask: Ask, tmp_path: Path, database: Path) -> None:
    assert ask("gaps").stderr.endswith(LEFT_OUT)
    file = tmp_path / "later.jsonl"
    file.write_text(json.dumps({"id": "killed", "source": "Quarry Wire", "text": "Another text.", "status": "killed"}))
    import_paths(database, [str(file)], ImportOptions(jobs=0))
    answer = ask("revisions")
    assert answer.stdout == ""
    assert "status:withheld, status:canceled and has:embargo name them" in answer.stderr
    assert "passage gone" in ask("revisions", "status:canceled").stdout


def test_lists_mark_it_and_show_says_it(ask: Ask) -> None:
    listed = ask("list", "--include-hidden")
    assert "(canceled) The killed item" in listed.stdout
    assert "(embargo until 2023-03-02 12:00 UTC)" in " ".join(listed.stdout.split())
    assert "canceled" in ask("search", "killed", "--include-hidden").stdout
    (found,) = json.loads(ask("list", "status:canceled", "-f", "json").stdout)
    assert found["hidden"] == "canceled"
    shown = ask("show", found["key"])
    assert "hidden until asked for: canceled" in shown.stdout
    assert "status: canceled" in shown.stdout
    assert shown.stderr == ""
    assert json.loads(ask("show", found["key"], "-f", "json").stdout)["hidden"] == "canceled"
    assert ask("why", found["key"]).exit_code == 0
    assert ask("original", found["key"]).exit_code == 0


def test_commands_on_keys_of_a_query_leave_it_out_too(ask: Ask) -> None:
    answer = ask("set", "--query", "harbour", "section=Port", "--who", "Ada")
    cure = "3 withheld, canceled or under embargo left out; status:withheld, status:canceled and has:embargo name them"
    assert cure in answer.stderr
    assert ask("set", "--query", "status:canceled", "status=usable", "--who", "Ada").exit_code == 0
    assert "killed" in headlines(ask("list", "-f", "json"))


def test_where_all_is_hidden_it_is_not_said_that_there_is_nothing(ask: Ask) -> None:
    ask("set", "--query", "*", "status=canceled", "--who", "Ada")
    answer = ask("list")
    assert answer.stderr == (
        "all that there is is hidden\n5 withheld, canceled or under embargo left out; --include-hidden shows them\n"
    )


def test_stats_count_all_and_say_how_many_are_hidden(ask: Ask) -> None:
    numbers = json.loads(ask("stats", "-f", "json").stdout)
    assert (numbers["articles"], numbers["hidden"]) == (5, 3)


def test_a_corpus_says_what_it_left_out(ask: Ask) -> None:
    answer = ask("corpus", "freeze", "some", "harbour", "--who", "Ada")
    assert "left out: 3 withheld, canceled or under embargo" in answer.stderr
    assert "3 articles that were withheld, canceled or under embargo then were left out." in described(ask, "some")
    ask("corpus", "freeze", "all", "harbour", "--include-hidden", "--who", "Ada")
    assert "Articles that were withheld, canceled or under embargo then were taken in." in described(ask, "all")
    frozen = {row["name"]: row for row in json.loads(ask("corpus", "-f", "json").stdout)}
    assert [frozen[name]["articles"] for name in ("some", "all")] == [2, 5]
    assert int(ask("count", "corpus:all").stdout) == 2


def described(ask: Ask, name: str) -> str:
    return " ".join(ask("corpus", "methods", name).stdout.split())


def test_sql_sees_all_of_it_and_can_tell(ask: Ask) -> None:
    def count(where: str) -> int:
        answer = ask("sql", f"SELECT count(*) AS n FROM documents WHERE {where}", "-f", "json")
        return int(json.loads(answer.stdout)[0]["n"])

    assert count("1 = 1") == 5
    assert count("hidden_until IS NULL") == 1
    assert count("hidden_until > '2023-03-02T08:00:00.000000Z'") == 3
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert count(f"hidden_until > '{now}'") == 2
    assert count("status = 'canceled'") == 1


def test_an_archive_without_any_asks_for_nothing_more(seeds: Ask) -> None:
    explained = seeds("search", "trade", "--explain").stdout
    assert "NOT IN" not in explained
    assert " kept" not in explained
    assert seeds("list").stderr.count("left out") == 0
