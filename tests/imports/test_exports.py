"""Exports of vendors and Reuters SGML, imported: outcomes, searches, failures of a file, what is read again."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.ingest import ImportOptions, ImportSummary, import_paths
from archive.queries.verification import verify
from archive.reparse import survey
from tests.engines import connected

ORIGINALS = Path(__file__).resolve().parents[1] / "originals" / "vendors"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "text-reuters"


def run(database: Path, *paths: object, stdin: bytes = b"") -> ImportSummary:
    return import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0), stdin=io.BytesIO(stdin))


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    for path in ORIGINALS.iterdir():
        if not path.name.endswith(".json"):
            shutil.copy(path, folder / path.name)
    return folder


def test_articles_have_outcomes_places_and_values(database: Path, folder: Path) -> None:
    outcomes = run(database, folder).outcomes
    assert outcomes.pop("failed") == 2  # two of Reuters that break off
    assert outcomes == {"added": 19, "revised": 2}  # one id in HTML and RTF, and one of Reuters twice
    assert rows(database, "SELECT DISTINCT reader FROM import_items WHERE outcome <> 'failed' ORDER BY 1") == [
        ("reuters_sgml",),
        ("vendor_export",),
    ]
    assert rows(database, "SELECT locator, media_type, records, search_terms FROM containers ORDER BY locator") == [
        (f"{folder}/europresse.html", "text/html", 2, "bac ET moulin"),
        (f"{folder}/factiva.html", "text/html", 2, "ferry AND mill"),
        (f"{folder}/factiva.rtf", "application/rtf", 3, None),
        (f"{folder}/nexis.txt", "text/plain", 4, "ferry AND (mill OR weir) and DATE(geq(01/01/2023))"),
        (f"{folder}/nexis_uni.rtf", "application/rtf", 3, "ferry AND mill"),
        (f"{folder}/proquest.txt", "text/plain", 2, "ferry AND mill"),
        (f"{folder}/reuters.sgm", "text/sgml", 7, None),
    ]
    named = rows(database, "SELECT scheme, code, name FROM topics WHERE scheme LIKE 'factiva%' ORDER BY scheme, code")
    assert named[0] == ("factiva", "gcat", "Political/General News")
    of_proquest = rows(
        database,
        "SELECT d.text, d.value, d.chosen, d.reason FROM article_dates d JOIN article_identifiers i USING (article_id) "
        "WHERE i.value = 'proquest:2771203441' AND d.kind = 'published' ORDER BY d.id",
    )
    assert of_proquest == [
        ("Feb 28, 2023", "2023-02-28", 1, None),
        ("Feb 27, 2023", "2023-02-27", 0, "another stands before it"),
    ]


def test_a_second_import_finds_all_unchanged_and_nothing_is_read_otherwise(database: Path, folder: Path) -> None:
    first = run(database, folder)
    before = rows(database, "SELECT count(*) FROM article_revisions")
    second = run(database, folder)
    assert second.outcomes == {"unchanged": first.units - 2, "failed": 2}
    assert rows(database, "SELECT count(*) FROM article_revisions") == before
    assert survey(database).rows() == []
    assert verify(database, deep=True).findings == ()


def test_what_is_missing_is_a_failure_of_the_file_beside_the_articles(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.txt"
    text = (ORIGINALS / "nexis.txt").read_text("utf-8")
    path.write_text(text[: text.index("                               4 of 4 DOCUMENTS")], "utf-8")
    assert run(database, path).outcomes == {"added": 3, "failed": 1}
    assert rows(database, "SELECT locator, reason FROM import_items WHERE outcome = 'failed'") == [
        (
            str(path),
            "the cover says 4 documents, 3 were found; number 4 is missing; export again what is missing; what was "
            "found is imported",
        )
    ]
    assert rows(database, "SELECT records, search_terms IS NOT NULL FROM containers") == [(3, 1)]


def test_the_search_is_shown_with_the_import(database: Path) -> None:
    run(database, ORIGINALS / "proquest.txt", ORIGINALS / "factiva.rtf")
    shown = CliRunner().invoke(cli, ["--db", str(database), "imports", "show", "1"])
    assert shown.exit_code == 0
    assert "proquest.txt: searched for ferry AND mill" in shown.stderr
    assert "factiva.rtf: searched" not in shown.stderr
    plain = CliRunner().invoke(cli, ["--db", str(database), "imports", "show", "1", "-f", "json"])
    assert plain.stderr == ""


def test_an_export_can_come_from_standard_input(database: Path) -> None:
    assert run(database, "-", stdin=(ORIGINALS / "factiva.html").read_bytes()).outcomes == {"added": 2}
    assert rows(database, "SELECT locator FROM import_items ORDER BY id") == [("-#article=1",), ("-#article=2",)]


def test_a_page_a_letter_and_a_text_that_are_no_exports_are_documents(database: Path, tmp_path: Path) -> None:
    sentence = "The ferry to the upper mill left Port Lintel on Monday for the first time in nine winters. "
    (tmp_path / "a.html").write_text(f"<html><title>Ferry</title><body><article><p>{sentence * 6}</p></article></body>")
    (tmp_path / "b.txt").write_text(f"Documents\n\n{'_' * 60}\n\n3 of 10 DOCUMENTS\n\n{sentence * 3}")
    assert run(database, tmp_path).outcomes == {"added": 2}
    assert rows(database, "SELECT reader FROM import_items ORDER BY id") == [("html",), ("text",)]
    assert rows(database, "SELECT count(*) FROM containers") == [(0,)]


@pytest.mark.shared
def test_a_thousand_articles_of_reuters_have_outcomes(database: Path) -> None:
    if not (SHARED / "reut2-017.sgm").is_file():
        pytest.skip("no Reuters articles beside the checkout (../shared/corpora/text-reuters)")
    assert run(database, SHARED / "reut2-017.sgm").outcomes == {"added": 1_000}
    assert run(database, SHARED / "reut2-017.sgm").outcomes == {"unchanged": 1_000}
    assert rows(database, "SELECT published_precision, count(*) FROM articles GROUP BY 1 ORDER BY 1") == [
        ("day", 1),
        ("second", 999),
    ]
    assert rows(database, "SELECT count(*) FROM articles WHERE published_at IS NOT NULL") == [(0,)]  # no zone is known
    assert rows(
        database,
        "SELECT count(*) FROM article_topics t JOIN topics o ON o.id = t.topic_id WHERE o.scheme = 'reuters'",
    ) == [(_topics((SHARED / "reut2-017.sgm").read_bytes()),)]


def _topics(content: bytes) -> int:
    import re

    return sum(
        len(set(re.findall(rb"<D>(.*?)</D>", listed))) for listed in re.findall(rb"<TOPICS>(.*?)</TOPICS>", content)
    )
