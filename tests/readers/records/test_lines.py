import gc
import hashlib
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.documents import Failure, ReadContainer
from archive.readers.base import BadRecord, Record, UnreadableError
from archive.readers.containers import CONTAINERS
from archive.readers.files import FoundFile
from archive.readers.records.lines import JsonLines
from archive.readers.unwrap import FoundRecord, Limits, unwrap_file, unwrap_stream

LIMIT = 1_000


def records(content: bytes, limit: int = LIMIT) -> list[Record | BadRecord]:
    return list(JsonLines().records(io.BytesIO(content), limit))


def found(path: Path) -> FoundFile:
    return FoundFile(str(path), str(path), str(path.parent), None)


@pytest.mark.parametrize(
    ("name", "head", "why"),
    [
        ("a.jsonl", b"anything", "its name ends in .jsonl"),
        ("/news/A.NDJSON", b"anything", "its name ends in .ndjson"),
        ("a.json", b'{"title": "A"}\n{"title": "B"}\n', "its first line is an object"),
        ("-", b'\xef\xbb\xbf \n{ "title": "A"}\r\nno JSON', "its first line is an object"),
        ("-", b"{}", "its first line is an object"),
        ("-", b'{"title": "' + b"A" * 9_000, "its first line begins an object"),
        ("-", b'{"text": "B", "items": [{"title": "' + b"A" * 9_000, "its first line begins an object"),
        ("a.json", b'{"items": [{"title": "' + b"A" * 9_000, None),
        ("a.json", b'{"status": "ok", "response": {"docs": [{"title": "A"}]}}', None),
        ("a.json", b'{"text": "B", "items": [{"title": "A"}]}\n', "its first line is an object"),
        ("a.jsonl", b'{"items": [{"title": "A"}]}\n', "its name ends in .jsonl"),
        ("a.json", b'{\n  "title": "A"\n}', None),
        ("a.json", b'{"a": {}\n, "b": 1}', None),
        ("a.json", b'[{"title": "A"}]', None),
        ("-", b'{"title": ' + b"[" * 5_000, None),
        ("-", b"{curly} is a word", None),
        ("-", b"", None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_json_lines_are_known_by_name_or_by_their_first_line(name: str, head: bytes, why: str | None) -> None:
    assert JsonLines().identify(head, name) == why


def test_each_line_that_is_not_blank_is_a_record_of_its_own_bytes() -> None:
    assert records(b'\xef\xbb\xbf{"a": 1}\r\n\n  \t\n {"b": 2} \nno JSON') == [
        Record("line=1", b'{"a": 1}'),
        Record("line=4", b' {"b": 2} '),
        Record("line=5", b"no JSON"),
    ]


def test_a_line_over_the_limit_is_one_bad_record() -> None:
    long = b'{"a": "' + b"x" * 3_000_000 + b'"}'
    first, bad, last = records(b"{}\n" + long + b"\n{}", 10)
    assert (first, last) == (Record("line=1", b"{}"), Record("line=3", b"{}"))
    assert isinstance(bad, BadRecord)
    assert (bad.place, bad.error.reason) == ("line=2", "a line of 3,000,010 bytes is over the limit of 10")
    assert bad.error.cure


def test_a_line_of_just_the_limit_is_taken() -> None:
    assert records(b"x" * 10 + b"\n" + b"y" * 10, 10) == [Record("line=1", b"x" * 10), Record("line=2", b"y" * 10)]
    assert [type(one) for one in records(b"x" * 11 + b"\n" + b"y" * 11, 10)] == [BadRecord, BadRecord]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"a": 1}\n'.encode("utf-16"), "JSON lines in UTF-16 or UTF-32"),
        ('{"a": 1}\n'.encode("utf-16-le"), "JSON lines in UTF-16 or UTF-32"),
        (b"\x1f\x8b\x08\x00packed", "not text: a gzip archive"),
    ],
)
def test_what_are_no_lines_of_text_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        records(content)
    assert caught.value.reason == reason
    assert caught.value.cure


@given(st.binary(max_size=300))
def test_any_bytes_give_records_or_a_reason(content: bytes) -> None:
    try:
        taken = records(content, 20)
    except UnreadableError:
        return
    assert len(taken) <= content.count(b"\n") + 1


def test_a_file_comes_as_records_then_as_what_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"{}\n" + b"x" * 50 + b"\n")
    units = unwrap_file(found(file), Limits(20))
    assert units is not None
    record, failure, container = units
    assert isinstance(record, FoundRecord)
    assert (record.locator, record.content, record.reader) == (f"{file}#line=1", b"{}", "record")
    assert record.found.path == str(file)
    assert isinstance(failure, Failure)
    assert failure.locator == f"{file}#line=2"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert container == ReadContainer(str(file), "application/jsonl", 54, digest, 2)


def test_a_single_document_is_left_to_its_reader(tmp_path: Path) -> None:
    for name, content in (("a.txt", b'{"a": 1}\n'), ("b.log", b"[]"), ("c.jsonl", b"")):
        (tmp_path / name).write_bytes(content)
        assert unwrap_file(found(tmp_path / name), Limits(LIMIT)) is None
    assert unwrap_file(found(tmp_path / "gone.jsonl"), Limits(LIMIT)) is None


def test_a_file_without_a_record_has_a_reason(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b"\n \n")
    units = unwrap_file(found(file), Limits(LIMIT))
    assert units is not None
    assert [unit.reason for unit in units if isinstance(unit, Failure)] == ["no record in it (JSON lines)"]


def test_a_stream_that_breaks_off_is_a_failure() -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 10_000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    units, _ = unwrap_stream(FoundFile("-", "-", "/", None), Breaking(b"{}\n" * 100_000), Limits(LIMIT))
    assert units is not None
    *read, last = units
    assert len(read) > 100
    assert isinstance(last, Failure)
    assert (last.locator, last.reason) == ("-", "the disk cannot read it")


PAGE = b"<html><p>" + b"Talks in Minsk.\n" * 3_000  # which an export can be: it is looked at from its start to its end


@pytest.mark.parametrize("text", [b"Talks in Minsk.\n" * 3_000, PAGE])
def test_standard_input_is_given_back_whole_where_it_is_one_document(text: bytes) -> None:
    units, stream = unwrap_stream(FoundFile("-", "-", "/", None), io.BytesIO(text), Limits())
    assert units is None
    assert stream.read() == text
    gc.collect()  # which tells of a temporary file that nobody closed


def test_of_standard_input_that_is_too_large_so_much_is_given_back_that_it_shows() -> None:
    _, stream = unwrap_stream(FoundFile("-", "-", "/", None), io.BytesIO(PAGE), Limits(1_000))
    assert stream.read() == PAGE[:1_001]


def test_standard_input_that_breaks_off_leaves_no_file_open() -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= len(PAGE):
                raise OSError(5, "Input/output error")
            return super().read(size)

    units, _ = unwrap_stream(FoundFile("-", "-", "/", None), Breaking(PAGE), Limits(LIMIT))
    assert [one.reason for one in units or () if isinstance(one, Failure)] == ["the disk cannot read it"]
    gc.collect()


def test_what_is_held_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def most(lines: int) -> int:
        file = tmp_path / f"{lines}.jsonl"
        with file.open("wb") as out:
            out.writelines(json.dumps({"body": "x" * 500, "n": number}).encode() + b"\n" for number in range(lines))
        gc.collect()
        tracemalloc.start()
        try:
            assert sum(1 for _ in unwrap_file(found(file), Limits(10**6)) or ()) == lines + 1
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(10)
    assert most(8_000) < 1.5 * most(1_000)


def test_the_names_of_containers_and_of_their_readers_differ() -> None:
    assert len({container.name for container in CONTAINERS}) == len(CONTAINERS)
    assert all(container.reader.identify(b"{}", "a.jsonl") is None for container in CONTAINERS)
