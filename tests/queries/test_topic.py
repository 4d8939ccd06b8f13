"""All that is known of one topic."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.db import clock
from archive.decide import Wish, decide, decide_about
from archive.errors import NotFoundError
from archive.queries import reading
from archive.queries.articles import count_articles, find_keys
from archive.queries.filters import Asked
from archive.queries.topic import show_topic
from tests.engines import connected


def write(path: Path, *statements: str) -> None:
    with connected(path) as writing, writing:
        for one in statements:
            writing.execute(one)


def test_what_is_known_of_a_topic(ask: Connection) -> None:
    topic = show_topic(ask, "Sanctions")
    assert {name: topic[name] for name in ("topic", "name", "origin", "retired", "query", "rejected")} == {
        **{"topic": "local:sanctions", "name": "Sanctions", "origin": "vocabulary"},
        **{"retired": False, "query": "topic:sanctions", "rejected": 0},
    }
    assert topic["above"] == [{"topic": "local:conflict-and-security", "name": "Conflict and security"}]
    assert {"language": "", "kind": "label", "name": "Sanctions"} in topic["names"]
    assert topic["names"][0]["kind"] == "label"
    assert (topic["articles"], topic["with_below"], topic["without_month"]) == (7, 7, 2)
    assert topic["months"] == [{"month": "2023-02", "articles": 4}, {"month": "2023-03", "articles": 1}]
    assert (topic["first"], topic["last"]) == ("2023-02-27T08:05:00Z", "2023-03-01T06:30:00+08:00")
    assert topic["definitions"] == topic["mappings"] == topic["decisions"] == topic["below"] == []


def test_rules_say_on_how_many_articles_each_put_it(ask: Connection) -> None:
    topic = show_topic(ask, "sanctions")
    rules = {(one["kind"], one["expression"]): one["articles"] for one in topic["rules"]}
    assert rules["phrase", "sanctions"] == count_articles(ask, Asked("sanctions").selection(ask)) == 6
    assert rules["phrase", "санкциям"] == 0
    numbers = [one["articles"] for one in topic["rules"]]
    assert numbers == sorted(numbers, reverse=True)
    assert topic["methods"] == [{"method": "rule", "articles": 7}]


def test_topics_above_below_and_beside(seeds_archive: Path) -> None:
    of_trade = "(SELECT id FROM topics WHERE code = 'trade')"
    write(
        seeds_archive,
        "INSERT INTO schemes (scheme, name, uri) VALUES ('quarry', 'Quarry Terms', 'https://quarry.example/term/')",
        "INSERT INTO topics (scheme, code, name, origin, created_at, retired, retired_on, uri) VALUES "
        "('quarry', 'q 1', 'Haulage', 'vocabulary', '2026-11-22T00:00:00.000000Z', TRUE, '2020-01-31', NULL), "
        "('quarry', 'q2', 'Barter', 'vocabulary', '2026-11-22T00:00:00.000000Z', FALSE, NULL, 'urn:barter')",
        f"INSERT INTO topic_mappings (topic_id, relation, scheme, code) VALUES ({of_trade}, 'close', 'quarry', 'q2'), "
        f"({of_trade}, 'exact', 'elsewhere', '7')",
        f"INSERT INTO topic_definitions (topic_id, language, text) VALUES ({of_trade}, 'en', 'Buying and selling.'), "
        f"({of_trade}, '', 'Commerce.')",
    )
    with reading(seeds_archive) as connection:
        trade = show_topic(connection, "trade")
        assert [one["name"] for one in trade["below"]] == ["E-commerce"]
        assert (trade["below"][0]["articles"], trade["below"][0]["with_below"]) == (3, 3)
        assert trade["mappings"] == [
            {"relation": "close", "topic": "quarry:q2", "name": "Barter"},
            {"relation": "exact", "topic": "elsewhere:7", "name": None},
        ]
        assert trade["definitions"] == [
            {"language": "", "text": "Commerce."},
            {"language": "en", "text": "Buying and selling."},
        ]
        assert [one["topic"] for one in show_topic(connection, "e-commerce")["above"]] == [
            "local:trade",
            "local:economy",
        ]
        economy = show_topic(connection, "economy")["below"]
        assert {"topic": "local:trade", "name": "Trade", "retired": False, "articles": 8, "with_below": 11} in economy
        haulage = show_topic(connection, "quarry:q 1")
        assert (haulage["retired"], haulage["retired_on"], haulage["vocabulary"]) == (
            True,
            "2020-01-31",
            "Quarry Terms",
        )
        assert (haulage["uri"], haulage["query"]) == ("https://quarry.example/term/q 1", 'topic:"quarry:q 1"')
        assert (haulage["examples"], haulage["first"], haulage["months"]) == ([], None, [])
        assert count_articles(connection, Asked(haulage["query"]).selection(connection)) == 0
        assert show_topic(connection, "quarry:q2")["uri"] == "urn:barter"
        assert trade["uri"] is None


def test_examples_are_the_newest_with_what_speaks_for_the_topic(ask: Connection) -> None:
    topic = show_topic(ask, "sanctions")
    dates = [one["published"] for one in topic["examples"]]
    assert len(dates) == 3
    assert dates[0] == topic["last"]
    for one in topic["examples"]:
        assert one["evidence"]
        assert {(evidence["topic"], evidence["method"]) for evidence in one["evidence"]} == {("Sanctions", "rule")}


def test_examples_of_a_topic_that_only_those_below_it_are_on(ask: Connection) -> None:
    topic = show_topic(ask, "places")
    assert (topic["articles"], topic["with_below"]) == (0, 16)
    assert topic["rules"] == topic["methods"] == []
    assert {evidence["topic"] for one in topic["examples"] for evidence in one["evidence"]} >= {"Belarus", "China"}


def test_examples_with_what_speaks_for_the_topic_itself(ask: Connection) -> None:
    topic = show_topic(ask, "economy")
    assert {evidence["topic"] for one in topic["examples"] for evidence in one["evidence"]} == {"Economy"}


def test_what_people_decided_of_it(seeds_archive: Path) -> None:
    for verb, name, value in (
        ("topic_merge", "investment", "trade"),
        ("topic_rename", "trade", "Commerce"),
        ("topic_move", "tourism", "trade"),
        ("topic_rename", "tourism", "Travel"),
    ):
        decide_about(seeds_archive, verb, name, value, "Ada", None)
    with reading(seeds_archive) as connection:
        decided = show_topic(connection, "trade")["decisions"]
        assert [(one["subject"], one["name"], one["who"]) for one in decided] == [
            ("topic_rename", "local:trade", "Ada"),
            ("topic_merge", "local:investment", "Ada"),
        ]
        assert show_topic(connection, "investment")["name"] == "Commerce"
        assert [one["subject"] for one in show_topic(connection, "tourism")["decisions"]] == [
            "topic_rename",
            "topic_move",
        ]


def test_decisions_about_articles_are_methods(seeds_archive: Path) -> None:
    with reading(seeds_archive) as connection:
        (having, *_), (without, *_) = (
            find_keys(connection, Asked(query).selection(connection))
            for query in ("topic:sanctions", "-topic:sanctions")
        )
    decide(seeds_archive, [Wish(having, {}, [], ["sanctions"]), Wish(without, {}, ["sanctions"], [])], "Ada")
    with reading(seeds_archive) as connection:
        topic = show_topic(connection, "sanctions")
    assert (topic["articles"], topic["rejected"], topic["decisions"]) == (7, 1, [])
    assert topic["methods"] == [{"method": "rule", "articles": 6}, {"method": "decision", "articles": 1}]


def test_only_articles_of_the_selection_count(seeds_archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        seeds_archive,
        "UPDATE articles SET status = 'withheld' WHERE id IN (SELECT article_id FROM article_topics x "
        "JOIN topics t ON t.id = x.topic_id WHERE t.code = 'sanctions') AND published > '2023-02-28'",
    )
    monkeypatch.setattr(clock, "now", lambda: "2026-11-22T00:00:00.000000Z")
    with reading(seeds_archive) as connection:
        topic = show_topic(connection, "sanctions", Asked().selection(connection))
        assert topic["articles"] < 7
        assert topic["articles"] == topic["with_below"] == topic["methods"][0]["articles"]
        assert max(one["articles"] for one in topic["rules"]) < 6
        assert all((one["published"] or "") < "2023-03" for one in topic["examples"])
        assert show_topic(connection, "sanctions")["articles"] == 7


def test_a_name_that_leads_nowhere(ask: Connection) -> None:
    with pytest.raises(NotFoundError, match="there is no topic 'nobody'"):
        show_topic(ask, "nobody")


def test_topics_that_stand_below_each_other_end(seeds_archive: Path) -> None:
    write(
        seeds_archive,
        "UPDATE topics SET parent_id = (SELECT id FROM topics WHERE code = 'trade') WHERE code = 'economy'",
    )
    with reading(seeds_archive) as connection:
        topic = show_topic(connection, "trade")
    assert [one["topic"] for one in topic["above"]] == ["local:economy"]
    assert topic["with_below"] == 12
