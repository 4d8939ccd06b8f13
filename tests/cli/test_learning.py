"""`archive topics learn`, `suggest`, `threshold` and `evaluate`."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from archive.db.location import Location

Run = Callable[..., Result]


@pytest.fixture
def taught(database: Path, run: Run, teach: Callable[[Location], list[str]]) -> tuple[Run, list[str]]:
    """What runs `archive WORDS…` on an archive with tags to learn from, and the keys of its articles."""
    keys = teach(database)
    return lambda *words, **how: run("--db", database, *words, **how), keys


def test_from_tags_to_tags_on_the_command_line(taught: tuple[Run, list[str]]) -> None:
    archive, keys = taught
    learned = archive("topics", "learn", "--who", "Ada")
    assert learned.exit_code == 0
    assert re.search(r"local:trade +12 +12 +1\.00 +1\.00 +1\.00 +0\.\d\d", learned.stdout)
    told = "model 1 of local: 2 topics, learned from 24 articles; `archive topics suggest` applies it\n"
    assert learned.stderr == told

    proposed = archive("topics", "suggest", "--topic", "trade", "--limit", "2")
    assert proposed.exit_code == 0
    assert re.search(rf"({'|'.join(keys[24:28])}) +Trade +0\.\d\d ", proposed.stdout)
    assert re.search(r"2 of \d suggestions; --limit 0 shows all", proposed.stderr)

    decided = archive("topics", "threshold", "trade", ".4", "--who", "Ada", "--because", "looked at all")
    number = re.search(r"decision (\d+) added; `archive decisions undo \1` takes it back", decided.stdout)
    assert number
    assert re.search(r"tags by model: \d added, 0 removed", decided.stderr)
    assert archive("topics", "threshold", "trade", "0.4", "--who", "Ada").stdout == "it is so already\n"

    why = archive("why", keys[24])
    assert re.search(r"model 1, score 0\.\d\d, (headline|body) \d+: ", why.stdout)
    log = archive("decisions", "--limit", "1")
    assert "local:trade: suggestions are tags from 0.4" in " ".join(log.stdout.split())

    undone = archive("decisions", "undo", number[1], "--who", "Ada")
    assert undone.exit_code == 0
    assert "model 1, score" not in archive("why", keys[24]).stdout


def test_suggestions_for_programs_have_all_that_is_known(taught: tuple[Run, list[str]]) -> None:
    archive, keys = taught
    archive("topics", "learn")
    rows = json.loads(archive("topics", "suggest", "date:2023-01-25", "-f", "json").stdout)
    (row,) = [row for row in rows if row["code"] == "trade"]
    assert (row["key"], row["scheme"], row["topic"], row["model"]) == (keys[24], "local", "Trade", 1)
    assert 0 < row["score"] < 1
    assert {"text", "field", "start", "end", "weight"} == set(row["words"][0])
    assert archive("topics", "suggest", "date:2023-01-25", "--min-score", "1", "-f", "json").stdout == "[]\n"
    nothing = archive("topics", "suggest", "date:1999")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == "nothing to propose: model 1 looked at 0 articles\n"


def test_quality_is_told_for_topics_and_for_all(taught: tuple[Run, list[str]]) -> None:
    archive, _ = taught
    told = archive("topics", "evaluate")
    assert told.exit_code == 0
    assert re.search(r"local:tourism +12 +1\.00 +1\.00 +1\.00", told.stdout)
    assert re.search(r"all \(micro\) +24 +1\.00 +1\.00 +1\.00", told.stdout)
    assert re.search(r"all \(macro\) +24 +1\.00 +1\.00 +1\.00", told.stdout)
    kinds = [json.loads(line)["kind"] for line in archive("topics", "evaluate", "-f", "jsonl").stdout.splitlines()]
    assert kinds == ["topic", "topic", "micro", "macro"]


def test_a_split_by_time_says_when_it_was(taught: tuple[Run, list[str]]) -> None:
    archive, keys = taught
    for number, key in enumerate(keys[:24]):
        archive("set", key, f"published=2023-01-{1 + number % 12:02}")
    archive("set", keys[0], "published=2023-01")
    told = archive("topics", "evaluate", "--split", "time")
    assert told.exit_code == 0
    assert "learned from 19 articles to 2023-01-10, tested on 4 from 2023-01-11\n" in told.stderr
    assert "1 article left out: no date that is known to the day\n" in told.stderr


def test_topics_that_are_taken_for_others_are_told(taught: tuple[Run, list[str]]) -> None:
    """Some texts are on trade by their words, and on tourism by what Ada says."""
    archive, keys = taught
    for key in keys[24:28]:
        archive("tag", key, "--", "+tourism")
    told = archive("topics", "evaluate")
    assert re.search(r"topic +taken for +articles\n─+\nlocal:tourism +local:trade +\d", told.stdout)


def test_what_is_left_out_is_told(taught: tuple[Run, list[str]]) -> None:
    archive, keys = taught
    for number in range(11):
        archive("tag", keys[0], "--", f"+rare {number}")
    told = archive("topics", "learn").stderr.splitlines()
    assert told[0] == "left out: local:rare-0: 1 different text with it, 9 more needed"
    assert told[10] == "left out: 1 more topics"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("threshold", "trade"), "name a topic and a score"),
        (("threshold", "trade", ".5", "--scheme", "local"), "name a topic and a score"),
        (("threshold", "trade", "often"), "'often' is no threshold"),
        (("threshold",), "Missing argument"),
        (("evaluate", "--folds", "1"), "1 is not in the range"),
        (("evaluate", "--split", "space"), "'space' is not one of"),
        (("learn", "--seed", "-1"), "-1 is not in the range"),
        (("suggest", "--min-score", "2"), "2.0 is not in the range"),
        (("suggest", "date:soon"), "soon"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    taught: tuple[Run, list[str]], words: tuple[str, ...], told: str
) -> None:
    archive, _ = taught
    answer = archive("topics", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr


def test_what_is_missing_is_an_error(taught: tuple[Run, list[str]]) -> None:
    archive, _ = taught
    for words, told in (
        (("suggest",), "there is no model of scheme local; `archive topics learn` makes one"),
        (("learn", "--scheme", "medtop"), "nothing can be learned of scheme medtop: no person put any topic of it"),
        (("threshold", "ferries", ".5"), "there is no topic 'ferries'"),
    ):
        answer = archive("topics", *words)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert told in answer.stderr
