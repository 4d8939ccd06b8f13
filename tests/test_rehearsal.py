"""What an import would do: told as it then happens, and without a trace."""

import io
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import portions
from archive.db.engine import errors_explained, open_engine
from archive.db.location import Location
from archive.errors import ArchiveError, SchemaError, UsageError
from archive.ingest import ImportOptions, ImportSummary, Listener, import_paths
from archive.queries import reading
from archive.queries.imports import list_import_items
from archive.rehearsal import rehearse_import
from tests.engines import NewArchive, connected, rows, state

HERE = ImportOptions(jobs=0)
FERRY = (
    "The river ferry stopped on Monday morning after a storm broke its landing stage near the old mill. The water "
    "stood at nine centimetres below the mark, and two crews worked until late at night to mend the planks. People "
    "crossed by the bridge instead, which took them an hour, and some of them said they would rather wait for the boat."
)
BAKERY = (
    "A bakery in the harbour town has baked the same dark bread for ninety years and will not change it now. Its owner "
    "sold the recipe to nobody, although three firms asked for it. When the shop burned, the neighbours carried the "
    "sourdough out before they carried the till, and the first loaves were given away on the market square."
)
TEXTS = (FERRY, FERRY.replace("nine", "ten"), BAKERY, "The ferry runs again since noon.", "")
FRONTS = ("", "id: 7\n", "url: https://courier.example/ferry\n", "source: Harbour Courier\n", "topics: [ferries]\n")


def digest(path: Location) -> str:
    return str(state(path))


def units_of(path: Location, number: int) -> list[dict[str, Any]]:
    with reading(path) as connection:
        return list(list_import_items(connection, number))


files = st.dictionaries(
    st.sampled_from(["a.md", "b.md", "c.md", "below/a.md"]),
    st.tuples(st.sampled_from(TEXTS), st.sampled_from(FRONTS)),
    min_size=1,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(files, min_size=1, max_size=3), st.sampled_from([1, 2, 1000]))
def test_what_is_told_is_what_happens(
    new_archive: NewArchive, rounds: list[dict[str, tuple[str, str]]], batch: int
) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(portions, "BATCH", batch)
        patch.setattr(portions, "CHUNK", 2)
        folder = Path(name) / "in"
        path = new_archive()
        for number, written in enumerate(rounds, 1):
            for file, (text, front) in written.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_text(f"---\n{front}---\n{text}" if front else text)
            before = digest(path)
            told = rehearse_import(path, [str(folder)], HERE)
            assert digest(path) == before
            assert [one.name for one in Path(name).iterdir()] == ["in"]
            summary = import_paths(path, [str(folder)], HERE)
            # on a server numbers have gaps, and what was tried makes one
            wanted = number if isinstance(path, Path) else told.summary.import_id
            assert told.summary == ImportSummary(wanted, summary.outcomes, summary.not_stated)
            assert told.units == units_of(path, summary.import_id)


def test_where_there_is_no_archive_none_is_made(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FERRY)
    (tmp_path / "b.txt").write_text(FERRY)
    path = tmp_path / "new.db"
    told = rehearse_import(path, [str(tmp_path)], HERE)
    assert [unit["outcome"] for unit in told.units] == ["added", "duplicate"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.txt", "b.txt"]
    path.touch()
    assert rehearse_import(path, [str(tmp_path)], HERE).units == told.units  # nor is what holds nothing yet a unit
    assert path.read_bytes() == b""
    import_paths(path, [str(tmp_path)], HERE)
    assert units_of(path, 1) == told.units


def test_what_others_do_meanwhile(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They read what there was before, and wait to write."""
    (tmp_path / "a.txt").write_text(FERRY)
    seen: list[Any] = []

    class Looking(Listener):
        def units_done(self, number: int, outcomes: Any) -> None:
            with connected(database) as connection:
                seen.append(connection.execute("SELECT count(*) FROM import_items").fetchone()[0])
            monkeypatch.setattr("archive.db.sqlite.BUSY_TIMEOUT_MS", 10)
            monkeypatch.setattr("archive.db.postgresql.LOCK_TIMEOUT_MS", 10)
            with pytest.raises(ArchiveError, match="another program holds it"), errors_explained(database):
                open_engine(database).connect().begin()

    rehearse_import(database, [str(tmp_path)], HERE, Looking())
    assert seen == [0]
    assert import_paths(database, [str(tmp_path)], HERE).outcomes == {"added": 1}


def test_one_that_is_stopped_leaves_no_trace_either(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FERRY)

    class Stopping(Listener):
        def units_done(self, number: int, outcomes: Any) -> None:
            raise KeyboardInterrupt

    before = digest(database)
    with pytest.raises(KeyboardInterrupt):
        rehearse_import(database, [str(tmp_path)], HERE, Stopping())
    assert digest(database) == before
    summary = import_paths(database, [str(tmp_path)], HERE)
    assert summary.outcomes == {"added": 1}
    assert rows(database, "SELECT id FROM imports") == [(summary.import_id,)]


def test_what_comes_from_stdin(database: Path) -> None:
    told = rehearse_import(database, ["-"], HERE, stdin=io.BytesIO(FERRY.encode()))
    assert [(unit["locator"], unit["outcome"]) for unit in told.units] == [("-", "added")]


def test_what_an_import_refuses_is_refused(database: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(FERRY)
    with pytest.raises(UsageError, match="--published"):
        rehearse_import(database, [], ImportOptions(published="someday"))
    with pytest.raises(ArchiveError, match="there is no folder"):
        rehearse_import(tmp_path / "nowhere" / "archive.db", [str(tmp_path)])
    with pytest.raises(SchemaError, match="cannot be read as an archive"):
        rehearse_import(tmp_path / "a.txt", [str(tmp_path)])
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER)")
    with pytest.raises(SchemaError, match="no archive"):
        rehearse_import(tmp_path / "old.db", [str(tmp_path)])


def test_where_no_archive_could_be_made_it_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ArchiveError, match="chmod"):
        rehearse_import(tmp_path / "archive.db", [str(tmp_path)])
