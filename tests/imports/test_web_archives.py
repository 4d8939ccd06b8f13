"""Web archives on their way into an archive: pages as from plain files, outcomes that add up, nothing read twice."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.documents import Document
from archive.ingest import ImportOptions, Listener, import_paths
from archive.readers.base import Record, Remark
from archive.readers.html import HtmlReader
from archive.readers.web_archives.pages import CapturedPageReader
from archive.readers.web_archives.warc import Warc
from archive.reparse import survey
from tests.engines import connected

# warcio leaves its temporary files open
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

TEXT = (
    "<p>The ferry of Quill, said its pilot on Tuesday, will cross the river {} times a day from the end of March.</p>"
)
PAGE = "<html><head><title>The ferry crosses</title></head><body><article>{}</article></body></html>"


class Notes(Listener):
    def __init__(self) -> None:
        self.notes: dict[str, list[str]] = {}

    def noted(self, locator: str, notes: Any) -> None:
        self.notes.setdefault(locator, []).extend(notes)


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with connected(database) as connection:
        return connection.execute(query).fetchall()


def run(database: Path, *paths: Path, listener: Listener | None = None) -> dict[str, int]:
    return dict(import_paths(database, [str(path) for path in paths], ImportOptions(jobs=0), listener).outcomes)


def warc(pages: dict[str, bytes], date: str = "2023-03-01T06:00:00Z") -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for uri, page in pages.items():
        header = StatusAndHeaders(
            "200 OK",
            [("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", "1")],
            protocol="HTTP/1.1",
        )
        body = io.BytesIO(gzip.compress(page))
        stated = {"WARC-Date": date}
        writer.write_record(
            writer.create_warc_record(uri, "response", body, http_headers=header, warc_headers_dict=stated)
        )
    return out.getvalue()


def test_pages_of_a_crawl_become_articles_that_are_read_again_from_their_own_bytes(tmp_path: Path) -> None:
    pages = {
        f"https://quill.example/ferry/{number}": PAGE.format(
            "".join(TEXT.format(f"{number} or {other}") for other in range(3))
        ).encode()
        for number in range(3)
    }
    file, database, listener = tmp_path / "crawl.warc.gz", tmp_path / "a.db", Notes()
    file.write_bytes(warc(pages))
    assert run(database, file, listener=listener) == {"added": 3}
    assert run(database, file) == {"unchanged": 3}
    assert listener.notes[str(file)] == ["3 records: 3 pages"]
    assert rows(
        database,
        "SELECT a.url, a.published_at, r.crawled_at FROM articles a JOIN article_revisions r ON r.id = a.revision_id",
    ) == [(uri, None, "2023-03-01T06:00:00.000000Z") for uri in pages]
    places = [place for (place,) in rows(database, "SELECT locator FROM import_items WHERE import_id = 1 ORDER BY id")]
    assert places == [f"{file}#record={number}" for number in (1, 2, 3)]
    file.unlink()
    again = survey(database)
    assert (again.articles, again.rows(), again.refused) == (3, [], [])


def test_a_page_met_again_later_is_the_same_article(tmp_path: Path) -> None:
    page = PAGE.format("".join(TEXT.format(number) for number in range(3))).encode()
    first, later, database = tmp_path / "a.warc.gz", tmp_path / "b.warc.gz", tmp_path / "a.db"
    first.write_bytes(warc({"https://quill.example/ferry": page}))
    later.write_bytes(
        warc({"https://quill.example/ferry": page.replace(b"Tuesday", b"Friday")}, "2023-04-01T06:00:00Z")
    )
    assert run(database, later) == {"added": 1}
    assert run(database, first) == {"revised": 1}
    ((current,),) = rows(database, "SELECT r.body FROM articles a JOIN article_revisions r ON r.id = a.revision_id")
    assert "Friday" in current


@pytest.mark.shared
def test_real_pages_come_out_of_a_crawl_as_from_plain_files(shared: Path) -> None:
    folder = shared / "corpora" / "html-fundus"
    if not folder.is_dir():
        pytest.skip("no pages of publishers beside the checkout (../shared/corpora/html-fundus)")
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    some = sorted(truth)[::5]
    pages = {truth[name]["url"]: gzip.decompress((folder / "html" / truth[name]["file"]).read_bytes()) for name in some}
    found = list(Warc().records(io.BytesIO(warc(pages, "2026-12-31T06:00:00Z")), 256_000_000))
    records = [one for one in found if isinstance(one, Record)]
    assert len(records) == len(pages) and isinstance(found[-1], Remark)
    for (uri, page), one in zip(pages.items(), records, strict=True):
        (plain,) = HtmlReader().read("a", page)
        (captured,) = CapturedPageReader().read("a", one.content)
        assert (captured.layout, captured.topics) == (plain.layout, plain.topics)
        stated = values(captured)
        assert stated >= values(plain)
        assert ("crawled", "2026-12-31T06:00:00Z") in stated
        assert any(field == "url" for field, _ in values(plain)) or ("url", uri) in stated


def values(document: Document) -> set[tuple[str, str]]:
    return {(value.field, value.text) for value in document.values}


@pytest.mark.shared
def test_every_real_web_archive_has_outcomes_that_add_up(shared: Path, tmp_path: Path) -> None:
    folder = shared / "corpora" / "warc"
    if not folder.is_dir():
        pytest.skip("no web archives beside the checkout (../shared/corpora/warc)")
    files = [path for path in sorted(folder.iterdir()) if path.name != "README.md"]
    database, listener = tmp_path / "a.db", Notes()
    first = run(database, *files, listener=listener)
    again = run(database, *files)
    assert again == {"unchanged": sum(first.values()) - first["failed"], "failed": first["failed"]}
    places = {place.partition("#")[0] for (place,) in rows(database, "SELECT locator FROM import_items")}
    assert places == {str(path) for path in files}
    reasons = {
        place.rpartition("/")[2]: reason.partition(";")[0]
        for place, reason in rows(
            database, "SELECT locator, reason FROM import_items WHERE outcome = 'failed' AND import_id = 1"
        )
    }
    assert reasons == {
        "jwarc__gzip_extra_sl.warc.gz": "no page in it: 1 record: 0 pages",
        "py-wacz__invalid_example_1.wacz": "a WACZ file without a file in archive/",
        "warcio__example-space-in-target-uri.warc.gz": "no page in it: 2 records: 0 pages",
        "warcio__example-space-in-url.arc#record=2": "of its 1,591 bytes only 1,579 are there",
        "warcio__post-test.warc.gz": "no page in it: 6 records: 0 pages",
    }
    pages = dict(
        rows(
            database,
            "SELECT i.locator, v.text FROM import_items i JOIN article_values v ON v.article_id = i.article_id "
            "WHERE i.import_id = 1 AND v.field = 'url'",
        )
    )
    assert pages[f"{folder}/pywb__example.warc#record=2"] == "http://example.com?example=1"
    assert pages[f"{folder}/py-wacz__example-iana.warc#record=116"] == "https://www.iana.org/protocols"
    assert listener.notes[f"{folder}/py-wacz__example-collection-with-lists.warc"][0].startswith(
        "38 records: 6 pages; "
    )
    assert listener.notes[f"{folder}/pywb__example.warc"][0].endswith("1 request (broken), 1 with status 302")
    assert listener.notes[f"{folder}/warcio__example-trunc.warc#record=3"][:2] == [
        "it is not what was written: its WARC-Block-Digest differs",
        "its gzip data breaks off: what comes before is here",
    ]
