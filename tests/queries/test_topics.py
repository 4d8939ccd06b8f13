"""Topics, as a tree."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from archive.queries import reading
from archive.queries.articles import count_articles
from archive.queries.filters import Asked, Filters
from archive.queries.topics import list_topics


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
    with closing(sqlite3.connect(seeds_archive)) as writing, writing:
        writing.execute(
            "UPDATE topics SET parent_id = (SELECT id FROM topics WHERE code = 'trade') WHERE code = 'economy'"
        )
    with reading(seeds_archive) as connection:
        assert "Film" in {row["name"] for row in list_topics(connection)}
        assert count_articles(connection, Asked(filters=Filters(topic="trade")).selection(connection)) >= 11


def test_an_archive_without_topics(database: Path) -> None:
    with reading(database) as connection:
        assert list(list_topics(connection, all_known=True)) == []
