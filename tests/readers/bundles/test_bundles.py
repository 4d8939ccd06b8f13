import bz2
import gzip
import io
import lzma
import random
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Failure, ReadContainer
from archive.readers.bundles.tar import Tar
from archive.readers.files import FoundFile
from archive.readers.unwrap import FoundRecord, Limits, Taken, unwrap_file, unwrap_stream

TEXT = b"Talks in Minsk\n\nTwo presidents met on Tuesday to speak about trade.\n"
FILES = {"a.txt": TEXT, "news/b.md": b"# B\n\nA second text.\n", "c.jsonl": b'{"title": "C"}\n{"title": "D"}\n'}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": partial(gzip.compress, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def taken(folder: Path, name: str, content: bytes, limits: Limits | None = None) -> list[Taken]:
    """Return what comes of a file, its places without the folder; the same as comes of it on standard input."""
    path = folder / name
    path.write_bytes(content)
    found = FoundFile(str(path), name, str(folder), None)
    units = unwrap_file(found, limits or Limits())
    assert units is not None
    result = list(units)
    piped, _ = unwrap_stream(found, io.BytesIO(content), limits or Limits())
    assert piped is not None
    assert [_told(one) for one in piped] == [_told(one) for one in result]
    return result


def _told(one: Taken) -> tuple[object, ...]:
    return (one.locator, one.content if isinstance(one, FoundRecord) else one)


def contents(units: Iterable[Taken]) -> dict[str, bytes]:
    return {one.locator: one.content for one in units if isinstance(one, FoundRecord)}


def failures(units: Iterable[Taken]) -> dict[str, str]:
    return {one.locator: one.reason for one in units if isinstance(one, Failure)}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", zipped(FILES)),
        ("a", zipped(FILES, zipfile.ZIP_STORED)),
        ("a.zip", zipped(FILES, zipfile.ZIP_LZMA)),
        ("a.tar", tarred(FILES)),
        ("a.tar", tarred(FILES, tarfile.USTAR_FORMAT)),
        ("a.tar", tarred(FILES, tarfile.GNU_FORMAT)),
        ("a.tar.xz", tarred(FILES)),  # what it is its bytes say
        *((f"a.tar{ending}", pack(tarred(FILES))) for ending, pack in PACKERS.items()),
    ],
)
def test_members_are_what_they_are_outside(tmp_path: Path, name: str, content: bytes) -> None:
    units = taken(tmp_path, name, content)
    assert contents(units) == {
        f"{name}#member=a.txt": TEXT,
        f"{name}#member=news/b.md": FILES["news/b.md"],
        f"{name}#member=c.jsonl#line=1": b'{"title": "C"}',
        f"{name}#member=c.jsonl#line=2": b'{"title": "D"}',
    }
    assert [(one.locator, one.records) for one in units if isinstance(one, ReadContainer)] == [
        (f"{name}#member=c.jsonl", 2),
        (name, 3),
    ]
    last = units[-1]
    assert isinstance(last, ReadContainer)
    assert last.size == len(content)


@pytest.mark.parametrize(("ending", "pack"), PACKERS.items())
def test_a_packed_file_keeps_its_place(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    record, container = taken(tmp_path, f"a.txt{ending}", pack(TEXT) + pack(b"More of it.\n"))
    assert isinstance(record, FoundRecord)
    assert (record.locator, record.content) == (f"a.txt{ending}", TEXT + b"More of it.\n")
    assert record.found.known_as.endswith("/a.txt")
    assert not record.found.is_part
    assert isinstance(container, ReadContainer)
    assert container.records == 1
    *lines, container = taken(tmp_path, f"c.jsonl{ending}", pack(FILES["c.jsonl"]))
    assert [one.locator for one in lines] == [f"c.jsonl{ending}#line=1", f"c.jsonl{ending}#line=2"]
    assert isinstance(container, ReadContainer)
    assert (container.media_type, container.records) == ("application/jsonl", 2)
    assert container.size == len(pack(FILES["c.jsonl"]))  # as it was found, not as it was unpacked


def test_bundles_within_each_other_are_opened_to_a_depth(tmp_path: Path) -> None:
    content = tarred({"inner.zip": zipped({"b.tgz": gzip.compress(tarred({"a.txt": TEXT}))})})
    place = "a.tar#member=inner.zip#member=b.tgz"
    assert contents(taken(tmp_path, "a.tar", content)) == {f"{place}#member=a.txt": TEXT}
    units = taken(tmp_path, "a.tar", content, Limits(depth=3))
    assert failures(units) == {place: "packed more than 3 times over"}
    assert isinstance(units[-1], ReadContainer)


def test_what_no_person_put_there_is_left_out(tmp_path: Path) -> None:
    names = (
        "__MACOSX/._a.txt",
        ".DS_Store",
        "a/.hidden/b.txt",
        "Thumbs.db",
        "a/~$b.docx",
        "a/",
        "a.txt",
        "archive.toml",
        "a.meta.toml",
    )
    for name, content in (
        ("a.zip", zipped({name: b"" if name.endswith("/") else TEXT for name in names})),
        ("a.tar", tarred({name: TEXT for name in names if not name.endswith("/")})),
    ):
        units = taken(tmp_path, name, content)
        assert list(contents(units)) == [f"{name}#member=a.txt"]
        last = units[-1]
        assert isinstance(last, ReadContainer)
        assert [note.partition(":")[0] for note in last.notes] == ["archive.toml", "a.meta.toml"]


def test_the_folder_that_a_page_was_saved_with_is_left_out_of_a_zip(tmp_path: Path) -> None:
    names = ("a/Ferry.html", "a/Ferry_files/in/x.js", "a/Ferry_files/y.css", "b/Ferry_files/z.txt")
    units = taken(tmp_path, "a.zip", zipped(dict.fromkeys(names, TEXT)))
    assert list(contents(units)) == ["a.zip#member=a/Ferry.html", "a.zip#member=b/Ferry_files/z.txt"]
    assert isinstance(units[-1], ReadContainer)
    assert units[-1].notes == ("left out: 2 files in folders that pages were saved with",)


def test_names_lead_nowhere(tmp_path: Path) -> None:
    names = ("../../etc/passwd", "/etc/passwd", "C:\\a.txt", "a\nb.txt")
    units = contents(taken(tmp_path, "a.tar", tarred(dict.fromkeys(names, TEXT))))
    assert list(units) == [
        "a.tar#member=../../etc/passwd",
        "a.tar#member=/etc/passwd",
        "a.tar#member=C:\\a.txt",
        "a.tar#member=a\\x0ab.txt",
    ]
    assert set(units.values()) == {TEXT}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tar"]


def test_links_and_devices_are_failures(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (
            ("s", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
            ("p", tarfile.FIFOTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(TEXT)
        archive.addfile(entry, io.BytesIO(TEXT))
    units = taken(tmp_path, "a.tar", out.getvalue())
    assert [reason.partition(" in ")[0] for reason in failures(units).values()] == [
        "a link",
        "a link",
        "a device",
        "a device",
    ]
    assert list(contents(units)) == ["a.tar#member=a.txt"]

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        bundle.writestr(link, "/etc/passwd")
    assert failures(taken(tmp_path, "b.zip", packed.getvalue())) == {
        "b.zip#member=link.txt": "a symbolic link, not a file"
    }


def test_a_damaged_member_costs_no_other(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.txt": TEXT, "b.txt": b"Second. " * 20, "c.txt": TEXT}, zipfile.ZIP_STORED))
    at = content.index(b"Second.")
    content[at] ^= 1
    units = taken(tmp_path, "a.zip", bytes(content))
    (reason,) = failures(units).values()
    assert reason.startswith("damaged within the zip archive: Bad CRC-32")
    assert list(contents(units)) == ["a.zip#member=a.txt", "a.zip#member=c.txt"]

    content = bytearray(zipped({"a.txt": TEXT}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert failures(taken(tmp_path, "b.zip", bytes(content))) == {"b.zip#member=a.txt": "it is encrypted"}

    content = bytearray(zipped({"a.txt": TEXT}))
    for mark, offset in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        struct.pack_into("<H", content, content.index(mark) + offset, 97)
    (reason,) = failures(taken(tmp_path, "c.zip", bytes(content))).values()
    assert reason == "packed in a way that cannot be unpacked here"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.zip", zipped(FILES)[:-30], "a zip archive that is cut off"),
        ("a.zip", zipped({"b.zip": zipped(FILES)}, zipfile.ZIP_STORED)[:-150], "a zip archive that is cut off"),
        ("a.zip", zipped({"b.zip": zipped(FILES)}, zipfile.ZIP_STORED)[:-60], "a zip archive whose end is that of ano"),
        ("a.zip", zipped({}), "no file in it (zip archive)"),
        ("a.tar", tarred(FILES)[:700], "a tar archive that is damaged or cut off"),
        ("a.txt.gz", gzip.compress(TEXT, mtime=0)[:-12], "its gzip data breaks off"),
        ("a.txt.bz2", bz2.compress(TEXT)[:-12], "its bzip2 data breaks off"),
        ("a.txt.xz", lzma.compress(TEXT)[:-12], "its xz data breaks off"),
        ("a.txt.zst", PACKERS[".zst"](TEXT)[:-5], "its zstd data breaks off"),
        ("a.txt.gz", gzip.compress(TEXT, mtime=0)[:-8] + b"\x00" * 8, "its gzip data is damaged: CRC check failed"),
        ("a.txt.bz2", bz2.compress(TEXT)[:20] + b"x" * 20, "its bzip2 data is damaged"),
        ("a.txt.xz", lzma.compress(TEXT)[:20] + b"x" * 20, "its xz data is damaged"),
        ("a.txt.zst", PACKERS[".zst"](TEXT)[:6] + b"x" * 20, "its zstd data is damaged"),
    ],
)
def test_what_cannot_be_unpacked_is_one_failed_unit(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    units = taken(tmp_path, name, content)
    last = units[-1]
    assert isinstance(last, Failure)
    assert last.locator == name
    assert last.reason.startswith(reason)
    assert last.cure


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_is_not_unpacked(tmp_path: Path, ending: str) -> None:
    zeros = b"{" + b" " * 30_000_000
    content = PACKERS[ending](zeros)
    limits = Limits(unit=1_000_000, unpacked=2_000_000)
    (failure,) = taken(tmp_path, f"a.txt{ending}", content, limits)
    assert isinstance(failure, Failure)
    assert failure.reason == "it is over the limit of 1 MB"
    tight = Limits(unpacked=2_000_000 - 100 * len(content))
    (failure,) = taken(tmp_path, f"a.txt{ending}", content, tight)
    assert isinstance(failure, Failure)
    assert failure.reason == "it unpacks to more than 2,000,000 bytes"
    assert failure.cure
    assert "--max-unpacked" in failure.cure


def test_a_bomb_of_many_members_ends_as_one_failure(tmp_path: Path) -> None:
    layer = zipped({f"{number}.txt": b" " * 1_000_000 for number in range(50)})
    content = zipped({f"{number}.zip": layer for number in range(50)})
    units = taken(tmp_path, "a.zip", content, Limits(unpacked=10_000_000 - 100 * len(content)))
    assert list(failures(units).values()) == ["it unpacks to more than 10,000,000 bytes"]
    assert len(contents(units)) < 12


def test_more_members_than_the_limit_are_refused(tmp_path: Path) -> None:
    files = {f"{number}.txt": TEXT for number in range(11)}
    assert failures(taken(tmp_path, "a.zip", zipped(files), Limits(members=10))) == {
        "a.zip": "11 members are over the limit of 10"
    }
    units = taken(tmp_path, "a.tar", tarred(files), Limits(members=10))
    assert len(contents(units)) == 10
    assert failures(units) == {"a.tar": "more members than the limit of 10"}


def test_a_list_of_members_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(FILES))
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 0x7FFFFFFF)
    (reason,) = failures(taken(tmp_path, "a.zip", bytes(content))).values()
    assert reason == "a zip archive with a list of members of 2,147,483,647 bytes"


def test_letters_that_stand_by_chance_where_a_tar_has_its_magic_make_none() -> None:
    assert Tar().identify(b"Talks begin. ".ljust(257, b"x") + b"ustar" + b" y" * 200, "talks.txt") is None
    assert Tar().identify(b"\x00" * 257 + b"ustar  \x00", "packed") is not None


def test_a_header_of_a_tar_that_fills_the_memory_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 33
    content = header.tobuf(tarfile.GNU_FORMAT) + b"0" * 10_000
    (reason,) = failures(taken(tmp_path, "a.tar", content)).values()
    assert reason.endswith("a header of 8,589,934,592 bytes")


def test_word_documents_in_a_zip_are_its_members(tmp_path: Path) -> None:
    document = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    units = taken(tmp_path, "a.zip", zipped({"a.docx": document, "b.docx": document}, zipfile.ZIP_STORED))
    assert contents(units) == {"a.zip#member=a.docx": document, "a.zip#member=b.docx": document}


def test_documents_that_are_zip_files_are_no_bundles(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}))
    assert unwrap_file(FoundFile(str(path), "a", str(tmp_path), None), Limits()) is None


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["zip", "tar", *PACKERS]), st.integers(), st.integers(1, 30))
def test_damaged_bytes_are_units_and_failures_and_nothing_else(kind: str, seed: int, places: int) -> None:
    chance = random.Random(seed)
    whole = zipped(FILES) if kind == "zip" else tarred(FILES) if kind == "tar" else PACKERS[kind](tarred(FILES))
    content = bytearray(whole)
    for _ in range(places):
        content[chance.randrange(len(content))] = chance.randrange(256)
    del content[chance.randrange(len(content)) if chance.random() < 0.3 else len(content) :]
    units, _ = unwrap_stream(FoundFile("-", "-", "/", None), io.BytesIO(bytes(content)), Limits())
    for one in units or ():
        assert isinstance(one, FoundRecord | Failure | ReadContainer)
