import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document, Layout, Value
from archive.errors import ReadError
from archive.readers.base import UnreadableError
from archive.readers.text import TextReader


def read(content: bytes | str) -> Document:
    data = content if isinstance(content, bytes) else content.encode()
    (document,) = TextReader().read("a.txt", data)
    return document


def test_a_text_is_handed_on_to_be_laid_out() -> None:
    content = b"Harbour talks begin\n\nThe delegation arrived."
    assert read(content) == Document("a.txt", "text", "text/plain", content, text=content.decode())


def test_front_matter_before_a_plain_text_is_taken() -> None:
    document = read("---\ntitle: Harbour talks\ndate: 2023-02\ntags: trade, fish\n---\nThe delegation *arrived*.\n")
    assert document.text == "The delegation *arrived*.\n"
    assert document.layout is None
    assert document.values == (
        Value("headline", "Harbour talks", "front_matter"),
        Value("published", "2023-02", "front_matter"),
    )
    assert [topic.text for topic in document.topics] == ["trade", "fish"]


def test_broken_front_matter_is_set_aside_and_noted() -> None:
    document = read("---\ntitle: Harbour: talks\n---\nThe delegation arrived.")
    assert document.text == "The delegation arrived."
    assert isinstance(document.layout, Layout)
    assert [passage.kind for passage in document.layout.set_aside] == ["front_matter"]
    assert "line 2" in document.notes[0]


def test_a_rule_that_is_never_closed_is_text() -> None:
    assert read("---\ntitle: Harbour talks\n").text == "---\ntitle: Harbour talks\n"


def test_what_was_guessed_is_noted() -> None:
    document = read("Die Händler hörten „nichts Neues“ über Zölle.".encode("cp1252"))
    assert document.notes == ("decoded as windows-1252 (guessed)",)


def test_nul_and_surrogates_are_left_to_whoever_cleans_the_text() -> None:
    assert read(b"talks\x00 begin \xed\xa0\x80").text == "talks\x00 begin \ud800"


@pytest.mark.parametrize("content", [" \n\t\n", "\ufeff", "---\n---\n \n", "---\n# nothing\n---\n\u3000"])
def test_a_blank_text_is_unreadable(content: str) -> None:
    if content.startswith("---"):
        assert read(content).layout is not None  # what stands between the lines is kept
        return
    with pytest.raises(UnreadableError, match="no text in it"):
        read(content)


def test_values_alone_are_a_document() -> None:
    assert read("---\ntitle: Harbour talks\n---\n").text == ""


@pytest.mark.parametrize(
    ("head", "is_text"),
    [
        (b"Talks begin.", True),
        (b"<!-- a remark --> Talks", True),
        (b"< 5 per cent", True),
        (b"<headline> is no tag of HTML", True),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", False),
        (b"<HTML lang=en>", False),
        (b"<?xml version='1.0'?>", False),
    ],
)
def test_html_and_xml_are_no_plain_text(head: bytes, is_text: bool) -> None:
    assert (TextReader().identify(head, "a.txt") is not None) == is_text


@settings(max_examples=200)
@given(
    st.binary(max_size=120) | st.text(max_size=60).map(lambda text: ("---\n" + text).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_give_a_document_or_a_read_error(content: bytes) -> None:
    try:
        document = read(content)
    except ReadError:
        return
    assert document.content == content
