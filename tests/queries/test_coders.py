"""How far people agree about topics of articles: whose words count, of which articles and topics."""

from pathlib import Path
from typing import Any

import pytest

from archive.decide import Wish, decide, decide_about, undo
from archive.errors import NotFoundError, UsageError
from archive.queries import reading
from archive.queries.coders import topic_agreement
from archive.queries.filters import Asked
from tests.engines import connected

# by article, what each person says of lace and trade: + yes, - no, . nothing
LACE = ("++-", "+--", "-.-", "+..", "...")
TRADE = ("++.", "+-.", "...", "...", "...")
PEOPLE = ("Ann Okoro", "Ben", "Cy")


@pytest.fixture
def keys(seeds_archive: Path) -> list[str]:
    with connected(seeds_archive) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM articles ORDER BY id LIMIT 5")]


@pytest.fixture
def coded(seeds_archive: Path, keys: list[str]) -> Path:
    for topic, table in (("lace", LACE), ("trade", TRADE)):
        for key, row in zip(keys, table, strict=True):
            for who, value in zip(PEOPLE, row, strict=True):
                if value != ".":
                    on, off = ([topic], []) if value == "+" else ([], [topic])
                    decide(seeds_archive, [Wish(key, {}, on, off)], who)
    return seeds_archive


def asked(archive: Path, query: str = "", **options: Any) -> list[dict[str, Any]]:
    with reading(archive) as connection:
        return topic_agreement(connection, Asked(query).selection(connection), **options)


def short(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            row["code"],
            *(row["articles"], row["tags"]),
            None if row["percent"] is None else round(row["percent"], 1),
            None if row["alpha"] is None else round(row["alpha"], 3),
        )
        for row in rows
    ]


def test_each_topic_and_all_topics_are_measured(coded: Path) -> None:
    rows = asked(coded)
    # lace: pairs that agree, of 3 + 3 + 2 values: 1 + 1 + 2; trade: 2 of 4 values
    assert short(rows) == [
        ("lace", 3, 3, 50.0, 0.067),
        ("trade", 2, 2, 50.0, 0.0),
        (None, 3, 5, 50.0, 0.083),
    ]
    assert rows[0]["coders"] == [
        {"who": "Ann Okoro", "yes": 3, "no": 1},
        {"who": "Ben", "yes": 1, "no": 1},
        {"who": "Cy", "yes": 0, "no": 3},
    ]
    assert rows[2]["topic"] is None
    assert rows[2]["coders"][0] == {"who": "Ann Okoro", "yes": 5, "no": 1}


def test_coders_can_be_named_and_spelled_otherwise(coded: Path) -> None:
    assert short(asked(coded, coders=["ann  okoro", "BEN"]))[0] == ("lace", 2, 2, 50.0, 0.0)
    with pytest.raises(UsageError, match="'Zoe' decided about no topic; Ann Okoro, Ben, Cy did"):
        asked(coded, coders=["Ann Okoro", "Zoe"])


def test_articles_and_topics_can_be_named(coded: Path, keys: list[str]) -> None:
    assert [row["code"] for row in asked(coded, scheme="local", topic="trade")] == ["trade", None]
    assert [row["code"] for row in asked(coded, topic="economy")] == ["trade", None]  # which is below it
    assert short(asked(coded, f"key:{keys[0]} OR key:{keys[3]}"))[0] == ("lace", 1, 1, 33.3, 0.0)
    assert asked(coded, f"key:{keys[4]}") == []
    with pytest.raises(NotFoundError, match="there is no scheme 'medtop'; there are local"):
        asked(coded, scheme="medtop")
    with pytest.raises(NotFoundError, match="there is no topic 'nosuch'"):
        asked(coded, topic="nosuch")


def test_an_archive_without_topics_says_so(database: Path) -> None:
    assert asked(database) == []
    with pytest.raises(NotFoundError, match="there is no scheme 'local'; the archive has no topics yet"):
        asked(database, scheme="local")
    with pytest.raises(UsageError, match="'Ann' decided about no topic; nobody did"):
        asked(database, coders=["Ann", "Ben"])


def test_the_last_word_of_each_counts_and_what_was_taken_back_does_not(coded: Path, keys: list[str]) -> None:
    made = decide(coded, [Wish(keys[0], topics=["lace"])], "Cy").made
    assert asked(coded)[0]["percent"] == 75.0
    undo(coded, made[0].id, "Cy")
    assert asked(coded)[0]["percent"] == 50.0


def test_what_was_said_of_a_merged_topic_is_of_the_one_it_leads_to(coded: Path) -> None:
    decide_about(coded, "topic_merge", "lace", "trade", "Ed")
    rows = asked(coded)
    assert [row["code"] for row in rows] == ["trade", None]
    assert rows[0]["coders"][0] == {"who": "Ann Okoro", "yes": 3, "no": 1}


def test_where_one_person_decided_nothing_can_be_told(seeds_archive: Path, keys: list[str]) -> None:
    decide(seeds_archive, [Wish(keys[0], topics=["lace"])], "Ann Okoro")
    assert short(asked(seeds_archive)) == [("lace", 0, 0, None, None), (None, 0, 0, None, None)]
