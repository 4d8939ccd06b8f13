"""Programs that take pages apart, by one interface: bytes to body, title, date, authors, topics, as far as they go."""

import gzip
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import trafilatura

from archive.documents import Original
from archive.errors import ReadError
from archive.normalize.article import normalize_document
from archive.normalize.matching import Matchers
from archive.normalize.phrases import PhraseMatcher
from archive.readers.html import HtmlReader
from archive.readers.html.encoding import decode_page

NOTHING = Matchers(PhraseMatcher([]), PhraseMatcher([]))

Program = Callable[[bytes], dict[str, Any]]


def find_programs() -> Iterator[tuple[str, Program]]:
    """Yield ours, trafilatura alone, and those of the others that are installed, with their names."""
    yield "archive", ours
    yield f"trafilatura {trafilatura.__version__}", bare
    if importlib.util.find_spec("resiliparse"):
        yield "resiliparse", with_resiliparse
    if importlib.util.find_spec("readability"):
        yield "readability-lxml", with_readability


def ours(content: bytes) -> dict[str, Any]:
    """Return body and metadata of a page as they would be stored."""
    try:
        (document,) = HtmlReader().read("page", content)
    except ReadError:
        return {}
    article = normalize_document(document, (), Original("", "text/html", 0, b""), NOTHING, "")
    return {
        "body": article.body,
        "title": article.headline,
        "published": article.published.text if article.published else None,
        "authors": [name for name, _ in article.authors],
        "topics": [topic.text for topic in article.topics],
    }


def bare(content: bytes) -> dict[str, Any]:
    """Return what trafilatura alone makes of a page, as its documentation shows."""
    found = trafilatura.bare_extraction(content, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    return {
        "body": found.text,
        "title": found.title,
        "published": found.date,
        "authors": (found.author or "").split("; "),
        "topics": found.tags or [],
    }


def with_resiliparse(content: bytes) -> dict[str, Any]:
    """Return the body by resiliparse, of the page as we decode it: its own detector is wrong more often."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(decode_page(content)[0])
    return {"body": extract_plain_text(tree, main_content=True, alt_texts=False)}


def with_readability(content: bytes) -> dict[str, Any]:
    """Return the body by readability, as text, of the page as we decode it."""
    from lxml.html import fromstring
    from readability import Document

    try:
        summary = Document(decode_page(content)[0]).summary(html_partial=True)
        return {"body": fromstring(summary).text_content()}
    except Exception:  # it raises what it likes on pages without text
        return {}


def unpacked(folder: Path, key: str, entry: dict[str, Any]) -> bytes:
    """Return the bytes of a page that lies packed in a folder."""
    name = str(entry.get("file") or f"{key}.html.gz").removeprefix("html/")
    return gzip.decompress((folder / name).read_bytes())
