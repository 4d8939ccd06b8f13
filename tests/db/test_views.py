"""Views: an archive without anything, topics in a circle, and plans that look only at what is asked for."""

import sqlite3
from collections.abc import Iterator

import pytest

from archive.db.location import Location
from archive.db.views import VIEWS
from tests.engines import connected, rows


@pytest.fixture
def connection(seeds_archive: Location) -> Iterator[sqlite3.Connection]:
    with connected(seeds_archive) as connection:
        yield connection


@pytest.mark.parametrize("view", [view.name for view in VIEWS])
def test_an_empty_archive_has_no_rows(database: Location, view: str) -> None:
    assert rows(database, f"SELECT * FROM {view}") == []


def test_topics_below_each_other_are_counted_once(connection: sqlite3.Connection) -> None:
    """A vocabulary may not say so, but nothing in the schema forbids it."""
    before = dict(connection.execute("SELECT code, with_below FROM topic_counts"))
    connection.execute(
        "UPDATE topics SET parent_id = (SELECT id FROM topics WHERE code = 'e-commerce') WHERE code = 'economy'"
    )
    after = dict(connection.execute("SELECT code, with_below FROM topic_counts"))
    assert after["economy"] == after["trade"] == after["e-commerce"] == before["economy"]
    pairs = connection.execute("SELECT code, below_code FROM topic_tree").fetchall()
    assert len(set(pairs)) == len(pairs)


def test_the_tree_leads_from_each_topic_to_all_below_it(connection: sqlite3.Connection) -> None:
    found = connection.execute("SELECT below_code FROM topic_tree WHERE code = 'education-and-culture' ORDER BY 1")
    below = [code for (code,) in found]
    assert {"education-and-culture", "educational-exchange", "language-teaching", "confucius-institutes"} < {*below}
    assert connection.execute("SELECT code FROM topic_tree WHERE below_code = 'confucius-institutes'").fetchall() == [
        ("confucius-institutes",),
        ("language-teaching",),
        ("educational-exchange",),
        ("education-and-culture",),
    ]


def test_a_state_of_a_text_stands_beside_the_one_before(connection: sqlite3.Connection) -> None:
    states = connection.execute(
        "SELECT revision, is_current, text_before IS NULL, text LIKE '%33 percent%', text_before LIKE '%23 percent%' "
        "FROM document_revisions WHERE doc_id = 'mrpravggd6lx' ORDER BY revision"
    ).fetchall()
    assert states == [(1, 0, 1, 0, None), (2, 1, 0, 1, 1)]


@pytest.mark.parametrize("start", [0, 59, 60, 61, 500])
def test_context_is_cut_sixty_characters_from_the_passage(connection: sqlite3.Connection, start: int) -> None:
    body = "".join(chr(0x4E00 + number) for number in range(700))
    connection.execute(
        "UPDATE article_revisions SET body = ? WHERE id IN (SELECT revision_id FROM tag_evidence WHERE field = 'body')",
        (body,),
    )
    connection.execute(
        'UPDATE tag_evidence SET start = ?, "end" = ? WHERE id = (SELECT min(id) FROM tag_evidence WHERE field = ?)',
        (start, start + 7, "body"),
    )
    (passage, context) = connection.execute(
        "SELECT passage, context FROM tag_overview o WHERE field = 'body' AND start = ? AND passage = ?",
        (start, body[start : start + 7]),
    ).fetchone()
    assert (passage, context) == (body[start : start + 7], body[max(start - 60, 0) : start + 67])


@pytest.mark.sqlite("plans of SQLite; a server's planner chooses by what it knows of the rows")
@pytest.mark.parametrize(
    "view", ["documents", "document_authors", "document_topics", "document_revisions", "tag_overview"]
)
def test_what_is_asked_of_one_article_looks_at_no_other(connection: sqlite3.Connection, view: str) -> None:
    plan = plan_of(connection, f"SELECT * FROM {view} WHERE doc_id = 'm63e7wau3tza'")
    assert "key=?" in plan[0]
    assert scanned(plan) == []


@pytest.mark.sqlite("plans of SQLite; a server's planner chooses by what it knows of the rows")
@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT doc_id FROM documents WHERE source_slug = 'lantern-wire'", "ix_articles_source_id"),
        ("SELECT doc_id FROM documents WHERE published_from >= '2023-02'", "ix_articles_published_from"),
        ("SELECT doc_id FROM document_topics WHERE scheme = 'local' AND code = 'trade'", "(topic_id=?)"),
        ("SELECT passage FROM tag_overview WHERE scheme = 'local' AND code = 'trade'", "(topic_id=?)"),
        ("SELECT failed FROM import_counts WHERE import = 1", "INTEGER PRIMARY KEY (rowid=?)"),
    ],
)
def test_what_is_asked_of_one_source_topic_import_or_time_finds_it_by_an_index(
    connection: sqlite3.Connection, statement: str, index: str
) -> None:
    plan = plan_of(connection, statement)
    assert any(index in step for step in plan), plan
    assert {*scanned(plan)} <= {"tree", "topics"}  # of topics there are few


@pytest.mark.sqlite("plans of SQLite; a server's planner chooses by what it knows of the rows")
def test_topics_are_counted_once_and_not_again_for_each_row_that_is_joined(connection: sqlite3.Connection) -> None:
    plan = plan_of(
        connection,
        "SELECT o.passage, c.articles FROM tag_overview o "
        "JOIN topic_counts c ON c.scheme = o.scheme AND c.code = o.code",
    )
    assert [step for step in plan if "CORRELATED" in step] == []


@pytest.mark.sqlite("plans of SQLite; a server's planner chooses by what it knows of the rows")
def test_months_are_counted_in_one_pass(connection: sqlite3.Connection) -> None:
    for condition in ("1", "month = '2023-02'", "source_slug = 'lantern-wire'"):
        plan = plan_of(connection, f"SELECT * FROM monthly_counts WHERE {condition}")
        assert scanned(plan) == ["a"], plan


def plan_of(connection: sqlite3.Connection, statement: str) -> list[str]:
    return [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


def scanned(plan: list[str]) -> list[str]:
    """Return what a plan goes through from end to end; not what it made itself for the rows that it found."""
    names = [step.split()[1] for step in plan if step.startswith("SCAN ")]
    return [name for name in names if not name.startswith("(subquery") and name not in {view.name for view in VIEWS}]
