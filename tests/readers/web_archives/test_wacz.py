import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from archive.documents import Failure, ReadContainer
from archive.readers.files import FoundFile
from archive.readers.unwrap import FoundRecord, Limits, Taken, unwrap_file
from archive.readers.web_archives.wacz import Wacz

PAGE = b"<html><body><p>The gate of Quill stands open.</p></body></html>"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
WARC = (
    b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://quill.example/gate\r\nWARC-Date: 2023-03-01\r\n"
    b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n" % (len(HTTP), HTTP)
)
FILES = {
    "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n{"url": "https://quill.example/gate", "title": "Gate"}\n',
    "indexes/index.cdx": b"example,quill)/gate 20230301000000 {}\n",
    "archive/data.warc.gz": gzip.compress(WARC),
    "archive/more.warc": WARC,
}


def wacz(files: dict[str, bytes], hashes: dict[str, str] | None = None) -> bytes:
    stated = {name: f"sha256:{hashlib.sha256(content).hexdigest()}" for name, content in files.items()} | (hashes or {})
    package = {"profile": "data-package", "resources": [{"path": path, "hash": one} for path, one in stated.items()]}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
        made.writestr("datapackage.json", json.dumps(package))
    return out.getvalue()


def taken(folder: Path, content: bytes, name: str = "a.wacz") -> list[Taken]:
    (folder / name).write_bytes(content)
    units = unwrap_file(FoundFile(str(folder / name), name, str(folder), None), Limits())
    assert units is not None
    return list(units)


def test_only_what_stands_in_archive_is_read(tmp_path: Path) -> None:
    units = taken(tmp_path, wacz(FILES))
    assert [one.locator for one in units if isinstance(one, FoundRecord)] == [
        "a.wacz#member=archive/data.warc.gz#record=1",
        "a.wacz#member=archive/more.warc#record=1",
    ]
    containers = [one for one in units if isinstance(one, ReadContainer)]
    assert [one.media_type for one in containers] == ["application/warc", "application/warc", "application/wacz"]
    assert containers[-1].notes == ("left: datapackage.json, indexes/, pages/",)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_a_file_that_is_not_what_the_package_says_is_noted(tmp_path: Path, algorithm: str) -> None:
    name = "archive/data.warc.gz"
    right = f"{algorithm}:{hashlib.new(algorithm, FILES[name]).hexdigest().upper()}"
    assert len(taken(tmp_path, wacz(FILES, {name: right}))[-1].notes) == 1  # type: ignore[union-attr]
    units = taken(tmp_path, wacz(FILES, {name: f"{algorithm}:00"}))
    assert units[-1].notes[0] == f"{name} is not what datapackage.json says: its {algorithm} differs"  # type: ignore[union-attr]
    assert sum(isinstance(one, FoundRecord) for one in units) == 2


@pytest.mark.parametrize(
    "package",
    [
        b"",
        b"[]",
        b"{",
        b'{"resources": 1}',
        b'{"resources": [1, {"path": 2}, {"path": "a", "hash": "x:1"}]}',
        b"[" * 99_999,
    ],
)
def test_a_package_that_cannot_be_read_costs_nothing(tmp_path: Path, package: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("archive/data.warc", WARC)
        made.writestr("datapackage.json", package)
    assert isinstance(taken(tmp_path, out.getvalue())[0], FoundRecord)


def test_what_is_known_as_a_wacz_file() -> None:
    content = wacz(FILES)
    assert Wacz().identify(content, "-") == "a zip that begins with members of a WACZ file"
    assert Wacz().identify(content, "a.WACZ") == "its name ends in .wacz, and it is a zip"
    assert Wacz().identify(b"Talks", "a.wacz") is None
    assert Wacz().identify(wacz({"archive/a.txt": b"Talks in Minsk"}), "a.zip") is None


def test_what_fails(tmp_path: Path) -> None:
    (empty,) = taken(tmp_path, wacz({"pages/pages.jsonl": b"{}"}))
    assert isinstance(empty, Failure) and empty.reason == "a WACZ file without a file in archive/"
    damaged = bytearray(wacz(FILES))
    at = damaged.index(FILES["archive/more.warc"]) + 40
    damaged[at : at + 4] = b"\0\0\0\0"
    units = taken(tmp_path, bytes(damaged))
    assert [one.locator for one in units if isinstance(one, FoundRecord)] == [
        "a.wacz#member=archive/data.warc.gz#record=1"
    ]
    (failed,) = [one for one in units if isinstance(one, Failure)]
    assert failed.locator == "a.wacz#member=archive/more.warc" and "damaged within the zip" in failed.reason
