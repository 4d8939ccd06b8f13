"""`archive sample`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_sample_is_the_same_again(seeds: Run) -> None:
    first = seeds("sample", "-n", "5", "--seed", "7")
    assert (first.exit_code, first.stderr) == (0, "5 of 16 articles\n")
    assert seeds("sample", "-n", "5", "--seed", "7").stdout == first.stdout
    assert seeds("sample", "-n", "5", "--seed", "8").stdout != first.stdout
    heading, _, *rows = first.stdout.splitlines()
    assert heading.split() == ["no.", "key", "published", "source", "headline"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "4", "5"]


def test_a_larger_sample_begins_with_the_smaller(seeds: Run) -> None:
    small, large = (json.loads(seeds("sample", "-n", number, "-f", "json").stdout) for number in (4, 9))
    assert [row["key"] for row in small] == [row["key"] for row in large][:4]


def test_strata_have_their_columns(seeds: Run) -> None:
    answer = seeds("sample", "-n", "4", "--per", "source, year")
    assert answer.stderr.splitlines() == [
        "4 of 10 articles",
        "1 of 5 strata have none in the sample; a larger -n gives them some",
        "left out: 6 without a date",
    ]
    assert answer.stdout.splitlines()[0].split()[-2:] == ["year", "of"]
    rows = json.loads(seeds("sample", "--per", "source", "--allocate", "equal", "-f", "json").stdout)
    assert len(rows) == 16
    assert {row["stratum_source"] for row in rows} == {row["source"] for row in rows}
    told = seeds("sample", "--per", "source", "--allocate", "equal").stderr
    assert told == "16 of 16 articles\nthese are all there are\n"


def test_constructed_weeks_tell_what_is_missing(seeds: Run) -> None:
    answer = seeds("sample", "--constructed-weeks", "2", "-f", "json")
    rows = json.loads(answer.stdout)
    assert rows
    assert list(rows[0])[-4:] == ["stratum_day", "stratum_weekday", "stratum_articles", "stratum_drawn"]
    told = answer.stderr.splitlines()
    assert told[1].startswith("there are not as many days: ")
    assert "of 2 Saturdays" in told[1]
    assert told[2] == "left out: 6 without a date, 2 with a date too coarse to tell"
    by_source = seeds("sample", "--constructed-weeks", "2", "--per", "source").stderr
    assert "more\n" in by_source  # no more than ten are named


def test_a_day_without_an_article_is_told(seeds: Run) -> None:
    answer = seeds("sample", "--constructed-weeks", "9", "--source", "The Harbour Courier")
    assert "1 of the 3 days drawn have no such article\n" in answer.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--language", "is"], "nothing found; fewer options find more\n"),
        (["--until", "2024", "--language", "is", "--per", "year"], "nothing found; fewer options find more\n"),
    ],
)
def test_nothing_to_draw_from(words: list[str], told: str, seeds: Run) -> None:
    answer = seeds("sample", *words)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr.startswith(told)


def test_nothing_dated_exactly_enough(database: Path, run: Run) -> None:
    run("--db", database, "import", "--published", "2023", "-", stdin="One text.")
    answer = run("--db", database, "sample", "--constructed-weeks", "1")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == (
        "nothing to draw from: no article is dated exactly enough\nleft out: 1 with a date too coarse to tell\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--per", "topic"], "--per topic: one of source, language, section, year, month, weekday"),
        (["--constructed-weeks", "1", "--per", "year"], "--per year: one of source, language, section"),
        (["--constructed-weeks", "1", "-n", "3"], "takes all articles of its days; leave out -n."),
        (["--constructed-weeks", "1", "--allocate", "equal"], "takes all articles of its days; leave out --allocate."),
        (["-n", "0"], "'-n'"),
        (["--seed", "x"], "'--seed'"),
    ],
)
def test_what_cannot_be_drawn(words: list[str], told: str, seeds: Run) -> None:
    answer = seeds("sample", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert told in answer.stderr
