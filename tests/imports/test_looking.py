"""A file is looked into where its bytes, or the ways of looking, are new at its place, and only there."""

import io
from pathlib import Path
from typing import Any

import pytest

from archive import openers
from archive.db.location import Location
from archive.documents import Failure, Given, Unchanged
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.prepare import Settings, Task
from archive.readers import looking
from archive.readers.containers import BUNDLES, CONTAINERS
from archive.readers.field_map import FieldMap
from archive.readers.files import FoundFile
from archive.workers import Workers
from tests.engines import rows

TEXT = "The ferry at the mill left {} people behind on Monday, since its landing stage had broken in the storm."
TABLE = "headline\tbody\tpublished\n" + "".join(f"Ferry {n}\t{TEXT.format(n)}\t2023-02-0{n}\n" for n in (1, 2))


def run(database: Location, *paths: object, stdin: bytes = b"", **options: Any) -> ImportSummary:
    how = ImportOptions(**{"jobs": 0, **options})
    return import_paths(database, [str(path) for path in paths], how, stdin=io.BytesIO(stdin))


def outcomes(database: Location, summary: ImportSummary) -> list[tuple[str, str]]:
    """Return the name and the outcome of each unit of an import."""
    units = "SELECT locator, outcome FROM import_items WHERE import_id = ? ORDER BY position"
    return [(locator.rpartition("/")[2], outcome) for locator, outcome in rows(database, units, summary.import_id)]


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are looked into, in order."""
    names: list[str] = []
    look_into = looking.look_into

    def noted(found: FoundFile, *words: Any) -> tuple[bool, bytes | None]:
        names.append(Path(found.path).name)
        return look_into(found, *words)

    monkeypatch.setattr(openers, "look_into", noted)
    return names


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, name in enumerate(("a.txt", "b.md", "c.note")):
        (folder / name).write_text(TEXT.format(number))
    (folder / "long.txt").write_text("\n\n".join(TEXT.format(number) for number in range(300)))
    (folder / "table.txt").write_text(TABLE)
    return folder


def test_only_what_is_new_at_its_place_is_looked_into(database: Location, folder: Path, looked: list[str]) -> None:
    assert run(database, folder).outcomes == {"added": 6}
    everything = ["a.txt", "b.md", "c.note", "long.txt", "table.txt"]
    assert looked == everything
    looked.clear()
    assert run(database, folder).outcomes == {"unchanged": 6}
    assert looked == ["table.txt"]  # it is no unit, and its rows are
    looked.clear()
    (folder / "c.note").write_text(TEXT.format(2) + " Nobody was hurt.")
    (folder / "long.txt").rename(folder / "longer.txt")
    assert outcomes(database, run(database, folder)) == [
        *(("a.txt", "unchanged"), ("b.md", "unchanged"), ("c.note", "revised"), ("longer.txt", "duplicate")),
        *(("table.txt#row=2", "unchanged"), ("table.txt#row=3", "unchanged")),
    ]
    assert looked == ["c.note", "longer.txt", "table.txt"]


def test_what_comes_to_hold_many_units_is_taken_apart(database: Location, folder: Path) -> None:
    run(database, folder / "a.txt")
    (folder / "a.txt").write_text(TABLE)
    assert outcomes(database, run(database, folder / "a.txt")) == [("a.txt#row=2", "added"), ("a.txt#row=3", "added")]
    (folder / "a.txt").write_text(TEXT.format(0))
    assert outcomes(database, run(database, folder / "a.txt")) == [("a.txt", "unchanged")]


def test_what_a_newer_program_takes_apart_is_looked_into_again(
    database: Location, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = folder / "table.txt"
    with monkeypatch.context() as older:  # one that knew no tables with the name of a text
        older.setitem(looking._OF_DOCUMENTS, ".txt", [])
        older.setattr(looking, "LOOKING_VERSION", looking.LOOKING_VERSION - 1)
        assert outcomes(database, run(database, table)) == [("table.txt", "added")]
        assert outcomes(database, run(database, table)) == [("table.txt", "unchanged")]
    units = ["table.txt#row=2", "table.txt#row=3"]
    assert outcomes(database, run(database, table)) == [(unit, "added") for unit in units]
    assert outcomes(database, run(database, table)) == [(unit, "unchanged") for unit in units]


def test_what_is_said_of_columns_is_a_way_of_looking(database: Location, tmp_path: Path) -> None:
    table = tmp_path / "list.xls"
    table.write_text(TABLE.replace("headline\tbody\tpublished", "Kop\tBrood\tDatum"))
    assert outcomes(database, run(database, table)) == [("list.xls", "added")]
    maps = ("headline=Kop", "body=Brood", "published=Datum")
    assert outcomes(database, run(database, table, maps=maps)) == [
        ("list.xls#row=2", "added"),
        ("list.xls#row=3", "added"),
    ]


def test_every_container_bundle_and_name_tells_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    today = looking.ways_of_looking(FieldMap())
    names = [*(one.name for one in CONTAINERS), *(one.name for one in BUNDLES)]
    assert all(repr(name) in today for name in names)
    ways = {today, looking.ways_of_looking(FieldMap((("body", "Text"),)))}
    for name in ("LOOKING_VERSION", "CONTAINERS", "BUNDLES", "PACKINGS", "_DOCUMENTS"):
        with monkeypatch.context() as other:
            other.setattr(looking, name, 99 if name == "LOOKING_VERSION" else ())
            ways.add(looking.ways_of_looking(FieldMap()))
    assert len(ways) == 7


def test_what_cannot_be_read_any_more_fails_with_its_reason(database: Location, folder: Path) -> None:
    run(database, folder / "long.txt")
    summary = run(database, folder / "long.txt", max_bytes=1000)
    assert outcomes(database, summary) == [("long.txt", "failed")]
    assert run(database, folder / "long.txt").outcomes == {"unchanged": 1}


def test_standard_input_is_known_again(database: Location) -> None:
    assert run(database, "-", stdin=TEXT.encode()).outcomes == {"added": 1}
    assert run(database, "-", stdin=TEXT.encode()).outcomes == {"unchanged": 1}
    assert run(database, "-", stdin=TEXT.encode(), topics=("Ferries",)).outcomes == {"revised": 1}


def test_a_place_that_is_named_twice_is_read_twice(database: Location, folder: Path) -> None:
    file, table = folder / "a.txt", folder / "table.txt"
    assert run(database, file, table, file, table).outcomes == {"added": 3, "unchanged": 3}
    assert run(database, file, table, file, table).outcomes == {"unchanged": 6}


@pytest.mark.parametrize(("chunks", "reader", "processes"), [(3, "record", 0), (4, "record", 1), (2, "html", 1)])
def test_no_process_is_started_for_a_few_chunks_of_records(chunks: int, reader: str, processes: int) -> None:
    content = {"record": b'{"title": "A boat", "body": "It came in."}', "html": b"<p>It came in.</p>"}[reader]
    found = FoundFile("/boats.jsonl", "/boats.jsonl", "/", None)
    tasks = [Task(found._replace(locator=f"/boats.jsonl#line={line}"), content, reader) for line in range(20)]
    with Workers(Settings(Given()), 1) as workers:
        prepared = list(workers.prepare(iter([tasks] * chunks)))
        assert len(workers._processes) == processes
    for results in prepared:
        assert [result.locator for result in results] == [task.found.locator for task in tasks]
        assert not any(isinstance(result, Failure) for result in results)


@pytest.mark.parametrize(("new", "processes"), [(2, 0), (3, 1)])
def test_no_process_is_started_for_a_few_among_many(tmp_path: Path, new: int, processes: int) -> None:
    tasks: list[Task] = [Task(Unchanged(f"/{number}", number)) for number in range(30)]
    tasks[7] = Task(Failure("/pipe", "a pipe"))
    for number in range(new):
        (tmp_path / f"{number}.txt").write_text(TEXT.format(number))
        file = str(tmp_path / f"{number}.txt")
        tasks.insert(5 * number, Task(FoundFile(file, file, str(tmp_path), None)))
    with Workers(Settings(Given()), 1) as workers:
        prepared = list(workers.prepare(iter([tasks, tasks])))
        assert len(workers._processes) == processes
    for results in prepared:
        assert [result.locator for result in results] == [task.found.locator for task in tasks]
