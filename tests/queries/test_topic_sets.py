"""Sets of articles by topic, against the same counts by Python's own sets."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.queries import reading
from archive.queries.selection import ALL
from archive.queries.topic_sets import Places, read_tree, topic_sets
from archive.queries.topics import list_topics
from tests.engines import connected

NOW = "2026-11-22T00:00:00.000000Z"
DATES = [None, "2022", "2022-12", "2022-12-31", "2023", "2023-01", "2023-01-01", "2023-01-01T00:00:00Z", "2024-02-29"]


def fill(path: Path, dates: Iterable[str | None], parents: list[int | None], tags: Iterable[tuple[int, int]]) -> None:
    """Put articles of these dates, topics below these others (by place) and tags (article, topic) in an archive."""
    with connected(path) as writing, writing:
        for table in ("article_topics", "topic_names", "topics", "articles"):
            writing.execute(f"DELETE FROM {table}")
        for number, date in enumerate(dates, 1):
            starts = None if date is None else (date + "2022-01-01T00:00:00"[len(date) :])[:19]
            precision = None if date is None else {4: "year", 7: "month", 10: "day"}.get(len(date), "second")
            writing.execute(
                "INSERT INTO articles (id, key, published, published_from, published_until, published_precision, "
                "created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, f"k{number}", date, starts, starts, precision, NOW),
            )
        for number, _ in enumerate(parents, 1):
            writing.execute(
                "INSERT INTO topics (id, scheme, code, name, origin, created_at) "
                "VALUES (?, 'local', ?, ?, 'import', ?)",
                (number, f"t{number}", f"T {number}", NOW),
            )
        writing.executemany(
            "UPDATE topics SET parent_id = ? WHERE id = ?",
            [(None if above is None else above + 1, number) for number, above in enumerate(parents, 1)],
        )
        writing.executemany(
            "INSERT INTO article_topics (article_id, topic_id) VALUES (?, ?)",
            [(article + 1, topic + 1) for article, topic in tags],
        )


@st.composite
def archives(draw: st.DrawFn) -> tuple[list[str | None], list[int | None], set[tuple[int, int]]]:
    dates = draw(st.lists(st.sampled_from(DATES), max_size=30))
    number = draw(st.integers(1, 8))
    parents = [draw(st.none() | st.integers(0, at - 1)) if at else None for at in range(number)]
    tags = draw(st.sets(st.tuples(st.integers(0, max(len(dates) - 1, 0)), st.integers(0, number - 1)), max_size=60))
    return dates, parents, tags if dates else set()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(archives())
def test_counts_are_those_of_sets(
    database: Path, made: tuple[list[str | None], list[int | None], set[tuple[int, int]]]
) -> None:
    dates, parents, tags = made
    fill(database, dates, parents, tags)
    with reading(database) as connection:
        tree = read_tree(connection)
        known = Places(connection, ALL)
        found = {one.topic_id - 1: one for one in topic_sets(connection, tree, known)}
        assert set(found) == set(range(len(parents)))
        for topic, one in found.items():
            below = {topic}
            for number, above in enumerate(parents):
                below |= {number} if above in below else set()
            having = {article for article, tag in tags if tag in below}
            assert one.own == sum(1 for _, tag in tags if tag == topic)
            assert one.articles.bit_count() == len(having)
            of_months = [date[:7] for at in having if (date := dates[at]) is not None and len(date) > 4]
            assert known.by_month(one.articles) == {month: of_months.count(month) for month in sorted(set(of_months))}
            dated = [date for at in having if (date := dates[at]) is not None]
            ends = [None if one is None else dates[one - 1] for one in known.ends(one.articles)]
            order = sorted(dated, key=lambda date: ((date + "2022-01-01T00:00:00"[len(date) :])[:19], date))
            assert ends == ([order[0], order[-1]] if dated else [None, None])


def test_a_chain_of_thousands_of_topics(database: Path) -> None:
    number = 3000
    parents = [None, *range(number - 1)]
    fill(database, ["2023-01-05", "2023-02"], parents, [(0, number - 1), (1, 0), (1, number - 1)])
    with reading(database) as connection:
        rows = list_topics(connection).rows
    assert len(rows) == number
    assert [rows[0][name] for name in ("depth", "articles", "with_below")] == [0, 1, 2]
    assert [rows[-1][name] for name in ("depth", "articles", "with_below")] == [number - 1, 2, 2]
    assert {row["with_below"] for row in rows} == {2}  # each article once


@pytest.mark.parametrize("begin", [0, 1])
def test_topics_that_stand_below_each_other_end(begin: int, database: Path) -> None:
    fill(database, ["2023"], [1, 0, None], [(0, 0)])
    with reading(database) as connection:
        assert [node.topic.id for node in read_tree(connection)] == [3]
        from_one = read_tree(connection, begin + 1)
        assert [node.topic.id for node in from_one] == [begin + 1, 2 - begin]
        *_, whole = topic_sets(connection, from_one, Places(connection, ALL))
        assert whole.articles.bit_count() == 1


def test_articles_that_are_not_selected_do_not_count(database: Path) -> None:
    fill(database, ["2023-01-05", "2023-02", None], [None], [(0, 0), (1, 0), (2, 0)])
    from archive.queries.filters import Asked, Filters

    with reading(database) as connection:
        selection = Asked(filters=Filters(since="2023-02")).selection(connection)
        (row,) = list_topics(connection, selection)
    assert (row["articles"], row["first"], row["last"]) == (1, "2023-02", "2023-02")
    assert row["months"] == [{"month": "2023-02", "articles": 1}]
