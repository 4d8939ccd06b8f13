import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.documents import FIELDS, Block, Document, Layout, Link, SetAside, Value
from archive.readers.base import UnreadableError
from archive.readers.metadata import METADATA_KEYS
from archive.readers.records.arrays import LIST_KEYS
from archive.readers.records.objects import DEEPEST
from archive.readers.records.plain import LABEL_KEYS, SUMMARY_KEYS, TEXT_KEYS
from archive.readers.records.record import RecordReader

BODY = "The ferry left.\n\nStops\n\nIt stopped twice.\n\nfirst\n\nsecond"
BLOCKS = [
    {"position": 1, "kind": "heading", "level": 2, "start": 17, "end": 22},
    {"position": 4, "kind": "code", "level": None, "start": 43, "end": 56},
]


def read(record: object) -> Document:
    content = record if isinstance(record, bytes) else json.dumps(record).encode()
    (document,) = RecordReader().read("a.jsonl#line=1", content)
    assert (document.locator, document.reader, document.content) == ("a.jsonl#line=1", "record", content)
    assert document.media_type == "application/json"
    return document


def values(document: Document) -> dict[str, str]:
    assert all(value.method == "record" for value in (*document.values, *document.topics))
    return {value.field: value.text for value in document.values}


def refused(record: object) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read(record)
    assert caught.value.cure
    return caught.value


def test_a_plain_record_is_a_text_with_values() -> None:
    document = read(
        {
            "title": "Ferry stops",
            "text": "The ferry stopped.",
            "date": "2023-02",
            "author": ["A. Okoro", "Li Wei"],
            "source": {"name": "Mill Post"},
            "tags": ["trade", "Minsk"],
            "id": 17,
            "popularity": 0.5,
        }
    )
    assert document.text == "The ferry stopped."
    assert values(document) == {
        "headline": "Ferry stops",
        "published": "2023-02",
        "authors": "A. Okoro; Li Wei",
        "source": "Mill Post",
        "id": "17",
    }
    assert [topic.text for topic in document.topics] == ["trade", "Minsk"]
    assert document.notes == ()  # what it does not know stays in the original


@pytest.mark.parametrize("key", TEXT_KEYS)
def test_each_key_of_a_text(key: str) -> None:
    assert read({key.upper().replace("_", "-"): "A text."}).text == "A text."


def test_of_two_texts_the_first_key_wins_and_the_other_is_noted() -> None:
    document = read({"content": "A te…", "body": "", "text": "A text.", "full_text": "A text."})
    assert document.text == "A text."
    assert document.notes == ("key 'content' was not used: 'text' gives the text already",)
    assert read({"body": {"html": "x"}, "title": "A"}).notes == ("key 'body' was not used: it is not text",)


def test_a_list_of_texts_is_one_of_paragraphs() -> None:
    assert read({"body": ["One.", "Two."]}).text == "One.\n\nTwo."


def test_a_topic_of_a_vocabulary_has_its_code_and_its_name() -> None:
    topics = [
        {"scheme": "medtop", "code": "20000574", "name": "Elections"},
        {"scheme": "medtop", "code": "1"},
        {"scheme": "local", "code": "trade-2", "name": "Trade"},
        {"name": "Ferries"},
        {"scheme": "local", "code": "eels", "name": "Eels", "methods": ["rule"]},
        {"scheme": "local", "code": "mud", "name": "Mud", "methods": ["rule", "given"]},
    ]
    assert read({"body": "A.", "topics": topics}).topics == (
        Value("topics", "medtop:20000574", "record", "Elections"),
        Value("topics", "medtop:1", "record"),
        Value("topics", "Trade", "record"),
        Value("topics", "Ferries", "record"),
        Value("topics", "Mud", "record"),
    )


def test_a_headline_that_was_derived_is_none() -> None:
    assert values(read({"body": "A.", "headline": "A.", "headline_method": "derived"})) == {}


def test_an_exported_body_is_taken_to_the_letter() -> None:
    aside = {"kind": "caption", "text": "A ferry", "after_block": 1, "rule": "image_alt", "rule_version": 1}
    link = {"kind": "link", "text": "there", "url": "https://mill.example/a"}
    record = {"headline": "Ferry", "headline_method": "first_line", "body": BODY, "blocks": BLOCKS}
    document = read({**record, "set_aside": [aside], "links": [link]})
    assert document.text is None
    assert document.values == ()
    assert document.layout == Layout(
        "Ferry",
        "first_line",
        (
            Block("paragraph", "The ferry left."),
            Block("heading", "Stops", 2),
            Block("paragraph", "It stopped twice."),
            Block("code", "first\n\nsecond"),
        ),
        (SetAside("caption", "A ferry", 1, "image_alt", 1),),
        (Link("link", "there", "https://mill.example/a"),),
    )


def test_a_minute_that_is_written_with_seconds_has_none() -> None:
    record = {"body": "A.", "published": "2023-02-28T06:30:00+01:00"}
    assert values(read(record))["published"] == "2023-02-28T06:30:00+01:00"
    assert values(read({**record, "published_precision": "minute"}))["published"] == "2023-02-28T06:30+01:00"


def test_an_exported_byline_stands_for_its_authors() -> None:
    record = {"body": "A.", "byline": "By A. Okoro in Lagos", "authors": ["A. Okoro"]}
    assert values(read({**record, "blocks": []})) == {"authors": "By A. Okoro in Lagos"}
    assert values(read(record)) == {"authors": "A. Okoro"}


def test_an_exported_article_without_a_text() -> None:
    document = read({"headline": "A", "headline_method": "given", "body": "", "blocks": []})
    assert document.layout == Layout(None, None, ())
    assert values(document) == {"headline": "A"}


@pytest.mark.parametrize(
    "blocks",
    [
        "heading",
        [1],
        [{"kind": "verse", "start": 0, "end": 4}],
        [{"kind": "heading", "start": "0", "end": 4}],
        [{"kind": "heading", "start": 4, "end": 2}],
        [{"kind": "heading", "start": 17, "end": 999}],
        [{"kind": "heading", "start": 18, "end": 22}],
        [{"kind": "heading", "start": 17, "end": 21}],
        [{"kind": "heading", "level": 7, "start": 17, "end": 22}],
        [BLOCKS[0], BLOCKS[0]],
    ],
    ids=str,
)
def test_blocks_that_do_not_fit_are_noted_and_the_text_is_laid_out(blocks: Any) -> None:
    document = read({"body": BODY, "blocks": blocks})
    assert document.text == BODY
    assert len(document.notes) == 1
    assert document.notes[0].endswith("the body was laid out as plain text")


@pytest.mark.parametrize("key", ["set_aside", "links"])
@pytest.mark.parametrize("item", [{}, {"kind": "odd", "text": "A", "after_block": 1, "rule": "r", "rule_version": 1}])
def test_what_is_no_passage_or_link_is_noted(key: str, item: Any) -> None:
    assert f"'{key}' was not used" in read({"body": BODY, "blocks": [], key: [item]}).notes[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[1, 2]", "JSON, but no object: '[1, 2]'"),
        (b'"text"', "JSON, but no object: '\"text\"'"),
        (b'{"title": "A",', "not JSON: Expecting property name enclosed in double quotes at character 15"),
        (b"{'title': 'A'}", "not JSON: Expecting property name enclosed in double quotes at character 2"),
        (b"\x00" * 20, "not JSON: Expecting value at character 1"),
        (b"[" * 100_000, "nested more than 100 deep"),
        (b'{"a":' * 100_000, "nested more than 100 deep"),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), "nested more than 100 deep"),
        (b"{}", "a record without a text (body, text, content) or a value: its keys are none"),
        (b'{"score": 1}', "a record without a text (body, text, content) or a value: its keys are 'score'"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_record_has_a_reason(content: bytes, reason: str) -> None:
    assert refused(content).reason == reason


def test_nesting_up_to_the_limit_is_read() -> None:
    assert read(b'{"body": "A.", "a":' + b"[" * (DEEPEST - 1) + b"]" * (DEEPEST - 1) + b"}").text == "A."


def test_a_number_of_a_million_digits_costs_nothing_and_is_noted() -> None:
    document = read(b'{"body": "A.", "id": ' + b"9" * 1_000_000 + b"}")
    assert values(document) == {}
    assert document.notes == ("key 'id' was not used: it is not text; put it into quotes",)


def test_a_key_that_stands_there_twice_is_noted() -> None:
    document = read(b'{"body": "A.", "body": "B.", "x": {"y": 1, "y": 2}}')
    assert document.text == "B."
    assert document.notes == ("key 'body' stands there twice; the last one is used",)


def test_marks_nuls_and_other_encodings_are_handled_as_everywhere() -> None:
    assert read(b'\xef\xbb\xbf{"body": "A\\u0000 \\ud800."}').text == "A\x00 \ud800."
    document = read('{"body": "Ein schöner Tag für Gänse"}'.encode("latin-1"))
    assert document.text == "Ein schöner Tag für Gänse"
    assert document.notes == ("decoded as windows-1252 (guessed)",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["body", "blocks", "set_aside", "links", "topics", "headline_method", "byline", *FIELDS])


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_any_object_is_a_document_or_has_a_reason(record: dict[str, Any]) -> None:
    try:
        document = read(record)
    except UnreadableError:
        return
    assert (document.text is None) == (document.layout is not None)
    assert all(isinstance(value.text, str) for value in (*document.values, *document.topics))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_have_a_reason(content: bytes) -> None:
    try:
        read(content)
    except UnreadableError as error:
        assert error.reason


def test_the_document_lists_every_key() -> None:
    table = Path(__file__).parents[3].joinpath("docs", "records.md").read_text(encoding="utf-8")
    table = table[table.index("| field | keys |") : table.index("Where no key has the text")]
    listed = {
        line.split("|")[1].strip(): re.findall(r"`(\w+)`", line.split("|")[2])
        for line in table.splitlines()
        if line.startswith("| ") and "`" in line
    }
    assert listed.pop("text") == list(TEXT_KEYS)
    by_field: dict[str, list[str]] = {}
    for key, field in METADATA_KEYS.items():
        by_field.setdefault(field, []).append(key)
    assert listed == by_field


def test_the_document_lists_every_other_key_that_is_looked_at() -> None:
    text = Path(__file__).parents[3].joinpath("docs", "records.md").read_text(encoding="utf-8")
    for name in (*SUMMARY_KEYS, *LABEL_KEYS, *LIST_KEYS):
        assert f"`{name}`" in text, name
