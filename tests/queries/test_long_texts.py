"""Search in texts that are longer than an engine's index holds: nothing is missed for it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from archive.db.location import Location
from archive.db.tables import articles
from archive.ingest import ImportOptions, import_paths
from archive.normalize import vectors
from archive.normalize.vectors import vector_of
from archive.queries import reading
from archive.queries.filters import Asked
from archive.queries.search import search_articles
from tests.engines import rows

ArchiveOf = Callable[[dict[str, str]], Location]


def found(connection: Connection, query: str) -> int:
    return len(connection.scalars(Asked(query).selection(connection).of(select(articles.c.key))).all())


def test_words_far_back_and_frequent_ones_stand_beside_each_other(archive_of: ArchiveOf) -> None:
    """A tsvector knows no place behind 16,383, and of one word no more than 256."""
    filler = " ".join(f"w{number}" for number in range(17_000))
    path = archive_of(
        {"far.txt": f"The harbour.\n\n{filler} amber eels.", "often.txt": "The rope. " * 300 + "The kite."}
    )
    with reading(path) as connection:
        for query, number in {
            '"amber eels"': 1,
            '"eels amber"': 0,
            '"eels amber"~0': 1,
            '"w16999 eels"~1': 1,
            '"w16998 eels"~1': 0,
            '"w16998 eels"~2': 1,
            'body:"the kite"': 1,
            '"rope kite"~1': 1,
            '"the kite" -harbour': 1,
            '-"the kite" harbour': 1,
            '"amber ee*"': 1,
        }.items():
            assert found(connection, query) == number, query


def test_a_text_with_more_words_than_an_index_takes_is_found(archive_of: ArchiveOf) -> None:
    """A tsvector ends at one megabyte: such a text is looked through."""
    many = " ".join(f"unusual{number:06}word" for number in range(70_000))
    assert vector_of([], many.split()) is None
    path = archive_of({"large.txt": f"Large piece\n\n{many} amber eels.", "small.txt": "Amber kites and rope."})
    with reading(path) as connection:
        for query, number in {
            "unusual069999word": 1,
            "unusual0699*": 1,
            "amber": 2,
            "amber -rope": 1,
            '"amber eels"': 1,
            "headline:amber": 0,
            "headline:large": 1,
            "body:large": 0,
            "amber OR nothing": 2,
        }.items():
            assert found(connection, query) == number, query
        best, *_ = search_articles(connection, Asked("amber eels").selection(connection), 5)
        assert best["hits"]


def test_a_word_longer_than_an_index_takes_is_told_from_its_like(archive_of: ArchiveOf) -> None:
    long, other = "x" * 3000, "x" * 2999 + "y"
    path = archive_of({"a.txt": f"Some {long} here.", "b.txt": f"Some {other} here."})
    with reading(path) as connection:
        assert found(connection, long) == 1
        assert found(connection, other) == 1
        assert found(connection, f"{'x' * 500}*") == 2
        assert found(connection, f"some -{long}") == 1


@pytest.mark.parametrize("body", ["It's here: back\\slash and 'quotes'.", "%s ? :name {x}"])
def test_what_means_something_to_a_server_is_text(body: str, archive_of: ArchiveOf) -> None:
    path = archive_of({"a.txt": f"Harbour news\n\n{body}"})
    with reading(path) as connection:
        assert found(connection, "harbour") == 1
        assert found(connection, "it's OR name") == 1


def test_a_headline_counts_for_more_than_the_text(database: Location, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("two")
    text = "The mayor and the council spoke of many things at length in the town hall this evening."
    (folder / "a.md").write_text(f"---\ntitle: Eels return\n---\n{text}\n")
    (folder / "b.md").write_text(f"---\ntitle: Rays return\n---\n{text} Eels were not one of them.\n")
    import_paths(database, [str(folder)], ImportOptions(jobs=0))
    with reading(database) as connection:
        shown = [one["headline"] for one in search_articles(connection, Asked("eels").selection(connection))]
    assert shown == ["Eels return", "Rays return"]
    assert len(rows(database, "SELECT key FROM articles")) == 2


@pytest.mark.postgresql
def test_the_server_gathers_places_as_they_are_gathered_for_it(database: Location) -> None:
    """What it cannot do as well (too many words, too often one, what has to be quoted) is not left to it."""
    texts: dict[str, tuple[list[str], list[str]]] = {
        "as usual": (["the", "harbour", "of", "the", "北"], ["the", "café", "of", "the", "harbour"]),
        "no headline": ([], ["a", "b", "a"]),
        "no body": (["a", "b", "a"], []),
        "as often as it goes": (["a"] * 100, [*["a"] * 155, "b"]),
        "once more": (["a"] * 255, ["a", "b"]),
        "as many as it goes": (["a"], [f"w{number}" for number in range(16_282)]),
        "one more": (["a"], [f"w{number}" for number in range(16_283)]),
        "large": (["a"], [f"{number:0500}" for number in range(490)]),
        "larger": (["a"], [f"{number:0500}" for number in range(510)]),
        "long": (["x" * 500, "x" * 501], ["x" * 502]),
        "quotes": (["it's"], ["back\\slash"]),
        "nothing": ([], []),
    }
    left = set()
    for name, (headline, body) in texts.items():
        made, thorough = vector_of(headline, body), vectors._word_by_word(headline, body)
        (same,) = rows(database, "SELECT CAST(? AS text)::tsvector = CAST(? AS text)::tsvector", made, thorough)
        assert same == (True,), name
        if made != thorough:
            left.add(name)
    assert left == {"as usual", "no headline", "no body", "as often as it goes"}
