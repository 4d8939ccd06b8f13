"""Queries saved under a name: used in others, replaced, taken away; never in a circle."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.errors import NotFoundError, UsageError
from archive.queries import reading
from archive.queries.articles import find_keys
from archive.queries.filters import Asked
from archive.queries.saved import find_query, list_queries, with_saved
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import Published, leaves
from archive.saved_queries import drop_query, save_query
from tests.engines import connected


def found(path: Path, query: str, *, words_only: bool = False) -> list[str]:
    with reading(path) as connection:
        return find_keys(connection, Asked(query, words_only=words_only).selection(connection))


def saved(path: Path) -> dict[str, str]:
    with reading(path) as connection:
        return {row["name"]: row["query"] for row in list_queries(connection)}


def test_a_saved_query_means_what_it_would_in_parentheses(seeds_archive: Path) -> None:
    assert save_query(seeds_archive, "Either", "  sanctions   OR museums ")
    assert saved(seeds_archive) == {"either": "sanctions OR museums"}
    assert found(seeds_archive, "query:either") == found(seeds_archive, "sanctions OR museums") != []
    for around in ("trade {}", "NOT {}", "trade -{}", "({} OR kites) has:source"):
        assert found(seeds_archive, around.format("query:EITHER")) == found(
            seeds_archive, around.format("(sanctions OR museums)")
        )


def test_one_that_uses_others_follows_them(seeds_archive: Path) -> None:
    save_query(seeds_archive, "inner", "sanctions")
    save_query(seeds_archive, "outer", "query:inner has:source")
    assert found(seeds_archive, "query:outer") == found(seeds_archive, "sanctions has:source")
    save_query(seeds_archive, "inner", "museums", replace=True)
    assert found(seeds_archive, "query:outer") == found(seeds_archive, "museums has:source")


def test_what_is_left_out_for_its_date_is_told_through_saved_queries_too(seeds_archive: Path) -> None:
    save_query(seeds_archive, "feb", "date:2023-02")
    with reading(seeds_archive) as connection:
        for kind in ("undated", "imprecise"):
            mine, typed = (getattr(Asked(one).selection(connection), kind) for one in ("query:feb", "date:2023-02"))
            assert find_keys(connection, mine) == find_keys(connection, typed) != []


def test_the_same_again_is_no_change_and_another_takes_replace(seeds_archive: Path) -> None:
    assert save_query(seeds_archive, "one", "trade")
    assert not save_query(seeds_archive, "ONE", " trade ")
    with pytest.raises(UsageError, match="one is saved as trade; --replace puts this in its place"):
        save_query(seeds_archive, "one", "museums")
    assert saved(seeds_archive) == {"one": "trade"}
    assert save_query(seeds_archive, "one", "museums", replace=True)
    assert not save_query(seeds_archive, "one", "museums", replace=True)
    assert saved(seeds_archive) == {"one": "museums"}


@pytest.mark.parametrize(
    ("name", "way"),
    [("a", "a → a"), ("b", "b → a → b"), ("c", "c → a → b → c")],
    ids=["itself", "through another", "through two"],
)
def test_no_query_uses_itself(seeds_archive: Path, name: str, way: str) -> None:
    save_query(seeds_archive, "c", "trade")
    save_query(seeds_archive, "b", "query:c OR museums")
    save_query(seeds_archive, "a", "NOT query:b")
    before = saved(seeds_archive)
    with pytest.raises(QueryError, match=f"the query uses itself: {way}") as caught:
        save_query(seeds_archive, name, "kites OR query:A", replace=True)
    assert "^" in str(caught.value)
    assert saved(seeds_archive) == before


def test_a_circle_that_came_from_elsewhere_ends(seeds_archive: Path) -> None:
    save_query(seeds_archive, "a", "trade")
    save_query(seeds_archive, "b", "query:a")
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE saved_queries SET query = 'query:b' WHERE name = 'a'")
    with pytest.raises(QueryError, match="the query uses itself: b → a → b"):
        found(seeds_archive, "query:b")


@pytest.mark.parametrize("name", ["a", "Belarus-2023", "北京", "x_1.2", "a" * 64, "été"])
def test_names_that_can_stand_in_a_query(seeds_archive: Path, name: str) -> None:
    save_query(seeds_archive, name, "trade")
    assert saved(seeds_archive) == {name.lower(): "trade"}
    assert found(seeds_archive, f"(query:{name})") == found(seeds_archive, "trade")


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", "_a", ".a", 'a"', "a(b)", "a:b", "a" * 65, "a\n", "\udc80"])
def test_names_that_cannot(seeds_archive: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name; write letters, digits, - and _"):
        save_query(seeds_archive, name, "trade")
    assert saved(seeds_archive) == {}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "there is no word in the query"),
        (" & ++ ", "there is no word in the query"),
        ("(trade", "this parenthesis is not closed"),
        ("source:nosuch", "there is no source 'nosuch'"),
        ("query:nosuch", "no query is saved as 'nosuch'; `archive query` lists those that are"),
        ("caf\udce9", "it is not UTF-8"),
    ],
)
def test_a_query_that_cannot_be_meant_is_not_saved(seeds_archive: Path, query: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        save_query(seeds_archive, "x", query)
    assert saved(seeds_archive) == {}


def test_a_near_name_is_named(seeds_archive: Path) -> None:
    save_query(seeds_archive, "belarus", "minsk")
    with pytest.raises(QueryError, match="no query is saved as 'belarsu'; query:belarus was probably meant"):
        found(seeds_archive, "trade query:belarsu")


def test_a_name_that_is_no_longer_known_is_shown_within_the_saved_query(seeds_archive: Path) -> None:
    save_query(seeds_archive, "wire", "trade source:lantern-wire")
    with connected(seeds_archive) as connection, connection:
        connection.execute("UPDATE saved_queries SET query = 'trade source:lantern-wyre'")
    with pytest.raises(QueryError) as caught:
        found(seeds_archive, "sanctions query:wire")
    reason, shown, carets = str(caught.value).split("\n")
    assert "there is no source 'lantern-wyre'" in reason
    assert shown.strip() == "trade source:lantern-wyre"
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "source:lantern-wyre"


def test_relative_days_are_reckoned_when_it_is_used(seeds_archive: Path) -> None:
    save_query(seeds_archive, "lately", "date:-3w..")
    save_query(seeds_archive, "outer", "trade query:lately")

    def starts(connection: Connection, today: date) -> list[str | None]:
        tree = with_saved(connection, parse_query("query:outer", today), today).tree
        return [leaf.starts for leaf, _ in leaves(tree) if isinstance(leaf, Published)]

    with reading(seeds_archive) as connection:
        assert find_query(connection, " LATELY ") == "date:-3w.."
        assert starts(connection, date(2024, 1, 22)) == ["2024-01-01T00:00:00"]
        assert starts(connection, date(2025, 3, 22)) == ["2025-03-01T00:00:00"]


def test_a_query_that_others_use_stays(seeds_archive: Path) -> None:
    save_query(seeds_archive, "inner", "trade")
    save_query(seeds_archive, "one", "NOT (museums OR query:Inner)")
    save_query(seeds_archive, "two", "query:inner")
    save_query(seeds_archive, "three", '"query:inner"')  # a phrase
    with pytest.raises(UsageError, match="one, two uses it; change that first"):
        drop_query(seeds_archive, "inner")
    for name in ("one", "two", "INNER"):
        drop_query(seeds_archive, name)
    assert list(saved(seeds_archive)) == ["three"]


@pytest.mark.parametrize("name", ["nosuch", "", "\udc80"])
def test_dropping_what_is_not_there(seeds_archive: Path, name: str) -> None:
    with pytest.raises(NotFoundError, match="`archive query` lists those that are"):
        drop_query(seeds_archive, name)


def test_words_only_does_not_look_for_saved_queries(seeds_archive: Path) -> None:
    assert found(seeds_archive, "query:trade", words_only=True) == []
