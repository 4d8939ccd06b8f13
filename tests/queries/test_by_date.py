"""The newest and oldest articles of a query: the same ones in the same order, whichever way they are found."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from archive.cli import cli
from archive.db.tables import articles
from archive.ingest import ImportOptions, import_paths
from archive.queries import by_date, reading
from archive.queries.articles import list_articles
from archive.queries.by_date import asked_first, date_order, ids_in_order, in_order
from archive.queries.filters import Asked
from archive.queries.matching import fts5
from archive.queries.search import search_articles
from archive.queries.selection import Selection
from tests.engines import connected

pytestmark = pytest.mark.sqlite("FTS5 is asked in one of three ways; a server is asked one thing")

NUMBER = 120
# by what decides between them: what each way needs to be taken wherever it can be
WAYS = {"looked up": (1, 1), "read": (1, 10**9), "sorted": (10**9, 1)}


def _record(number: int) -> dict[str, object]:
    """Return one of which three in four have a date, three of them the same, every seventh hidden."""
    words = ["harbour", *(["ferry"] if number % 3 else []), *(["late"] if number >= 90 else [])]
    words += ["spring"] if not 30 <= number < 90 else []
    dated = {"published": f"2023-{1 + number % 12:02}-{1 + number // 36:02}"} if number % 4 else {}
    hidden = {"pubstatus": "withheld"} if number % 7 == 0 else {}
    return {"title": f"Piece {number}", "body": f"Of {' and '.join(words)}, number {number}.", **dated, **hidden}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, empty_archive: Path) -> Path:
    folder = tmp_path_factory.mktemp("records")
    file = folder / "pieces.jsonl"
    file.write_text("".join(json.dumps(_record(number)) + "\n" for number in range(NUMBER)))
    path = folder / "archive.db"
    shutil.copyfile(empty_archive, path)
    assert import_paths(path, [str(file)], ImportOptions(jobs=0)).outcomes == {"added": NUMBER}
    with connected(path) as connection:
        connection.execute("UPDATE articles SET status = 'withheld' WHERE id % 7 = 0")
    return path


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name = str(request.param)
    told, read = WAYS[name]
    monkeypatch.setattr(fts5, "_SAMPLE", 4)
    monkeypatch.setattr(by_date, "_TOLD", told)
    monkeypatch.setattr(by_date, "_READ", read)
    return name


def asking(connection: Connection, typed: str, *, hidden: bool = False) -> Selection:
    return Asked(typed, include_hidden=hidden).selection(connection)


def all_in_order(path: Path, typed: str, sort: str, *, hidden: bool = False) -> list[int]:
    with reading(path) as connection:
        statement = in_order(connection, asking(connection, typed, hidden=hidden), sort)
        return [row[0] for row in connection.execute(statement)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.sampled_from(["harbour", "ferry", "harbour -ferry", "late", "ferry OR late", "harb*", '"of harbour"']),
    sort=st.sampled_from(["newest", "oldest"]),
    limit=st.integers(1, NUMBER + 10),
    hidden=st.booleans(),
)
def test_a_few_are_the_first_of_all(way: str, archive: Path, typed: str, sort: str, limit: int, hidden: bool) -> None:
    """Equal dates, articles without one, and what is hidden among them; also where the first have too few."""
    every = all_in_order(archive, typed, sort, hidden=hidden)
    with reading(archive) as connection:
        assert list(ids_in_order(connection, asking(connection, typed, hidden=hidden), sort, limit)) == every[:limit]


@pytest.mark.parametrize("typed", ["ferry", "ferry has:date", "ferry -late"])
def test_commands_show_the_same(way: str, archive: Path, typed: str) -> None:
    with reading(archive) as connection:
        selection = asking(connection, typed)
        listed = [one["key"] for one in list_articles(connection, selection)]
        assert len(listed) > 30
        assert [one["key"] for one in list_articles(connection, selection, 5)] == listed[:5]
        assert [one["key"] for one in search_articles(connection, selection, 5, "newest")] == listed[:5]
        oldest = [one["key"] for one in list_articles(connection, selection, None, "oldest")]
        assert [one["key"] for one in search_articles(connection, selection, 5, "oldest")] == oldest[:5]


def test_the_way_is_the_one_that_is_meant(way: str, archive: Path) -> None:
    with reading(archive) as connection:
        statement = str(asked_first(connection, asking(connection, "harbour"), "newest", 5))
        assert ("EXISTS" in statement) == (way == "looked up")
        assert ("AS first" in statement) == (way == "read")
        # how many pass other conditions is not known
        filtered = asking(connection, "harbour has:date")
        assert "published_from >=" not in str(asked_first(connection, filtered, "newest", 5))


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_many_articles_of_one_moment_are_not_gone_through(sort: str, archive: Path) -> None:
    """As where only the year is known."""
    with reading(archive) as connection:
        placed = select(articles.c.published_from, articles.c.id).order_by(*date_order(sort))
        for among, (moment, last) in enumerate(connection.execute(placed), 1):
            if moment is None:
                break
            within = [select(func.count()).where(part) for part in by_date._up_to_the_last(articles.c, sort)]
            assert sum(connection.scalar(one, {"moment": moment, "last": last}) or 0 for one in within) == among
        assert among == NUMBER * 3 // 4 + 1


def test_it_is_told_when_more_may_be_asked(way: str, archive: Path) -> None:
    told = "in fact\n  where that finds fewer than 5, all that match are sorted\n"
    for words in (["list", "ferry"], ["search", "ferry", "--sort", "newest"]):
        said = CliRunner().invoke(cli, ["--db", str(archive), *words, "--limit", "5", "--explain"]).output
        assert said.endswith(told) == (way != "sorted"), said


def test_a_word_that_comes_and_goes_is_as_frequent_as_where_it_is_rarest(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fts5, "_SAMPLE", 10)
    with reading(archive) as connection:

        def found(word: str, *, thorough: bool) -> tuple[float, int]:
            share, articles = fts5.Fts5(f'"{word}"').frequency(connection, thorough=thorough)
            return round(share, 2), articles

        # of the first ten and the last ten; and of ten behind each quarter, 30, 60 and 90
        assert found("spring", thorough=False) == (1, 120)
        assert found("spring", thorough=True) == (round(10 / 70, 2), int((1 + 1 + 10 / 70 + 10 / 40 + 1) / 5 * 120))
        assert found("harbour", thorough=True) == (1, 120)
        assert found("late", thorough=False) == (1, 120)
        monkeypatch.setattr(fts5, "_SAMPLE", 40)
        assert found("late", thorough=True) == (0, 0)  # 30 have it


def test_where_the_newest_have_too_few_all_are_sorted(way: str, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is frequent where its matches begin, and not among the newest."""
    monkeypatch.setattr(by_date, "_TIMES", 0.2)
    every = all_in_order(archive, "ferry", "newest")
    with reading(archive) as connection:
        selection = asking(connection, "ferry")
        first = connection.execute(asked_first(connection, selection, "newest", 10)).all()
        assert len(first) < 10 or way == "sorted"
        assert list(ids_in_order(connection, selection, "newest", 10)) == every[:10]
        assert len(list(list_articles(connection, selection, 10))) == 10
