"""The HTML within feeds as blocks of plain text. Pages are not read by this: they have more that is no text.

p, div and what else starts a line of its own ends a block; h1 to h6 are headings, li is a list's item, blockquote a
quotation, pre code, a row of a table a line. Spaces run together, a br is a line end. Links are kept with their
addresses; descriptions of images and captions of figures are set aside. Scripts, styles, forms and what is embedded go.
"""

import re
from urllib.parse import urljoin

from archive.documents import Block, Layout, Link, SetAside
from archive.readers.markup import read_attributes, read_tokens, unescape

RULE_VERSION = 1

_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead"),
        *("tr", "ul"),
    )
)
_SILENT = frozenset(("script", "style", "iframe", "object", "select", "textarea", "button", "svg", "head", "noscript"))
_CELLS = frozenset(("td", "th"))
_HEADING = re.compile(r"h([1-6])")
_CLOSED = frozenset(("li", "blockquote", "pre", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "tr"))
_SPACES = re.compile(r"[ \t\r\n\f]+")
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_EMPTY_LINES = re.compile(r"\n[ \t\r]*\n\s*")
_SHORTCODE_CAPTION = re.compile(r"\[caption\b[^\[\]]*\]([^\[\]]*)\[/caption\]")
_WEB = ("http://", "https://")


def plain_line(text: str) -> str:
    """Return a headline or a name that may be HTML as text on one line.

    >>> plain_line("Caf&eacute; <b>opens</b>, 3 < 4")
    'Café opens, 3 < 4'
    """
    return " ".join(unescape(_ANY_TAG.sub("", text)).split())


def lay_out_html(text: str, base: str = "", *, of_wordpress: bool = False) -> Layout:
    """Return a piece of HTML taken apart; addresses are made whole with `base`.

    `of_wordpress`: as its editor keeps texts, where an empty line parts paragraphs and `[caption]` is a figure.
    """
    if of_wordpress:
        text = _SHORTCODE_CAPTION.sub(r"<figcaption>\1</figcaption>", text)
        text = _EMPTY_LINES.sub("<p>", text.replace("\r\n", "\n"))
    walk = _Walk(base)
    walk.read(text)
    return Layout(None, None, tuple(walk.blocks), tuple(walk.set_aside), tuple(walk.links))


class _Walk:
    """Tags and texts, made into blocks, passages set aside, and links."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._open: list[str] = []  # what gives a block its kind
        self._pieces: list[str] = []
        self._silent = ""
        self._link: tuple[str, int] | None = None
        self.blocks: list[Block] = []
        self.set_aside: list[SetAside] = []
        self.links: list[Link] = []

    def read(self, text: str) -> None:
        for kind, name, content in read_tokens(text):
            if self._silent:
                if kind == "end" and name == self._silent:
                    self._silent = ""
            elif kind == "text":
                self._pieces.append(content if "pre" in self._open else _SPACES.sub(" ", content))
            elif kind == "end":
                self._end(name)
            else:
                self._start(name, content, empty=kind == "empty")
        self._end_link()
        self._end_block()

    def _start(self, name: str, attributes: str, *, empty: bool) -> None:
        if name in _SILENT:
            self._silent = "" if empty else name
        elif name == "br":
            self._pieces.append("\n")
        elif name == "img":
            if alt := " ".join(read_attributes(attributes).get("alt", "").split()):
                self._aside(alt, "image")
        elif name == "a":
            self._end_link()
            if href := read_attributes(attributes).get("href", "").strip():
                self._link = (self._whole(href), len(self._pieces))
        elif name in _BLOCKS:
            self._end_block()
            if name in _CLOSED and not empty and len(self._open) < 100:
                self._open.append(name)
        elif name in _CELLS and self._pieces:
            self._pieces.append(" | ")

    def _end(self, name: str) -> None:
        if name == "a":
            self._end_link()
        elif name in _BLOCKS:
            self._end_block()
            if name in self._open:
                while self._open.pop() != name:
                    pass

    def _whole(self, href: str) -> str:
        try:
            return urljoin(self._base, href)
        except ValueError:
            return href

    def _end_link(self) -> None:
        if self._link is None:
            return
        url, start = self._link
        self._link = None
        if url.lower().startswith(_WEB):
            self.links.append(Link("link", " ".join("".join(self._pieces[start:]).split()) or None, url))

    def _end_block(self) -> None:
        self._end_link()
        joined = "".join(self._pieces)
        self._pieces.clear()
        if "pre" in self._open:
            text = "\n".join(line.rstrip() for line in joined.strip("\r\n").split("\n"))
        else:
            lines = (_SPACES.sub(" ", line).strip(" |") for line in joined.split("\n"))
            text = "\n".join(line for line in lines if line)
        if not text.strip():
            return
        innermost = self._open[-1] if self._open else ""
        if "figcaption" in self._open:
            self._aside(text, "figure")
        elif heading := _HEADING.fullmatch(innermost):
            self.blocks.append(Block("heading", " ".join(text.split()), int(heading[1])))
        elif innermost == "tr" and self.blocks and self._in_table:
            self.blocks[-1] = Block("table", f"{self.blocks[-1].text}\n{text}")
        else:
            kinds = {"li": "list", "blockquote": "quote", "pre": "code", "tr": "table"}
            self.blocks.append(Block(kinds.get(innermost, "paragraph"), text))

    @property
    def _in_table(self) -> bool:
        return self.blocks[-1].kind == "table"

    def _aside(self, text: str, rule: str) -> None:
        self.set_aside.append(SetAside("caption", " ".join(text.split()), len(self.blocks), rule, RULE_VERSION))
