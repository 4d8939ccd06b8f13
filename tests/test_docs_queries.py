"""docs/queries.md: each query in it is understood, and what it shows is what is printed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.db.location import Location
from archive.queries import reading
from archive.queries.articles import count_articles
from archive.queries.facts import HAS
from archive.queries.filters import Asked
from archive.query_language.mistakes import QueryError
from archive.query_language.pieces import FIELDS
from archive.saved_queries import save_query
from tests.engines import Archives

DOC = (Path(__file__).resolve().parents[1] / "docs" / "queries.md").read_text(encoding="utf-8")
QUERIES = [row for row in re.findall(r"^\| `(.+?)` \|", DOC, re.MULTILINE) if "NAME" not in row]

# what the seeds have nothing of
_ABSENT = ("author:okoro", "section:politics", "kind:opinion")


@pytest.fixture
def seeds(archives: Archives, engine: str) -> Location:
    """The archive of seeds/articles, only to be read."""
    return archives.made(engine, "seeds")


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_is_understood(query: str, seeds: Location) -> None:
    with reading(seeds) as connection:
        if query in _ABSENT:
            with pytest.raises(QueryError, match="there is no "):
                Asked(query).selection(connection)
        else:
            assert count_articles(connection, Asked(query).selection(connection)) >= 0


def test_queries_find_what_their_rows_say(seeds: Location) -> None:
    def number(query: str) -> int:
        with reading(seeds) as connection:
            return count_articles(connection, Asked(query).selection(connection))

    assert number("trade sanctions") == number("trade AND sanctions") > number('"trade sanctions"')
    assert number('"trade sanctions"~5') >= number('"trade sanctions"')
    assert number("trade -film") == number("trade NOT film")
    assert number("*") == number("")
    assert number("has:source") + number("-has:source") == number("*")


def test_every_field_and_each_thing_to_have_is_told() -> None:
    for name in FIELDS:
        assert f"`{name}:" in DOC
    for name in HAS:
        assert f"`{name}`" in DOC


def test_the_mistake_is_printed_as_shown(seeds_archive: Path) -> None:
    shown = DOC.partition("    $ archive search 'souce:lantern-wire trade'\n")[2].partition("\n\n")[0]
    answer = CliRunner().invoke(cli, ["--db", str(seeds_archive), "search", "souce:lantern-wire trade"])
    assert answer.exit_code == 2
    assert answer.stderr.rstrip("\n").split("\n") == [line[4:] for line in shown.split("\n")]


def test_saved_queries_are_used_as_shown(seeds_archive: Path) -> None:
    save_query(seeds_archive, "belarus", "topic:belarus OR minsk")
    save_query(seeds_archive, "lately", "query:belarus date:-3w..")
    with reading(seeds_archive) as connection:
        assert count_articles(connection, Asked("query:belarus date:2023").selection(connection)) > 0
        assert count_articles(connection, Asked("query:lately").selection(connection)) == 0
