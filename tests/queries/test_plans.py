"""How the database goes about questions: in the order that stays quick when the archive is large."""

from typing import Any

import pytest
from sqlalchemy import Connection, Select

from archive.queries.articles import counting_of
from archive.queries.best import best_matches
from archive.queries.by_date import asked_first, in_order
from archive.queries.counts import GROUPS, counting_by
from archive.queries.explanation import explain
from archive.queries.filters import Asked
from archive.queries.search import search_statement
from archive.queries.selection import Selection

pytestmark = pytest.mark.sqlite("plans of SQLite; a server's planner chooses by what it knows of the words")

WORDS = "SCAN article_fts VIRTUAL TABLE INDEX 0:M2"  # all matches, one after the other
LOOKED_UP = "VIRTUAL TABLE INDEX 0:=M2"  # one article after the other
BY_ID = "SEARCH articles USING INTEGER PRIMARY KEY (rowid=?)"
SORTED = "USE TEMP B-TREE FOR ORDER BY"
EVERYTHING = "SCAN articles"


def plan(connection: Connection, query: str, statement: Select[Any]) -> list[str]:
    return [line.strip() for line in explain(connection, Asked(query), statement)["plan"]]


def selected(connection: Connection, query: str) -> Selection:
    return Asked(query).selection(connection)


@pytest.mark.parametrize(
    "query", ["trade", "trade -film", "trade source:radio-lintel", "trade topic:economy date:2023", "trade has:author"]
)
def test_words_are_asked_of_the_index_first(query: str, ask: Connection) -> None:
    selection = selected(ask, query)
    for statement in (
        search_statement(ask, selection, 10, "relevance"),
        search_statement(ask, selection, 10, "newest"),
        counting_of(selection, "articles"),
        *(counting_by(selection, by, "articles") for by in GROUPS),
    ):
        steps = plan(ask, query, statement)
        assert WORDS in steps
        assert not any(LOOKED_UP in step for step in steps)
        assert not any(step.startswith(EVERYTHING) for step in steps)


def test_words_alone_are_counted_without_a_look_at_articles(ask: Connection) -> None:
    assert plan(ask, "trade", counting_of(selected(ask, "trade"), "articles")) == [WORDS]


@pytest.mark.parametrize("by", ["source", "year", "month"])
def test_what_is_counted_stands_side_by_side(by: str, ask: Connection) -> None:
    steps = plan(ask, "trade", counting_by(selected(ask, "trade"), by, "articles"))
    assert "SEARCH articles USING COVERING INDEX ix_articles_counting (id=?)" in steps
    filtered = plan(ask, "trade url:a", counting_by(selected(ask, "trade url:a"), by, "articles"))
    assert BY_ID in filtered


@pytest.mark.parametrize(
    ("query", "step"),
    [
        ("trade source:radio-lintel date:2005..2020", "ix_articles_counting (id=? AND source_id=?"),
        ("trade -source:radio-lintel -date:2023-02", "ix_articles_counting (id=?)"),
        ("trade source:radio-lintel language:en", BY_ID),
    ],
)
def test_what_filters_ask_for_stands_side_by_side(query: str, step: str, ask: Connection) -> None:
    """A row of `articles` is read only where it has to be."""
    selection = selected(ask, query)
    assert selection.match is not None
    for statement in (
        best_matches(selection, selection.match, 20),
        in_order(ask, selection, "oldest", 20),
        counting_by(selection, "month", "articles"),
    ):
        steps = [line for line in plan(ask, query, statement) if "SEARCH articles" in line]
        assert len(steps) == 1, steps
        assert step in steps[0]


def test_the_newest_articles_are_found_along_their_dates(ask: Connection) -> None:
    steps = plan(ask, "", in_order(ask, selected(ask, ""), "newest", 20))
    assert steps == ["SCAN articles USING COVERING INDEX ix_articles_published_from"]


@pytest.mark.parametrize(
    ("matches", "steps", "not_so"),
    [
        (1, {"SEARCH articles USING COVERING INDEX ix_articles_published_from (published_from>?)", LOOKED_UP}, SORTED),
        (1000, {"SEARCH first USING COVERING INDEX ix_articles_published_from (published_from>?)", WORDS}, LOOKED_UP),
    ],
)
def test_the_newest_with_a_frequent_word_are_looked_for_among_the_newest(
    matches: int, steps: set[str], not_so: str, ask: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.queries.matching.fts5._SAMPLE", 2)
    monkeypatch.setattr("archive.queries.by_date._TOLD", 1)
    monkeypatch.setattr("archive.queries.by_date._READ", matches)
    found = plan(ask, "trade", asked_first(ask, selected(ask, "trade"), "newest", 1))
    assert all(any(step in line for line in found) for step in steps), found
    assert not any(not_so in line or line == EVERYTHING for line in found), found


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("source:radio-lintel", "ix_articles_source_id"),
        ("topic:economy", "sqlite_autoindex_article_topics_1"),
        ("date:2023-02", "ix_articles_published_from"),
        ("key:4h7", "sqlite_autoindex_articles_1"),
        ("import:1", "ix_import_items_import_id_outcome"),
        ("has:copies", "ix_article_revisions_fingerprint"),
    ],
)
def test_facts_are_found_by_their_indexes(query: str, index: str, ask: Connection) -> None:
    steps = plan(ask, query, counting_of(selected(ask, query), "articles"))
    assert any(index in step for step in steps), steps


def test_what_is_shown_is_read_for_those_that_are_shown(ask: Connection) -> None:
    """Texts are read after the best were chosen, by id."""
    steps = plan(ask, "trade", search_statement(ask, selected(ask, "trade"), 10, "relevance"))
    assert steps.index(WORDS) < steps.index(BY_ID)
    assert steps.index(SORTED) < steps.index("SEARCH article_revisions USING INTEGER PRIMARY KEY (rowid=?)")


@pytest.mark.parametrize("filters", ["", " has:author", " -source:radio-lintel"])
def test_a_statement_is_made_once_whatever_is_asked_for(filters: str, ask: Connection) -> None:
    known = ask.engine._compiled_cache
    assert known is not None
    sizes = []
    for word in ("trade", "minister", "film", "xyzzy"):
        selection = selected(ask, word + filters)
        for limit in (5, 20):
            ask.execute(search_statement(ask, selection, limit, "relevance")).all()
            ask.execute(in_order(ask, selection, "oldest", limit)).all()
        ask.execute(counting_of(selection, "articles")).all()
        for by in GROUPS:
            ask.execute(counting_by(selection, by, "articles")).all()
        sizes.append(len(known))
    assert sizes == [sizes[0]] * 4
