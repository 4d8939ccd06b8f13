# ruff: noqa: E501
"""Feeds on their way into an archive: outcomes add up, what comes again is unchanged, values are those of the truth."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from archive.ingest import ImportOptions, import_paths
from tests.engines import connected

GOLDEN = Path(__file__).resolve().parents[1] / "originals" / "feeds"

_EXPECTED = re.compile(
    r"entries\[0\]\['(title|link|id|author|published|updated)'\] == u?('[^'<&]*')\s*-?-?>?\s*$", re.MULTILINE
)
_COLUMNS = {"title": "headline", "link": "url", "id": "id", "author": "authors", "published": "published"}


def rows(database: Path, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query, parameters).fetchall()


def run(database: Path, *paths: Path) -> dict[str, int]:
    summary = import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0))
    found = rows(
        database, "SELECT outcome, count(*) FROM import_items WHERE import_id = ? GROUP BY 1", summary.import_id
    )
    return dict(found)


def test_feeds_become_articles_and_come_again_unchanged(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    files = [path for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json")]
    assert run(database, *files) == {"added": 14, "failed": 5}
    assert run(database, *files) == {"unchanged": 14, "failed": 5}
    assert rows(
        database,
        "SELECT a.published_at, a.language, s.name, r.headline, r.modified_at FROM articles a JOIN sources s ON s.id = a.source_id "
        "JOIN article_revisions r ON r.id = a.revision_id WHERE a.url = 'https://quill.example/blog/1.html'",
    ) == [("2023-02-28T09:30:00.000000Z", "de", "Die Feder", "Brücke <zu>", "2023-03-01T08:00:00.000000Z")]
    assert rows(database, "SELECT text FROM set_aside WHERE kind = 'summary' ORDER BY text") == [
        ("A long job is done.",),
        ("Der Fluss steht hoch.",),
    ]


@pytest.mark.shared
def test_every_real_feed_has_outcomes_that_add_up(shared: Path, tmp_path: Path) -> None:
    folder = shared / "corpora" / "feeds"
    if not folder.is_dir():
        pytest.skip("no real feeds beside the checkout (../shared/corpora/feeds)")
    database = tmp_path / "a.db"
    feeds = [path for path in sorted(folder.rglob("*")) if path.suffix in (".xml", ".json")]
    first = run(database, *feeds)
    again = run(database, *feeds)
    assert first["failed"] == again["failed"]
    assert sum(first.values()) == sum(again.values()) == again["failed"] + again["unchanged"]
    reasons = {
        reason.partition(";")[0]
        for (reason,) in rows(database, "SELECT reason FROM import_items WHERE outcome = 'failed'")
    }
    assert not any("defect" in reason for reason in reasons)
    places = {place.partition("#")[0] for (place,) in rows(database, "SELECT locator FROM import_items")}
    assert places == {str(path) for path in feeds}


@pytest.mark.shared
def test_values_of_real_feeds_are_those_of_the_truth(shared: Path) -> None:
    from archive.documents import Document
    from archive.errors import ReadError
    from archive.readers import read_documents
    from archive.readers.files import FoundFile
    from archive.readers.unwrap import FoundRecord, Limits, unwrap_file

    folder = shared / "corpora" / "feeds" / "wellformed"
    if not folder.is_dir():
        pytest.skip("no real feeds beside the checkout (../shared/corpora/feeds)")
    right = 0
    wrong = []
    for path in sorted(folder.glob("*.xml")):
        truth = _EXPECTED.search(path.read_bytes()[:2_000].decode("utf-8", "replace"))
        if truth is None or truth[1] not in _COLUMNS:
            continue
        expected = " ".join(str(ast.literal_eval(truth[2])).split())
        records = unwrap_file(FoundFile(str(path), str(path), str(folder), None), Limits(10**6))
        first = next((one for one in records or () if isinstance(one, FoundRecord)), None)
        assert first is not None
        documents: list[Document] = []
        try:
            documents = list(read_documents(first.locator, str(path), first.content, first.reader))
        except ReadError:
            continue  # it has neither title nor text
        found = next((one.text for one in documents[0].values if one.field == _COLUMNS[truth[1]]), "")
        right += found == expected
        if found != expected:
            wrong.append((path.name, found, expected))
    assert right >= 8  # most of them have neither title nor text, or other truths
    assert wrong == []
