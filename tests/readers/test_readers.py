import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.errors import ReadError
from archive.readers import READERS, FoundFile, find_files, identify, read_bytes, read_documents
from archive.readers.base import UnreadableError

SHARED = Path(__file__).resolve().parents[3] / "shared"


def test_readers_have_names_of_their_own() -> None:
    assert [reader.name for reader in READERS] == ["markdown", "mail", "wire", "html", "text"]


@pytest.mark.parametrize(
    ("name", "content", "reader"),
    [
        ("a.md", b"Text.", "markdown"),
        ("a.txt", b"---\ntitle: A\n---\nText.", "text"),
        ("a", b"---\ntitle: A\n---\nText.", "markdown"),
        ("-", b"Text.", "text"),
        ("a.html", b"Text that only claims to be HTML.", "text"),
        ("a.txt", "Text.".encode("utf-16"), "text"),
        ("a.txt", b"<nitf><head><title>Rain</title></head></nitf>", "wire"),
    ],
)
def test_the_first_reader_that_takes_a_file_reads_it(name: str, content: bytes, reader: str) -> None:
    (document,) = read_documents(f"/news/{name}", name, content)
    assert (document.reader, document.locator) == (reader, f"/news/{name}")
    assert identify(content, name)[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b" \n", "no text in it, only blank space"),
        (b"\x89PNG\r\n\x1a\n", "not text: a PNG image"),
        (b"\x00" * 64, "not text: binary data (many NUL bytes)"),
        (b"<?xml version='1.0'?><rss>", "XML of a kind that no reader takes: <rss>"),
        (b"<?xml version='1.0'?> no element", "a format that no reader takes: XML"),
        (bytes(range(128, 256)) * 4, "not text in any encoding we know"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_read_has_a_reason_and_a_cure(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(read_documents("/news/a.txt", "a.txt", content))
    assert caught.value.reason == reason
    assert caught.value.cure


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("reut2-000.sgm", b"<!DOCTYPE lewis SYSTEM>", "SGML"),
        ("notes.yaml", b"title: A\n", "YAML"),
        ("a.css", b"a { color: red }", "a style sheet"),
        ("jquery.js.download", b"(function () {})()", "a part of a saved page"),
        ("refs.ris", b"TY  - NEWS\nER  - \n", "references (RIS)"),
    ],
)
def test_records_are_not_taken_for_an_article(name: str, content: bytes, what: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        identify(content, name)
    assert caught.value.failure(name).reason == f"a format that no reader takes: {what}"
    assert caught.value.cure == "save each of its texts as a .txt or .md file and import those"


@pytest.mark.parametrize(
    ("name", "content", "cure"),
    [
        ("a.rar", b"Rar!\x1a\x07\x00", "unpack it, and import what is in it"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .eml in the mail program, and import that"),
        ("a", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "open it in a word processor, save it as DOCX, and import that"),
        ("a.xls", b"<html><table>", "open it in a spreadsheet, save it as XLSX or CSV, and import that"),
    ],
)
def test_the_cure_fits_what_a_file_is(name: str, content: bytes, cure: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        identify(content, name)
    assert caught.value.cure == cure


def test_an_image_named_as_markdown_is_an_image() -> None:
    with pytest.raises(UnreadableError, match="a PNG image"):
        identify(b"\x89PNG\r\n\x1a\n", "a.md")


def test_a_single_line_of_millions_of_characters_is_read() -> None:
    content = b"word " * 4_000_000
    (document,) = read_documents("a.txt", "a.txt", content)
    assert document.text is not None
    assert len(document.text) == len(content)


def test_importing_the_readers_imports_nothing_heavy() -> None:
    heavy = "yaml markdown_it cchardet tomllib sqlalchemy alembic click rich archive.normalize archive.db"
    script = f"import sys, archive.readers; print(*(name for name in {heavy.split()!r} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@settings(max_examples=200)
@given(st.sampled_from(["a.md", "a.txt", "a", "-"]), st.binary(max_size=100))
def test_any_bytes_give_documents_or_a_read_error(name: str, content: bytes) -> None:
    try:
        documents = list(read_documents(name, name, content))
    except ReadError:
        return
    assert len(documents) == 1


@pytest.mark.shared
def test_real_documents_are_read_as_they_are() -> None:
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("no real documents beside the checkout")
    found = list(find_files([str(folder)]))
    assert len(found) == 2
    for file in found:
        assert isinstance(file, FoundFile)
        content = read_bytes(file)
        assert list(read_documents(file.locator, file.path, content)) == [
            Document(file.locator, "text", "text/plain", content, text=content.decode())
        ]
