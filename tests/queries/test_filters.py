"""Which articles a question is about."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.errors import UsageError
from archive.queries import reading
from archive.queries.articles import count_articles, list_articles
from archive.queries.filters import Asked, Filters
from archive.query_language.mistakes import QueryError
from archive.resolve.topics import find_topic
from tests.engines import connected

DATES = ["2022", "2023", "2023-02", "2023-02-28", "2023-02-28T23:30", "2023-03-01T06:30:00+08:00", "2024-01-01", ""]


@pytest.fixture
def dated(archive_of: Callable[[dict[str, str]], Path]) -> Path:
    return archive_of(
        {
            f"{number}.md": f"---\ntitle: T\ndate: '{date}'\n---\nPiece number {number}.\n"
            for number, date in enumerate(DATES)
        }
    )


def found(path: Path, asked: Asked, kind: str = "meant") -> set[str]:
    with reading(path) as connection:
        selection = asked.selection(connection)
        chosen = {"meant": selection, "undated": selection.undated, "imprecise": selection.imprecise}[kind]
        if chosen is None:
            return set()
        rows = list(list_articles(connection, chosen))
        assert count_articles(connection, chosen) == len(rows)
        return {row["published"] or "" for row in rows}


SPANS = [
    ("2023", None, set(DATES[1:7]), set()),
    (None, "2023", set(DATES[:6]), set()),
    ("2023-02", "2023-02", {"2023-02", "2023-02-28", "2023-02-28T23:30"}, {"2023"}),
    ("2023-02-28", "2023-02-28", {"2023-02-28", "2023-02-28T23:30"}, {"2023", "2023-02"}),
    ("2023-03-01", "2023-03-01", {"2023-03-01T06:30:00+08:00"}, {"2023"}),
    ("2023-02-28T12:00", None, {*DATES[4:7]}, {"2023", "2023-02", "2023-02-28"}),
    ("2025", None, set(), set()),
]


@pytest.mark.parametrize(("since", "until", "within", "imprecise"), SPANS)
def test_a_span_contains_what_a_date_can_mean(
    since: str | None, until: str | None, within: set[str], imprecise: set[str], dated: Path
) -> None:
    for asked in (Asked(filters=Filters(since=since, until=until)), Asked(f"date:{since or ''}..{until or ''}")):
        assert found(dated, asked) == within
        assert found(dated, asked, "imprecise") == imprecise
        assert found(dated, asked, "undated") == {""}
        loosely = asked.altered(include_imprecise=True)
        assert found(dated, loosely) == within | imprecise
        assert found(dated, loosely, "imprecise") == set()
        assert found(dated, loosely, "undated") == {""}


@pytest.mark.parametrize(("since", "until", "within", "imprecise"), SPANS)
def test_what_may_be_within_a_span_is_not_said_to_be_outside(
    since: str | None, until: str | None, within: set[str], imprecise: set[str], dated: Path
) -> None:
    without = Asked(f"-date:{since or ''}..{until or ''}")
    assert found(dated, without) == set(DATES) - within - imprecise - {""}
    assert found(dated, without, "imprecise") == imprecise
    assert found(dated, without, "undated") == {""}


def test_without_a_span_nothing_is_left_out(dated: Path) -> None:
    for asked in (Asked(), Asked("piece OR has:date")):
        assert found(dated, asked) == set(DATES)
        assert found(dated, asked, "undated") == found(dated, asked, "imprecise") == set()


def test_an_article_that_another_part_decides_is_not_left_out(dated: Path) -> None:
    """What has the word, or has not, is meant or not whatever its date."""
    assert found(dated, Asked("date:2023-02-28 OR piece")) == set(DATES)
    assert found(dated, Asked("date:2023-02-28 OR piece"), "undated") == set()
    assert found(dated, Asked("date:2023-02-28 xylophone"), "undated") == set()


@pytest.mark.parametrize(
    ("language", "tags"),
    [("en", {"en", "en-GB"}), ("EN_gb", {"en-GB"}), ("zh", {"zh-Hant"}), ("zh-Hans", set()), ("e", None), ("", None)],
)
def test_a_language_covers_its_variants(
    language: str, tags: set[str] | None, archive_of: Callable[[dict[str, str]], Path]
) -> None:
    path = archive_of(
        {
            f"{tag}.md": f"---\ntitle: {tag}\nlang: {tag}\n---\nA piece in {tag}.\n"
            for tag in ("en", "en-GB", "enm", "zh-Hant")
        }
    )
    with reading(path) as connection:
        if tags is None:
            with pytest.raises(QueryError, match="not a language tag"):
                Asked(filters=Filters(language=language)).selection(connection)
        else:
            selection = Asked(filters=Filters(language=language)).selection(connection)
            assert {row["language"] for row in list_articles(connection, selection)} == tags


@pytest.mark.parametrize("name", ["lantern-wire", "Lantern Wire", "LANTERN  wire", "灯塔社"])
def test_a_source_is_known_by_slug_name_and_alias(name: str, seeds_archive: Path) -> None:
    with connected(seeds_archive) as writing, writing:
        writing.execute(
            "INSERT INTO source_names (source_id, name, name_key, kind)"
            " SELECT id, '灯塔社', '灯塔社', 'alias' FROM sources WHERE slug = 'lantern-wire'"
            " ON CONFLICT DO NOTHING"
        )
    with reading(seeds_archive) as connection:
        assert {
            row["source"]
            for row in list_articles(connection, Asked(filters=Filters(source=name)).selection(connection))
        } == {"Lantern Wire"}


def test_a_topic_means_all_below_it(ask: Connection) -> None:
    below = {"Trade", "E-commerce"}
    tagged = list(list_articles(ask, Asked(filters=Filters(topic="trade")).selection(ask)))
    assert all(below & set(row["topics"]) for row in tagged)
    assert any("Trade" not in row["topics"] for row in tagged)
    assert len({row["key"] for row in tagged}) == len(tagged)  # one with both is there once


def test_a_topic_is_known_by_code_name_and_alias(ask: Connection) -> None:
    one = find_topic(ask, "belt-and-road")
    for name in ("local:belt-and-road", "Belt and Road", "BRI", "bri"):
        assert find_topic(ask, name) == one


def test_a_label_goes_before_an_alias_and_a_code_before_both(seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection, connection:
        ids = dict(connection.execute("SELECT code, id FROM topics").fetchall())
        for topic, kind in (("trade", "alias"), ("tourism", "label")):
            connection.execute(
                "INSERT INTO topic_names (topic_id, kind, name, name_key) VALUES (?, ?, 'Twofold', 'twofold')",
                (ids[topic], kind),
            )
        connection.execute(
            "INSERT INTO topic_names (topic_id, kind, name, name_key) VALUES (?, 'alias', 'film', 'sports')",
            (ids["film"],),
        )
    with reading(seeds_archive) as open_connection:
        assert find_topic(open_connection, "twofold") == ids["tourism"]
        assert find_topic(open_connection, "sports") == ids["sports"]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(source="nosuch"),
        Filters(source="\udcff"),
        Filters(topic="x:trade"),
        Filters(topic="\udcff"),
        Filters(topic=""),
    ],
)
def test_names_that_lead_nowhere(filters: Filters, ask: Connection) -> None:
    with pytest.raises(QueryError, match=r"there is no (source|topic) '"):
        Asked(filters=filters).selection(ask)


@pytest.mark.parametrize("date", ["", " ", "soon", "2023-13", "2023-02-30", "10000", "\udcff"])
def test_dates_that_are_none(date: str, ask: Connection) -> None:
    for filters in (Filters(since=date), Filters(until=date)):
        with pytest.raises(UsageError, match=r"--(since|until) "):
            Asked(filters=filters).selection(ask)


@pytest.mark.parametrize(("since", "until"), [("2023-03-01", "2023-02-28"), ("2024", "2023"), ("2023-03", "2023-02")])
def test_a_span_that_ends_before_it_begins_is_refused(dated: Path, since: str, until: str) -> None:
    with reading(dated) as connection:
        with pytest.raises(UsageError, match=f"--since {since} is later than --until {until}; swap them"):
            Asked(filters=Filters(since=since, until=until)).selection(connection).as_conditions()
        assert Asked(filters=Filters(since="2023-02", until="2023-02-01")).selection(connection).as_conditions()
