"""Saved pages, imported: what is stored of them, that it is the same again, and what reparse makes of it."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archive.ingest import ImportOptions, import_paths
from archive.readers.html import body
from archive.reparse import reparse, survey
from tests.engines import connected

ORIGINALS = Path(__file__).resolve().parents[1] / "originals" / "html"


def rows(path: Path, query: str) -> Sequence[tuple[Any, ...]]:
    with connected(path) as connection:
        return connection.execute(query).fetchall()


def counts(path: Path, *files: Path) -> dict[str, int]:
    return dict(import_paths(path, [str(file) for file in files], ImportOptions()).outcomes)


def test_pages_are_imported_and_are_the_same_again(database: Path, tmp_path: Path) -> None:
    pages = sorted(ORIGINALS.glob("*.html"))
    folder = tmp_path / "pages"
    folder.mkdir()
    for page in pages:
        shutil.copy(page, folder)
    (folder / "empty.html").write_text("<!doctype html><html><body></body></html>")
    first = counts(database, folder)
    assert (first.get("added"), first.get("failed")) == (len(pages), 1)
    again = counts(database, folder)
    assert (again.get("unchanged"), again.get("failed")) == (len(pages), 1)
    assert rows(database, "SELECT reason FROM import_items WHERE outcome = 'failed' LIMIT 1")[0][0].startswith(
        "no article in it"
    )


def test_what_is_stored_of_a_page(database: Path) -> None:
    counts(database, ORIGINALS / "json_ld.html", ORIGINALS / "saved_by_singlefile.html")
    articles = rows(database, "SELECT url, published, published_method, section, kind FROM articles ORDER BY id")
    assert articles == [
        (
            "https://harbour.example/2023/03/night-ferry",
            *("2023-03-04T06:30:00+01:00", "json_ld", "Transport", "opinion"),
        ),
        ("https://sund.example/pier/forty-metres", "2023-03-03T18:20", "time_element", None, None),
    ]
    dates = rows(database, "SELECT method, chosen, reason FROM article_dates WHERE kind = 'published' ORDER BY id")
    assert dates == [
        ("json_ld", 1, None),
        ("opengraph", 0, "json_ld is nearer"),
        ("opengraph", 0, "the page was saved before that"),
        ("time_element", 1, None),
    ]
    assert {kind for (kind,) in rows(database, "SELECT kind FROM set_aside")} >= {
        "caption",
        "notice",
        "related_headline",
    }


def test_reparse_makes_the_same_of_pages_until_the_rules_change(database: Path, monkeypatch: Any) -> None:
    counts(database, ORIGINALS / "json_ld.html")
    assert survey(database).rows() == []
    monkeypatch.setattr(body, "_NOTICE", body._CAPTION)
    assert survey(database).revisions == 1
    reparse(database, survey(database))
    assert {kind for (kind,) in rows(database, "SELECT kind FROM set_aside")} >= {"furniture"}
