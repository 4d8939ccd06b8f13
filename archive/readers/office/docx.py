"""Word's documents (DOCX), by ECMA-376, made paragraphs.

Read from the XML itself, without a library: those that there are give neither text boxes nor notes nor what tracked
changes took out (docs/office.md). Macros and embedded files are never looked at, and what a relationship names outside
the document is never opened.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import unquote

from archive.readers.base import UnreadableError
from archive.readers.office.package import Attributes, Package
from archive.readers.office.rtf_codes import symbol
from archive.readers.office.written import DEEPEST, Paragraph, Writer, Written

_T = TypeVar("_T")

KIND = "Word document"

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PREFIXES = {
    _W: "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    _R: "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_PROPERTIES = {
    "dc:title": "title",
    "dc:creator": "author",
    "dc:subject": "subject",
    "cp:keywords": "keywords",
    "dc:language": "language",
}
_LONGEST_PROPERTY = 10_000

# What stands in these is no text of the document, or is there a second time in another form.
_PASSED = frozenset(
    (
        *("mc:Fallback", "w:pPrChange", "w:rPrChange", "w:tblPr", "w:tcPr", "w:rt", "w:tblPrChange"),
        *("w:sectPrChange", "w:binData", "w:sdtEndPr"),
    )
)
_DELETED = frozenset(("w:del", "w:moveFrom"))
_MARKS = {"w:tab": "\t", "w:cr": "\n", "w:noBreakHyphen": "\u2011", "w:ptab": "\t"}
_OFF = frozenset(("0", "false", "off", "none"))
_NOTES = {
    "footnotes": ("w:footnote", "footnote"),
    "endnotes": ("w:endnote", "endnote"),
    "comments": ("w:comment", "comment"),
}
_REFERENCES = {
    "w:footnoteReference": "footnotes",
    "w:endnoteReference": "endnotes",
    "w:commentReference": "comments",
}
_EDGES = {"header": "page_header", "footer": "page_footer"}
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|([^\s"\\]+))', re.IGNORECASE)
_LONGEST_INSTRUCTION = 10_000
_MOST_BASED_ON = 20


@dataclass
class _Style:
    """What a style says of paragraphs, by itself or by the one it is based on."""

    name: str = ""
    based_on: str | None = None
    outline: int | None = None
    bold: bool | None = None
    size: float | None = None
    is_list: bool | None = None


@dataclass
class _Format:
    """A paragraph that is being read, and the run in it."""

    style: str = ""
    outline: int | None = None
    is_list: bool | None = None
    list_level: int = 0
    ends_section: bool = False
    bold: bool | None = None
    size: float | None = None
    hidden: bool = False
    run_style: str = ""


@dataclass
class _Field:
    instruction: list[str] = field(default_factory=list)
    is_shown: bool = False
    is_open: bool = False


def read_docx(content: bytes) -> Written:
    """Return the paragraphs of a DOCX document, in order, and what its properties say.

    What was deleted while changes were tracked is a part of its own, what was inserted is text; notes and comments
    follow the paragraph they hang on; headers and footers come last. Raises UnreadableError for what is no such
    document, is encrypted, declares entities, or is over a limit of `package` or `written`.
    """
    package = Package(content, KIND)
    of_package = _relations(package, "")
    main = next((target for kind, target, _ in of_package.values() if kind == "officeDocument"), "word/document.xml")
    if not package.has(main):
        raise UnreadableError(f"no {KIND}: a zip archive without a document in it", "unpack it and import its files")
    relations = _relations(package, main)
    targets = {kind: target for kind, target, outside in relations.values() if not outside}
    notes: list[str] = []
    styles = _read_styles(package, targets.get("styles", ""))
    hanging = {name: _read_notes(package, targets[name], styles, name, notes) for name in _NOTES if name in targets}
    body = _Parser(relations, styles, hanging)
    if (wrong := package.parse(main, body.start, body.end, body.text, _PREFIXES)) is not None:
        notes.append(f"its text breaks off: {wrong}")
    paragraphs = list(body.writer.finish())
    for left in hanging.values():
        paragraphs += [one for inner in left.values() for one in inner]
    for kind, target, outside in relations.values():
        if kind in _EDGES and not outside:
            edge = _Parser(_relations(package, target), styles, {}, _EDGES[kind])
            package.parse(target, edge.start, edge.end, edge.text, _PREFIXES)
            paragraphs += edge.writer.finish()
    core = next((target for kind, target, _ in of_package.values() if kind == "core-properties"), "docProps/core.xml")
    properties = _read_properties(package, core)
    return Written(tuple(paragraphs), properties, (*notes, *body.notes()))


def _relations(package: Package, part: str) -> dict[str, tuple[str, str, bool]]:
    """Return what a part refers to, by id: its kind, where it is, whether that is outside the document."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str, bool]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "rel:Relationship":
            target = attributes.get("Target", "")
            outside = attributes.get("TargetMode", "").lower() == "external"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, target, outside)

    package.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start, _ignore, _ignore, _PREFIXES)
    return found


def _ignore(_: str) -> None:
    pass


def _read_properties(package: Package, part: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:  # noqa: ARG001 - as all are called
        inside.append(tag)

    def end(tag: str) -> None:  # noqa: ARG001
        inside.pop()

    def text(data: str) -> None:
        name = next((_PROPERTIES[tag] for tag in reversed(inside) if tag in _PROPERTIES), None)
        if name is not None and sum(map(len, found.setdefault(name, []))) < _LONGEST_PROPERTY:
            found[name].append(data)

    package.parse(part, start, end, text, _PREFIXES)
    joined = {name: " ".join("".join(parts).split()) for name, parts in found.items()}
    return {name: value for name, value in joined.items() if value}


def _read_styles(package: Package, part: str) -> dict[str, _Style]:
    """Return the styles by their ids; "" is what holds where nothing else is said."""
    styles: dict[str, _Style] = {"": _Style()}
    style: _Style | None = None

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal style
        value = attributes.get("w:val", "")
        if tag == "w:style":
            style = styles.setdefault(attributes.get("w:styleId", ""), _Style())
        elif tag == "w:docDefaults":
            style = styles[""]
        elif style is None:
            return
        elif tag == "w:name":
            style.name = value.lower()
        elif tag == "w:basedOn":
            style.based_on = value
        elif tag == "w:outlineLvl":
            style.outline = _number(value)
        elif tag == "w:b":
            style.bold = value not in _OFF
        elif tag == "w:sz":
            style.size = _half(value)
        elif tag == "w:numPr":
            style.is_list = True

    def end(tag: str) -> None:
        nonlocal style
        if tag in ("w:style", "w:docDefaults"):
            style = None

    package.parse(part, start, end, _ignore, _PREFIXES)
    return {key: _with_base(one, styles) for key, one in styles.items()}


def _with_base(style: _Style, styles: dict[str, _Style]) -> _Style:
    whole = copy(style)
    base = style
    for _ in range(_MOST_BASED_ON):
        if base.based_on is None or base.based_on not in styles:
            break
        base = styles[base.based_on]
        whole.outline = base.outline if whole.outline is None else whole.outline
        whole.bold = base.bold if whole.bold is None else whole.bold
        whole.size = base.size if whole.size is None else whole.size
        whole.is_list = base.is_list if whole.is_list is None else whole.is_list
    return whole


def _read_notes(
    package: Package, part: str, styles: dict[str, _Style], name: str, notes: list[str]
) -> dict[str, tuple[Paragraph, ...]]:
    """Return the notes or comments of a part by their ids; those that only draw a line are none."""
    element, kind = _NOTES[name]
    relations = _relations(package, part)
    found: dict[str, tuple[Paragraph, ...]] = {}
    parser: _Parser | None = None
    key = by = ""

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal parser, key, by
        if tag == element and parser is None:
            if attributes.get("w:type", "normal") == "normal":
                parser, key, by = _Parser(relations, styles, {}, kind), attributes.get("w:id", ""), ""
                by = attributes.get("w:author", "") if kind == "comment" else ""
        elif parser is not None:
            parser.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal parser
        if parser is None:
            return
        if tag == element:
            paragraphs = parser.writer.finish()
            if by and paragraphs:
                paragraphs = (replace(paragraphs[0], text=f"{by}: {paragraphs[0].text}"), *paragraphs[1:])
            found[key] = (*found.get(key, ()), *paragraphs)
            parser = None
        else:
            parser.end(tag)

    def text(data: str) -> None:
        if parser is not None:
            parser.text(data)

    if (wrong := package.parse(part, start, end, text, _PREFIXES)) is not None:
        notes.append(f"its {name} break off: {wrong}")
    return found


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def _half(text: str) -> float | None:
    number = _number(text)
    return number / 2 if number and 0 < number < 10_000 else None


class _Parser:
    """Takes the elements of a part in order and writes what they say."""

    def __init__(
        self,
        relations: dict[str, tuple[str, str, bool]],
        styles: dict[str, _Style],
        hanging: dict[str, dict[str, tuple[Paragraph, ...]]],
        part: str = "body",
    ) -> None:
        self.writer = Writer(part)
        self._relations = relations
        self._styles = styles
        self._hanging = hanging
        self._passing = 0  # elements that are open within one that is passed over
        self._formats: list[_Format] = [_Format()]
        self._tables = [0]  # how deep in tables: of the part, of the text box in it, …
        self._in_paragraph_properties = 0
        self._takes = ""  # the element whose text is taken
        self._deleted = 0
        self._fields: list[_Field] = []
        self._hidden = 0
        self._has_inserted = self._has_deleted = False
        self._embedded = 0
        self._placeholders: list[bool] = []

    def notes(self) -> Iterator[str]:
        """Yield what is to be said of the part, in words."""
        if self._has_inserted:
            yield "changes are tracked: what was inserted is in the text"
        if self._has_deleted:
            yield "changes are tracked: what was deleted is set aside"
        if self._hidden:
            yield f"{self._hidden} characters of hidden text left out"
        if self._embedded:
            yield f"{self._embedded} embedded document{'' if self._embedded == 1 else 's'} not read"

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of an element."""
        if self._passing:
            self._passing += 1
            return
        if tag in _PASSED or (tag == "w:sdtContent" and self._placeholders and self._placeholders[-1]):
            self._passing = 1
            return
        now = self._formats[-1]
        if tag in ("w:t", "w:delText", "m:t", "w:instrText"):
            self._takes = tag
        elif tag in _MARKS:
            if not self._in_paragraph_properties:
                self._write(_MARKS[tag])
        elif tag in _STARTS:
            _STARTS[tag](self, now, attributes)
        elif tag in _PROPERTIES_OF_TEXT:
            self._format(tag, attributes.get("w:val", ""))
        elif tag in _DELETED:
            self._deleted += 1
        elif tag in ("w:ins", "w:moveTo"):
            self._has_inserted = True
        elif tag in _REFERENCES:
            self.writer.attach(self._hanging.get(_REFERENCES[tag], {}).pop(attributes.get("w:id", ""), ()))

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._passing:
            self._passing -= 1
            return
        if tag == self._takes:
            self._takes = ""
        elif tag == "w:p":
            self._end_paragraph(self._formats.pop() if len(self._formats) > 1 else _Format())
        elif tag == "w:pPr":
            self._in_paragraph_properties -= 1
        elif tag in _DELETED:
            self._deleted -= 1
        elif tag in ("w:hyperlink", "w:fldSimple"):
            self.writer.close_link()
        elif tag == "w:tc" and self._tables[-1] == 1:
            self.writer.end_cell()
        elif tag == "w:tr" and self._tables[-1] == 1:
            self.writer.end_row()
        elif tag == "w:tbl":
            self._tables[-1] -= 1
        elif tag == "w:txbxContent" and len(self._tables) > 1:
            self._tables.pop()
            self.writer.close_part()
        elif tag == "w:sdt" and self._placeholders:
            self._placeholders.pop()

    def text(self, data: str) -> None:
        """Take text, of which only what stands in an element for text counts."""
        if self._passing or not self._takes:
            return
        if self._takes == "w:instrText":
            if self._fields and sum(map(len, self._fields[-1].instruction)) < _LONGEST_INSTRUCTION:
                self._fields[-1].instruction.append(data)
            return
        self._write(data)

    def _write(self, text: str) -> None:
        now = self._formats[-1]
        if now.hidden:
            self._hidden += len(text)
            return
        style = self._styles.get(now.style) or self._styles[""]
        run = self._styles.get(now.run_style) if now.run_style else None
        default = self._styles[""]
        deleted = self._deleted > 0 or self._takes == "w:delText"
        self._has_deleted = self._has_deleted or deleted
        self.writer.write(
            text,
            bold=bool(_first(now.bold, run.bold if run else None, style.bold, default.bold)),
            size=_first(now.size, run.size if run else None, style.size, default.size),
            deleted=deleted,
        )

    def _format(self, tag: str, value: str) -> None:
        now = self._formats[-1]
        if tag in ("w:b", "w:sz", "w:vanish", "w:rStyle"):
            if self._in_paragraph_properties:  # of the paragraph mark
                return
            if tag == "w:b":
                now.bold = value not in _OFF
            elif tag == "w:sz":
                now.size = _half(value)
            elif tag == "w:vanish":
                now.hidden = value not in _OFF
            else:
                now.run_style = value
        elif tag == "w:pStyle":
            now.style = value
        elif tag == "w:outlineLvl":
            now.outline = _number(value)
        elif tag == "w:numId":
            now.is_list = value != "0"
        elif tag == "w:ilvl":
            now.list_level = max(0, min(_number(value) or 0, 8))
        elif tag == "w:pageBreakBefore" and value not in _OFF:
            self.writer.break_page()

    def _end_paragraph(self, now: _Format) -> None:
        style = self._styles.get(now.style) or self._styles[""]
        outline = _first(now.outline, style.outline)
        heading = re.fullmatch(r"heading ([1-9])", style.name)
        kind, level = "paragraph", None
        if heading is not None:
            kind, level = "heading", int(heading[1])
        elif outline is not None and 0 <= outline < 9:
            kind, level = "heading", outline + 1
        elif _first(now.is_list, style.is_list):
            kind, level = "list", now.list_level + 1
        self.writer.end_paragraph(kind, level, style.name, in_table=self._tables[-1] > 0)
        if now.ends_section:
            self.writer.break_page()

    def _start_paragraph(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002 - as all are called
        self._formats.append(_Format())

    def _start_run(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        now.bold = now.size = None
        now.hidden, now.run_style = False, ""

    def _start_properties(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._in_paragraph_properties += 1

    def _start_section(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        now.ends_section = self._in_paragraph_properties > 0

    def _start_break(self, now: _Format, attributes: Attributes) -> None:
        if attributes.get("w:type") not in ("page", "column"):
            self._write("\n")
        elif self._tables[-1] == 0:
            if not self.writer.is_blank:
                self._end_paragraph(replace(now, ends_section=False))
            self.writer.break_page()

    def _start_table(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._tables[-1] += 1

    def _start_box(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._tables.append(0)
        self.writer.open_part("text_box")

    def _start_link(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        kind, target, outside = self._relations.get(attributes.get("r:id", ""), ("", "", False))
        if kind == "hyperlink" and outside:
            self.writer.open_link(target)

    def _start_simple_field(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        if link := _HYPERLINK.match(attributes.get("w:instr", "")):
            self.writer.open_link(link[1] or link[2] or "")

    def _field_mark(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        what = attributes.get("w:fldCharType")
        if what == "begin":
            if len(self._fields) > DEEPEST:
                raise UnreadableError(f"fields nested over {DEEPEST} deep", "open it in a word processor, save it anew")
            self._fields.append(_Field())
        elif what == "separate" and self._fields:
            one = self._fields[-1]
            link = _HYPERLINK.match("".join(one.instruction))
            if link and (link[1] or link[2]):
                one.is_open = True
                self.writer.open_link(link[1] or link[2])
        elif what == "end" and self._fields and self._fields.pop().is_open:
            self.writer.close_link()

    def _symbol(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        code = attributes.get("w:char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
            number = int(code, 16)
            known = symbol(number - 0xF000 if 0xF000 <= number < 0xF100 else number)
            self._write(known or (chr(number) if number >= 0x20 and not 0xD800 <= number < 0xE000 else ""))

    def _start_control(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._placeholders.append(False)

    def _shows_placeholder(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        if self._placeholders and attributes.get("w:val", "") not in _OFF:
            self._placeholders[-1] = True

    def _start_embedded(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._embedded += 1


_PROPERTIES_OF_TEXT = frozenset(
    (
        *("w:b", "w:sz", "w:vanish", "w:rStyle", "w:pStyle"),
        *("w:outlineLvl", "w:numId", "w:ilvl", "w:pageBreakBefore"),
    )
)
_STARTS: dict[str, Callable[[_Parser, _Format, Attributes], None]] = {
    "w:p": _Parser._start_paragraph,
    "w:r": _Parser._start_run,
    "w:pPr": _Parser._start_properties,
    "w:sectPr": _Parser._start_section,
    "w:br": _Parser._start_break,
    "w:tbl": _Parser._start_table,
    "w:txbxContent": _Parser._start_box,
    "w:hyperlink": _Parser._start_link,
    "w:fldSimple": _Parser._start_simple_field,
    "w:fldChar": _Parser._field_mark,
    "w:sym": _Parser._symbol,
    "w:sdt": _Parser._start_control,
    "w:showingPlcHdr": _Parser._shows_placeholder,
    "w:altChunk": _Parser._start_embedded,
}


def _first(*values: _T | None) -> _T | None:
    return next((value for value in values if value is not None), None)
