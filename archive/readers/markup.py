"""Marked-up text taken apart: tags, text, elements. For XML as feeds have it, well-formed or not, and for HTML in it.

Nothing is ever expanded, fetched or declared: a document type is passed over with all it declares, a reference to an
entity that HTML does not name stays as it is written. Time grows with the length of the text, whatever is in it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

DEEPEST = 200

_TAG = re.compile(r"<(/?)([^\W\d][^\s<>/=\"']*)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>")
_LOOSE_TAG = re.compile(r"<(/?)([^\W\d][^\s<>/=\"']*)([^<>]*+)>")
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]++)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]++)))?")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# What is told apart by the name that its namespace usually has, whatever it is called in a file.
_USUAL = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://iptc.org/std/nar/2006-10-01/": "",
    "http://iptc.org/std/nitf/2006-10-18/": "",
    "http://iptc.org/std/newsml/2003-10-10/": "",
}
_WORDPRESS = re.compile(r"https?://wordpress\.org/export/[0-9.]+/(excerpt/)?")


class TooDeepError(Exception):
    """Elements within each other beyond DEEPEST."""


class Token(NamedTuple):
    """A piece of marked-up text. `kind` is start, end, empty (a start and its end) or text; `name` in lower case."""

    kind: str
    name: str
    text: str  # of a text, references resolved; of a tag, its attributes as written


@dataclass(eq=False)
class Element:
    """An element: `dc:creator` by the usual name of its namespace, in lower case; what is in it, in order."""

    name: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def elements(self) -> "Iterator[Element]":
        """The elements in it."""
        return (child for child in self.children if isinstance(child, Element))

    def all(self, *names: str) -> "list[Element]":
        """The elements in it that have one of these names."""
        return [child for child in self.elements if child.name in names]

    @property
    def text(self) -> str:
        """All text in it, at any depth."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def inner(self) -> str:
        """What is in it as marked-up text, elements of XHTML without their prefix."""
        return "".join(
            html.escape(child, quote=False) if isinstance(child, str) else child.outer for child in self.children
        )

    @property
    def outer(self) -> str:
        """The element itself as marked-up text."""
        name = self.name.removeprefix("xhtml:")
        written = "".join(f' {key}="{html.escape(value)}"' for key, value in self.attributes.items())
        return f"<{name}{written}>{self.inner}</{name}>"


def unescape(text: str) -> str:
    """Return a text with its references resolved: numbers and names of HTML, where they end in `;`.

    >>> unescape("Caf&eacute; &amp; &lol9; ?a=1&copy=2")
    'Café & &lol9; ?a=1&copy=2'
    """
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def read_attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag, names in lower case; of one that stands there twice, the first.

    >>> read_attributes(' HREF="/a?b&amp;c" rel=alternate')
    {'href': '/a?b&c', 'rel': 'alternate'}
    """
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescape(double or single or bare))
    return found


def read_tokens(text: str) -> Iterator[Token]:
    """Yield the tags and texts of a marked-up text, in order. Comments, instructions and document types go.

    What looks like a tag and is none, and what is opened and never closed, is text.
    """
    position = 0
    while (start := text.find("<", position)) >= 0:
        if start > position:
            yield Token("text", "", unescape(text[position:start]))
        ends = _passed_over(text, start)
        if ends is not None:
            content, position = ends
            if content:
                yield Token("text", "", content)
            continue
        match = _TAG.match(text, start) or _LOOSE_TAG.match(text, start)
        if match is None:
            yield Token("text", "", "<")
            position = start + 1
            continue
        closing, name, attributes = match.groups()
        kind = "end" if closing else "empty" if attributes.endswith("/") else "start"
        yield Token(kind, name.lower(), attributes)
        position = match.end()
    if position < len(text):
        yield Token("text", "", unescape(text[position:]))


def _passed_over(text: str, start: int) -> tuple[str, int] | None:
    """Return the text of a CDATA section, "" of what says nothing, and where it ends; None for anything else."""
    if text.startswith("<![CDATA[", start):
        end = text.find("]]>", start)
        return (text[start + 9 :], len(text)) if end < 0 else (text[start + 9 : end], end + 3)
    if text.startswith("<!--", start):
        end = text.find("-->", start + 4)
        return ("", len(text)) if end < 0 else ("", end + 3)
    if text.startswith("<?", start):
        end = text.find(">", start)
        return ("", len(text)) if end < 0 else ("", end + 1)
    if text.startswith("<!", start):
        end = text.find(">", start)
        if end >= 0 and (subset := text.find("[", start, end)) >= 0:
            closed = text.find("]", subset)
            end = text.find(">", closed) if closed >= 0 else -1
        return ("", len(text)) if end < 0 else ("", end + 1)
    return None


def read_tree(text: str) -> Element:
    """Return the elements of an XML text under a nameless one; an end tag closes what it names, or is passed over.

    Raises TooDeepError.
    """
    root = Element("", {})
    nothing: dict[str, str | None] = {}
    open_ = [("", root, nothing)]
    for token in read_tokens(text):
        _, parent, spaces = open_[-1]
        if token.kind == "text":
            parent.children.append(token.text)
        elif token.kind == "end":
            names = [name for name, _, _ in open_]
            if token.name in names[1:]:
                while open_.pop()[0] != token.name:
                    pass
        else:
            attributes = read_attributes(token.text)
            declared = {key: uri for key, uri in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
            if declared:
                spaces = spaces | {key[6:]: _usual(uri) for key, uri in declared.items()}
            kept = {key: value for key, value in attributes.items() if key not in declared}
            element = Element(_named(token.name, spaces), kept)
            parent.children.append(element)
            if token.kind == "start":
                if len(open_) > DEEPEST:
                    raise TooDeepError
                open_.append((token.name, element, spaces))
    return root


def _usual(uri: str) -> str | None:
    uri = uri.strip().lower()
    if match := _WORDPRESS.fullmatch(uri):
        return "excerpt" if match[1] else "wp"
    return _USUAL.get(uri)


def _named(name: str, spaces: dict[str, str | None]) -> str:
    prefix, colon, local = name.rpartition(":")
    known = spaces.get(prefix)
    if known is None:  # one that says nothing to us, or is not declared
        return name if colon and prefix else local
    return f"{known}:{local}" if known else local
