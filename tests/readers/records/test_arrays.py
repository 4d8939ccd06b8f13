"""JSON: where its objects begin and end is told as json.loads would tell it, whatever they hold, in little memory."""

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.readers.base import BadRecord, Record, UnreadableError
from archive.readers.field_map import FieldMap
from archive.readers.records.arrays import JsonArrays
from archive.readers.records.record import RecordReader

LIMIT = 10_000


def records(content: object, limit: int = LIMIT, fields: FieldMap | None = None) -> list[Record | BadRecord]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(JsonArrays(fields or FieldMap()).records(io.BytesIO(data), limit))


def items(content: object, limit: int = LIMIT) -> list[Any]:
    found = records(content, limit)
    assert [one.place for one in found] == [f"item={number}" for number in range(1, len(found) + 1)]
    return [one.error.reason if isinstance(one, BadRecord) else json.loads(one.content) for one in found]


def refused(content: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(UnreadableError) as caught:
        records(content, limit)
    assert caught.value.cure
    return caught.value.reason


A, B = {"title": "A", "body": "One."}, {"title": "B", "tags": [{"name": "x"}], "meta": {"items": [1, {"a": "]}"}]}}


@pytest.mark.parametrize(
    "content",
    [
        [A, B],
        {"articles": [A, B]},
        {"status": "ok", "totalResults": 2, "articles": [A, B], "next": None},
        {"title": "A list", "items": [A, B], "more": {"items": [{"title": "C"}]}},
        {"response": {"numFound": 2, "docs": [A, B]}},
        {"took": 1, "hits": {"total": {"value": 2}, "hits": [A, B]}},
        {"data": {"query": "x", "items": [A, B]}},
        {"@context": "https://schema.org", "@graph": [A, B]},
        {"results": [], "data": [1, 2], "items": [A, B]},
    ],
    ids=lambda value: json.dumps(value)[:30],
)
def test_lists_of_objects_are_found(content: object) -> None:
    assert items(content) == [A, B]


@pytest.mark.parametrize(
    "content",
    [
        A,
        B,
        {},
        {"body": "A text.", "items": [A, B]},
        {"data": {"item": A}},
        {"items": [], "title": "None"},
        {"items": ["a", "b"], "title": "Names"},
        {"data": {"data": {"data": {"data": {"items": [A]}}}}},
    ],
    ids=lambda value: json.dumps(value)[:30],
)
def test_an_object_without_a_list_is_itself_the_record(content: object) -> None:
    assert items(content) == [content]


def test_objects_one_after_the_other_are_records() -> None:
    content = b"\n".join(json.dumps(one, indent=2).encode() for one in (A, B)) + b"\n[" + json.dumps(A).encode() + b"]"
    assert items(content) == [A, B, A]


def test_records_have_their_own_bytes() -> None:
    first, second = b'{ "title":"A",\r\n\t"body" : "\\u00e9" }', b'{"title": "\xc3\xa9"}'
    found = records(b"\xef\xbb\xbf[\n" + first + b" , " + second + b"\n]\n")
    assert found == [Record("item=1", first), Record("item=2", second)]


def test_what_was_said_of_keys_is_kept_with_each_record() -> None:
    fields = FieldMap((("published", "meta.date"), ("authors", "byline.0.name"), ("topics", "a.b")))
    item = b'{"title": "A",\n "meta": {"date": "2023"}, "byline": [{"name": "A. Okoro"}], "a.b": ["x", "y"], "a": 1}'
    (record,) = records(b"[" + item + b"]", fields=fields)
    assert isinstance(record, Record)
    header, _, own = record.content.partition(b"\n")
    assert own == item
    assert json.loads(header) == {
        "archive:fields": {"published": ["meta.date"], "authors": ["byline.0.name"], "topics": ["a.b"]}
    }
    (document,) = RecordReader().read("a.json#item=1", record.content)
    assert document.media_type == "application/jsonl"
    assert {value.field: value.text for value in document.values} == {
        "headline": "A",
        "published": "2023",
        "authors": "A. Okoro",
    }
    assert [topic.text for topic in document.topics] == ["x", "y"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_made_utf_8(encoding: str) -> None:
    content = json.dumps([{"title": "Café"}, B], ensure_ascii=False).encode(encoding)
    assert items(content) == [{"title": "Café"}, B]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON, only blank space"),
        (b" \n", "no JSON, only blank space"),
        (b"<!DOCTYPE html><html>", "not JSON, or no object in it"),
        (b'"text"', "not JSON, or no object in it"),
        (b"[1, 2]", "JSON, but a list of what are no objects"),
        (b'[["a"], ["b"]]', "JSON, but a list of what are no objects"),
        (b'[{"title": "A"', "not JSON: it breaks off"),
        (b'{"title": "A', "not JSON: it breaks off within a text"),
        (b'{"title" "A"}', "not JSON: '\"' where : should be, at byte 10"),
        (b'{"title": }', "not JSON: '}' where a value should be, at byte 11"),
        (b'{"title": ', "not JSON: the end where a value should be, at byte 11"),
        (b"{title: 1}", "not JSON: 't' where \" should be, at byte 2"),
        (b"\x1f\x8b\x08\x00packed", "not JSON: a gzip archive"),
        (b'{"' + b"k" * 1_100_000, "not JSON: a key of more than 1,000,000 bytes"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_json_with_objects_has_a_reason(content: bytes, reason: str) -> None:
    assert refused(content) == reason


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (b"", "the end where , should be, at byte 18"),
        (b', {"body": "B', "it breaks off within a text"),
        (b" {}]", "'{' where , should be, at byte 19"),
        (b"] trailing", "'t' follows at byte 20"),
        (b', {"a": [1, 2', "it breaks off"),
    ],
)
def test_where_json_goes_wrong_what_stands_before_is_read(end: bytes, how: str) -> None:
    first, bad = records(b'[{"title": "One"}' + end)
    assert first == Record("item=1", b'{"title": "One"}')
    assert isinstance(bad, BadRecord)
    assert (bad.place, bad.error.reason) == ("item=2", f"the JSON goes wrong after item 1: {how}")
    assert bad.error.cure


def test_a_list_without_an_object_has_no_record() -> None:
    assert records([]) == records(b"[ ]") == []


def test_items_that_are_no_objects_among_others_are_left_to_their_reader() -> None:
    assert [one.content for one in records([A, 17, "x"]) if isinstance(one, Record)][1:] == [b"17", b'"x"']


def test_an_item_over_the_limit_is_one_bad_record() -> None:
    first, bad, last = records([A, {"body": "x" * 300_000}, B])
    assert (isinstance(first, Record), isinstance(last, Record)) == (True, True)
    assert isinstance(bad, BadRecord)
    assert bad.error.reason == "an item of 300,012 bytes is over the limit of 10,000"


def test_an_item_of_just_the_limit_is_taken() -> None:
    assert [type(one) for one in records(b'[{"a": 12}, {"a": 123}]', 9)] == [Record, BadRecord]


class _Parts(io.RawIOBase):
    """A stream of parts that are made as they are read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, None)) is not None:
            self._rest += part
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def _parts(before: bytes, part: bytes, times: int, after: bytes) -> Iterator[bytes]:
    yield before
    for _ in range(times):
        yield part
    yield after


@pytest.mark.parametrize(
    ("before", "part", "after"),
    [
        (b'[{"body": "', b"x" * 1_000_000, b'"}, {"title": "B"}]'),
        (b'[{"a": ', b"1" * 1_000_000, b'}, {"title": "B"}]'),
        (b'[{"a": "', b"\\" * 1_000_000, b'"}, {"title": "B"}]'),
        (b"[" + b'{"a": ', b"[" * 500_000 + b"]" * 500_000 + b",", b'1}, {"title": "B"}]'),
        (b"[{}", b" " * 1_000_000, b', {"title": "B"}]'),
        (b'{"meta": "', b"x" * 1_000_000, b'", "items": [{}, {"title": "B"}]}'),
    ],
    ids=["text", "number", "backslashes", "nested", "blanks", "before the list"],
)
def test_what_is_held_is_bounded(before: bytes, part: bytes, after: bytes) -> None:
    tracemalloc.start()
    try:
        stream = _Parts(_parts(before, part, 200, after))
        found = list(JsonArrays().records(stream, 1_000_000))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found[1] == Record("item=2", b'{"title": "B"}')
    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested more than 100 deep"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested more than 100 deep"),
        (
            b'{"a": 1' + b"0" * 1_000_000 + b"}",
            "a record without a text (body, text, content) or a value: its keys are 'a'",
        ),
    ],
    ids=["objects", "lists", "number"],
)
def test_hostile_items_fail_by_themselves(item: bytes, reason: str) -> None:
    for content in (b"[" + item + b"]", item):
        (record,) = records(content, 10**7)
        assert isinstance(record, Record)
        with pytest.raises(UnreadableError) as caught:
            list(RecordReader().read("a.json#item=1", record.content))
        assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("name", "head", "why"),
    [
        ("a.json", b"anything", "its name ends in .json"),
        ("-", b'[{"title": "A"}]', "it begins as JSON does"),
        ("data", b'\xef\xbb\xbf{\n  "title": "A"', "it begins as JSON does"),
        ("-", b"[Reuters] Talks go on.", None),
        ("-", b"{curly} is a word", None),
        ("notes.txt", b'[{"title": "A"}]', None),
    ],
)
def test_json_is_known_by_name_or_by_how_it_begins(name: str, head: bytes, why: str | None) -> None:
    assert JsonArrays().identify(head, name) == why


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", 'b"', "\\", "items]"]) | st.text(max_size=4), JSON, max_size=4)


@settings(max_examples=200)
@given(st.lists(OBJECTS, min_size=1, max_size=6), st.sampled_from([None, 1, "\t"]), st.booleans(), st.integers(1, 40))
def test_a_list_is_taken_apart_as_json_would(
    objects: list[dict[str, Any]], indent: Any, is_ascii: bool, chunk: int
) -> None:
    content = json.dumps(objects, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(chunk)

    found = list(JsonArrays().records(Slow(content), LIMIT))
    assert [json.loads(one.content) for one in found if isinstance(one, Record)] == objects
    assert len(found) == len(objects)


@settings(max_examples=200)
@given(st.binary(max_size=80) | st.text('[]{}",:\\ax1 \n', max_size=40).map(str.encode))
def test_any_bytes_are_records_or_have_a_reason(content: bytes) -> None:
    try:
        for one in records(content):
            assert one.place
    except UnreadableError as error:
        assert error.cure
