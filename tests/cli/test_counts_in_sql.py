"""What the views count is what the commands count, also where people decided otherwise than inputs say."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.engines import connected, plain

Run = Callable[..., Result]
Rows = list[dict[str, Any]]

CONTAINERS = "m63e7wau3tza"  # of Radio Lintel, without a date


@pytest.fixture
def told(seeds: Run, seeds_archive: Path) -> Callable[..., Rows]:
    """Return what gives the answer of a command, after people decided this and that and more came in."""
    copy = "published: 2023-02\nsource: Lantern Wire\n"
    with connected(seeds_archive) as connection:
        (body,) = connection.execute(
            "SELECT r.body FROM articles a JOIN article_revisions r ON r.id = a.revision_id WHERE a.key = ?",
            (CONTAINERS,),
        ).fetchone()
    text = f"---\n{copy}url: https://wire.example/containers\n---\n\n{body}\n"
    for words, stdin in (
        (("tag", CONTAINERS, "--", "-Port Lintel", "+trade"), None),
        (("set", CONTAINERS, "published=2022"), None),
        (("set", "t762qgxi4ict", "source="), None),
        (("import", "-"), text),
    ):
        done = seeds(*words, stdin=stdin)
        assert done.exit_code == 0, done.stderr
    return lambda *words: list(json.loads(seeds(*words, "-f", "json").stdout))


@pytest.fixture
def asked(seeds_archive: Path) -> Callable[[str], Rows]:
    """Return what gives the answer of a statement."""

    def ask(statement: str) -> Rows:
        with connected(seeds_archive) as connection:
            found = connection.execute(statement)
            names = [column[0] for column in found.description]
            return [dict(zip(names, map(plain, row), strict=True)) for row in found.fetchall()]

    return ask


@pytest.mark.parametrize(("option", "condition"), [((), "articles > 0"), (("--all",), "1 = 1")], ids=["found", "all"])
def test_sources(
    told: Callable[..., Rows], asked: Callable[[str], Rows], option: tuple[str, ...], condition: str
) -> None:
    listed = [
        {"source": row["name"], **{name: row[name] for name in ("slug", "articles", "first", "last")}}
        for row in told("sources", *option)
    ]
    assert listed == asked(
        f'SELECT source, slug, articles, "first", "last" FROM source_counts WHERE slug IS NOT NULL AND {condition} '
        "ORDER BY articles DESC, slug"
    )
    assert {row["articles"] for row in listed} >= {1, 3}


def test_articles_without_a_source(told: Callable[..., Rows], asked: Callable[[str], Rows], seeds: Run) -> None:
    stated = dict(json.loads(seeds("stats", "-f", "json").stdout))
    (row,) = asked("SELECT * FROM source_counts WHERE slug IS NULL")
    assert row["articles"] == stated["without_source"] == 4


@pytest.mark.parametrize(("option", "condition"), [((), "with_below > 0"), (("--all",), "1 = 1")], ids=["found", "all"])
def test_topics(
    told: Callable[..., Rows], asked: Callable[[str], Rows], option: tuple[str, ...], condition: str
) -> None:
    listed = [
        {"topic": row["name"], **{name: row[name] for name in ("scheme", "code", "articles", "with_below")}}
        for row in told("topics", *option)
    ]
    in_sql = asked(f"SELECT topic, scheme, code, articles, with_below FROM topic_counts WHERE {condition}")
    assert sorted(listed, key=lambda row: row["code"]) == sorted(in_sql, key=lambda row: row["code"])
    assert any(row["articles"] < row["with_below"] for row in listed)


def test_a_topic_with_those_below_it(told: Callable[..., Rows], asked: Callable[[str], Rows]) -> None:
    for row in asked("SELECT scheme, code, with_below FROM topic_counts"):
        assert told("count", "--topic", f"{row['scheme']}:{row['code']}") == [{"articles": row["with_below"]}]


def test_months(told: Callable[..., Rows], asked: Callable[[str], Rows]) -> None:
    months = asked(
        "SELECT month, sum(articles) AS articles FROM monthly_counts GROUP BY month HAVING month IS NOT NULL"
    )
    assert len(months) == 3
    for row in months:
        assert told("count", "--since", row["month"], "--until", row["month"]) == [{"articles": row["articles"]}]
    (year,) = asked("SELECT sum(articles) AS articles FROM monthly_counts WHERE year = '2023'")
    assert told("count", "--since", "2023", "--until", "2023") == [year]
    for row in asked("SELECT month, source_slug, articles FROM monthly_counts WHERE month > '' AND source_slug > ''"):
        within = ("--since", row["month"], "--until", row["month"])
        assert told("count", "--source", row["source_slug"], *within) == [{"articles": row["articles"]}]


def test_what_is_not_known_to_the_month_has_rows_of_its_own(
    told: Callable[..., Rows], asked: Callable[[str], Rows]
) -> None:
    rows = asked(
        "SELECT year, source, articles, to_the_day FROM monthly_counts WHERE month IS NULL "
        "ORDER BY year NULLS FIRST, source NULLS FIRST"
    )
    assert rows == [
        {"year": None, "source": None, "articles": 3, "to_the_day": 0},
        {"year": None, "source": "Radio Lintel", "articles": 2, "to_the_day": 0},
        {"year": "2022", "source": "Radio Lintel", "articles": 1, "to_the_day": 0},
        {"year": "2023", "source": "The Lintel Almanac", "articles": 1, "to_the_day": 0},
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sum(articles) AS articles FROM source_counts",
        "SELECT sum(articles) AS articles FROM monthly_counts",
        "SELECT count(*) AS articles FROM documents",
        "SELECT count(*) AS articles FROM document_revisions WHERE is_current = 1",
    ],
)
def test_all_articles(told: Callable[..., Rows], asked: Callable[[str], Rows], statement: str) -> None:
    assert told("count") == asked(statement) == [{"articles": 17}]


def test_texts_and_words(told: Callable[..., Rows], asked: Callable[[str], Rows]) -> None:
    assert told("count", "--unit", "texts") == asked("SELECT count(DISTINCT fingerprint) AS texts FROM documents")
    for row in asked("SELECT slug, texts FROM source_counts WHERE slug IS NOT NULL"):
        assert told("count", "--unit", "texts", "--source", row["slug"]) == [{"texts": row["texts"]}]
    (words,) = asked("SELECT sum(words) AS words FROM source_counts")
    assert [words] == asked("SELECT sum(words) AS words FROM monthly_counts")
    assert words == asked("SELECT sum(words) AS words FROM documents")[0]


def test_tags(told: Callable[..., Rows], asked: Callable[[str], Rows]) -> None:
    tags = asked("SELECT doc_id, topic FROM document_topics")
    for key in {row["doc_id"] for row in tags}:
        (topics,) = asked(f"SELECT topics FROM documents WHERE doc_id = '{key}'")
        assert sorted(row["topic"] for row in tags if row["doc_id"] == key) == topics["topics"].split("; ")
    (decided,) = asked("SELECT doc_id, topic, given, matched, decided FROM document_topics WHERE decided > 0")
    assert decided == {"doc_id": CONTAINERS, "topic": "Trade", "given": 0, "matched": decided["matched"], "decided": 1}
    assert asked(
        "SELECT (SELECT count(*) FROM tag_overview) = sum(given + matched + decided) AS evidence FROM document_topics"
    ) == [{"evidence": True}]


def test_imports(told: Callable[..., Rows], asked: Callable[[str], Rows]) -> None:
    kept = ["import", "started_at", "finished_at", "status", "units", "added", "revised", "unchanged", "duplicate"]
    kept += ["failed", "arguments"]
    listed = [{name: row[name] for name in kept} for row in told("imports")]
    assert listed == asked(f"SELECT {', '.join(kept)} FROM import_counts ORDER BY import DESC")
    assert [row["units"] for row in listed] == [1, 19]
