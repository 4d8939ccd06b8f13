"""`archive topics merge|rename|move|alias`: what they take, say and refuse."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["merge", "investment", "into", "trade"], "local:investment: merged into local:trade"),
        (["merge", "local:investment", "Trade"], "local:investment: merged into local:trade"),
        (["rename", "trade", "Commerce"], "local:trade: renamed Commerce"),
        (["move", "tourism", "under", "trade"], "local:tourism: below local:trade"),
        (["move", "tourism", "Trade"], "local:tourism: below local:trade"),
        (["move", "minsk", "--top"], "local:minsk: at the top"),
        (["alias", "trade", "Commerce"], "local:trade: also named Commerce"),
    ],
)
def test_what_is_said_of_a_topic_is_on_record_and_taken_back(seeds: Run, words: list[str], what: str) -> None:
    before = seeds("topics", "--all", "-f", "json").stdout
    answer = seeds("topics", *words, "--because", "as I know", "--who", "Ada")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (
        0,
        "decision 1 added; `archive decisions undo 1` takes it back\n",
        "",
    )
    assert f"Ada  {what}  as I know" in seeds("decisions").stdout
    (row,) = json.loads(seeds("decisions", "-f", "json").stdout)
    assert (row["key"], row["subject"], row["reason"]) == (None, f"topic_{words[0]}", "as I know")
    assert seeds("decisions", "undo", "1").exit_code == 0
    assert seeds("topics", "--all", "-f", "json").stdout == before


def test_a_merged_topic_is_asked_for_and_tagged_with_under_its_old_code(seeds: Run) -> None:
    key = json.loads(seeds("list", "-f", "json").stdout)[0]["key"]
    seeds("topics", "merge", "investment", "into", "trade")
    assert "Investment" not in seeds("topics").stdout
    assert "Investment" in seeds("topics", "--all").stdout
    articles = [
        seeds("list", "--topic", topic, "-f", "json").stdout for topic in ("investment", "local:investment", "trade")
    ]
    assert articles[0] == articles[1] == articles[2] != "[]\n"
    seeds("tag", key, "--", "-local:investment")
    rejected = json.loads(seeds("why", key, "-f", "json").stdout)["rejected_topics"]
    assert [one["code"] for one in rejected] == ["trade"]


def test_what_is_so_already_is_told(seeds: Run) -> None:
    answer = seeds("topics", "move", "places", "--top")
    assert (answer.exit_code, answer.stdout) == (0, "it is so already\n")
    assert seeds("decisions").stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["merge", "trade"], 2, "name two: archive topics merge investment into trade"),
        (["merge", "a", "into", "b", "c"], 2, "name two: "),
        (["merge", "trade", "Trade"], 2, "local:trade cannot be merged into itself; name another topic"),
        (["merge", "nobody", "trade"], 1, "there is no topic 'nobody'; `archive topics` lists them"),
        (["move", "trade"], 2, "name two: archive topics move tourism under economy"),
        (["move", "trade", "under", "economy", "--top"], 2, "name one topic with --top"),
        (["alias", "trade", "Belarus"], 2, "'Belarus' leads to local:belarus; `archive topics merge local:belarus"),
        (["alias", "trade", ""], 2, "nothing is named; name it"),
        (["rename", "trade", "x", "--who", " "], 2, "nobody is named who decides"),
    ],
)
def test_a_call_that_is_off_is_told_and_changes_nothing(seeds: Run, words: list[str], code: int, told: str) -> None:
    answer = seeds("topics", *words)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert told in answer.stderr
    assert seeds("decisions").stdout == ""
