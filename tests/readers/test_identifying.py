"""Which reader takes a file, and why, or why none does."""

import gzip
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from archive.ingest import ImportOptions, import_paths
from archive.queries import reading
from archive.queries.imports import list_import_items
from archive.readers import BINARY_READERS, READERS
from archive.readers.containers import CONTAINERS
from archive.readers.files import LeftOut
from archive.readers.identifying import Identified, identify_paths

FEED = (
    b"<rss><channel><title>Post</title><item><title>Boats</title></item>"
    b"<item><title>Nets</title></item></channel></rss>"
)
LINES = b'{"text": "Boats came in."}\n\n{"text": "Nets were mended."}\n'


def rows(*paths: Path | str, stdin: BinaryIO | None = None, **how: bool) -> list[Identified]:
    found = list(identify_paths([str(path) for path in paths], stdin, **how))
    assert all(isinstance(one, Identified) for one in found)
    return [one for one in found if isinstance(one, Identified)]


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def bundle(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_", ".")), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reader", "media_type", "why"),
    [
        ("a.txt", b"Boats came in.", "text", "text/plain", "text without marks of another format"),
        ("a.md", b"Boats came in.", "markdown", "text/markdown", "its name ends in .md"),
        ("a.html", b"<html><p>Boats", "html", "text/html", "it begins as HTML does"),
        ("a.eml", b"Subject: Boats\n\nHi", "mail", "message/rfc822", "its name ends in .eml"),
        ("a.xml", FEED, "feed", "application/xml", "its first element is <rss>, that of RSS"),
        ("a.html", FEED, "feed", "application/xml", "its first element is <rss>, that of RSS"),
        (
            "a.txt",
            b'<REUTERS TOPICS="NO" NEWID="1">\n</REUTERS>',
            "Reuters-21578 (SGML)",
            "text/sgml",
            "it begins as Reuters-21578 does",
        ),
        ("a.jsonl", LINES, "JSON lines", "application/jsonl", "its name ends in .jsonl"),
        ("a.zip", bundle(a_txt=b"Boats"), "zip archive", "application/zip", "it begins as a zip archive does"),
        (
            "a.xml.gz",
            packed(FEED),
            "feed",
            "application/xml",
            "it begins as gzip does; in it: its first",
        ),
        (
            "a.txt.gz",
            packed(b"Boats"),
            "text",
            "text/plain",
            "it begins as gzip does; in it: text without",
        ),
    ],
)
def test_what_is_taken(tmp_path: Path, name: str, content: bytes, reader: str, media_type: str, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    (row,) = rows(tmp_path / name)
    assert (row.place, row.reader, row.media_type, row.cure, row.units) == (
        *(str(tmp_path / name), reader, media_type),
        *(None, None),
    )
    assert row.why.startswith(why)


@pytest.mark.parametrize(
    ("name", "content", "why", "cure"),
    [
        ("a.txt", b"", "empty file", "remove it"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "not text: a PNG image", "save its text"),
        ("a.txt.gz", packed(b""), "", ""),
        ("a.zip", bundle(a_txt=b"Boats came in")[:30], "", ""),
    ],
)
def test_what_nobody_takes(tmp_path: Path, name: str, content: bytes, why: str, cure: str) -> None:
    (tmp_path / name).write_bytes(content)
    (row,) = rows(tmp_path / name)
    assert (row.reader, row.media_type) == (None, None)
    assert why in row.why
    assert row.cure and cure in row.cure


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "orphan.meta.toml").write_text('title = "Of a text that is gone"\n')
    (tmp_path / "dangling.txt").symlink_to("nowhere.txt")
    dangling, orphan = identify_paths([str(tmp_path)])
    assert isinstance(orphan, LeftOut)
    assert isinstance(dangling, Identified)
    assert (dangling.reader, dangling.why) == (None, "a symbolic link to something that is not there")


def test_units_are_counted_and_told_of(tmp_path: Path) -> None:
    content = bundle(a_jsonl=LINES, b_txt=b"Boats", c_png=b"\x89PNG\r\n\x1a\n\0\0", d_xml_gz=packed(FEED))
    (tmp_path / "z.zip").write_bytes(content)
    (row,) = rows(tmp_path / "z.zip", count=True)
    assert (row.reader, row.units) == ("zip archive", 4)
    place = f"{tmp_path}/z.zip"
    assert [(row.place.removeprefix(place), row.reader, row.units) for row in rows(place, members=True)] == [
        ("", "zip archive", 4),
        ("#member=a.jsonl", "JSON lines", 2),
        ("#member=a.jsonl#line=1", "record", None),
        ("#member=a.jsonl#line=3", "record", None),
        ("#member=b.txt", "text", None),
        ("#member=c.png", None, None),
        ("#member=d.xml.gz", "feed", 2),
        ("#member=d.xml.gz#entry=1", "feed", None),
        ("#member=d.xml.gz#entry=2", "feed", None),
    ]
    assert rows("-", stdin=io.BytesIO(content), members=True)[1].place == "-#member=a.jsonl"


def test_stdin() -> None:
    (row,) = rows("-", stdin=io.BytesIO(b"Boats came in."))
    assert (row.place, row.reader) == ("-", "text")
    (row,) = rows("-")
    assert (row.reader, row.why) == (None, "there is no standard input to read")
    closed = io.BytesIO()
    closed.close()
    (row,) = rows("-", stdin=closed)
    assert row.reader is None


def test_an_import_agrees(database: Path, tmp_path: Path) -> None:
    """Each unit of an import is taken by the reader that is told, and what fails is told to be taken by nobody."""
    folder = tmp_path / "in"
    folder.mkdir()
    files: Sequence[tuple[str, bytes]] = (
        ("a.txt", b"Boats came in."),
        ("b.html", b"<html><p>Nobody could say how many boats came in that day."),
        ("c.jsonl", LINES),
        ("d.zip", bundle(a_md=b"# Boats\n\ncame in.", b_xml=FEED, c_txt=b"")),
        ("e.png", b"\x89PNG\r\n\x1a\n\0\0"),
        ("f.json", json.dumps([1]).encode()),
    )
    for name, content in files:
        (folder / name).write_bytes(content)
    import_paths(database, [str(folder)], ImportOptions(jobs=0))
    with reading(database) as connection:
        items: list[dict[str, Any]] = list(list_import_items(connection, 1))
    told = {row.place: row.reader for row in rows(folder, members=True)}
    assert {item["locator"]: item["reader"] for item in items}.items() <= told.items()
    containers = told.keys() - {item["locator"] for item in items}
    assert {place.rpartition("/")[2] for place in containers} == {"c.jsonl", "d.zip", "d.zip#member=b.xml"}


def test_every_reader_has_a_media_type() -> None:
    for reader in (*READERS, *BINARY_READERS, *(container.reader for container in CONTAINERS)):
        assert "/" in reader.media_type, reader
