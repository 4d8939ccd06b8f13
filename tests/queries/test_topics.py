"""Topics, as a tree."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from archive.errors import NotFoundError
from archive.queries import reading
from archive.queries.articles import count_articles, list_articles
from archive.queries.counts import count_by
from archive.queries.filters import Asked, Filters
from archive.queries.topics import list_topics, list_unused
from tests.engines import connected


def test_parents_stand_before_what_is_below_them(ask: Connection) -> None:
    depths = [row["depth"] for row in list_topics(ask, all_known=True)]
    assert depths[0] == 0
    assert all(after <= before + 1 for before, after in pairwise(depths))
    assert len(depths) == 61


def test_numbers_are_those_of_the_filter(ask: Connection) -> None:
    for row in list_topics(ask, all_known=True):
        assert (
            count_articles(ask, Asked(filters=Filters(topic=f"{row['scheme']}:{row['code']}")).selection(ask))
            == row["with_below"]
        )


def test_siblings_stand_in_the_order_of_their_names(ask: Connection) -> None:
    tops = [row["name"] for row in list_topics(ask) if not row["depth"]]
    assert tops == sorted(tops)


def test_topics_without_an_article_are_left_out(ask: Connection) -> None:
    shown: list[dict[str, Any]] = list(list_topics(ask))
    assert len(shown) < 61
    assert all(row["with_below"] for row in shown)
    assert any(not row["articles"] for row in shown)  # of its own it has none, below it there are


def test_topics_that_stand_below_each_other_end(seeds_archive: Path) -> None:
    """No vocabulary can be loaded so, but a person with SQL can make it."""
    with connected(seeds_archive) as writing, writing:
        writing.execute(
            "UPDATE topics SET parent_id = (SELECT id FROM topics WHERE code = 'trade') WHERE code = 'economy'"
        )
    with reading(seeds_archive) as connection:
        assert "Film" in {row["name"] for row in list_topics(connection)}
        assert count_articles(connection, Asked(filters=Filters(topic="trade")).selection(connection)) >= 11


def test_an_archive_without_topics(database: Path) -> None:
    with reading(database) as connection:
        assert list(list_topics(connection, all_known=True)) == []


def test_dates_and_months_are_those_of_what_counts(ask: Connection) -> None:
    for row in list_topics(ask):
        selection = Asked(filters=Filters(topic=f"{row['scheme']}:{row['code']}")).selection(ask)
        by_month = {one["month"]: one["articles"] for one in count_by(ask, selection, "month")}
        without = by_month.pop(None, 0)
        assert {one["month"]: one["articles"] for one in row["months"]} == by_month
        assert without + sum(by_month.values()) == row["with_below"]
        dated = [one["published"] for one in list_articles(ask, selection) if one["published"]]
        assert (row["first"], row["last"]) == ((dated[-1], dated[0]) if dated else (None, None))


def test_articles_without_a_month_are_counted_apart(ask: Connection) -> None:
    tree = list_topics(ask)
    assert (tree.articles, tree.without_month) == (
        count_articles(ask, Asked("has:topic").selection(ask)),
        count_articles(ask, Asked("has:topic NOT has:month").selection(ask)),
    )
    assert tree.without_month == 7


def test_topics_among_the_articles_of_a_query(ask: Connection) -> None:
    rows = list_topics(ask, Asked("source:radio-lintel").selection(ask)).rows
    assert rows
    for row in rows:
        query = f"source:radio-lintel topic:={row['scheme']}:{row['code']}"
        assert count_articles(ask, Asked(query).selection(ask)) == row["articles"]
    assert len(rows) < len(list_topics(ask).rows)


def test_levels_and_vocabularies(seeds_archive: Path) -> None:
    with connected(seeds_archive) as writing, writing:
        writing.execute(
            "INSERT INTO topics (scheme, code, name, origin, created_at, retired) "
            "VALUES ('medtop', '20000170', 'a retired concept', 'vocabulary', '2026-11-22T00:00:00.000000Z', TRUE)"
        )
    with reading(seeds_archive) as connection:
        whole = {row["code"]: row for row in list_topics(connection)}
        for depth in (1, 2):
            rows = list_topics(connection, depth=depth).rows
            assert {row["depth"] for row in rows} == set(range(depth))
            assert all(row == whole[row["code"]] for row in rows)
        assert list_topics(connection, scheme="local").rows == list_topics(connection).rows
        assert list_topics(connection, scheme="medtop").rows == []
        (row,) = list_topics(connection, scheme="medtop", all_known=True)
        assert (row["scheme"], row["retired"], row["articles"]) == ("medtop", True, 0)
        assert list_topics(connection, all_known=True).rows[-1] == row  # one's own topics come first
        with pytest.raises(
            NotFoundError, match="no scheme 'metop'; medtop was probably meant; there are local, medtop"
        ):
            list_topics(connection, scheme="metop")
        with pytest.raises(NotFoundError, match="no scheme 'xx'; there are local, medtop"):
            list_unused(connection, scheme="xx")


def test_unused_topics_are_those_that_the_tree_leaves_out(ask: Connection) -> None:
    shown = {row["code"] for row in list_topics(ask)}
    unused = list_unused(ask)
    assert [row["code"] for row in unused] == [
        row["code"] for row in list_topics(ask, all_known=True) if row["code"] not in shown
    ]
    assert {row["queries"] for row in unused} == {0}
    assert any(row["phrases"] for row in unused)
    assert all(row["since"].endswith("Z") for row in unused)
    assert list_unused(ask, "local") == unused


def test_a_topic_of_hidden_articles_is_not_unused(seeds_archive: Path) -> None:
    with connected(seeds_archive) as writing, writing:
        writing.execute("UPDATE articles SET status = 'withheld'")
    with reading(seeds_archive) as connection:
        assert list_topics(connection, Asked().selection(connection)).rows == []
        assert len(list_unused(connection)) == 61 - len(list_topics(connection).rows)


def test_no_scheme_where_there_are_no_topics(database: Path) -> None:
    with reading(database) as connection:
        assert list_unused(connection) == []
        with pytest.raises(NotFoundError, match="no scheme 'local'; the archive has no topics yet"):
            list_topics(connection, scheme="local")
