"""`archive terms`."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.engines import state

Run = Callable[..., Result]


def test_words_with_their_numbers_and_of_how_many_they_are(seeds: Run) -> None:
    answer = seeds("terms", "--topic", "sanctions", "--limit", "3")
    assert answer.exit_code == 0
    heading, _, *rows = answer.stdout.splitlines()
    assert heading.split()[:3] == ["word", "log-likelihood", "log"]
    assert len(rows) == 3
    sizes, rest = answer.stderr.splitlines()
    assert sizes.startswith("here ")
    assert rest.startswith("3 of ")
    assert rest.endswith("words; --limit 0 shows all")


def test_here_is_there_the_other_way_round(seeds: Run) -> None:
    words = ["-f", "json", "--limit", "0", "--min", "3"]
    more = json.loads(seeds("terms", "--source", "radio-lintel", "--against", "source:lantern-wire", *words).stdout)
    less = json.loads(
        seeds(
            "terms", "--source", "lantern-wire", "--against", "source:radio-lintel", "--direction", "less", *words
        ).stdout
    )
    assert more
    assert [(row["word"], row["log_ratio"]) for row in more] == [(row["word"], -row["log_ratio"]) for row in less]
    assert [row["occurrences"] for row in more] == [row["occurrences_against"] for row in less]


def test_what_is_in_both_and_what_has_no_date_is_told(seeds: Run) -> None:
    told = seeds("terms", "--since", "2023-02", "--against", 'topic:trade date:..2023-06 source:"Radio Lintel"').stderr
    assert "articles are in both, and count in both\n" in told
    assert "here left out: 6 without a date, 1 with a date too coarse to tell\n" in told


@pytest.mark.parametrize(
    ("against", "told"),
    [
        ("author:X", "archive: there is no author 'X'\n  author:X\n  ^^^^^^^^\n"),
        ("source:", "archive: nothing stands after source:; write source:radio-lintel\n  source:\n  ^^^^^^^\n"),
    ],
)
def test_what_is_no_set_to_compare_with(against: str, told: str, seeds: Run) -> None:
    answer = seeds("terms", "--against", against)
    assert (answer.exit_code, answer.stdout, answer.stderr) == (2, "", told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing to compare with: no other article is meant; name some with options, or with --against\n"),
        (["--language", "is"], "nothing to compare: no article is meant; fewer options find more\n"),
        (["--topic", "trade", "--min", "5000"], "no word differs like that; a smaller --min finds more\n"),
    ],
)
def test_no_words(words: list[str], told: str, seeds: Run) -> None:
    answer = seeds("terms", *words)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr.startswith(told)


def test_a_date_says_from_when_until_when(seeds: Run) -> None:
    for text, options in {
        "date:2023-02": ["--since", "2023-02", "--until", "2023-02"],
        "date:2023-02..": ["--since", "2023-02"],
        "date:2023-02..2023-03": ["--since", "2023-02", "--until", "2023-03"],
    }.items():
        there = re.search(r"there ([\d,]+) with ([\d,]+)", seeds("terms", "--topic", "trade", "--against", text).stderr)
        here = re.search(r"here ([\d,]+) articles with ([\d,]+) words", seeds("terms", *options).stderr)
        assert there is not None
        assert here is not None
        assert there.groups() == here.groups()


def test_an_archive_is_not_altered(seeds: Run, seeds_archive: Path) -> None:
    before = state(seeds_archive)
    assert seeds("terms", "--topic", "trade").exit_code == 0
    assert state(seeds_archive) == before
