"""How many articles were published when."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from archive.db.tables import articles
from archive.errors import UsageError
from archive.queries import reading
from archive.queries.filters import Asked, Filters
from archive.queries.timeline import count_by_period

ArchiveOf = Callable[[dict[str, str]], Path]


def piece(number: int, **values: str) -> str:
    matter = "".join(f"{name}: {value}\n" for name, value in values.items())
    return f"---\n{matter}---\nPiece number {number} tells of a harbour where boats numbered {number} lie.\n"


def of(dates: list[str], **values: str) -> dict[str, str]:
    return {
        f"{number}.md": piece(number, **({"date": text} if text else {}), **values) for number, text in enumerate(dates)
    }


DATES = ["2023-01-31", "2023-03-01", "2023-03-01T23:30:00-05:00", "2023-02", "2023", "", "2023-03-31"]


@pytest.mark.parametrize(
    ("step", "counts", "imprecise"),
    [
        ("year", {"2023": 6}, 0),
        ("month", {"2023-01": 1, "2023-02": 1, "2023-03": 3}, 1),
        (
            "week",
            {"2023-W05": 1, **{f"2023-W{week:02}": 0 for week in (6, 7, 8, 10, 11, 12)}, "2023-W09": 2, "2023-W13": 1},
            2,
        ),
    ],
)
def test_counts_by_step(step: str, counts: dict[str, int], imprecise: int, archive_of: ArchiveOf) -> None:
    with reading(archive_of(of(DATES))) as connection:
        counted = count_by_period(connection, {"all": []}, step)
    assert {row["period"]: row["articles"] for row in counted.rows()} == counts
    assert [row["period"] for row in counted.rows()] == sorted(counts)
    assert (counted.undated, counted.imprecise) == ({"all": 1}, {"all": imprecise})


def test_days_without_an_article_are_zeros(archive_of: ArchiveOf) -> None:
    with reading(archive_of(of(DATES))) as connection:
        rows = list(count_by_period(connection, {"all": []}, "day").rows())
    assert len(rows) == 60
    assert rows[0] == {"period": "2023-01-31", "starts": "2023-01-31", "articles": 1}
    assert {row["period"]: row["articles"] for row in rows if row["articles"]} == {
        "2023-01-31": 1,
        "2023-03-01": 2,
        "2023-03-31": 1,
    }


def test_series_by_source_and_shares_of_their_own_articles(archive_of: ArchiveOf) -> None:
    files = {
        "1.md": piece(1, date="2022-05-01", source="Bay Post", topics="fish"),
        "2.md": piece(2, date="2022-05-02", source="Bay Post"),
        "3.md": piece(3, date="2023-05", source="Bay Post", topics="fish, boats"),
        "4.md": piece(4, date="2023-05", source="Dune Echo"),
        "5.md": piece(5, date="2023-05", topics="fish"),
        "6.md": piece(6, topics="fish, boats"),
    }
    with reading(archive_of(files)) as connection:
        fish = Asked(filters=Filters(topic="fish")).selection(connection).as_conditions()
        counted = count_by_period(connection, {"fish": fish}, "year", "source", share=True)
        rows = [tuple(row.values()) for row in counted.rows()]
        by_topic = count_by_period(connection, {"all": []}, "year", "topic", share=True)
        whole = count_by_period(connection, {"fish": fish}, "year", share=True)
        largest = count_by_period(connection, {"all": []}, "year", "source", limit=1)
    assert rows == [
        ("2022", "2022-01-01", "Bay Post", 1, 2, 0.5),
        ("2023", "2023-01-01", "Bay Post", 1, 1, 1.0),
        ("2022", "2022-01-01", None, 0, 0, None),
        ("2023", "2023-01-01", None, 1, 1, 1.0),
    ]
    # an article counts for each of its topics; a topic's share is of all articles
    assert [(one.value, one.total) for one in by_topic.series] == [("fish", 3), (None, 2), ("boats", 1)]
    assert by_topic.undated == {"all": 1}
    assert [row["of"] for row in by_topic.rows()] == [2, 3] * 3
    assert [(row["articles"], row["of"]) for row in whole.rows()] == [(1, 2), (2, 3)]
    assert ([one.value for one in largest.series], largest.omitted) == (["Bay Post"], 2)


def test_several_queries_are_several_series_over_the_same_periods(ask: Connection) -> None:
    queries = {
        "trade": Asked(filters=Filters(topic="trade")).selection(ask).as_conditions(),
        "none": [articles.c.key == ""],
        "Lintel": Asked(filters=Filters(source="radio-lintel")).selection(ask).as_conditions(),
    }
    counted = count_by_period(ask, queries, "month")
    assert [one.query for one in counted.series] == ["trade", "none", "Lintel"]
    assert counted.series[1].total == 0
    rows = list(counted.rows())
    assert set(rows[0]) == {"period", "starts", "query", "articles"}
    assert len(rows) == 3 * len(counted.periods)
    assert counted.undated["none"] == 0


def test_nothing_has_no_periods(ask: Connection) -> None:
    counted = count_by_period(ask, {"none": [articles.c.key == ""]}, "day", "source")
    assert (counted.periods, counted.series, list(counted.rows())) == ((), (), [])


def test_six_centuries_by_day(archive_of: ArchiveOf) -> None:
    with reading(archive_of(of(["1423-03-01", "2023-03-01"]))) as connection:
        counted = count_by_period(connection, {"all": []}, "day")
    assert len(counted.periods) == (date(2023, 3, 1) - date(1423, 3, 1)).days + 1
    assert counted.series[0].total == 2


def test_what_cannot_be_split_by(ask: Connection) -> None:
    with pytest.raises(UsageError, match="--per section: one of source, topic, language"):
        count_by_period(ask, {"all": []}, "day", "section")


@settings(max_examples=25)
@given(step=st.sampled_from(["year", "month", "week", "day"]), per=st.sampled_from([None, "source", "language"]))
def test_series_add_up_to_all_articles(ask: Connection, step: str, per: str | None) -> None:
    counted = count_by_period(ask, {"all": []}, step, per, share=True)
    in_periods: Counter[date] = Counter()
    for one in counted.series:
        in_periods.update(one.articles)
        assert all(one.share(period) in (None, 1.0) for period in counted.periods)
    assert in_periods.total() + counted.undated["all"] + counted.imprecise["all"] == 16
