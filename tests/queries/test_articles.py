"""Which articles there are, and which one a key names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from archive.db.location import Location
from archive.errors import NotFoundError, SchemaError
from archive.queries import articles as queries
from archive.queries import reading
from archive.queries.articles import count_articles, find_article_id, list_articles
from archive.queries.filters import Asked, Filters
from archive.queries.selection import ALL
from tests.engines import connected


def test_newest_first_and_undated_last(ask: Connection) -> None:
    listed = list(list_articles(ask, ALL))
    dates = [row["published"] for row in listed]
    known = [date for date in dates if date]
    assert len(listed) == count_articles(ask, ALL) == 16
    assert dates == known + [None] * 6
    assert known[0] == "2023-12-12"
    assert known[-1] == "2023"  # which can mean its first day


def test_a_limit(ask: Connection) -> None:
    everything = [row["key"] for row in list_articles(ask, ALL)]
    assert [row["key"] for row in list_articles(ask, ALL, 3)] == everything[:3]
    assert list(list_articles(ask, ALL, 0)) == []


def test_names_and_values(ask: Connection) -> None:
    by_headline = {row["headline"]: row for row in list_articles(ask, ALL)}
    row = by_headline["Trade with Belarus passes five billion dollars"]
    assert row == {
        "key": row["key"],
        "headline": "Trade with Belarus passes five billion dollars",
        "headline_method": "given",
        "source": "The Harbour Courier",
        "url": "https://harbourcourier.example/2023/03/01/trade-with-belarus",
        "published": "2023-03-01T06:30:00+08:00",
        "published_precision": "second",
        "language": "en",
        "authors": ["Ines Marlow", "Jonas Vale"],
        "topics": sorted(row["topics"]),
        "words": 121,
        "hidden": None,
    }
    methods = [row["headline_method"] for row in by_headline.values()]
    assert (methods.count("given"), methods.count("first_line"), methods.count("derived")) == (11, 3, 2)


def test_a_derived_headline_is_the_first_sentence(ask: Connection) -> None:
    derived = [row["headline"] for row in list_articles(ask, ALL) if row["headline_method"] == "derived"]
    assert {headline[-1] for headline in derived} == {".", "…"}
    assert all(len(headline) <= 160 for headline in derived)


def test_more_articles_than_are_read_at_a_time(ask: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(list_articles(ask, ALL))
    monkeypatch.setattr(queries, "_PAGE", 3)
    assert list(list_articles(ask, ALL)) == whole


def test_a_key_and_its_beginnings(ask: Connection) -> None:
    listed = [row["key"] for row in list_articles(ask, ALL)]
    ids = {key: find_article_id(ask, key) for key in listed}
    assert len(set(ids.values())) == 16
    for key in listed:
        for length in range(1, len(key)):
            beginning = key[:length]
            if sum(other.startswith(beginning) for other in listed) == 1:
                assert find_article_id(ask, f" {beginning.upper()} ") == ids[key]
            else:
                with pytest.raises(NotFoundError, match=r"could be .*write more of it"):
                    find_article_id(ask, beginning)


@given(st.text(st.characters(), max_size=12))
def test_no_other_key_names_anything(ask: Connection, text: str) -> None:
    try:
        find_article_id(ask, text)
    except NotFoundError as error:
        assert str(error)
    else:
        assert text.strip().isalnum()


def test_reading_changes_nothing(seeds_archive: Location, contents: Callable[[Location], object]) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    before = contents(seeds_archive)
    with (
        pytest.raises(Exception, match=r"readonly|read-only|cannot be read") as raised,
        reading(seeds_archive) as connection,
    ):
        connection.execute(text("DELETE FROM article_topics"))
    assert isinstance(raised.value.__cause__, DBAPIError)
    assert contents(seeds_archive) == before


def test_reading_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no archive at"), reading(tmp_path / "missing.db"):
        pass


def test_all_answers_are_of_one_moment(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of({"a.txt": "One text.", "b.txt": "Another one of them."})
    with reading(path) as connection:
        assert count_articles(connection, ALL) == 2
        with connected(path) as writing, writing:
            writing.execute("UPDATE articles SET language = 'xx'")
        assert count_articles(connection, Asked(filters=Filters(language="xx")).selection(connection)) == 0
    with reading(path) as connection:
        assert count_articles(connection, Asked(filters=Filters(language="xx")).selection(connection)) == 2
