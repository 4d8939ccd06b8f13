"""The canonical URLs of an archive, when the rules that make them change."""

from pathlib import Path
from typing import Any

import pytest

from archive.db import addresses
from archive.db.engine import open_engine
from archive.ingest import ImportOptions, import_paths
from archive.normalize.urls import RULES_VERSION, canonical_url
from tests.engines import connected

TEXT = "The mill at the {} was sold on Monday, and its wheel goes to the museum of the town in the spring."


def page(folder: Path, name: str, url: str, text: str = "") -> str:
    """Write a page with a URL and return its path."""
    file = folder / f"{name}.md"
    file.write_text(f"---\nurl: {url}\n---\n{text or TEXT.format(name)}")
    return str(file)


def execute(path: Path, *statements: str) -> None:
    with connected(path) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(path) as connection:
        return connection.execute(query).fetchall()


def take_in(path: Path, *files: str) -> dict[str, int]:
    return dict(import_paths(path, files, ImportOptions(jobs=0)).outcomes)


IDENTIFIERS = "SELECT article_id, value FROM article_identifiers ORDER BY article_id, id"


@pytest.fixture
def old(database: Path, tmp_path: Path) -> Path:
    """An archive as the first rules left it: views were pages of their own, routes were one page."""
    for name, url in (
        ("telephone", "http://m.mill.example/1?utm_source=x"),
        ("desk", "https://mill.example/2"),
        ("route", "https://mill.example/#!/3"),
        ("other desk", "https://mill.example/4"),
        ("other telephone", "https://m.mill.example/4-m"),
    ):
        assert take_in(database, page(tmp_path, name, url)) == {"added": 1}
    execute(
        database,
        "DELETE FROM about WHERE name = 'url_rules'",
        "UPDATE article_identifiers SET value = 'https://m.mill.example/1' WHERE article_id = 1",
        "UPDATE article_identifiers SET value = 'https://mill.example' WHERE article_id = 3",
        # two articles of which today's rules make one page
        "UPDATE article_identifiers SET value = 'https://m.mill.example/4' WHERE article_id = 5",
        "UPDATE import_items SET url_as_read = 'https://m.mill.example/4' WHERE article_id = 5",
        "UPDATE article_values SET text = 'https://m.mill.example/4' WHERE article_id = 5 AND field = 'url'",
        "UPDATE articles SET url = (SELECT value FROM article_identifiers WHERE article_id = articles.id)",
    )
    page(tmp_path, "other telephone", "https://m.mill.example/4")
    return database


def test_earlier_articles_are_found_by_the_urls_of_today(old: Path, tmp_path: Path) -> None:
    before = rows(old, "SELECT id, key FROM articles ORDER BY id")
    files = [
        page(tmp_path, "telephone", "http://m.mill.example/1?utm_source=x", TEXT.format("telephone") + " Or not."),
        page(tmp_path, "telephone again", "https://www.mill.example/1/amp", TEXT.format("telephone")),
        page(tmp_path, "desk again", "https://mill.example/2?print=1", TEXT.format("desk")),
        page(tmp_path, "route again", "https://mill.example/#!/3", TEXT.format("route")),
    ]
    assert take_in(old, *files) == {"revised": 1, "duplicate": 3}
    assert rows(old, "SELECT id, key FROM articles ORDER BY id") == before
    assert rows(old, "SELECT id, url FROM articles WHERE id < 4 ORDER BY id") == [
        (1, "https://mill.example/1"),
        (2, "https://mill.example/2"),
        (3, "https://mill.example#!/3"),
    ]
    assert rows(old, IDENTIFIERS)[:5] == [
        (1, "https://m.mill.example/1"),
        (1, "https://mill.example/1"),
        (2, "https://mill.example/2"),
        (3, "https://mill.example"),
        (3, "https://mill.example#!/3"),
    ]


def test_articles_that_turn_out_to_be_one_page_stay_two(old: Path, tmp_path: Path) -> None:
    """What their places give goes on belonging to each; what comes from elsewhere belongs to the older."""
    desk, telephone = str(tmp_path / "other desk.md"), str(tmp_path / "other telephone.md")
    for file in (desk, telephone):
        Path(file).write_text(Path(file).read_text() + " It was the last one.")
    assert take_in(old, telephone, desk) == {"revised": 2}
    assert rows(old, "SELECT article_id, count(*) FROM article_revisions WHERE article_id > 3 GROUP BY 1") == [
        (4, 2),
        (5, 2),
    ]
    third = page(tmp_path, "third", "http://mobile.mill.example/4", TEXT.format("other desk"))
    assert take_in(old, third, telephone, desk) == {"duplicate": 1, "unchanged": 2}
    assert rows(old, "SELECT article_id FROM import_items WHERE locator LIKE '%third.md'") == [(4,)]


def test_the_rules_are_followed_once(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_STEP", 2)
    engine = open_engine(old)
    with engine.begin() as connection:
        assert addresses.follow_rules(connection, canonical_url, RULES_VERSION) == 3
        assert addresses.follow_rules(connection, canonical_url, RULES_VERSION) == 0
    engine.dispose()
    assert rows(old, "SELECT value FROM about WHERE name = 'url_rules'") == [(str(RULES_VERSION),)]
    execute(old, "DELETE FROM about WHERE name = 'url_rules'")
    with engine.begin() as connection:
        assert addresses.follow_rules(connection, canonical_url, RULES_VERSION) == 0
    engine.dispose()


def test_what_the_rules_refuse_stays(old: Path) -> None:
    execute(old, "UPDATE article_identifiers SET value = 'mill.example/2' WHERE article_id = 2")
    execute(old, "UPDATE article_values SET text = 'mill.example/2' WHERE article_id = 2")
    execute(old, "UPDATE import_items SET url_as_read = NULL WHERE article_id = 2")
    engine = open_engine(old)
    with engine.begin() as connection:
        addresses.follow_rules(connection, canonical_url, RULES_VERSION)
    engine.dispose()
    assert rows(old, "SELECT value FROM article_identifiers WHERE article_id = 2") == [("mill.example/2",)]
    assert rows(old, "SELECT url FROM articles WHERE id = 2") == [("https://mill.example/2",)]


def test_a_url_that_a_person_decided_on_stays_theirs(old: Path) -> None:
    execute(old, "UPDATE articles SET url = 'https://m.else.example/2' WHERE id = 2")
    execute(old, "UPDATE articles SET url = NULL WHERE id = 1")
    engine = open_engine(old)
    with engine.begin() as connection:
        addresses.follow_rules(connection, canonical_url, RULES_VERSION)
    engine.dispose()
    assert rows(old, "SELECT url FROM articles WHERE id < 4 ORDER BY id") == [
        (None,),
        ("https://else.example/2",),
        ("https://mill.example#!/3",),
    ]


def test_a_new_archive_notes_the_rules_it_follows(database: Path, tmp_path: Path) -> None:
    assert rows(database, "SELECT * FROM about WHERE name = 'url_rules'") == []
    take_in(database, page(tmp_path, "desk", "https://mill.example/1"))
    assert rows(database, "SELECT value FROM about WHERE name = 'url_rules'") == [(str(RULES_VERSION),)]
