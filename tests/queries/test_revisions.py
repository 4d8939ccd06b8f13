"""States of a text: which there are, what changed between them, and where one text stands at several outlets."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from archive.errors import NotFoundError, UsageError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.article import show_article
from archive.queries.articles import count_articles, list_articles
from archive.queries.filters import Asked, Filters
from archive.queries.revisions import (
    RevisionFilters,
    compare_revisions,
    count_revisions,
    find_copies,
    list_revisions,
)
from archive.queries.selection import ALL
from archive.query_language.mistakes import QueryError
from tests.engines import connected

FERRY = "The ferry had {} people on board when it ran aground off the cape. Nobody was hurt, {} said."


CAPTION = (
    "INSERT INTO set_aside (revision_id, after_block, position, kind, text, rule, rule_version)"
    " SELECT id, 1, 0, 'caption', 'Boats.', 'test', 1 FROM article_revisions WHERE number = ?"
)


def piece(headline: str, body: str, **values: str) -> str:
    lines = [f"title: {headline}", *(f"{name}: {value}" for name, value in values.items())]
    return "---\n" + "\n".join(lines) + f"\n---\n{body}\n"


@pytest.fixture
def states(database: Path, tmp_path: Path) -> Callable[..., str]:
    """Return what imports states of one article, one import each, and gives its key."""

    def make(*texts: str) -> str:
        for number, text in enumerate(texts):
            (tmp_path / "piece.md").write_text(text, encoding="utf-8")
            import_paths(database, [str(tmp_path / "piece.md")], ImportOptions(jobs=0))
            with connected(database) as connection, connection:
                connection.execute(
                    "UPDATE article_revisions SET seen_at = ? WHERE number = ?",
                    (f"2026-03-0{number + 1}T12:00:00.000000Z", number + 1),
                )
        with connected(database) as connection:
            (row,) = connection.execute("SELECT key FROM articles").fetchall()
        return str(row[0])

    return make


@pytest.fixture
def three(states: Callable[..., str], database: Path) -> Iterator[tuple[Connection, str]]:
    key = states(
        piece("Ferry aground", FERRY.format(40, "police"), url="https://example.org/ferry", source="Lantern Wire"),
        piece("Ferry aground", FERRY.format(42, "police"), url="https://example.org/ferry", source="Lantern Wire"),
        piece("Ferry afloat", FERRY.format(42, "the owner"), url="https://example.org/ferry", source="Lantern Wire"),
    )
    with reading(database) as connection:
        yield connection, key


def rows(
    connection: Connection, limit: int | None = None, since: str | None = None, source: str | None = None
) -> list[tuple[int, list[str]]]:
    filters = RevisionFilters(since, Asked("", Filters(source=source)))
    found = list(list_revisions(connection, filters, limit))
    assert count_revisions(connection, filters) == len(found) or limit
    return [(row["revision"], row["changed"]) for row in found]


def test_revisions_newest_first(three: tuple[Connection, str]) -> None:
    connection, key = three
    latest, first = list_revisions(connection, RevisionFilters())
    assert first == {
        "key": key,
        "source": "Lantern Wire",
        "headline": "Ferry aground",
        "headline_method": "given",
        "revision": 2,
        "previous_revision": 1,
        "is_current": False,
        "seen_at": "2026-03-02T12:00:00.000000Z",
        "cause": "import",
        "changed": ["figures"],
        "percent": 4.8,
        "headline_before": "Ferry aground",
        "figures": [{"before": "40", "after": "42"}],
        "passages_gone": [],
        "passages_new": [],
        "set_aside_gone": [],
        "set_aside_new": [],
    }
    assert (latest["revision"], latest["previous_revision"], latest["is_current"]) == (3, 2, True)
    assert (latest["headline_before"], latest["headline"]) == ("Ferry aground", "Ferry afloat")
    assert latest["changed"] == ["headline", "wording"]


@pytest.mark.parametrize(
    ("since", "numbers"),
    [
        ("2026", [3, 2]),
        ("2026-03-03", [3]),
        ("2026-03-02T12:00", [3, 2]),
        ("2026-03-02T12:01", [3]),
        ("2026-03-02T13:00+01:00", [3, 2]),  # 12:00 UTC
        ("2026-03-02T12:00-01:00", [3]),
        ("2026-03-04", []),
    ],
)
def test_since_is_about_when_a_revision_came(since: str, numbers: list[int], three: tuple[Connection, str]) -> None:
    assert [number for number, _ in rows(three[0], since=since)] == numbers


def test_revisions_of_a_source_and_as_many_as_wanted(three: tuple[Connection, str]) -> None:
    connection, _ = three
    assert len(rows(connection, source="lantern-wire")) == 2
    assert rows(connection, source="radio-lintel") == []
    assert [number for number, _ in rows(connection, limit=1)] == [3]
    with pytest.raises(QueryError, match="there is no source 'nosuch'"):
        rows(connection, source="nosuch")
    with pytest.raises(UsageError, match="--since soon: this is no date"):
        rows(connection, since="soon")


def test_more_revisions_than_a_page_has(states: Callable[..., str], database: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("archive.queries.revisions._PAGE", 2)
    states(*(piece("Count", f"There were {number} gulls.", url="https://example.org/g") for number in range(6)))
    with reading(database) as connection:
        assert [number for number, _ in rows(connection)] == [6, 5, 4, 3, 2]


def test_a_revision_is_compared_with_the_one_before_it_that_is_there(
    states: Callable[..., str], database: Path
) -> None:
    states(*(piece("Count", f"There were {number} gulls.", url="https://example.org/g") for number in (1, 2, 3)))
    with connected(database) as connection, connection:
        connection.execute("DELETE FROM article_revisions WHERE number = 2")
    with reading(database) as connection:
        (row,) = list_revisions(connection, RevisionFilters())
    assert (row["revision"], row["previous_revision"]) == (3, 1)
    assert row["figures"] == [{"before": "1", "after": "3"}]


def test_the_first_revision_that_is_there_is_no_change(states: Callable[..., str], database: Path) -> None:
    states(*(piece("Count", f"There were {number} gulls.", url="https://example.org/g") for number in (1, 2)))
    with connected(database) as connection, connection:
        connection.execute("DELETE FROM article_revisions WHERE number = 1")
    with reading(database) as connection:
        assert rows(connection) == []


def test_only_what_was_set_aside(states: Callable[..., str], database: Path) -> None:
    states(*(piece("A", f"{which} body.", url="https://example.org/a") for which in ("One", "Another")))
    with connected(database) as connection, connection:
        connection.execute("UPDATE article_revisions SET body = 'One body.'")
        connection.execute(CAPTION, (2,))
    with reading(database) as connection:
        (row,) = list_revisions(connection, RevisionFilters())
    assert (row["changed"], row["percent"]) == (["set_aside"], 0)
    assert (row["set_aside_gone"], row["set_aside_new"]) == ([], ["Boats."])


def test_a_share_too_small_for_one_digit_is_no_zero(states: Callable[..., str], database: Path) -> None:
    text = " ".join(f"word{number}" for number in range(4000))
    states(*(piece("A", f"{text} {last}", url="https://example.org/a") for last in ("here", "there")))
    with reading(database) as connection:
        (row,) = list_revisions(connection, RevisionFilters())
    assert row["percent"] == 0.02


def test_two_revisions_compared(three: tuple[Connection, str]) -> None:
    connection, key = three
    told = compare_revisions(connection, key)
    assert {name: told[name] for name in ("key", "source", "language")} == {
        "key": key,
        "source": "Lantern Wire",
        "language": "en",
    }
    assert told["before"] == {"revision": 2, "seen_at": "2026-03-02T12:00:00.000000Z", "cause": "import"}
    assert told["after"] == {"revision": 3, "seen_at": "2026-03-03T12:00:00.000000Z", "cause": "import"}
    assert told["changes"] == [
        {"field": "headline", "op": "equal", "text": "Ferry "},
        {"field": "headline", "op": "removed", "text": "aground"},
        {"field": "headline", "op": "added", "text": "afloat"},
        {
            "field": "body",
            "op": "equal",
            "text": "The ferry had 42 people on board when it ran aground off the cape. Nobody was hurt, ",
        },
        {"field": "body", "op": "removed", "text": "police"},
        {"field": "body", "op": "added", "text": "the owner"},
        {"field": "body", "op": "equal", "text": " said."},
    ]
    for first, second in ((1, 2), (1, 3), (3, 1), (2, 2)):
        told = compare_revisions(connection, key, first, second)
        assert (told["before"]["revision"], told["after"]["revision"]) == (first, second)
        for field in ("headline", "body"):
            for left_out, number in (("added", first), ("removed", second)):
                text = "".join(
                    one["text"] for one in told["changes"] if one["field"] == field and one["op"] != left_out
                )
                assert text == show_article(connection, key, number)[field]
    assert compare_revisions(connection, key, 1)["after"]["revision"] == 3


def test_the_current_revision_need_not_be_the_latest(states: Callable[..., str], database: Path) -> None:
    key = states(piece("A", "One.", url="https://example.org/a"), piece("A", "Two.", url="https://example.org/a"))
    with connected(database) as connection, connection:
        connection.execute("UPDATE articles SET revision_id = (SELECT id FROM article_revisions WHERE number = 1)")
    with reading(database) as connection:
        told = compare_revisions(connection, key)
        assert (told["before"]["revision"], told["after"]["revision"]) == (2, 1)
        (row,) = list_revisions(connection, RevisionFilters())
        assert (row["revision"], row["is_current"]) == (2, False)


def test_one_revision_only(ask: Connection) -> None:
    for article in list_articles(ask):
        told = compare_revisions(ask, article["key"])
        if len(show_article(ask, article["key"])["revisions"]) == 1:
            assert (told["before"], told["changes"]) == (None, [])


def test_a_revision_that_is_not_there(three: tuple[Connection, str]) -> None:
    connection, key = three
    calls: tuple[Callable[[], object], ...] = (
        lambda: show_article(connection, key, 4),
        lambda: show_article(connection, key, -1),
        lambda: compare_revisions(connection, key, 4, 1),
        lambda: compare_revisions(connection, key, 1, 2**70),
    )
    for call in calls:
        with pytest.raises(NotFoundError, match=rf"{key} has no revision -?\d+; it has 1, 2, 3"):
            call()
    with pytest.raises(NotFoundError, match="there is no article"):
        compare_revisions(connection, "zzzz")


def test_an_article_as_it_was(states: Callable[..., str], database: Path) -> None:
    body = "The mayor spoke of a trade war.\n\nA heading of it\n\n" + "Some more words stand here in a row. " * 3
    key = states(
        piece(
            "First",
            "# War\n\n" + body + "\n\n[More](https://example.org/more)",
            url="https://example.org/a",
            topics="[Sport]",
        ),
        piece("Second", "Nothing of the kind is left.", url="https://example.org/a", topics="[Sport]"),
    )
    with connected(database) as connection, connection:
        connection.execute(CAPTION, (1,))
    with reading(database) as connection:
        now = show_article(connection, key)
        assert show_article(connection, key, 2) == now
        then = show_article(connection, key, 1)
    assert (now["revision"], now["current_revision"]) == (2, 2)
    assert (then["revision"], then["current_revision"]) == (1, 2)
    assert (then["headline"], now["headline"]) == ("First", "Second")
    assert "trade war" in then["body"]
    assert then["words"] > now["words"]
    assert [block["kind"] for block in then["blocks"]][:1] == ["heading"]
    assert ([one["text"] for one in then["set_aside"]], now["set_aside"]) == (["Boats."], [])
    assert ([one["url"] for one in then["links"]], now["links"]) == (["https://example.org/more"], [])
    assert now["blocks"] == []
    assert {name for name in now if now[name] != then[name]} <= {
        *("headline", "words", "body", "blocks", "set_aside", "links", "revision", "evidence", "topics"),
    }
    # what was given belongs to the article, whatever its text
    assert [one["method"] for one in then["evidence"]] == ["given"]
    assert then["topics"] == now["topics"] == ["Sports"]


def test_evidence_and_topics_that_rest_on_another_text_are_left_out(states: Callable[..., str], database: Path) -> None:
    key = states(
        piece("First", "Nothing of the kind.", url="https://example.org/a"),
        piece("Second", "All of it is about sanctions, and sanctions again.", url="https://example.org/a"),
    )
    with reading(database) as connection:
        now, then = show_article(connection, key), show_article(connection, key, 1)
    assert "rule" in [one["method"] for one in now["evidence"]]
    assert now["topics"]
    assert (then["evidence"], then["topics"]) == ([], [])
    with connected(database) as connection, connection:
        connection.execute(
            "UPDATE tag_evidence SET field = 'body', start = 0, \"end\" = 7,"
            " revision_id = (SELECT id FROM article_revisions WHERE number = 1)"
        )
    with reading(database) as connection:
        then = show_article(connection, key, 1)
    assert {one["passage"] for one in then["evidence"]} == {"Nothing"}
    assert then["topics"] == now["topics"]


def test_a_revision_without_a_headline_shows_a_derived_one(states: Callable[..., str], database: Path) -> None:
    body = "The first sentence of all stands here, and it goes on for quite a while so as to be none. Then more."
    key = states(
        f"---\nurl: https://example.org/a\n---\n{body}\n", piece("A headline", "Body.", url="https://example.org/a")
    )
    with reading(database) as connection:
        then = show_article(connection, key, 1)
        (row,) = list_revisions(connection, RevisionFilters())
        changes = compare_revisions(connection, key)["changes"]
    assert (then["headline_method"], then["headline"]) == ("derived", body.removesuffix(" Then more."))
    assert (row["headline_before"], row["headline"]) == (None, "A headline")
    assert changes[0] == {"field": "headline", "op": "added", "text": "A headline"}


def test_copies_are_articles_with_one_text(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of(
        {
            "a.md": piece("Ferry aground", FERRY.format(40, "police"), source="A", published="2023-02-02"),
            "b.md": piece("FERRY AGROUND", FERRY.format(40, "Police").upper(), source="B", published="2023-02-01"),
            "c.md": piece("Ferry aground", FERRY.format(40, "police"), source="C"),
            "d.md": piece("Ferry aground", FERRY.format(41, "police"), source="D"),
        }
    )
    with reading(path) as connection:
        by_source = {article["source"]: article["key"] for article in list_articles(connection)}
        found = find_copies(connection, by_source["A"])
        assert [(row["source"], row["is_copy"], row["headline_differs"]) for row in found] == [
            ("A", False, False),
            ("B", True, True),
            ("C", True, False),
        ]
        assert list(found[0]) == [
            *("key", "is_copy", "source", "published", "headline", "headline_method", "headline_differs", "places"),
        ]
        assert [Path(place).name for place in found[1]["places"]] == ["b.md"]
        assert {Path(place).name for place in found[0]["places"]} >= {"a.md"}
        assert [row["source"] for row in find_copies(connection, by_source["D"])] == ["D"]
        assert [row["source"] for row in find_copies(connection, by_source["C"])] == ["C", "B", "A"]
        with pytest.raises(NotFoundError):
            find_copies(connection, "zzzz")


def test_texts_and_sources_are_counted(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of(
        {
            "a.md": piece("Ferry", FERRY.format(40, "police"), source="A", language="en"),
            "b.md": piece("Ferry", FERRY.format(40, "police"), source="B", language="en"),
            "c.md": piece("Gulls", "Gulls over the cape, and a ferry below.", source="B", language="is"),
            "d.md": piece("Ferry", "A ferry of no source.", language="en"),
        }
    )
    with reading(path) as connection:
        units = ("articles", "texts", "sources", "without_source")
        everything, english = ALL, Asked(filters=Filters(language="en")).selection(connection)
        assert [count_articles(connection, everything, unit) for unit in units] == [4, 3, 2, 1]
        assert [count_articles(connection, english, unit) for unit in units] == [3, 2, 2, 1]
        for query, language, numbers in (
            ("ferry cape", None, [3, 2, 2, 0]),
            ("gulls", "en", [0, 0, 0, 0]),
            ("++", None, [0, 0, 0, 0]),
        ):
            asked = Asked(query, Filters(language=language)).selection(connection)
            assert [count_articles(connection, asked, unit) for unit in units] == numbers


def test_a_text_that_an_article_had_is_no_copy_of_it(
    states: Callable[..., str], database: Path, tmp_path: Path
) -> None:
    key = states(*(piece("A", f"Text {number}.", url="https://example.org/a") for number in (1, 2)))
    (tmp_path / "other.md").write_text(piece("A", "Text 1.", url="https://example.com/b"))
    import_paths(database, [str(tmp_path / "other.md")], ImportOptions(jobs=0))
    with reading(database) as connection:
        assert len(find_copies(connection, key)) == 1
        assert count_articles(connection, ALL, "texts") == 2


def test_copies_have_the_headline_that_a_person_decided(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of({f"{name}.md": piece("Ferry", "A ferry.", source=name) for name in ("A", "B", "C")})
    with connected(path) as connection, connection:
        connection.execute("UPDATE articles SET decided_headline = 'Ship' WHERE id = 2")
        connection.execute("UPDATE articles SET decided_headline = '' WHERE id = 3")
    with reading(path) as connection:
        key = next(article["key"] for article in list_articles(connection) if article["source"] == "A")
        found = find_copies(connection, key)
    assert [(row["headline"], row["headline_method"], row["headline_differs"]) for row in found] == [
        ("Ferry", "given", False),
        ("Ship", "decided", True),
        ("A ferry.", "derived", True),
    ]
