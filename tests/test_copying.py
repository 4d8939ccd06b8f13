"""An archive that is copied is the same archive, on whichever engine, and is not taken for one before it is whole."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, Connection

from archive import copying
from archive.cli import cli
from archive.copying import copy_archive
from archive.db import schema
from archive.db.backups import find_copies
from archive.db.inserting import insert_values
from archive.db.inventories import take_inventory
from archive.db.location import Location
from archive.db.tables import metadata
from archive.decide import Wish, decide
from archive.errors import ArchiveError, NotFoundError, SchemaError, UsageError
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.articles import find_keys
from archive.queries.filters import Asked
from archive.queries.verification import verify
from tests.engines import ENGINES, Archives, NewPlace, connected, located, rows

CHECKOUT = Path(__file__).resolve().parents[1]


def content(location: Location) -> dict[str, Any]:
    """Return the state of each of an archive's tables, as checksums."""
    with reading(location) as connection:
        connection.exec_driver_sql("SELECT 1")
        tables = take_inventory(connection.connection.driver_connection).tables
    return {name: state for name, state in tables.items() if name in metadata.tables}


def found(location: Location, query: str) -> set[str]:
    with reading(location) as connection:
        return set(find_keys(connection, Asked(query).selection(connection)))


@pytest.mark.parametrize("to", ENGINES)
def test_a_copy_is_the_same_archive(populated: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    before = content(populated)
    done = copy_archive(populated, target)
    assert content(target) == before == content(populated) == done.tables
    assert done.rows == sum(state.rows for state in before.values()) > 2500
    empty = {name for name, state in before.items() if not state.rows}
    assert empty <= {"containers", "forgotten_hashes", "tombstones", "topic_definitions", "topic_mappings"}
    assert done.left_behind == []
    for query in ("trade", "topic:trade", "北京", '"four boxes"', "has:decision"):
        assert found(target, query) == found(populated, query)
    assert found(target, '"four boxes"')
    assert schema.differences(target) == []
    if isinstance(target, Path):
        assert [one for one in verify(target, deep=True).findings if one.severity == "error"] == []
        assert sorted(one.name for one in target.parent.glob(f"{target.name}*")) == [target.name]


@pytest.mark.parametrize("to", ENGINES)
def test_work_goes_on_in_a_copy(populated: Location, new_place: NewPlace, tmp_path: Path, to: str) -> None:
    """New rows get numbers that are not taken."""
    target = new_place(to)
    copy_archive(populated, target)
    again = import_paths(target, [str(CHECKOUT / "seeds" / "articles")], ImportOptions(jobs=0))
    assert {outcome for outcome, number in again.outcomes.items() if number} == {"unchanged", "failed"}
    (tmp_path / "new.txt").write_text("A new text, of seven words.")
    assert import_paths(target, [str(tmp_path / "new.txt")], ImportOptions(jobs=0)).outcomes == {"added": 1}
    decide(target, [Wish(key, {"section": "New"}) for key in found(target, '"new text"')], "Ada")
    assert found(target, "section:new")


def test_there_and_back_through_the_other_engine(populated: Location, new_place: NewPlace) -> None:
    other = new_place("sqlite" if not isinstance(populated, Path) else "postgresql")
    back = new_place("sqlite" if isinstance(populated, Path) else "postgresql")
    copy_archive(populated, other)
    copy_archive(other, back)
    assert content(back) == content(populated)
    for table in metadata.tables:
        assert rows(back, f"SELECT * FROM {table} ORDER BY id") == rows(populated, f"SELECT * FROM {table} ORDER BY id")


QUERIES = ["topic:trade", "trade", "has:decision", "北京", "NOT topic:trade", "*"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_part_is_a_sound_archive_of_its_own(populated: Location, new_place: NewPlace, query: str) -> None:
    target = new_place("sqlite")
    copy_archive(populated, target, query=query)
    wanted = found(populated, query)
    assert found(target, "*") == found(target, query) == wanted
    (whole,) = rows(populated, "SELECT value FROM about WHERE name = 'archive_id'")[0]
    facts = dict(rows(target, "SELECT name, value FROM about"))
    assert (facts["part_of"], facts["part_query"]) == (whole, query) and facts["archive_id"] != whole
    assert [one for one in verify(target, deep=True).findings if one.severity == "error"] == []
    of_article = "SELECT a.key, count(*) FROM articles a JOIN {} t ON t.article_id = a.id GROUP BY a.key"
    for table in ("article_revisions", "article_identifiers", "article_topics", "import_items", "article_dates"):
        there = dict(rows(populated, of_article.format(table)))
        assert dict(rows(target, of_article.format(table))) == {key: n for key, n in there.items() if key in wanted}
    decided = "SELECT id FROM decisions WHERE article_key = ? OR article_key IS NULL ORDER BY id"
    assert all(rows(target, decided, key) == rows(populated, decided, key) for key in wanted)
    bodies = dict(rows(populated, "SELECT id, body FROM article_revisions"))
    assert all(bodies[number] == body for number, body in rows(target, "SELECT id, body FROM article_revisions"))
    (originals,) = rows(
        target,
        "SELECT count(*) FROM originals WHERE id NOT IN (SELECT original_id FROM import_items"
        " WHERE original_id IS NOT NULL UNION SELECT original_id FROM article_revisions)",
    )[0]
    assert originals == 0
    is_whole = wanted == found(populated, "*")
    assert bool(rows(target, "SELECT 1 FROM corpora")) == (found(populated, "corpus:trade") <= wanted)
    assert is_whole == (query == "*")


def test_work_goes_on_in_a_part_on_a_server(populated: Location, new_place: NewPlace) -> None:
    target, back = new_place("postgresql"), new_place("sqlite")
    copy_archive(populated, target, query="trade")
    again = import_paths(target, [str(CHECKOUT / "seeds" / "articles")], ImportOptions(jobs=0))
    assert again.outcomes["added"] and again.outcomes["unchanged"]
    copy_archive(target, back)
    assert content(back) == content(target)
    assert [one for one in verify(back, deep=True).findings if one.severity == "error"] == []


@pytest.mark.sqlite("files that stand beside a file")
def test_whoever_forgets_is_told_of_parts_beside_the_archive(seeds_archive: Path, new_place: NewPlace) -> None:
    part, whole = new_place("sqlite"), new_place("sqlite")
    copy_archive(seeds_archive, part, query="trade")
    copy_archive(seeds_archive, whole)
    assert find_copies(seeds_archive) == [part, whole]


def test_a_part_that_has_nothing_is_not_made(seeds_archive: Location, new_place: NewPlace) -> None:
    target = new_place("sqlite")
    with pytest.raises(NotFoundError, match=r"no article of .* is found by 'xylophone'; nothing was copied"):
        copy_archive(seeds_archive, target, query="xylophone")
    with pytest.raises(UsageError, match="there is no topic"):
        copy_archive(seeds_archive, target, query="topic:nosuch")
    assert isinstance(target, Path) and not target.exists()


def test_a_part_goes_on_as_that_part(seeds_archive: Location, new_place: NewPlace) -> None:
    target = new_place("sqlite")
    with pytest.raises(Stopped):
        copy_archive(seeds_archive, target, query="trade", watch=stop_at("search index"))
    with pytest.raises(UsageError, match=r"is a copy of something else that is not whole; .* --query trade` goes on"):
        copy_archive(seeds_archive, target)
    copy_archive(seeds_archive, target, query="trade")
    assert found(target, "*") == found(seeds_archive, "trade")


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@pytest.fixture(scope="session")
def three(archives: Archives, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], tuple[Path, Location, Path]]:
    """Return what gives an empty archive in a file, a place on a server, and another for a file."""

    def make() -> tuple[Path, Location, Path]:
        folder = tmp_path_factory.mktemp("three")
        made = archives.copy("sqlite", "empty", folder / "first.db")
        assert isinstance(made, Path) and archives.server
        return made, archives.server.new(), folder / "last.db"

    return make


@settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # each makes a database
@given(
    facts=st.lists(st.tuples(texts, texts), max_size=8, unique_by=lambda fact: fact[0]),
    originals=st.lists(st.binary(max_size=300), max_size=5),
    scores=st.lists(st.floats(allow_nan=False), max_size=5),
    numbers=st.lists(st.integers(-(2**62), 2**62), max_size=5, unique=True),
    retired=st.lists(st.booleans(), max_size=5),
)
def test_any_values_come_through_a_server_as_they_were(
    facts: Any, originals: Any, scores: Any, numbers: Any, retired: Any, archives: Archives, three: Any
) -> None:
    first, server, last = three()
    with connected(first) as connection, connection:
        connection.executemany("INSERT INTO saved_queries (name, query, saved_at) VALUES (?, ?, 'then')", facts)
        connection.executemany(
            "INSERT INTO originals (sha256, media_type, size, content) VALUES (?, 'text/plain', ?, ?)",
            [(str(number), 2**40 + number, content) for number, content in enumerate(originals)],
        )
        connection.executemany(
            "INSERT INTO tag_evidence (method, field, score) VALUES ('model', 'body', ?)", [(one,) for one in scores]
        )
        connection.executemany(
            "INSERT INTO authors (id, name, name_key) VALUES (?, 'A', ?)", [(one, str(one)) for one in numbers]
        )
        connection.executemany(
            "INSERT INTO topics (scheme, code, name, origin, created_at, retired) VALUES ('s', ?, 'N', 'o', 't', ?)",
            list(enumerate(retired)),
        )
    copy_archive(first, server)
    copy_archive(server, last)
    assert content(first) == content(server) == content(last)
    for table in ("saved_queries", "originals", "tag_evidence", "authors", "topics"):
        assert rows(first, f"SELECT * FROM {table} ORDER BY id") == rows(last, f"SELECT * FROM {table} ORDER BY id")
    archives.gone(server)


@pytest.mark.parametrize("to", ENGINES)
def test_a_place_that_has_something_is_left_alone(seeds_archive: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    copy_archive(seeds_archive, target)
    before = content(target)
    for anew in (False, True):
        with pytest.raises(UsageError, match="has an archive in it already; name a file that does not exist, or an"):
            copy_archive(seeds_archive, target, anew=anew)
    assert content(target) == before


@pytest.mark.parametrize("to", ENGINES)
def test_a_database_of_something_else_is_left_alone(seeds_archive: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    with connected(target) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    with pytest.raises(SchemaError, match="is a database, but no archive; nothing was changed"):
        copy_archive(seeds_archive, target)
    assert rows(target, "SELECT * FROM mine") == []


@pytest.mark.parametrize("to", ENGINES)
def test_an_archive_with_nothing_in_it_takes_a_copy(seeds_archive: Location, new_place: NewPlace, to: str) -> None:
    """As a database is that its owner has made ready by `archive db upgrade`."""
    target = new_place(to)
    schema.upgrade(target)
    copy_archive(seeds_archive, target)
    assert content(target) == content(seeds_archive)


def test_an_archive_is_not_copied_into_itself(database: Location, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be copied into itself"):
        copy_archive(database, database)
    if isinstance(database, Path):
        (tmp_path / "link.db").symlink_to(database)
        with pytest.raises(UsageError, match="cannot be copied into itself"):
            copy_archive(database, tmp_path / "link.db")


def test_there_must_be_an_archive_to_copy(seeds_archive: Location, new_place: NewPlace, tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no archive at"):
        copy_archive(tmp_path / "missing.db", new_place("sqlite"))
    assert list(tmp_path.glob("place*")) == []
    with pytest.raises(SchemaError, match="has no archive in it yet"):
        copy_archive(new_place("postgresql"), new_place("sqlite"))
    with pytest.raises(SchemaError, match="there is no folder"):
        copy_archive(seeds_archive, tmp_path / "nowhere" / "a.db")


def test_what_users_added_stays_behind_and_is_named(seeds_archive: Location, new_place: NewPlace) -> None:
    with connected(seeds_archive) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)")
        connection.execute("CREATE VIEW mine AS SELECT key FROM articles")
        connection.execute("CREATE INDEX my_index ON articles (byline)")
        connection.commit()
    done = copy_archive(seeds_archive, new_place("sqlite"))
    assert done.left_behind == ["index my_index", "table notes", "view mine"]


class Stopped(BaseException):
    """What ends a copy where a test wants it."""


def stop_at(what: str) -> Callable[[str, int, int | None], None]:
    def watch(step: str, _done: int, _total: int | None) -> None:
        if step == what:
            raise Stopped

    return watch


STEPS = ("sources", "import_items", "search index", "keys and indexes")


@pytest.mark.parametrize("to", ENGINES)
@pytest.mark.parametrize("step", STEPS)
def test_what_was_interrupted_is_opened_by_nobody_and_goes_on(
    step: str, seeds_archive: Location, new_place: NewPlace, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = new_place(to)
    monkeypatch.setattr(copying, "_PAGES_AT_ONCE", 1)
    with pytest.raises(Stopped):
        copy_archive(seeds_archive, target, watch=stop_at(step))
    cure = r"is a copy of .* that is not whole; `archive copy .*` goes on with it, --anew begins again"
    with pytest.raises(SchemaError, match=cure):
        content(target)
    with pytest.raises(SchemaError, match=cure):
        import_paths(target, [str(tmp_path)], ImportOptions(jobs=0))
    with pytest.raises(SchemaError, match=cure):
        schema.upgrade(target)
    with pytest.raises(SchemaError, match=cure):
        copy_archive(target, new_place(to))
    there = {table: len(rows(target, f"SELECT id FROM {table}")) for table in metadata.tables}
    assert bool(there["sources"]) == (step != "sources")
    copy_archive(seeds_archive, target)
    assert content(target) == content(seeds_archive)
    assert schema.differences(target) == []
    assert found(target, "trade") == found(seeds_archive, "trade")


@pytest.mark.parametrize("to", ENGINES)
def test_what_is_there_already_is_not_written_again(
    seeds_archive: Location, new_place: NewPlace, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = new_place(to)
    with pytest.raises(Stopped):
        copy_archive(seeds_archive, target, watch=stop_at("search index"))
    written: list[str] = []

    def noted(connection: Connection, name: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        written.append(name)
        insert_values(connection, name, columns, rows)

    monkeypatch.setattr(copying, "insert_values", noted)
    copy_archive(seeds_archive, target)
    assert written == ["about"]


@pytest.mark.parametrize("to", ENGINES)
def test_a_copy_begins_again_where_that_is_asked(seeds_archive: Location, new_place: NewPlace, to: str) -> None:
    target, other = new_place(to), new_place("sqlite")
    with pytest.raises(Stopped):
        copy_archive(seeds_archive, target, watch=stop_at("comparing articles"))
    schema.upgrade(other)
    with pytest.raises(UsageError, match="is a copy of something else that is not whole"):
        copy_archive(other, target)
    copy_archive(other, target, anew=True)
    assert content(target) == content(other)
    assert found(target, "trade") == set()


@pytest.mark.parametrize("to", ENGINES)
def test_a_change_meanwhile_is_noticed(seeds_archive: Location, new_place: NewPlace, to: str) -> None:
    target = new_place(to)
    with pytest.raises(Stopped):
        copy_archive(seeds_archive, target, watch=stop_at("search index"))
    with connected(seeds_archive) as connection:
        connection.execute("UPDATE articles SET byline = 'By nobody' WHERE id = 3")
        connection.commit()
    with pytest.raises(ArchiveError, match=r"(?s)changed since the copy was begun.*values of articles.byline were alt"):
        copy_archive(seeds_archive, target)
    with pytest.raises(SchemaError, match="not whole"):
        content(target)
    copy_archive(seeds_archive, target, anew=True)
    assert content(target) == content(seeds_archive)


@pytest.mark.parametrize("to", ENGINES)
def test_rows_that_point_nowhere_are_not_copied_as_if_they_were_sound(
    to: str, archives: Archives, tmp_path: Path, new_place: NewPlace
) -> None:
    damaged = archives.copy("sqlite", "seeds", tmp_path / "damaged.db")
    with connected(damaged) as connection:
        connection.execute("UPDATE articles SET source_id = 99999 WHERE id = 3")
        connection.commit()
    target = new_place(to)
    with pytest.raises(ArchiveError, match="`archive verify` tells"):
        copy_archive(damaged, target)
    with pytest.raises(SchemaError, match="not whole"):
        content(target)


def test_what_a_server_does_not_take_is_told(archives: Archives, tmp_path: Path, new_place: NewPlace) -> None:
    """A number that SQLite keeps in any column."""
    large = archives.copy("sqlite", "empty", tmp_path / "large.db")
    with connected(large) as connection:
        connection.execute(
            "INSERT INTO models (scheme, number, trained_at, who, query, seed, articles, topics, parameters, "
            "program_version, sha256, content) VALUES ('local', 1, 't', 'w', 'q', 4294967296, 1, 1, 'p', 'v', 's', x'')"
        )
        connection.commit()
    with pytest.raises(ArchiveError, match=r"models cannot be written as it is in .* \(.*4294967296.* is out of range"):
        copy_archive(large, new_place("postgresql"))


@pytest.mark.parametrize("to", ENGINES)
def test_another_copy_into_the_same_place_is_noticed(
    seeds_archive: Location, new_place: NewPlace, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = new_place(to)
    begun = iter(range(3))

    def held() -> AbstractContextManager[None]:
        if next(begun, None) == 1:  # the first portion of the first table
            with connected(target) as connection:
                connection.execute("INSERT INTO authors (id, name, name_key) VALUES (1000000, 'A', 'a')")
                connection.commit()
        return nullcontext()

    monkeypatch.setattr(copying, "signals_held", held)
    with pytest.raises(ArchiveError, match=r"another copy is written into .*; end one of the two"):
        copy_archive(seeds_archive, target)


def test_a_server_that_is_lost_leaves_a_copy_that_goes_on(
    seeds_archive: Location, new_place: NewPlace, archives: Archives
) -> None:
    target = new_place("postgresql")
    server = archives.server
    assert isinstance(target, URL) and server

    def lose(step: str, _done: int, _total: int | None) -> None:
        if step == "article_revisions":
            server.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{target.database}'")

    with pytest.raises(ArchiveError, match=r"cannot be reached .*: see whether the server runs, and do the same again"):
        copy_archive(seeds_archive, target, watch=lose)
    with pytest.raises(SchemaError, match="not whole"):
        content(target)
    copy_archive(seeds_archive, target)
    assert content(target) == content(seeds_archive)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("to", ENGINES)
def test_a_copy_that_is_stopped_or_killed_goes_on(
    seeds_archive: Location, new_place: NewPlace, to: str, number: signal.Signals
) -> None:
    """As a command, in a process of its own."""
    target = new_place(to)
    words = [located(seeds_archive), located(target)]
    program = (
        "import os\nfrom archive.cli import copying, main\nfrom contextlib import nullcontext\n"
        f"def watch(step, *_):\n    if step == 'search index':\n        os.kill(os.getpid(), {int(number)})\n"
        "copying.watching = lambda: nullcontext(watch)\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", program, "copy", *words], capture_output=True, text=True, timeout=300)
    told = f"{target} is not whole: the same command goes on with it, --anew begins again"
    assert (done.returncode, done.stdout) == (-9 if number == 9 else 130, "")
    assert done.stderr == ("" if number == 9 else f"stopped; {told}\n")
    with pytest.raises(SchemaError, match="not whole"):
        content(target)
    answer = CliRunner().invoke(cli, ["copy", *words])
    assert answer.exit_code == 0
    assert re.fullmatch(
        r".*: 16 articles, 2,\d\d\d rows of 26 tables; a checksum of every column is the same on both sides\n",
        answer.stdout,
    )
    assert content(target) == content(seeds_archive)
