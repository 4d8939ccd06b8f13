"""The paragraphs of one part of a Word document: its body, its notes, its headers and footers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from archive.readers.base import UnreadableError
from archive.readers.office.docx_parts import OFF, Style, half_points, number
from archive.readers.office.package import Attributes
from archive.readers.office.rtf_codes import symbol
from archive.readers.office.written import DEEPEST, Paragraph, Writer

_T = TypeVar("_T")

# What stands in these is no text of the document, or is there a second time in another form.
_PASSED = frozenset(
    (
        *("mc:Fallback", "w:pPrChange", "w:rPrChange", "w:tblPr", "w:tcPr", "w:rt", "w:tblPrChange"),
        *("w:sectPrChange", "w:binData", "w:sdtEndPr"),
    )
)
_DELETED = frozenset(("w:del", "w:moveFrom"))
_MARKS = {"w:tab": "\t", "w:cr": "\n", "w:noBreakHyphen": "\u2011", "w:ptab": "\t"}
_REFERENCES = {
    "w:footnoteReference": "footnotes",
    "w:endnoteReference": "endnotes",
    "w:commentReference": "comments",
}
_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|([^\s"\\]+))', re.IGNORECASE)
_LONGEST_INSTRUCTION = 10_000


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
    instruction: str = ""
    is_shown: bool = False
    is_open: bool = False


class PartReader:
    """Takes the elements of a part in order and writes what they say."""

    def __init__(
        self,
        relations: dict[str, tuple[str, str, bool]],
        styles: dict[str, Style],
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
            if self._fields and len(self._fields[-1].instruction) < _LONGEST_INSTRUCTION:
                self._fields[-1].instruction += data
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
                now.bold = value not in OFF
            elif tag == "w:sz":
                now.size = half_points(value)
            elif tag == "w:vanish":
                now.hidden = value not in OFF
            else:
                now.run_style = value
        elif tag == "w:pStyle":
            now.style = value
        elif tag == "w:outlineLvl":
            now.outline = number(value)
        elif tag == "w:numId":
            now.is_list = value != "0"
        elif tag == "w:ilvl":
            now.list_level = max(0, min(number(value) or 0, 8))
        elif tag == "w:pageBreakBefore" and value not in OFF:
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
            link = _HYPERLINK.match(one.instruction)
            if link and (link[1] or link[2]):
                one.is_open = True
                self.writer.open_link(link[1] or link[2])
        elif what == "end" and self._fields and self._fields.pop().is_open:
            self.writer.close_link()

    def _symbol(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        code = attributes.get("w:char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
            point = int(code, 16)
            known = symbol(point - 0xF000 if 0xF000 <= point < 0xF100 else point)
            self._write(known or (chr(point) if point >= 0x20 and not 0xD800 <= point < 0xE000 else ""))

    def _start_control(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._placeholders.append(False)

    def _shows_placeholder(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        if self._placeholders and attributes.get("w:val", "") not in OFF:
            self._placeholders[-1] = True

    def _start_embedded(self, now: _Format, attributes: Attributes) -> None:  # noqa: ARG002
        self._embedded += 1


_PROPERTIES_OF_TEXT = frozenset(
    (
        *("w:b", "w:sz", "w:vanish", "w:rStyle", "w:pStyle"),
        *("w:outlineLvl", "w:numId", "w:ilvl", "w:pageBreakBefore"),
    )
)
_STARTS: dict[str, Callable[[PartReader, _Format, Attributes], None]] = {
    "w:p": PartReader._start_paragraph,
    "w:r": PartReader._start_run,
    "w:pPr": PartReader._start_properties,
    "w:sectPr": PartReader._start_section,
    "w:br": PartReader._start_break,
    "w:tbl": PartReader._start_table,
    "w:txbxContent": PartReader._start_box,
    "w:hyperlink": PartReader._start_link,
    "w:fldSimple": PartReader._start_simple_field,
    "w:fldChar": PartReader._field_mark,
    "w:sym": PartReader._symbol,
    "w:sdt": PartReader._start_control,
    "w:showingPlcHdr": PartReader._shows_placeholder,
    "w:altChunk": PartReader._start_embedded,
}


def _first(*values: _T | None) -> _T | None:
    return next((value for value in values if value is not None), None)
