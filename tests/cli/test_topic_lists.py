"""`archive topics`, `topics list|unused|show|test`: what they print, tell and refuse."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.engines import connected

Run = Callable[..., Result]

WITHOUT_MONTH = "7 of 16 articles with a topic are of no month: their date is not known, or only the year\n"


def write(path: Path, *statements: str) -> None:
    with connected(path) as writing, writing:
        for one in statements:
            writing.execute(one)


def rows_of(answer: Result) -> list[dict[str, object]]:
    assert answer.exit_code == 0, answer.stderr
    rows: list[dict[str, object]] = json.loads(answer.stdout)
    return rows


def test_what_is_said_before_a_subcommand_holds_for_it(seeds: Run) -> None:
    assert seeds("topics", "--depth", "1", "trade").stdout == seeds("topics", "list", "trade", "--depth", "1").stdout
    before = seeds("topics", "--all", "--scheme", "local", "--include-hidden", "-f", "json", "list").stdout
    assert before == seeds("topics", "--all", "-f", "json").stdout


def test_what_is_no_command_is_a_query(seeds: Run) -> None:
    whole = rows_of(seeds("topics", "-f", "json"))
    asked = seeds("topics", "source:radio-lintel", "trade", "-f", "json")
    assert asked.stdout == seeds("topics", "list", "source:radio-lintel trade", "-f", "json").stdout
    assert 0 < len(rows_of(asked)) < len(whole)
    options = seeds("topics", "list", "--source", "radio-lintel", "--since", "2023-02", "-f", "json")
    assert 0 < len(rows_of(options)) < len(whole)
    assert seeds("topics", "date:2023-02").stderr == "left out: 6 without a date, 1 with a date too coarse to tell\n"


def test_a_slip_of_the_pen_is_no_query(seeds: Run) -> None:
    answer = seeds("topics", "lod", "my-topics.toml")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "Did you mean 'load'? `archive topics list lod` asks for the word." in answer.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["topics", "xylophone"], "no article that this names has a topic\n"),
        (["topics", "list", "--source", "radio-lintel", "date:1999"], "no article that this names has a topic\n"),
        (["topics", "--scheme", "nosuch"], "there is no scheme 'nosuch'; there are local\n"),
        (
            ["topics", "unused", "--scheme", "loca"],
            "there is no scheme 'loca'; local was probably meant; there are local\n",
        ),
        (["topics", "list", "topic:nosuch"], "there is no topic 'nosuch'"),
        (["topics", "--depth", "0"], "Invalid value for '--depth'"),
    ],
)
def test_nothing_found_and_what_is_off(words: list[str], told: str, seeds: Run) -> None:
    answer = seeds(*words)
    assert answer.stdout == ""
    assert told in answer.stderr
    assert (answer.exit_code == 0) == told.startswith("no article")


def test_bars_are_as_wide_as_there_is_room(seeds: Run) -> None:
    wide = seeds("topics", width=120)
    head, _, *lines = wide.stdout.splitlines()
    assert head.split() == ["topic", "code", "articles", "with", "below", "first", "last", "by", "month"]
    sanctions = next(line for line in lines if line.startswith("  Sanctions"))
    assert sanctions.endswith("2023-02-27  2023-03-01  █▂")
    assert wide.stderr == "by month: 2023-02 to 2023-12, each bar a month\n" + WITHOUT_MONTH
    middle = seeds("topics", width=90)
    assert middle.stdout.splitlines()[0].split() == ["topic", "code", "articles", "with", "below", "by", "month"]
    narrow = seeds("topics", width=70)
    assert narrow.stdout.splitlines()[0].split() == ["topic", "code", "articles", "with", "below"]
    assert narrow.stderr == WITHOUT_MONTH


def test_many_months_share_bars(seeds: Run, seeds_archive: Path) -> None:
    write(
        seeds_archive,
        "UPDATE articles SET published_from = '1923-' || substr(published_from, 6) WHERE published = '2023-02'",
    )
    write(
        seeds_archive, "UPDATE articles SET published_from = '1923-02-01T00:00:00' WHERE published LIKE '2023-02-28%'"
    )
    answer = seeds("topics")
    assert "by month: 1923-02 to 2023-12, each bar the highest of " in answer.stderr
    assert all(len(line) <= 120 for line in answer.stdout.splitlines())


def test_articles_without_any_month_have_no_bars(seeds: Run, seeds_archive: Path) -> None:
    nulls = ", ".join(
        f"{name} = NULL" for name in ("published", "published_from", "published_until", "published_precision")
    )
    write(seeds_archive, f"UPDATE articles SET {nulls}")
    answer = seeds("topics")
    assert answer.stdout.splitlines()[0].split() == ["topic", "code", "articles", "with", "below"]
    assert answer.stderr.startswith("16 of 16 articles with a topic are of no month")
    shown = seeds("topics", "show", "sanctions")
    assert "on 7 articles\n7 of them without a month\n" in shown.stdout


def test_a_terminal_without_blocks_gets_other_bars(seeds_archive: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archive", "--db", str(seeds_archive), "topics", "--depth", "1"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "120"},
        capture_output=True,
        check=True,
    )
    line = next(line for line in done.stdout.decode("latin-1").splitlines() if line.startswith("Economy"))
    assert line.endswith("@:        =")


def test_topics_that_are_retired_are_marked(seeds: Run, seeds_archive: Path) -> None:
    write(
        seeds_archive,
        "UPDATE topics SET retired = TRUE, retired_on = '2024-05-06' "
        "WHERE code IN ('sanctions', 'conflict-and-security')",
        "UPDATE topics SET retired = TRUE WHERE id = (SELECT min(t.id) FROM topics t "
        "LEFT JOIN article_topics x ON x.topic_id = t.id WHERE x.id IS NULL AND t.code = 'politics')",
    )
    assert "  Sanctions (retired) " in seeds("topics").stdout
    assert [row["code"] for row in rows_of(seeds("topics", "-f", "json")) if row["retired"]] == [
        "conflict-and-security",
        "sanctions",
    ]
    assert "local:sanctions · retired 2024-05-06 · here since " in seeds("topics", "show", "sanctions").stdout
    assert "Sanctions (local:sanctions, retired): 7 articles" in seeds("topics", "show", "conflict-and-security").stdout


def test_topics_of_other_vocabularies_are_typed_with_their_scheme(seeds: Run, seeds_archive: Path) -> None:
    write(
        seeds_archive,
        "INSERT INTO topics (scheme, code, name, origin, created_at) "
        "VALUES ('quarry', 'q1', 'Haulage', 'vocabulary', '2026-11-22T00:00:00.000000Z')",
    )
    unused = seeds("topics", "unused", "--scheme", "quarry")
    assert unused.stdout.splitlines()[-1].split() == ["Haulage", "quarry:q1", "0", "0", "2026-11-22"]
    assert unused.stderr == "1 of 1 have no rule that could tag with them\n"
    assert "archive search 'topic:quarry:q1'" in seeds("topics", "show", "quarry:q1").stdout
    assert seeds("search", "topic:quarry:q1").exit_code == 0


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("o'brien", "archive search 'topic:quarry:o'\"'\"'brien'\n"),
        ('5"', ""),
        ("a b", "archive search 'topic:\"quarry:a b\"'\n"),
    ],
)
def test_the_search_for_a_topic_is_one_that_a_shell_takes(
    code: str, line: str, seeds: Run, seeds_archive: Path
) -> None:
    with connected(seeds_archive) as writing, writing:
        writing.execute(
            "INSERT INTO topics (scheme, code, name, origin, created_at) "
            "VALUES ('quarry', ?, 'Odd', 'vocabulary', '2026-11-22T00:00:00.000000Z')",
            (code,),
        )
    shown = seeds("topics", "show", f"quarry:{code}")
    assert shown.exit_code == 0
    assert shown.stdout.endswith(line)
    assert ("archive search" in shown.stdout) == bool(line)
    asked = json.loads(seeds("topics", "show", f"quarry:{code}", "-f", "json").stdout)["query"]
    assert asked is None or seeds("search", asked).exit_code == 0


def test_unused_topics(seeds: Run, seeds_archive: Path) -> None:
    shown, whole = (len(rows_of(seeds("topics", *words, "-f", "json"))) for words in ([], ["--all"]))
    unused = rows_of(seeds("topics", "unused", "-f", "json"))
    assert len(unused) == whole - shown
    assert set(unused[0]) == {"scheme", "code", "name", "origin", "retired", "parent", "phrases", "queries", "since"}
    write(seeds_archive, f"DELETE FROM topics WHERE code IN ({', '.join(repr(row['code']) for row in unused)})")
    answer = seeds("topics", "unused")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (
        0,
        "",
        "each topic is on an article, or one below it is\n",
    )


def test_a_topic_on_the_terminal(seeds: Run, seeds_archive: Path) -> None:
    of_trade = "(SELECT id FROM topics WHERE code = 'trade')"
    write(
        seeds_archive,
        f"INSERT INTO topic_mappings (topic_id, relation, scheme, code) VALUES ({of_trade}, 'close', 'quarry', 'q2'), "
        f"({of_trade}, 'exact', 'local', 'film')",
        "INSERT INTO topic_definitions (topic_id, language, text) "
        f"VALUES ({of_trade}, 'en', 'Buying\x1b[31m and selling.')",
        f"INSERT INTO topic_rules (topic_id, kind, expression) VALUES ({of_trade}, 'query', 'barter NOT film')",
        "INSERT INTO topic_names (topic_id, kind, name, name_key, language) "
        f"VALUES ({of_trade}, 'label', 'Handel', 'handel', 'de')",
    )
    assert "names (de): Handel\n" in seeds("topics", "show", "handel").stdout
    key = json.loads(seeds("list", "topic:=trade", "-f", "json").stdout)[0]["key"]
    seeds("tag", key, "--who", "Ada", "--", "-trade")
    seeds("topics", "merge", "investment", "into", "trade", "--who", "Ada")
    shown = seeds("topics", "show", "handel")
    assert shown.exit_code == 0
    for line in (
        "Trade\n",
        "below: Economy (local:economy)\n",
        "close match: quarry:q2\n",
        "exact match: local:film Film\n",
        "definition (en): Buying\\x1b[31m and selling.\n",
        "taken off by people: 1 article\n",
        "E-commerce (local:e-commerce): 3 articles\n",
        "query barter NOT film",
        "2 local:investment: merged into local:trade, by Ada, ",
        "archive search 'topic:trade'",
    ):
        assert line in shown.stdout
    assert "\x1b" not in shown.stdout


def test_topics_below_that_are_on_nothing_share_a_line(seeds: Run, seeds_archive: Path) -> None:
    write(
        seeds_archive,
        "UPDATE topics SET retired = TRUE WHERE code = 'human-rights'",
        "UPDATE topics SET parent_id = (SELECT id FROM topics WHERE code = 'tourism') "
        "WHERE code IN ('taiwan', 'trade', 'human-rights')",
    )
    shown = seeds("topics", "show", "tourism").stdout
    assert "Trade (local:trade): 8 articles, 11 with what is below it\n" in shown
    assert "on none: Human rights (local:human-rights, retired); Taiwan (local:taiwan)\n" in shown


def test_hidden_articles_are_told_of(seeds: Run, seeds_archive: Path) -> None:
    write(seeds_archive, "UPDATE articles SET status = 'withheld' WHERE published LIKE '2023-02-27%'")
    told = "2 withheld, canceled or under embargo left out; --include-hidden shows them\n"
    for words in (
        ["topics"],
        ["topics", "show", "trade"],
        ["topics", "test", "belarus"],
        ["topics", "list", "-f", "json"],
    ):
        assert seeds(*words).stderr.endswith(told)
        assert told not in seeds(*words, "--include-hidden").stderr
    assert told in seeds("topics", "-f", "csv", "list").stderr
    assert seeds("topics", "--include-hidden", "list").stdout == seeds("topics", "list", "--include-hidden").stdout


def test_what_a_rule_would_tag(seeds: Run) -> None:
    answer = seeds("topics", "test", "sanctions OR customs", "--topic", "trade")
    assert answer.exit_code == 0
    assert "6 articles of 16, 37.5 %\n" in answer.stdout
    assert "Trade (local:trade): new on " in answer.stdout
    assert "«" in answer.stdout
    assert "10 of 39 topics; -f json has all\n" in answer.stderr
    tried = json.loads(seeds("topics", "test", "sanctions OR customs", "-f", "json").stdout)
    found = json.loads(seeds("search", "sanctions OR customs", "--limit", "5", "-f", "json").stdout)
    assert tried["examples"] == found
    assert (tried["articles"], tried["of"], tried["share"], tried["topic"]) == (6, 16, 0.375, None)
    assert len(json.loads(seeds("topics", "test", "customs", "--limit", "1", "-f", "json").stdout)["examples"]) == 1


def test_a_rule_for_more_than_half_is_warned_about(seeds: Run) -> None:
    told = "more than half of the archive, 16 of 16: a topic that is on most articles tells none apart\n"
    assert told in seeds("topics", "test", "belarus OR беларус* OR 白俄罗斯 OR a* OR б* OR 北京").stderr
    assert "half" not in seeds("topics", "test", "customs").stderr


def test_a_rule_by_dates_tells_what_it_leaves_out(seeds: Run) -> None:
    answer = seeds("topics", "test", "date:2023-02", "trade")
    assert answer.stderr.endswith("left out: 3 without a date, 1 with a date too coarse to tell\n")


def test_people_who_took_a_topic_off_are_told_of(seeds: Run) -> None:
    key = json.loads(seeds("search", "sanctions", "-f", "json").stdout)[0]["key"]
    seeds("tag", key, "--", "-sanctions")
    answer = seeds("topics", "test", "sanctions", "--topic", "sanctions")
    assert "new on 0, on 5 already, and on 1 that it does not name\n" in answer.stdout
    assert "without it, since people took it off: 1 article\n" in answer.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["topic:trade"], "a rule cannot ask for topic: (tags would depend on tags)"),
        (["customs", "AND"], "^"),
        (["customs", "--topic", "nosuch"], "there is no topic 'nosuch'"),
    ],
)
def test_what_is_no_rule_is_refused(words: list[str], told: str, seeds: Run) -> None:
    answer = seeds("topics", "test", *words)
    assert answer.exit_code in (1, 2)
    assert answer.stdout == ""
    assert told in answer.stderr
