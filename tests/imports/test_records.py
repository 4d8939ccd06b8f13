"""Files of many records, imported: each line a unit with bytes of its own."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from archive.db.location import Location
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.queries import reading
from archive.queries.article import read_original
from archive.reparse import survey
from tests.engines import connected

TEXT = "The ferry at the mill left number {} people behind on Monday, since its landing stage had broken in the storm."


def run(database: Path, *paths: object, stdin: bytes = b"", **options: Any) -> ImportSummary:
    return import_paths(
        database, [str(path) for path in paths], ImportOptions(**{"jobs": 0, **options}), stdin=io.BytesIO(stdin)
    )


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query).fetchall()


def records(number: int) -> list[bytes]:
    return [
        json.dumps({"title": f"Ferry {n}", "text": TEXT.format(n), "url": f"https://mill.example/{n}"}).encode()
        for n in range(number)
    ]


def test_each_line_has_an_outcome_a_place_and_an_original(database: Path, tmp_path: Path) -> None:
    first, second = records(2)
    file = tmp_path / "wire.jsonl"
    file.write_bytes(b"\n".join([first, b"", b"{broken", second, b"[]"]))
    assert run(database, tmp_path).outcomes == {"added": 2, "failed": 2}
    items = "SELECT locator, outcome, reader FROM import_items ORDER BY position"
    assert rows(database, items) == [
        (f"{file}#line=1", "added", "record"),
        (f"{file}#line=3", "failed", None),
        (f"{file}#line=4", "added", "record"),
        (f"{file}#line=5", "failed", None),
    ]
    stored = rows(database, "SELECT content, size, media_type FROM originals ORDER BY id")
    assert [zstandard.decompress(content) for content, _, _ in stored] == [first, second]
    assert {media_type for _, _, media_type in stored} == {"application/json"}
    with reading(database) as connection:
        assert read_original(connection, rows(database, "SELECT key FROM articles ORDER BY id")[0][0]) == first
    assert rows(database, "SELECT DISTINCT field, method FROM article_values ORDER BY field") == [
        ("headline", "record"),
        ("language", "detected"),
        ("url", "record"),
    ]
    content = file.read_bytes()
    assert rows(database, "SELECT import_id, locator, media_type, size, sha256, records FROM containers") == [
        (1, str(file), "application/jsonl", len(content), hashlib.sha256(content).hexdigest(), 4)
    ]
    assert run(database, tmp_path).outcomes == {"unchanged": 2, "failed": 2}
    assert survey(database).rows() == []


@pytest.mark.parametrize("jobs", [0, 2])
def test_many_records_over_portions_and_batches_come_in_order(
    database: Path, tmp_path: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.portions.CHUNK", 7)
    monkeypatch.setattr("archive.portions.BATCH", 10)
    file = tmp_path / "wire.ndjson"
    file.write_bytes(b"\n".join(records(60)))
    assert run(database, file, jobs=jobs).outcomes == {"added": 60}
    assert [row[0] for row in rows(database, "SELECT locator FROM import_items ORDER BY position")] == [
        f"{file}#line={number}" for number in range(1, 61)
    ]
    assert run(database, file, jobs=jobs).outcomes == {"unchanged": 60}


def test_records_from_standard_input(database: Path) -> None:
    content = b"\n".join(records(300))
    assert run(database, "-", stdin=content).outcomes == {"added": 300}
    assert rows(database, "SELECT min(locator), max(position) FROM import_items") == [("-#line=1", 300)]
    assert run(database, "-", stdin=b"A text.").outcomes == {"added": 1}


def test_what_stands_beside_a_file_holds_for_its_records_but_not_what_belongs_to_one(
    database: Path, tmp_path: Path
) -> None:
    (tmp_path / "wire.jsonl").write_bytes(b"\n".join([*records(2), b'{"text": "Other.", "section": "Sport"}']))
    (tmp_path / "wire.jsonl.meta.toml").write_text('section = "Harbour"\nheadline = "Ferry"\n')
    (tmp_path / "archive.toml").write_text('language = "en"\n')
    run(database, tmp_path)
    assert rows(database, "SELECT section, language FROM articles ORDER BY id") == [
        ("Harbour", "en"),
        ("Harbour", "en"),
        ("Sport", "en"),
    ]
    assert rows(database, "SELECT headline FROM article_revisions ORDER BY id") == [("Ferry 0",), ("Ferry 1",), (None,)]
    (reason,) = {row[0] for row in rows(database, "SELECT reason FROM import_items")}
    assert "key 'headline' belongs to one article" in reason


def test_a_record_over_the_limit_costs_no_other(database: Path, tmp_path: Path) -> None:
    (tmp_path / "wire.jsonl").write_bytes(b"\n".join([records(1)[0], b'{"text": "' + b"x" * 500 + b'"}']))
    assert run(database, tmp_path, max_bytes=400).outcomes == {"added": 1, "failed": 1}
    other = tmp_path / "other.jsonl"
    other.write_bytes(records(2)[1])
    assert run(database, other, max_characters=100).outcomes == {"failed": 1}


def test_a_topic_of_a_vocabulary_that_is_not_loaded_is_made_with_its_name(
    database: Path, tmp_path: Path, contents: Callable[[Location], Any]
) -> None:
    topic = {"scheme": "medtop", "code": "20000574", "name": "Elections\u0000 "}
    (tmp_path / "wire.jsonl").write_text(
        "\n".join(json.dumps({"text": f"{n}. Text.", "topics": [topic]}) for n in range(3))
    )
    run(database, tmp_path)
    assert rows(database, "SELECT scheme, code, name, origin FROM topics WHERE scheme = 'medtop'") == [
        ("medtop", "20000574", "Elections", "import")
    ]
    assert rows(database, "SELECT count(*), given_text, given_by FROM tag_evidence GROUP BY 2, 3") == [
        (3, "medtop:20000574", "record")
    ]
    assert run(database, tmp_path).outcomes == {"unchanged": 3}
    contents(database)
