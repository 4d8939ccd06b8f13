"""`archive topics agreement`: what it prints, and what it refuses."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def coded(seeds: Run, key: Callable[[str], str]) -> Run:
    """What runs a command on the seeds, of which two people coded three articles."""
    for file, ann, ben in (
        ("zh/访问.md", "+trade", "+trade"),
        ("wire/lw-0457.md", "-trade", "+trade"),
        ("Untitled.txt", "-trade", "-trade"),
    ):
        seeds("tag", key(file), "--who", "Ann Okoro", "--", ann)
        seeds("tag", key(file), "--who", "Ben", "--", ben)
    seeds("tag", key("Untitled.txt"), "--who", "Ben", "--", "+lace")
    return seeds


def test_agreement_is_told_per_topic_and_over_all(coded: Run) -> None:
    answer = coded("topics", "agreement")
    assert answer.exit_code == 0
    assert [line.split() for line in answer.stdout.splitlines()[2:]] == [
        ["Trade", "local:trade", "3", "3", "66.7", "%", "0.444", "Ann", "Okoro", "1/2;", "Ben", "2/1"],
        ["lace", "local:lace", "0", "0", "–", "–", "Ben", "1/0"],
        ["all", "topics", "3", "3", "66.7", "%", "0.444", "Ann", "Okoro", "1/2;", "Ben", "3/1"],
    ]
    rows = json.loads(coded("topics", "agreement", "--topic", "trade", "-f", "json").stdout)
    assert rows[0]["alpha"] == pytest.approx(4 / 9)
    assert rows[1]["topic"] is None


def test_coders_are_named_with_commas(coded: Run) -> None:
    assert coded("topics", "agreement", "--coders", "ben, ann okoro").exit_code == 0
    for named in ("Ben", "Ben,ben", "Ben,", ""):
        answer = coded("topics", "agreement", "--coders", named)
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert "name at least two coders, with commas" in answer.stderr
    assert (
        "'Zoe' decided about no topic; Ann Okoro, Ben did" in coded("topics", "agreement", "--coders", "Ben,Zoe").stderr
    )


def test_what_there_is_not_is_told(coded: Run, seeds: Run) -> None:
    answer = coded("topics", "agreement", "--topic", "lace")
    assert (answer.exit_code, answer.stderr) == (0, "only Ben decided about these; to agree, it takes two\n")
    answer = coded("topics", "agreement", "--topic", "tourism")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "nobody decided about such topics; `archive topics review` begins\n"
    assert coded("topics", "agreement", "--scheme", "medtop").exit_code == 1


def test_articles_that_are_hidden_are_told_and_left_out(coded: Run, key: Callable[[str], str]) -> None:
    coded("set", key("Untitled.txt"), "status=withheld")
    answer = coded("topics", "agreement", "-f", "json")
    assert json.loads(answer.stdout)[0]["tags"] == 2
    assert "1 withheld, canceled or under embargo left out; --include-hidden shows them" in answer.stderr
    assert json.loads(coded("topics", "agreement", "--include-hidden", "-f", "json").stdout)[0]["tags"] == 3
