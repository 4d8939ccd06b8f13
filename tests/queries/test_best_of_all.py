"""The best articles of a query that asks for more than words, found by a look at the best of all that match."""

import random
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.cli import cli
from archive.ingest import ImportOptions, import_paths
from archive.queries import best, reading
from archive.queries.best import best_matches, find_best, way_to_best
from archive.queries.filters import Asked
from archive.queries.matching import fts5

pytestmark = pytest.mark.sqlite("a server finds its own way to the best")

WAY = "among the best of all"
WORDS = [f"w{number}" for number in range(12)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, empty_archive: Path) -> Path:
    """An archive of texts by two sources over twenty years; one of the sources has four fifths of them."""
    folder, rng = tmp_path_factory.mktemp("texts"), random.Random(11)
    for number in range(400):
        text = " ".join(rng.choices(WORDS, [1 / (rank + 1) for rank in range(12)], k=rng.randint(30, 120)))
        source = "The Quay" if rng.random() < 0.8 else "Upland Post"
        date = rng.choice([f"{rng.randint(2000, 2019)}", f"{rng.randint(2000, 2019)}-02-28", ""])
        (folder / f"{number:03}.md").write_text(
            f"---\nsource: {source}\n" + (f"date: '{date}'\n" if date else "") + f"---\nNumber {number}\n\n{text}.\n"
        )
    path = tmp_path_factory.mktemp("archive") / "archive.db"
    shutil.copyfile(empty_archive, path)
    import_paths(path, [str(folder)], ImportOptions(jobs=0))
    return path


@pytest.fixture(autouse=True)
def _many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 200 matches be many."""
    monkeypatch.setattr(fts5, "_FREQUENT", 200)


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("w0 w1 source:the-quay", WAY),
        ("w0 w1 source:the-quay date:2001..", WAY),
        ("w0 w1 -source:upland-post", WAY),
        ("w0 w1 language:en source:the-quay", "by the statement"),  # none of these made-up words is of a language
        ("w0 w1 source:upland-post", "by the statement"),
        ("w0 w1 date:2003", "by the statement"),
        ("w0 w1", "by the statement"),
        ('"w11 w10" source:the-quay', "by the statement"),  # few match
    ],
)
def test_all_are_ranked_first_where_most_that_match_pass(query: str, way: str, archive: Path) -> None:
    with reading(archive) as connection:
        asked = Asked(query).selection(connection)
        assert way_to_best(connection, asked, 20, "relevance") == way
        assert asked.match is not None
        rows = connection.execute(best_matches(asked, asked.match, 20))
        assert find_best(connection, asked, asked.match, 20) == [tuple(row) for row in rows]


@settings(max_examples=40)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True),
    source=st.sampled_from(["", " source:the-quay", " -source:the-quay", " source:upland-post"]),
    years=st.tuples(st.integers(1999, 2020), st.integers(0, 20)),
    limit=st.integers(1, 60),
    most=st.sampled_from([0.01, 0.3]),
)
def test_it_is_what_the_statement_finds(
    words: list[str], source: str, years: tuple[int, int], limit: int, most: float, archive: Path
) -> None:
    query = f"{' '.join(words)}{source} date:{years[0]}..{sum(years)}"
    with reading(archive) as connection, pytest.MonkeyPatch.context() as patched:
        patched.setattr(best, "_MOST", most)
        asked = Asked(query).selection(connection)
        assert asked.match is not None
        rows = connection.execute(best_matches(asked, asked.match, limit))
        assert list(find_best(connection, asked, asked.match, limit)) == [tuple(row) for row in rows]


def test_where_fewer_pass_than_seemed_the_statement_is_asked(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many of the best are looked at as should be enough; where they are not, that was in vain."""
    monkeypatch.setattr(best, "_ENOUGH", 0.1)
    with reading(archive) as connection:
        asked = Asked("w0 w1 source:the-quay").selection(connection)
        assert way_to_best(connection, asked, 20, "relevance") == "by the statement"
        assert asked.match is not None
        assert len(find_best(connection, asked, asked.match, 20)) == 20


def test_it_is_told(archive: Path) -> None:
    words = ["--db", str(archive), "search", "--explain"]
    told = "in fact\n  all that match are ranked, and the best looked at until enough of them pass the rest\n"
    assert CliRunner().invoke(cli, [*words, "w0 w1 source:the-quay"]).output.endswith(told)
    for more in (["w0 w1 source:upland-post"], ["w0 w1"], ["w0 w1 source:the-quay", "--sort", "newest"]):
        assert told not in CliRunner().invoke(cli, [*words, *more]).output
