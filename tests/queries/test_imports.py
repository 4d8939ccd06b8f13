"""Imports, their units, and how much there is."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from archive.errors import NotFoundError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.imports import list_import_items, list_imports, list_searches, measure

CHECKOUT = Path(__file__).resolve().parents[2]
OUTCOMES = ("added", "revised", "unchanged", "duplicate", "failed")


def test_outcomes_add_up(seeds_archive: Path) -> None:
    import_paths(seeds_archive, [str(CHECKOUT / "seeds" / "articles")], ImportOptions(jobs=0))
    with reading(seeds_archive) as connection:
        second, first = list_imports(connection)
        assert (second["import"], first["import"]) == (2, 1)
        assert [first[outcome] for outcome in OUTCOMES] == [16, 1, 0, 1, 1]
        assert [second[outcome] for outcome in OUTCOMES] == [0, 0, 18, 0, 1]
        for run in (first, second):
            assert run["units"] == 19
            assert run["status"] == "finished"
            assert run["started_at"] <= run["finished_at"]
            items = list(list_import_items(connection, run["import"]))
            assert [item["position"] for item in items] == list(range(1, 20))
            for outcome in OUTCOMES:
                ended_so = list(list_import_items(connection, run["import"], outcome))
                assert ended_so == [item for item in items if item["outcome"] == outcome]
                assert len(ended_so) == run[outcome]


def test_values_are_told_as_read(ask: Connection) -> None:
    items = {Path(item["locator"]).name: item for item in list_import_items(ask, 1)}
    assert items["item-00017.md"]["source_as_read"] == "Quillmere Gazette"
    assert items["lw-0457.md"]["id_as_read"] == "LW-2023-0457"
    assert items["scan-of-page-3.png"]["reader"] is None
    assert items["scan-of-page-3.png"]["key"] is None


@pytest.mark.parametrize("number", [-1, 0, 2, 2**63 - 1, 2**63, 10**30])
def test_an_import_that_never_was(number: int, ask: Connection) -> None:
    with pytest.raises(NotFoundError, match=f"there is no import {number}; `archive imports` lists them"):
        list(list_import_items(ask, number))
    with pytest.raises(NotFoundError, match=f"there is no import {number}; `archive imports` lists them"):
        list_searches(ask, number)


def test_an_import_without_units(database: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    import_paths(database, [str(tmp_path / "none")], ImportOptions(jobs=0))
    with reading(database) as connection:
        (run,) = list_imports(connection)
        assert run["units"] == 0
        assert list(list_import_items(connection, 1)) == []


def test_how_much_there_is(ask: Connection, seeds_archive: Path) -> None:
    numbers = measure(ask, seeds_archive)
    assert numbers["articles"] - numbers["texts"] == 1  # one text at two outlets
    assert numbers["revisions"] - numbers["articles"] == 1  # one was corrected
    assert (numbers["without_source"], numbers["without_date"], numbers["without_language"]) == (3, 6, 0)
    assert (numbers["sources_with_articles"], numbers["topics_with_articles"]) == (5, 46)
    assert (numbers["first_published"], numbers["last_published"]) == ("2023", "2023-12-12")
    files = {
        file.read_bytes() for file in (CHECKOUT / "seeds" / "articles").rglob("*") if file.suffix in (".md", ".txt")
    }
    assert (numbers["originals"], numbers["original_bytes"]) == (len(files), sum(map(len, files)))


def test_what_is_too_short_to_tell_its_language_has_none(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Night ferry")
    import_paths(database, [str(tmp_path / "a.txt")], ImportOptions(jobs=0))
    with reading(database) as connection:
        assert measure(connection, database)["without_language"] == 1


def test_nothing_is_there(database: Path) -> None:
    with reading(database) as connection:
        numbers = measure(connection, database)
    size = numbers.pop("file_bytes")
    assert size == database.stat().st_size if isinstance(database, Path) else size > 0
    assert (numbers.pop("first_published"), numbers.pop("last_published")) == (None, None)
    assert set(numbers.values()) == {0}
