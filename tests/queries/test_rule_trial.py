"""What a query would tag as a rule: the articles that a search for it finds, beside those that topics have."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.decide import Wish, decide
from archive.errors import NotFoundError
from archive.queries import reading
from archive.queries.articles import count_articles, find_keys
from archive.queries.filters import Asked
from archive.queries.rule_trial import try_rule
from archive.query_language.mistakes import QueryError
from tests.engines import connected

RULES = ["sanctions", '"trade sanctions"~20', "trade -film", "北京 OR pekin*", "headline:trade", "date:2023-02 china"]


def number(connection: Connection, query: str) -> int:
    return count_articles(connection, Asked(query).selection(connection))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_names_what_a_search_finds(rule: str, ask: Connection) -> None:
    trial = try_rule(ask, rule, limit=None)
    selection = Asked(rule).selection(ask)
    assert trial.articles == count_articles(ask, selection)
    assert {one["key"] for one in trial.examples} == set(find_keys(ask, selection))
    assert trial.of == number(ask, "") == 16
    assert trial.share == trial.articles / 16


@pytest.mark.parametrize("rule", RULES)
def test_overlap_is_what_searches_count(rule: str, ask: Connection) -> None:
    trial = try_rule(ask, rule)
    assert trial.overlap
    for row in trial.overlap:
        both, topic = number(ask, f"({rule}) topic:{row['topic']}"), number(ask, f"topic:{row['topic']}")
        assert (row["both"], row["only_rule"], row["only_topic"]) == (both, trial.articles - both, topic - both)
        assert row["jaccard"] == round(both / (trial.articles + topic - both), 4)
    numbers = [row["jaccard"] for row in trial.overlap]
    assert numbers == sorted(numbers, reverse=True)
    shared = {row["topic"] for row in trial.overlap}
    assert all(
        number(ask, f"({rule}) topic:{code}") == 0 for code in ("e-commerce", "film") if f"local:{code}" not in shared
    )


def test_what_would_be_new_for_a_topic(seeds_archive: Path) -> None:
    with reading(seeds_archive) as connection:
        new = find_keys(connection, Asked("trade NOT topic:=sanctions").selection(connection))
        already = number(connection, "trade topic:=sanctions")
        before = try_rule(connection, "trade", topic="Sanctions", limit=None)
    assert before.topic is not None
    assert (before.topic.topic, before.topic.name) == ("local:sanctions", "Sanctions")
    assert (before.topic.new, before.topic.tagged, before.topic.rejected) == (len(new), already, 0)
    assert before.topic.others == 7 - already
    assert {one["key"] for one in before.examples} == set(new)
    decide(seeds_archive, [Wish(new[0], {}, [], ["sanctions"])], "Ada")  # which stays so, whatever a rule says
    with reading(seeds_archive) as connection:
        after = try_rule(connection, "trade", topic="sanctions", limit=None)
    assert after.topic is not None
    assert (after.topic.new, after.topic.tagged, after.topic.rejected) == (len(new) - 1, already, 1)
    assert {one["key"] for one in after.examples} == set(new[1:])
    assert after.articles == before.articles


def test_more_than_half_is_too_much(archive_of: Callable[[dict[str, str]], Path]) -> None:
    path = archive_of({"a.txt": "The ferry left the quay at noon.", "b.txt": "Nobody saw the tram leave."})
    with reading(path) as connection:
        half, all_of_it = try_rule(connection, "ferry"), try_rule(connection, "ferry OR tram")
    assert (half.share, half.is_too_much) == (0.5, False)
    assert (all_of_it.share, all_of_it.is_too_much) == (1.0, True)


def test_articles_that_are_left_out_are_counted(seeds_archive: Path) -> None:
    with connected(seeds_archive) as writing, writing:
        writing.execute("UPDATE articles SET status = 'withheld' WHERE published LIKE '2023-02-27%'")
    with reading(seeds_archive) as connection:
        trial = try_rule(connection, "trade date:2023-02")
        assert (trial.left_out.undated, trial.left_out.imprecise, trial.left_out.hidden) == (3, 1, 2)
        assert trial.of == 14
        shown = try_rule(connection, "trade date:2023-02", include_hidden=True)
    assert (shown.articles, shown.of, shown.left_out.hidden) == (trial.articles + 2, 16, 0)


def test_a_rule_that_names_nothing(ask: Connection) -> None:
    trial = try_rule(ask, "xylophone", topic="trade")
    assert (trial.articles, trial.share, trial.overlap, trial.examples) == (0, 0.0, [], [])
    assert trial.topic is not None
    assert (trial.topic.new, trial.topic.tagged, trial.topic.others) == (0, 0, 8)


def test_an_empty_archive(database: Path) -> None:
    with reading(database) as connection:
        trial = try_rule(connection, "trade")
    assert (trial.articles, trial.of, trial.share, trial.is_too_much) == (0, 0, 0.0, False)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("topic:trade", "tags would depend on tags"),
        ("trade query:mine", "a saved query can change"),
        ("date:-3w..", "the same every day"),
        ("trade (", r"\^"),
        ("", "there is no word in it"),
        ("source:nobody", "there is no source 'nobody'"),
    ],
)
def test_what_is_no_rule_is_refused(rule: str, reason: str, ask: Connection) -> None:
    with pytest.raises(QueryError, match=reason):
        try_rule(ask, rule)


def test_a_topic_that_is_not_known(ask: Connection) -> None:
    with pytest.raises(NotFoundError, match="there is no topic 'nobody'"):
        try_rule(ask, "trade", topic="nobody")
