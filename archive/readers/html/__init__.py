"""Saved HTML pages. docs/html.md says which value comes from where."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archive.documents import Document, Layout, Value
from archive.readers.base import UnreadableError
from archive.readers.html.capture import Capture, find_capture, of_original
from archive.readers.html.encoding import decode_page

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from archive.readers.html.metadata import PageMetadata

LARGEST = 10_000_000  # characters, images that stand within the page not counted

_LEAST = 25  # characters of a body; what is less is a page that loads its text, or has none

_NAMES = (".html", ".htm", ".xhtml", ".shtml")
_BLANK = r"\s*+(?:<\?xml\b[^>]{0,200}\?>\s*+)?+(?:<!--(?:(?!-->).){0,4000}+-->\s*+)*+"
_STARTS = re.compile(rf"{_BLANK}<(?:!doctype\s+html|html|head|body|meta|title)\b", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(
    rf"{_BLANK}(?:<!doctype\s+(?!html)|<\?xml-|<(?:rss|feed|rdf:rdf|opml|newsml|newsitem|nitf)\b)",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?>", re.IGNORECASE)
_DATA = re.compile(r"data:[a-z]+/[a-z0-9.+-]+(?:;[a-z0-9=-]+)*,[A-Za-z0-9+/=%._~-]{200,}", re.IGNORECASE)
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


class HtmlReader:
    """A saved page: one document. Nothing is fetched, and no script is run."""

    name = "html"
    media_type = "text/html"

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is HTML: it begins as HTML does, or has tags and a name that says so."""
        if b"<" not in head:
            return None
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            start = head[: len(head) // 2 * 2].decode("utf-16", "replace")
        else:
            start = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
        if _STARTS.match(start):
            return "it begins as HTML does"
        ending = next((one for one in _NAMES if name.lower().endswith(one)), None)
        if ending is not None and not _FEED.match(start) and _TAG.search(start):
            return f"its name ends in {ending}, and it has tags"
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the page as one Document, or raise UnreadableError if there is no article in it."""
        yield read_page(locator, content, original=content, reader=self.name, media_type=self.media_type)


def read_page(
    locator: str,
    page: bytes,
    *,
    original: bytes,
    reader: str,
    media_type: str,
    capture: Capture | None = None,
    charset: str | None = None,
    notes: tuple[str, ...] = (),
) -> Document:
    """Return a page as a Document, or raise UnreadableError if there is no article in it.

    `original` is what is kept of it: the page itself, or what it came in. `capture` and `charset` are what is said
    outside of the page of where and when it was saved, and of its encoding; the former stands for what the page says.
    """
    text, decoded = decode_page(page, charset)
    said = [*notes, *decoded]
    capture = of_original(capture) if capture else find_capture(text)
    text = _DATA.sub("data:,", text)
    if len(text) > LARGEST:
        raise UnreadableError(
            f"a page of {len(text):,} characters is over the limit of {LARGEST:,}", "save the article alone"
        )
    text, removed = _NO_CHARACTERS.subn("", text)
    if removed:
        said.append(f"{removed} character{'' if removed == 1 else 's'} that no page can have removed")
    tree, is_cut = _parse(text)
    if is_cut:
        said.append("nested too deeply: what stands deepest could not be read")
    from archive.readers.html.body import read_body
    from archive.readers.html.metadata import read_page_metadata

    found = read_page_metadata(tree, capture)
    _fill(found, tree)
    body = read_body(tree, found.text("headline"), found.stated_body)
    if sum(len(block.text) for block in body.blocks) < _LEAST:
        why = "its elements are nested too deeply" if is_cut else "no text that is more than lists and links"
        raise UnreadableError(
            f"no article in it: {why}",
            "save the page once its text is shown, or save its text as a .txt or .md file",
        )
    return Document(
        locator,
        reader,
        media_type,
        original,
        layout=Layout(None, None, body.blocks, body.set_aside, body.links),
        values=tuple(found.values),
        topics=tuple(found.topics),
        notes=(*said, *found.notes, *body.notes),
    )


def _parse(text: str) -> tuple["HtmlElement", bool]:
    """Return the tree of a page, and whether it is nested more deeply than the parser goes: 2,048 elements."""
    try:
        import trafilatura  # noqa: F401 - the rest of the extra, so that what is missing is said at once
        from lxml.etree import LxmlError
        from lxml.html import HTMLParser, document_fromstring
    except ImportError as error:
        raise UnreadableError(
            f"reading HTML needs an extra that is not installed ({error.name})", "pip install 'archive[html]'"
        ) from error
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True)
    try:
        tree = document_fromstring(text.encode(), parser=parser)
    except (LxmlError, ValueError) as error:
        raise UnreadableError(
            "no article in it: no page that can be parsed", "open it in a browser and save it"
        ) from error
    return tree, any("depth" in entry.message for entry in parser.error_log.filter_from_errors()[:100])


def _fill(found: "PageMetadata", tree: "HtmlElement") -> None:
    """Add what trafilatura guesses of what the page does not state: headline, authors, date."""
    from htmldate import find_date
    from trafilatura.metadata import extract_author, extract_title

    guesses: dict[str, str | None] = {}
    if not found.has("headline"):
        guesses["headline"] = extract_title(tree)
    if not found.has("authors"):
        guesses["authors"] = extract_author(tree)
    if not found.has("published"):
        guesses["published"] = find_date(tree, original_date=True, extensive_search=False)
    found.values += [Value(field, text, "trafilatura") for field, text in guesses.items() if text]
