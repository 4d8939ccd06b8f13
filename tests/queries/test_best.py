"""The best articles of a frequent word, found by impacts: those that ranking all of them finds."""

import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from archive.cli import cli
from archive.decide import Wish, decide
from archive.forget import forget
from archive.ingest import ImportOptions, import_paths
from archive.normalize.impacts import HEADLINE_WEIGHT
from archive.normalize.tokens import tokenize
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.matching import fts5, impacts
from archive.queries.matching.base import Best, Passing
from archive.queries.matching.fts5 import Fts5
from archive.queries.matching.impacts import best_by_impact, totals_of
from archive.queries.search import search_articles
from archive.queries.verification import verify
from archive.repair import repair
from tests.engines import connected, damage

pytestmark = pytest.mark.sqlite("an index beside FTS5, which ranks all that match; a server does that itself")

BARE = (
    f"SELECT rowid, -bm25(article_fts, {HEADLINE_WEIGHT}, 1) FROM article_fts WHERE article_fts MATCH ? "
    "ORDER BY 2 DESC, 1 LIMIT ?"
)


def made_up(seed: int, articles: int) -> dict[str, str]:
    """Return texts of 30 to 300 words of which some are frequent, each file named by its number."""
    rng = random.Random(seed)
    words = [f"w{number}" for number in range(60)]
    weights = [1 / (rank + 1) for rank in range(60)]
    return {
        f"{number:03}.txt": f"{' '.join(rng.choices(words, weights, k=6)).capitalize()}\n\n"
        + " ".join(rng.choices(words, weights, k=rng.randint(30, 300)))
        + f" number {number}."
        + (" late" if number >= 200 else "")
        for number in range(articles)
    }


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, empty_archive: Path) -> Path:
    """An archive of texts with words that many have."""
    folder = tmp_path_factory.mktemp("texts")
    for name, text in made_up(7, 300).items():
        (folder / name).write_text(text)
    path = tmp_path_factory.mktemp("archive") / "archive.db"
    shutil.copyfile(empty_archive, path)
    import_paths(path, [str(folder)], ImportOptions(jobs=0))
    return path


@pytest.mark.parametrize("limit", [1, 7, 20, 100])
def test_the_best_are_those_of_fts5_score_by_score(archive: Path, limit: int) -> None:
    answered = 0
    with reading(archive) as connection:
        for number in range(60):
            best = best_by_impact(connection, f"w{number}", limit)
            if best is not None:
                answered += 1
                assert best == ranked(connection, f"w{number}", limit)
    assert answered > (20 if limit <= 20 else 0)


@settings(max_examples=20)
@given(st.sets(st.integers(1, 300)), st.integers(0, 59), st.integers(1, 30))
def test_of_some_articles_the_best_are_found(archive: Path, some: set[int], number: int, limit: int) -> None:
    with reading(archive) as connection:
        best = best_by_impact(connection, f"w{number}", limit, some.intersection)
        if best is not None:
            everything = ranked(connection, f"w{number}", 300)
            assert best == [one for one in everything if one[0] in some][:limit]


@pytest.mark.parametrize("query", ["w0", "(w1)", "w2 date:2020..", "w3 -has:embargo", "w4 language:en"])
def test_search_gives_the_same_either_way(archive: Path, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(archive) as connection:
        selection = Asked(query).selection(connection)
        usual = list(search_articles(connection, selection, 10))
        monkeypatch.setattr(fts5, "_FREQUENT", 1)
        asked: list[str] = []

        def noted(connection: Connection, word: str, limit: int, passing: Passing | None = None) -> Best | None:
            asked.append(word)
            return best_by_impact(connection, word, limit, passing)

        monkeypatch.setattr(impacts, "best_by_impact", noted)
        assert list(search_articles(connection, selection, 10)) == usual
    assert asked == [query.strip("()").split()[0]]


def test_it_is_told_whether_all_are_ranked(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["--db", str(archive), "search", "--explain"]
    told = "in fact\n  the best are read from article_impacts, without ranking all that match\n"
    assert told not in CliRunner().invoke(cli, [*words, "w0"]).output
    monkeypatch.setattr(fts5, "_FREQUENT", 1)
    assert CliRunner().invoke(cli, [*words, "w0"]).output.endswith(told)
    for more in (["w0", "--sort", "newest"], ["w0", "--limit", "0"], ["w0 w1"]):
        assert told not in CliRunner().invoke(cli, [*words, *more]).output


def test_what_many_articles_have_is_looked_up_by_impact_and_else_nothing(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fts5, "_SAMPLE", 100)
    monkeypatch.setattr(fts5, "_FREQUENT", 120)
    with reading(archive) as connection:
        frequent = {f"w{number}" for number in range(60) if Fts5(f'"w{number}"').is_frequent(connection)}
        for number in range(60):
            (articles,) = connection.exec_driver_sql(
                "SELECT count(*) FROM article_fts WHERE article_fts MATCH ?", (f"w{number}",)
            ).one()
            if not 100 < articles < 150:
                assert (f"w{number}" in frequent) == (articles >= 120)
        assert "w0" in frequent
        monkeypatch.setattr(fts5, "_FREQUENT", 100)
        assert Fts5('"late"').is_frequent(connection)  # as frequent as it is where it begins


@pytest.mark.parametrize("query", ["w0 w1", '"w0 w1"', "w0*", "headline:w0", "w0 OR w1", "w0 -w1", '"w0 w1"~3'])
def test_what_is_not_one_word_is_ranked_as_a_whole(archive: Path, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fts5, "_FREQUENT", 0)
    with reading(archive) as connection:
        match = Asked(query).selection(connection).match
        assert match is not None
        assert match.best(connection, 10, None) is None


def test_totals_are_those_of_the_archive(archive: Path) -> None:
    with reading(archive) as connection:
        texts = connection.exec_driver_sql("SELECT headline, body FROM article_text").all()
        words = sum(len(tokenize(headline or "")) + len(tokenize(body)) for headline, body in texts)
        assert totals_of(connection) == (300, words, 300)


def test_an_index_that_lacks_articles_is_not_asked(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "lacking.db"
    shutil.copyfile(archive, path)
    with connected(path) as connection, connection:
        connection.execute("INSERT INTO article_impacts(article_impacts) VALUES ('delete-all')")
    with reading(path) as connection:
        assert best_by_impact(connection, "w0", 10) is None
    assert "search index built anew" in repair(path).mended[0].what
    with reading(path) as connection:
        assert best_by_impact(connection, "w0", 10) == ranked(connection, "w0", 10)


@pytest.mark.parametrize("statement", ["DROP TABLE article_impacts", "DELETE FROM article_impacts_data"])
def test_an_index_that_is_damaged_is_not_needed(
    archive: Path, tmp_path: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fts5, "_FREQUENT", 1)
    path = damage(shutil.copyfile(archive, tmp_path / "damaged.db"), statement)
    with reading(archive) as whole, reading(path) as damaged:
        found = [list(search_articles(one, Asked("w0").selection(one), 10)) for one in (whole, damaged)]
    assert found[0] == found[1] and found[0]


def test_changes_of_texts_are_followed(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "changing.db"
    shutil.copyfile(archive, path)
    with connected(path) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM articles WHERE id % 3 = 0")]
    decide(path, [Wish(key, {"headline": "W0 w0 w0 and a harbour"}) for key in keys], "Ada")
    folder = tmp_path / "more"
    folder.mkdir()
    for name, text in made_up(8, 40).items():
        (folder / f"more-{name}").write_text(text)
    import_paths(path, [str(folder)], ImportOptions(jobs=0))
    forget(path, keys[:5], "asked to", "Ada")
    assert verify(path).findings == ()
    with reading(path) as connection:
        for word in ("w0", "w1", "harbour"):
            best = best_by_impact(connection, word, 20)
            assert best == ranked(connection, word, 20)


def test_an_archive_without_articles_has_no_best(empty_archive: Path) -> None:
    with reading(empty_archive) as connection:
        assert totals_of(connection) == (0, 0, 0)
        assert best_by_impact(connection, "w0", 10) is None


def ranked(connection: Connection, word: str, limit: int) -> list[tuple[int, float]]:
    return [(row[0], row[1]) for row in connection.exec_driver_sql(BARE, (f'"{word}"', limit))]
