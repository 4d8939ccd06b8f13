"""Documents of LibreOffice and others (ODT), by OpenDocument 1.3, made paragraphs."""

from dataclasses import dataclass

from archive.readers.base import UnreadableError
from archive.readers.office.package import Attributes, Package
from archive.readers.office.written import DEEPEST, Writer, Written

KIND = "LibreOffice document"

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    f"{_BASE}office:1.0": "office",
    f"{_BASE}text:1.0": "text",
    f"{_BASE}table:1.0": "table",
    f"{_BASE}style:1.0": "style",
    f"{_BASE}drawing:1.0": "draw",
    f"{_BASE}meta:1.0": "meta",
    f"{_BASE}xsl-fo-compatible:1.0": "fo",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://purl.org/dc/elements/1.1/": "dc",
}
# `dc:creator` is who saved the document last.
_PROPERTIES = {
    "dc:title": "title",
    "meta:initial-creator": "author",
    "dc:subject": "subject",
    "meta:keyword": "keywords",
    "dc:language": "language",
}
_PASSED = frozenset(
    (
        *("text:note-citation", "text:sequence-decls", "office:forms", "text:ruby-text", "dc:date", "meta:date-string"),
        *("text:insertion", "office:change-info", "text:format-change", "office:scripts", "office:font-face-decls"),
    )
)
_PARTS = {"text:note-body": "footnote", "office:annotation": "comment", "draw:text-box": "text_box"}
_MARKS = {"text:tab": "\t", "text:line-break": "\n"}
_LONGEST = 10_000
_MOST_SPACES = 1_000


@dataclass
class _Style:
    name: str
    parent: str | None
    is_bold: bool | None = None
    breaks: bool = False


def read_odt(content: bytes) -> Written:
    """Return the paragraphs of an ODT document, in order, and what its properties say.

    What was deleted while changes were tracked is a part of its own. Raises UnreadableError for what is no such
    document, is encrypted, declares entities, or is over a limit of `package` or `written`.
    """
    package = Package(content, KIND)
    if not package.has("content.xml"):
        raise UnreadableError(f"no {KIND}: a zip archive without a document in it", "unpack it and import its files")
    if b"manifest:encryption-data" in package.read("META-INF/manifest.xml"):
        raise UnreadableError(f"an encrypted {KIND}", "save it without a password")
    styles: dict[str, _Style] = {}
    edges = _Parser(styles, within="style:master-page")
    package.parse("styles.xml", edges.start, edges.end, edges.text, _PREFIXES)
    body = _Parser(styles, within="office:text")
    wrong = package.parse("content.xml", body.start, body.end, body.text, _PREFIXES)
    notes = [f"its text breaks off: {wrong}"] if wrong is not None else []
    if body.has_deleted:
        notes.append("changes are tracked: what was deleted is set aside")
    properties: dict[str, str] = {}
    inside: list[str] = []

    def text(data: str) -> None:
        name = next((_PROPERTIES[tag] for tag in reversed(inside) if tag in _PROPERTIES), None)
        if name is not None and len(properties.get(name, "")) < _LONGEST:
            properties[name] = properties.get(name, "") + data

    def end(tag: str) -> None:
        inside.pop()
        if tag == "meta:keyword" and "keywords" in properties:
            properties["keywords"] += "; "

    package.parse("meta.xml", lambda tag, _: inside.append(tag), end, text, _PREFIXES)
    cleaned = {name: " ".join(value.split()).strip(" ;") for name, value in properties.items()}
    return Written(
        (*body.writer.finish(), *edges.writer.finish()),
        {name: value for name, value in cleaned.items() if value},
        tuple(notes),
    )


class _Parser:
    """Takes the elements of a part in order and writes what they say; styles are kept."""

    def __init__(self, styles: dict[str, _Style], within: str) -> None:
        self.writer = Writer()
        self.has_deleted = False
        self._styles = styles
        self._style: _Style | None = None
        self._within = within
        self._is_within = 0
        self._passing = 0
        self._tables = [0]
        self._lists = [0]
        self._paragraphs: list[tuple[str, int | None]] = []  # those that are open: style, level of a heading
        self._spans: list[str] = []
        self._deleted = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of an element."""
        if self._passing or tag in _PASSED:
            self._passing += 1
        elif tag == "style:style":
            key = f"{attributes.get('style:family', '')} {attributes.get('style:name', '')}"
            name = attributes.get("style:display-name", attributes.get("style:name", "")).lower().replace("_20_", " ")
            self._style = self._styles.setdefault(key, _Style(name, attributes.get("style:parent-style-name")))
        elif self._style is not None:
            if "fo:font-weight" in attributes:
                self._style.is_bold = attributes["fo:font-weight"] in ("bold", "600", "700", "800", "900")
            self._style.breaks = self._style.breaks or attributes.get("fo:break-before") in ("page", "column")
        elif tag == self._within:
            self._is_within += 1
        elif self._is_within:
            self._start(tag, attributes)

    def _start(self, tag: str, attributes: Attributes) -> None:
        if tag in ("text:p", "text:h"):
            style = attributes.get("text:style-name", "")
            level = attributes.get("text:outline-level", "1")
            self._paragraphs.append((style, (int(level) if level in "123456789" else 1) if tag == "text:h" else None))
            if self._look_up("paragraph", style).breaks:
                self.writer.break_page()
        elif tag == "text:span":
            self._spans.append(attributes.get("text:style-name", ""))
        elif tag in _MARKS:
            self._write(_MARKS[tag])
        elif tag == "text:s":
            count = attributes.get("text:c", "1")
            self._write(" " * (min(int(count), _MOST_SPACES) if count.isdecimal() and len(count) < 6 else 1))
        elif tag == "text:a":
            address = attributes.get("xlink:href", "")
            self.writer.open_link("" if address.startswith("#") else address)
        elif tag in _PARTS or tag in ("style:header", "style:footer"):
            self.writer.open_part(_PARTS.get(tag) or f"page_{tag.removeprefix('style:')}")
            self._tables.append(0)
            self._lists.append(0)
        elif tag == "text:deletion":
            self._deleted += 1
        elif tag == "table:table":
            self._tables[-1] += 1
        elif tag == "text:list":
            self._lists[-1] = min(self._lists[-1] + 1, DEEPEST)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._passing:
            self._passing -= 1
        elif tag == "style:style":
            self._style = None
        elif tag == self._within:
            self._is_within -= 1
        elif not self._is_within:
            return
        elif tag in ("text:p", "text:h") and self._paragraphs:
            self._end_paragraph(*self._paragraphs.pop())
        elif tag == "text:span" and self._spans:
            self._spans.pop()
        elif tag == "text:a":
            self.writer.close_link()
        elif (tag in _PARTS or tag in ("style:header", "style:footer")) and len(self._tables) > 1:
            self._tables.pop()
            self._lists.pop()
            self.writer.close_part()
        elif tag == "text:deletion":
            self._deleted -= 1
        elif tag == "table:table-cell" and self._tables[-1] == 1:
            self.writer.end_cell()
        elif tag == "table:table-row" and self._tables[-1] == 1:
            self.writer.end_row()
        elif tag == "table:table":
            self._tables[-1] -= 1
        elif tag == "text:list":
            self._lists[-1] -= 1

    def text(self, data: str) -> None:
        """Take text, of which only what stands in a paragraph counts; white space is one space."""
        if not self._passing and self._is_within and self._paragraphs:
            joined = " ".join(data.split())
            if joined:
                data = f"{' ' if data[0].isspace() else ''}{joined}{' ' if data[-1].isspace() else ''}"
            self._write(data if joined else " ")

    def _write(self, text: str) -> None:
        if not self._paragraphs:
            return
        bold = self._look_up("paragraph", self._paragraphs[-1][0]).is_bold
        if self._spans:
            of_span = self._look_up("text", self._spans[-1]).is_bold
            bold = bold if of_span is None else of_span
        self.has_deleted = self.has_deleted or self._deleted > 0
        self.writer.write(text, bold=bool(bold), deleted=self._deleted > 0)

    def _end_paragraph(self, style: str, level: int | None) -> None:
        kind = "paragraph"
        if level is not None:
            kind = "heading"
        elif self._lists[-1]:
            kind, level = "list", self._lists[-1]
        name = self._named(style)
        self.writer.end_paragraph(kind, level, name, in_table=self._tables[-1] > 0)

    def _look_up(self, family: str, name: str) -> _Style:
        """Return a style with what those say that it is based on."""
        found = _Style("", name)
        key: str | None = name
        for _ in range(20):
            style = self._styles.get(f"{family} {key}")
            if style is None:
                break
            found.is_bold = style.is_bold if found.is_bold is None else found.is_bold
            found.breaks = found.breaks or style.breaks
            key = style.parent
        return found

    def _named(self, name: str) -> str:
        """Return what a style is called; one that was made for a paragraph is called as the one it is based on."""
        style = self._styles.get(f"paragraph {name}")
        if style is None:
            return name.lower().replace("_20_", " ")
        is_automatic = style.parent is not None and style.name[:1] == "p" and style.name[1:].isdecimal()
        return (style.parent or "").lower().replace("_20_", " ") if is_automatic else style.name
