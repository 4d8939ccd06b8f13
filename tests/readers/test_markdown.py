import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.errors import ReadError
from archive.readers.base import UnreadableError
from archive.readers.markdown import MarkdownReader
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[1] / "originals" / "markdown"


def read(content: bytes | str) -> Document:
    data = content if isinstance(content, bytes) else content.encode()
    (document,) = MarkdownReader().read("a.md", data)
    return document


@pytest.mark.parametrize("path", sorted(ORIGINALS.glob("*.md")), ids=lambda path: path.stem)
def test_golden_pairs(path: Path) -> None:
    document = read(path.read_bytes())
    found = {
        "values": {value.field: value.text for value in document.values},
        "topics": [topic.text for topic in document.topics],
        "notes": list(document.notes),
        "layout": as_fields(document.layout) if document.layout else None,
    }
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(found)) == expected


def test_there_are_golden_pairs() -> None:
    assert len(list(ORIGINALS.glob("*.md"))) == len(list(ORIGINALS.glob("*.expected.json"))) >= 6


@pytest.mark.parametrize(
    ("head", "name", "why"),
    [
        (b"Text.", "a.md", "its name ends in .md"),
        (b"Text.", "A.Markdown", "its name ends in .markdown"),
        (b"---\ntitle: A\n---\nText.", "a", "it begins with front matter"),
        (b"\xef\xbb\xbf+++\ntitle = 'A'\n+++\nText.", "-", "it begins with front matter"),
        (b"---\ntitle: A\n---\nText.", "a.txt", None),
        (b"---\nProse.\n---\nText.", "a", None),
        (b"---\nnever closed", "-", None),
        (b"Text.", "a.mdx", None),
    ],
)
def test_what_is_markdown(head: bytes, name: str, why: str | None) -> None:
    assert MarkdownReader().identify(head, name) == why


def test_a_document_of_markdown() -> None:
    content = "---\ntitle: Harbour talks\n---\n# Harbour talks\n\nText."
    document = read(content)
    assert (document.locator, document.reader, document.media_type) == ("a.md", "markdown", "text/markdown")
    assert document.content == content.encode()
    assert document.text is None
    assert document.layout is not None
    assert document.layout.headline == "Harbour talks"


def test_nul_characters_are_removed_and_noted() -> None:
    document = read("Har\x00bour\x00 talks")
    assert document.layout is not None
    assert document.layout.blocks[0].text == "Harbour talks"
    assert document.notes == ("2 NUL characters removed",)


def test_what_is_too_entangled_is_taken_as_plain_text() -> None:
    body = "> " * 100 + "Text."
    document = read("---\ntitle: Harbour talks\nbad: &a x\n---\n" + body)
    assert document.text == body
    assert document.layout is None
    assert [value.text for value in document.values] == ["Harbour talks"]
    assert document.notes == (
        "taken as plain text, not as Markdown: more than 20 lists or quotations within each other",
    )


def test_broken_front_matter_of_an_entangled_text_is_set_aside_too() -> None:
    document = read("---\ntitle: a: b\n---\n" + "> " * 100 + "Text.")
    assert document.layout is not None
    assert [passage.kind for passage in document.layout.set_aside] == ["front_matter"]
    assert len(document.notes) == 2


@pytest.mark.parametrize("content", [" \n", "\x00\n", "---\n\n---\n"])
def test_a_text_without_anything_in_it_is_unreadable(content: str) -> None:
    with pytest.raises(UnreadableError, match="no text in it"):
        read(content)


@pytest.mark.parametrize("content", ["---\ntitle: A\n---\n", "<!-- a remark -->", "# A", "![A ship](s.jpg)"])
def test_anything_at_all_is_a_document(content: str) -> None:
    assert read(content).layout is not None


@settings(max_examples=200)
@given(
    st.binary(max_size=80)
    | st.text(max_size=60).map(lambda text: ("---\na: b\n---\n" + text).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_give_a_document_or_a_read_error(content: bytes) -> None:
    try:
        document = read(content)
    except ReadError:
        return
    assert (document.layout is None) == (document.text is not None)
