"""The body of a page: trafilatura's, taken apart into blocks; and what stands between them that is none of it."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from copy import copy
from itertools import accumulate
from typing import NamedTuple

from lxml.etree import LxmlError, _Element, iterwalk
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction

from archive.documents import Block, Link, SetAside

RULE_VERSION = 1

# trafilatura gives nothing where elements are nested more deeply, and takes seconds where there are more of them.
DEEPEST = 900
MOST_ELEMENTS = 30_000
_MOST_SET_ASIDE = 500

# A text cut back to what is surely article is taken if it is not much shorter than the paragraphs that stand together.
_SHARE = 0.8
_SHORT = 500


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _words(
    """
    address article aside blockquote body center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6
    header li main nav ol p pre section summary table tbody td tfoot th thead tr ul
    """
)
_NO_TEXT = _words("script style noscript template svg math head title iframe object select button textarea")
_CAPTION = re.compile(r"caption|credit|legende|bildunter|bildtext", re.IGNORECASE)
_NOTICE = re.compile(
    r"newsletter|cookie|consent|subscri|abonn|paywall|sign-?up|donat|banner|promo|advert", re.IGNORECASE
)
_HEADLINE_WORDS = 4  # shorter links are mostly sections, tags and buttons
_UTF_8 = HTMLParser(encoding="utf-8")
_LONGEST_SCRIPT = 2_000_000
_STRING = re.compile(r'"((?:[^"\\]|\\.){500,}+)"')
_PARAGRAPHS = re.compile(r"(?:<|\\u003c)/p(?:>|\\u003e).*(?:<|\\u003c)/p(?:>|\\u003e)", re.IGNORECASE)
_ABOVE = 4  # so many elements around one are asked what they are


class Body(NamedTuple):
    """The blocks of a body, what was set aside of it, its links to related pieces, and notes on how it was found."""

    blocks: tuple[Block, ...]
    set_aside: tuple[SetAside, ...] = ()
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()


class _Passage(NamedTuple):
    """An innermost block of the page: its element, its text, and that without white space."""

    element: HtmlElement
    text: str
    key: str


def read_body(tree: HtmlElement, headline: str | None, stated: str | None) -> Body:
    """Return the body of a page; no blocks where there is none.

    `stated` is the body that the page gives in its metadata, taken where nothing else is found. A first block that is
    the headline is no part of the body. Passages that stand between its blocks, and captions beside it, are set aside.
    """
    notes: tuple[str, ...] = ()
    blocks: list[Block] = []
    passages = list(_passages(tree))
    if _is_too_large(tree):
        notes = ("too deeply nested or too large for trafilatura: its paragraphs were taken as they stand",)
    else:
        blocks = _extracted(tree, passages)
        if all(block.kind == "table" for block in blocks):  # a page that is laid out with a table, or no article
            blocks = []
    if not blocks and (blocks := _from_scripts(tree)):
        notes = (*notes, "its text stood only in the data of a script, and was taken from there")
    if not blocks and stated:
        blocks = [
            Block("paragraph", " ".join(part.split())) for part in re.split(r"\n\s*\n|\r\n", stated) if part.strip()
        ]
        notes = (*notes, "no text found in the page: that of its JSON-LD was taken")
    if not blocks:
        blocks = [Block("paragraph", one.text) for one in _densest(passages)]
        if blocks and not notes:
            notes = ("trafilatura found no text: the paragraphs that stand together were taken",)
    if blocks and headline and _key(blocks[0].text) == _key(headline):
        del blocks[0]
    set_aside, links = _beside(blocks, passages, headline)
    return Body(tuple(blocks), tuple(set_aside), tuple(links), notes)


def _is_too_large(tree: HtmlElement) -> bool:
    depth = elements = 0
    for event, _ in iterwalk(tree, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        elements += 1
        if depth > DEEPEST or elements > MOST_ELEMENTS:
            return True
    return False


def _extracted(tree: HtmlElement, passages: Sequence[_Passage]) -> list[Block]:
    """Return what trafilatura takes for the body: cut back to what is sure, or all that is likely where that is less.

    Measured, docs/html.md: this is nearer to the truth than either, and costs little more than the first.
    """
    sure = _run(tree, fast=True, favor_precision=True)
    length = sum(len(block.text) for block in sure)
    if length < max(_SHORT, _SHARE * _together(passages)):
        return _run(tree) or sure
    return sure


def _run(tree: HtmlElement, *, fast: bool = False, favor_precision: bool = False) -> list[Block]:
    document = bare_extraction(copy(tree), include_comments=False, fast=fast, favor_precision=favor_precision)
    body = getattr(document, "body", None)
    return [] if body is None else list(_blocks(body))


def _blocks(body: _Element) -> Iterator[Block]:
    """Yield the blocks of trafilatura's tree, in order; text that stands between its elements is a paragraph."""
    if text := " ".join((body.text or "").split()):
        yield Block("paragraph", text)
    for element in body:
        yield from _of_element(element)
        if text := " ".join((element.tail or "").split()):
            yield Block("paragraph", text)


def _of_element(element: _Element) -> Iterator[Block]:
    if isinstance(element.tag, str):
        kind, level = "paragraph", None
        if element.tag == "div":
            yield from _blocks(element)
            return
        if element.tag in ("list", "quote"):
            inner = [one for one in element.iter("item", "p") if next(one.iterdescendants("item", "p"), None) is None]
            texts = [text for one in inner if (text := _text(one))]
            if _key("".join(texts)) == _key(_text(element)):
                yield from (Block(element.tag, text) for text in texts)
                return
            kind = element.tag
        elif element.tag == "table":
            rows = [[_text(cell).replace("\n", " ") for cell in row.iter("cell")] for row in element.iter("row")]
            if text := "\n".join(" | ".join(row) for row in rows if any(row)):
                yield Block("table", text)
            return
        elif element.tag == "head":
            mark = element.get("rend") or ""
            kind, level = "heading", int(mark[1]) if re.fullmatch("h[1-6]", mark) else None
        elif element.tag == "code":
            kind = "code"
        if text := _text(element):
            yield Block(kind, text.replace("\n", " ") if kind == "heading" else text, level)


def _text(element: _Element) -> str:
    parts = [element.text or ""]
    for one in element.iterdescendants():
        if one.tag in ("lb", "p", "item", "row", "head", "quote", "list"):
            parts.append("\n")
        parts += [one.text or ""] if isinstance(one.tag, str) else []
        parts.append(one.tail or "")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _from_scripts(tree: HtmlElement) -> list[Block]:
    """Return the blocks of the longest HTML in the data of a script, which it would show; mostly there is none."""
    longest = ""
    for script in tree.iter("script"):
        source = script.text or ""
        if len(source) > _LONGEST_SCRIPT or "ld+json" in (script.get("type") or ""):
            continue
        for string in _STRING.findall(source):
            if len(string) > len(longest) and _PARAGRAPHS.search(string):
                longest = string
    try:
        html = json.loads(f'"{longest}"', strict=False)
        page = document_fromstring(
            f"<html><body><article>{html}</article></body></html>".encode("utf-8", "replace"), _UTF_8
        )
    except (ValueError, LxmlError):
        return []
    return [Block("paragraph", one.text) for one in _densest(list(_passages(page)))] if longest else []


def _passages(tree: HtmlElement) -> Iterator[_Passage]:
    """Yield the blocks of a page that have no block within them, in order."""
    with_blocks: set[HtmlElement] = set()
    found: list[HtmlElement] = []
    hidden: set[HtmlElement] = set()
    for element in tree.iter():
        parent = element.getparent()
        if element.tag in _NO_TEXT or parent in hidden:
            hidden.add(element)
        elif element.tag in _BLOCKS:
            found.append(element)
            while parent is not None and parent not in with_blocks:
                with_blocks.add(parent)
                parent = parent.getparent()
    for element in found:
        if element not in with_blocks:
            text = " ".join(_own_text(element).split())
            if text:
                yield _Passage(element, text, "".join(text.split()))


def _own_text(element: HtmlElement) -> str:
    if len(element) == 0:
        return element.text or ""
    parts = [element.text or ""]
    for one in element.iterdescendants():
        if one.tag == "br":
            parts.append(" ")
        if isinstance(one.tag, str) and one.tag not in _NO_TEXT:
            parts.append(one.text or "")
        parts.append(one.tail or "")
    return "".join(parts)


def _linked(element: HtmlElement) -> int:
    return sum(len(" ".join(_own_text(link).split())) for link in element.iter("a"))


def _sizes(passages: Sequence[_Passage]) -> dict[HtmlElement, int]:
    sizes: dict[HtmlElement, int] = {}
    for one in passages:
        parent = one.element.getparent()
        if (
            one.element.tag == "p"
            and len(one.text) >= 60
            and parent is not None
            and 2 * _linked(one.element) < len(one.text)
        ):
            sizes[parent] = sizes.get(parent, 0) + len(one.text)
    return sizes


def _together(passages: Sequence[_Passage]) -> int:
    """Return how long the paragraphs are that stand in one element, of the element that has most."""
    return max(_sizes(passages).values(), default=0)


def _densest(passages: Sequence[_Passage]) -> list[_Passage]:
    """Return the passages that stand in the element with most text of its own, links and their lists left out."""
    texts = [one for one in passages if len(one.text) >= 25 and 2 * _linked(one.element) < len(one.text)]
    sizes: dict[HtmlElement, int] = {}
    for one in texts:
        element = one.element
        for share in (1, 2):
            parent = element.getparent()
            if parent is None:
                break
            sizes[parent] = sizes.get(parent, 0) + len(one.text) // share
            element = parent
    if not sizes:
        return []
    best = max(sizes, key=lambda element: sizes[element])
    return [one for one in texts if best in (one.element.getparent(), _above(one.element, 2))]


def _above(element: HtmlElement, steps: int) -> HtmlElement | None:
    for _ in range(steps):
        if element is None:
            return None
        element = element.getparent()
    return element


def _key(text: str) -> str:
    return "".join(text.split())


def _beside(
    blocks: Sequence[Block], passages: Sequence[_Passage], headline: str | None
) -> tuple[list[SetAside], list[Link]]:
    """Return what stands between the blocks of a body and is none of them, and the related pieces it links to."""
    keys = [_key(block.text) for block in blocks]
    starts = list(accumulate((len(key) + 1 for key in keys), initial=0))[:-1]
    whole = "\n".join(keys)
    exact = {line: place for place, block in enumerate(blocks) for line in map(_key, block.text.split("\n"))}
    exact |= {key: place for place, key in enumerate(keys)}
    is_large = len(passages) * len(whole) > 10**9

    def place_of(passage: _Passage) -> int | None:
        place = exact.get(passage.key)
        if place is None and len(passage.key) >= 20 and not is_large:
            at = whole.find(passage.key)
            return bisect_right(starts, at) - 1 if at >= 0 else None
        return place

    places = [place_of(one) for one in passages]
    matched = [number for number, place in enumerate(places) if place is not None and len(passages[number].key) >= 20]
    if not matched:
        return [], []
    first, last = matched[0], matched[-1]
    scope = next(passages[first].element.iterancestors("article", "main"), None)
    set_aside: list[SetAside] = []
    links: list[Link] = []
    after = 0
    seen = {_key(headline or "")}
    for number, one in enumerate(passages):
        place = places[number]
        if place is not None:
            after = max(after, place + 1) if first <= number <= last else after
            continue
        inside = first <= number <= last
        if one.key in seen or len(set_aside) >= _MOST_SET_ASIDE:
            continue
        if not inside and (scope is None or scope not in one.element.iterancestors()):
            continue
        kind, rule = _kind(one.element, one.text)
        if not inside and kind != "caption":
            continue
        seen.add(one.key)
        set_aside.append(SetAside(kind, one.text, after, rule, RULE_VERSION))
        if kind == "related_headline":
            for link in one.element.iter("a"):
                address = (link.get("href") or "").strip()
                if address.startswith(("http://", "https://")):
                    links.append(Link("related_headline", " ".join(_own_text(link).split()) or None, address))
    return set_aside, links


def _kind(element: HtmlElement, text: str) -> tuple[str, str]:
    """Return what a passage is that is no part of the body, and the rule that tells."""
    around = [element, *(one for _, one in zip(range(_ABOVE), element.iterancestors(), strict=False))]
    if any(one.tag in ("figcaption", "figure") for one in around):
        return "caption", "figure"
    names = " ".join(f"{one.get('class') or ''} {one.get('id') or ''}" for one in around[:3])
    if _CAPTION.search(names):
        return "caption", "class_of_caption"
    if _NOTICE.search(names):
        return "notice", "class_of_notice"
    if 2 * _linked(element) >= len(text) and len(text.split()) >= _HEADLINE_WORDS:
        return "related_headline", "mostly_links"
    return "furniture", "between_blocks"
