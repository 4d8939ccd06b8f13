"""The text of an item, in XHTML or NITF, as blocks; what is marked as no part of the text is set aside.

Both are read by one walk, since their elements do not contradict each other and agencies mix them. Set aside are
captions, the dateline and the byline where they are marked up as such, what stands in a header or footer, notes to
editors, summaries; nothing is thrown away but scripts, forms and empty elements.
"""

import re

from archive.documents import Block, Link
from archive.readers.base import UnreadableError
from archive.readers.markup import DEEPEST, Element, TooDeepError, read_tree, unescape
from archive.readers.wire.story import Story
from archive.readers.wire.tree import anywhere, attribute, line, local

_BLOCKS = frozenset(
    (
        *("address", "article", "block", "blockquote", "body", "body.content", "bq", "center", "dd", "div", "dl", "dt"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hedline", "hl1", "hl2", "hr", "html", "li", "main", "nitf-table", "ol"),
        *("p", "pre", "section", "tbody", "tfoot", "thead", "ul", "virtloc", "events", "datacontent"),
    )
)
_SILENT = frozenset(
    (
        *(
            "script",
            "style",
            "head",
            "iframe",
            "object",
            "embed",
            "form",
            "svg",
            "meta",
            "title",
            "nitf-table-metadata",
        ),
        *("media-object", "media-metadata", "media-reference", "custom-table", "correction", "video", "audio"),
    )
)
# What an element, or a class of one, is set aside as.
_ASIDE = {
    "figcaption": "caption",
    "media-caption": "caption",
    "media-producer": "caption",
    "caption": "caption",
    "byline": "furniture",
    "dateline": "furniture",
    "distributor": "furniture",
    "abstract": "summary",
    "teaser": "summary",
    "header": "furniture",
    "footer": "furniture",
    "nav": "furniture",
    "aside": "furniture",
    "genre": "furniture",
    "genrenote": "furniture",
    "slugline": "furniture",
    "related": "related_headline",
    "note": "notice",
    "fn": "notice",
    "notepad": "notice",
    "editorialnote": "notice",
    "tagline": "signature",
    "closingline": "signature",
}
_OF_CLASS = frozenset(_ASIDE) - {"note", "fn", "aside", "header", "footer", "nav"}
_HEADING = re.compile(r"(?:h|hl)([1-6])")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_INDENTED = re.compile(r"(?<=\S)\s+(?=[.,)])")
_FULL_LINE = 40
_COLUMNS = re.compile(r"\S(?: {2,}|\t)\S")
_LAYOUT_LINES = 4  # so many lines, half of them with columns, are a table that stands in a paragraph
_TAGS = re.compile(r"</?(?:p|br|div|span|b|i|em|strong|ul|ol|li|table|tr|td|th|h[1-6]|a|blockquote)\b[^<>]*>", re.I)
_PARTING = re.compile(r"</?p>|<br ?/?>\s*<br ?/?>", re.IGNORECASE)
_NAME = r"(?:[^\W\d_]\S*|de|van|von|der|bin|al)"
_BYLINE = re.compile(rf"(?:By|Von|Par|Por|Di|Door|Af|Av) (?=[^\W\d_a-zà-ÿ]){_NAME}(?: {_NAME}){{1,7}}(?<![.!?:;,])")
_DATELINE = re.compile(r"([^\W\d_a-z][^()\n.!?;:]{0,60}?\.?\s?\([A-Za-z/ -]{2,30}\))\.?\s?[-–—_]+\s")
_WEB = ("http://", "https://")


def read_body(story: Story, element: Element) -> None:
    """Add the blocks of a text to an item, with its links and what is set aside of it."""
    _Walk(story).read(element)


def read_plain(story: Story, text: str) -> None:
    """Add the paragraphs of a plain text to an item; one with more tags in it than <p> and <br> is read as XHTML."""
    text = _PARTING.sub("\n\n", text)
    if _TAGS.search(text):
        read_body(story, read_escaped(text))
        return
    story.blocks += [Block("paragraph", one) for one in plain_paragraphs(text)]


def read_escaped(text: str) -> Element:
    """Return the elements of a text that is carried as characters. Raises UnreadableError if it nests too deeply."""
    try:
        return read_tree(text)
    except TooDeepError as error:
        raise UnreadableError(f"elements nested more than {DEEPEST} deep", "get it again from the agency") from error


def take_byline(story: Story) -> None:
    """Set a byline aside that stands as the first paragraph, and put it down where no other is known."""
    if len(story.blocks) > 1 and len(story.blocks[0].text) <= 80 and (match := _BYLINE.fullmatch(story.blocks[0].text)):
        story.give_byline(match[0])
        story.take_first_block("byline")


def take_printed_dateline(story: Story) -> None:
    """Put down the dateline that begins the text ("MINSK (Lantern) - The"), where no other is known; it stays there."""
    if story.blocks and (match := _DATELINE.match(story.blocks[0].text)):
        story.give_dateline(match[1])


def plain_paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a plain text, its lines joined where they are wrapped."""
    from archive.normalize.paragraphs import split_paragraphs
    from archive.normalize.text import clean_text

    return split_paragraphs(clean_text(text)[0])[0]


class _Walk:
    """A tree, walked into blocks; `open_` is what the text at hand stands in."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._open: list[str] = []
        self._pieces: list[str] = []
        self._twice = False

    def read(self, element: Element) -> None:
        self._children(element)
        self._end_block()
        if self._twice:
            self._story.notes.append("references that were escaped twice were resolved")

    def _children(self, element: Element) -> None:
        for child in element.children:
            if isinstance(child, str):
                self._pieces.append(self._resolved(child))
            else:
                self._element(child)

    def _element(self, element: Element) -> None:
        name = local(element)
        aside = self._aside_of(element, name)
        if name in _SILENT:
            return
        if aside is not None:
            self._set_aside(element, *aside)
        elif name == "br":
            self._pieces.append("\v")
        elif name == "img":
            self._story.set_text_aside("caption", attribute(element, "alt"), "image", len(self._story.blocks))
        elif name == "table":
            self._end_block()
            self._table(element)
        elif name in ("a", "virtloc"):
            self._link(element)
        elif name in _BLOCKS:
            self._end_block()
            self._open.append(name)
            self._children(element)
            self._end_block()
            self._open.pop()
        else:
            self._children(element)

    def _aside_of(self, element: Element, name: str) -> tuple[str, str] | None:
        if name in _ASIDE and name != "caption":
            return _ASIDE[name], name
        for one in element.attributes.get("class", "").lower().split():
            if one in _OF_CLASS:
                return _ASIDE[one], one
        return None

    def _set_aside(self, element: Element, kind: str, rule: str) -> None:
        text = line(element)
        if rule == "byline":
            self._story.give_byline(text)
        elif rule == "dateline":
            self._story.give_dateline(text)
        if rule in ("byline", "dateline") and not any(piece.strip() for piece in self._pieces):
            self._story.set_text_aside(kind, text, rule, len(self._story.blocks))
            return
        if rule in ("header", "footer"):
            self._take_headline(element)
        if rule in ("byline", "dateline"):  # within a sentence it is part of it
            self._children(element)
            return
        self._end_block()
        self._story.set_text_aside(kind, text, rule, len(self._story.blocks))

    def _take_headline(self, header: Element) -> None:
        headline = next(anywhere(header, "h1"), None)
        self._story.give("headline", line(headline))
        for byline in anywhere(header, "p"):
            if attribute(byline, "class").lower() == "byline":
                self._story.give_byline(line(byline))

    def _link(self, element: Element) -> None:
        href = attribute(element, "href")
        before = len(self._pieces)
        self._children(element)
        if href.lower().startswith(_WEB):
            text = " ".join("".join(self._pieces[before:]).split())
            self._story.links.append(Link("link", text or None, href))

    def _table(self, table: Element) -> None:
        rows = []
        for row in anywhere(table, "tr"):
            cells = [self._resolved(line(cell)) for cell in row.elements if local(cell) in ("td", "th")]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                rows.append(" | ".join(cells))
        for caption in anywhere(table, "caption"):
            self._story.set_text_aside("caption", line(caption), "caption", len(self._story.blocks))
        if rows:
            self._story.blocks.append(Block("table", "\n".join(rows)))

    def _resolved(self, text: str) -> str:
        if "&" in text:
            again = unescape(text)
            self._twice |= again != text
            return again
        return text

    def _end_block(self) -> None:
        joined = "".join(self._pieces)
        self._pieces.clear()
        if not joined.strip():
            return
        innermost = next((one for one in reversed(self._open) if one in ("li", "bq", "blockquote", "pre")), "")
        heading = _HEADING.fullmatch(self._open[-1]) if self._open else None
        if "pre" in self._open:
            self._story.blocks += [Block("paragraph", one) for one in plain_paragraphs(joined.replace("\v", "\n"))]
        elif _is_laid_out(joined):
            lines = [one.rstrip() for one in joined.replace("\v", "\n").split("\n")]
            self._story.blocks.append(Block("code", "\n".join(one for one in lines if one)))
        elif heading:
            self._story.blocks.append(Block("heading", " ".join(joined.split()), int(heading[1])))
        else:
            lines = _lines(joined)
            kind = {"li": "list", "bq": "quote", "blockquote": "quote"}.get(innermost, "paragraph")
            self._story.blocks.append(Block(kind, "\n".join(lines)))


def _lines(text: str) -> list[str]:
    """Return the lines of a block; those that were broken only to keep a width go on as one.

    Agencies that wrap their lines with `<br/>` leave the space before it that parts the words. A line break before a
    full stop or a comma stands between a link and what follows it, in XML that was indented.
    """
    lines: list[str] = []
    is_wrapped = False
    for one in text.split("\v"):
        plain = _SPACES.sub(" ", _INDENTED.sub(_without_line_end, one)).strip()
        if not plain:
            continue
        if lines and is_wrapped and (len(lines[-1]) >= _FULL_LINE or plain[0].islower()):
            lines[-1] = f"{lines[-1]} {plain}"
        else:
            lines.append(plain)
        is_wrapped = one.endswith(" ") and not one.endswith("  ")
    return lines


def _without_line_end(match: re.Match[str]) -> str:
    return "" if "\n" in match[0] else match[0]


def _is_laid_out(text: str) -> bool:
    lines = [one for one in text.replace("\v", "\n").split("\n") if one.strip()]
    columns = sum(_COLUMNS.search(one) is not None for one in lines)
    return len(lines) >= _LAYOUT_LINES and 2 * columns >= len(lines)
