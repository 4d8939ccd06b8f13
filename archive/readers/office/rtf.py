"""Rich Text Format, by its specification 1.9.1, made paragraphs.

A tokenizer of our own: the marks are few, and a program that gets code pages, double bytes, `\\uc` and destinations
within each other right was not found (docs/office.md). Groups are a list, so no nesting can exhaust the stack; the
content of destinations that hold no text (pictures, fonts, themes) is passed over without being taken apart.
"""

import re
from collections.abc import Callable
from copy import copy

from archive.readers.base import UnreadableError
from archive.readers.office.rtf_codes import DEFAULT, SYMBOL, of_charset, of_code_page
from archive.readers.office.rtf_text import RtfText
from archive.readers.office.rtf_words import (
    CHARACTERS,
    HEADING,
    HYPERLINK,
    NO_TEXT,
    OPTIONAL,
    PARTS,
    PROPERTIES,
    SYMBOLS,
    Field,
    Style,
)
from archive.readers.office.written import DEEPEST, Written

_TOKEN = re.compile(
    rb"\\(?:'([0-9A-Fa-f]{2})|([A-Za-z]{1,32})(-?[0-9]{1,10})?[ ]?|([^A-Za-z]))|([{}])|([^\\{}\r\n\t]+)|(\t)|[\r\n]+|\\"
)
_SKIP = re.compile(rb"[^\\{}]+|\\bin([0-9]{1,10})[ ]?|\\(?:.|\Z)|([{}])", re.DOTALL)


def read_rtf(content: bytes) -> Written:
    """Return the paragraphs of an RTF document, in order, and what it says of itself.

    Text is decoded by the code page of the document and by the character set of each font; Unicode characters stand
    for themselves, and what is written for programs that do not know them is passed over. Hidden text, pictures and
    data are left out; notes, text boxes, headers and footers are parts of their own, and so is what was deleted while
    changes were tracked.
    Raises UnreadableError for what is no RTF, is nested over 500 deep, or over a limit of `written`.

    >>> read_rtf(rb"{\\rtf1\\ansi\\ansicpg1251 {\\b \\'cc\\'e8\\'ed\\'f1\\'ea\\par}\\u27700?}").paragraphs[0].text
    'Минск'
    """
    start = content.find(b"{\\rtf", 0, 1024)
    if start < 0:
        raise UnreadableError("no RTF: it does not begin with {\\rtf", "open it in a word processor and save it as RTF")
    return _Parser(content, start).run()


class _Parser(RtfText):
    def run(self) -> Written:
        content = self._content
        match_token = _TOKEN.match
        ended = False
        while (match := match_token(content, self._at)) is not None:
            self._at = match.end()
            kind = match.lastindex
            if kind == 6:
                self._take_text(match[6])
            elif kind == 1:
                self._take_byte(int(match[1], 16))
            elif kind == 2 or kind == 3:
                self._take_word(match[2], None if match[3] is None else int(match[3]))
            elif kind == 5:
                if match[5] == b"{":
                    self._open()
                elif self._close():
                    ended = True
                    break
            elif kind == 4:
                self._take_symbol(match[4])
            elif kind == 7:
                self._put("\t")
        self._flush()
        if not self._parts:
            self._end_paragraph()
        notes = []
        if not ended:
            notes.append("it breaks off: groups are not closed")
        elif rest := len(content[self._at :].strip(b"\x00\r\n\t \x1a")):
            notes.append(f"{rest} bytes after its end were not read")
        if self._undecoded:
            notes.append(f"{self._undecoded} characters could not be decoded")
        if self._hidden:
            notes.append(f"{self._hidden} characters of hidden text left out")
        if self._has_deleted:
            notes.append("changes are tracked: what was deleted is set aside")
        properties = {name: " ".join(text.split()) for name, text in self._properties.items()}
        return Written(self._writer.finish(), {name: text for name, text in properties.items() if text}, tuple(notes))

    def _open(self) -> None:
        self._flush()
        self._waiting = 0
        self._is_starred = False
        if len(self._stack) > DEEPEST:
            raise UnreadableError(f"groups nested over {DEEPEST} deep", "open it in a word processor and save it anew")
        self._stack.append(copy(self._state))

    def _close(self) -> bool:
        """End a group; return whether it was the outermost."""
        self._flush()
        self._waiting = 0
        self._is_starred = False
        if not self._stack:
            return True
        depth = len(self._stack)
        state = self._state
        self._state = self._stack.pop()
        if state.into != self._state.into:
            self._finish(state.into)
        if self._fields and self._fields[-1].depth == depth and self._fields.pop().is_open:
            self._writer.close_link()
        if self._parts and self._parts[-1] == depth:
            self._parts.pop()
            self._writer.close_part()
        return not self._stack

    def _finish(self, into: str) -> None:
        """Take note of what stood in a destination that is no text."""
        text = self._gathered
        if into == "instruction" and self._fields:
            self._fields[-1].instruction += text
        elif into == "mark" and any(map(str.isalnum, text)):
            self._put(" ".join(text.split()) + " ")
        if into in ("instruction", "mark", "fonts", "styles"):
            self._gathered = ""

    def _pass_over(self) -> None:
        """Go to the end of the group, without looking at what stands in it."""
        depth = 0
        while (match := _SKIP.match(self._content, self._at)) is not None and match.end() > self._at:
            if match[2] == b"}":
                if depth == 0:
                    return
                depth -= 1
            elif match[2] == b"{":
                depth += 1
            self._at = match.end() + (int(match[1]) if match[1] else 0)

    def _take_symbol(self, name: bytes) -> None:
        if name == b"*":
            self._is_starred = True
            return
        if self._waiting:
            self._waiting -= 1
            return
        if name in (b"\r", b"\n"):
            self._end_paragraph()
        elif name in SYMBOLS:
            self._put(SYMBOLS[name])
        elif name in (b"\\", b"{", b"}"):
            self._take_text(name)
        elif name == b"\t":
            self._put("\t")

    def _take_word(self, name: bytes, number: int | None) -> None:
        starred, self._is_starred = self._is_starred, False
        if name == b"bin":
            self._at += max(0, number or 0)
            return
        if name == b"u" and number is not None:
            self._waiting = 0
            self._take_unicode(number)
            return
        if self._waiting:
            self._waiting -= 1
            return
        if name in NO_TEXT or (starred and name not in OPTIONAL):
            self._flush()
            self._pass_over()
            return
        if name in CHARACTERS:
            self._put(CHARACTERS[name])
            return
        action = _ACTIONS.get(name)
        if action is not None:
            self._flush()
            action(self, name, number)

    def _end_paragraph(self, *, in_table: bool | None = None) -> None:
        self._flush()
        state = self._state
        if state.into != "text":
            self._emit(" ")
            return
        style = self._styles.get(state.style, Style("", None))
        outline = state.outline if state.outline is not None else style.outline
        kind, level = "paragraph", None
        if (named := HEADING.fullmatch(style.name)) is not None:
            kind, level = "heading", int(named[1])
        elif outline is not None and 0 <= outline < 9:
            kind, level = "heading", outline + 1
        elif state.in_list or self._has_mark:
            kind, level = "list", state.list_level + 1
        self._has_mark = False
        self._writer.end_paragraph(kind, level, style.name, in_table=state.in_table if in_table is None else in_table)

    def _part(self, name: bytes, number: int | None) -> None:  # noqa: ARG002 - as all actions are called
        if self._state.into == "text" and self._stack:
            self._parts.append(len(self._stack))
            self._writer.open_part(PARTS[name])
            self._state.in_table = self._state.in_list = False
            self._state.outline, self._state.style = None, 0

    def _set_code_page(self, name: bytes, number: int | None) -> None:
        of_name = {b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850", b"ansi": DEFAULT}
        self._document = of_name.get(name) or of_code_page(number or 0) or self._document

    def _set_font(self, name: bytes, number: int | None) -> None:  # noqa: ARG002
        if self._state.into == "fonts":
            self._font = number or 0
        else:
            self._state.font = self._default_font if number is None else number

    def _set_charset(self, name: bytes, number: int | None) -> None:
        if self._state.into != "fonts":
            return
        if name == b"cpg":
            self._fonts[self._font] = of_code_page(number or 0) or self._document
            return
        self._fonts[self._font] = of_charset(number or 0, self._document)
        if number == SYMBOL:
            self._symbol_fonts.add(self._font)

    def _set_default_font(self, name: bytes, number: int | None) -> None:  # noqa: ARG002
        self._default_font = number or 0
        self._state.font = self._default_font
        for state in self._stack:
            state.font = self._default_font

    def _set_character(self, name: bytes, number: int | None) -> None:
        state = self._state
        on = number is None or number != 0
        if name == b"b":
            state.bold = on
        elif name == b"v":
            state.hidden = on
        elif name == b"deleted":
            state.deleted = on
        elif name == b"fs":
            state.size = (number or 24) / 2
        elif name == b"uc":
            state.skipped = max(0, min(number if number is not None else 1, 16))
        elif name == b"plain":
            state.bold = state.hidden = state.deleted = False
            state.size = 12.0
            state.font = self._default_font

    def _set_paragraph(self, name: bytes, number: int | None) -> None:
        state = self._state
        if name == b"pard":
            state.in_table = state.in_list = False
            state.outline, state.style, state.list_level = None, 0, 0
        elif name == b"intbl":
            state.in_table = True
        elif name == b"s":
            if state.into == "styles":
                self._style = number or 0
            else:
                state.style = number or 0
        elif name == b"outlinelevel":
            if state.into == "styles":
                self._style_outline = number
            else:
                state.outline = number
        elif name == b"ls":
            state.in_list = bool(number)
        elif name == b"ilvl":
            state.list_level = max(0, min(number or 0, 8))

    def _end(self, name: bytes, number: int | None) -> None:  # noqa: ARG002
        if self._state.into != "text":
            return
        if name == b"par":
            self._end_paragraph()
        elif name == b"cell":
            self._end_paragraph(in_table=True)
            self._writer.end_cell()
        elif name == b"row":
            self._writer.end_row()
        else:
            if not self._state.in_table:
                self._end_paragraph(in_table=False)
            self._writer.break_page()

    def _into(self, name: bytes, number: int | None) -> None:  # noqa: ARG002
        state = self._state
        if not self._stack:
            return
        if name in (b"fonttbl", b"stylesheet"):
            state.into = "fonts" if name == b"fonttbl" else "styles"
        elif name == b"fldinst":
            state.into = "instruction"
        elif name in (b"listtext", b"pntext"):
            state.into = "mark"
            self._has_mark = True
        elif name == b"info":
            state.into = "info"
        elif state.into == "info" and name in PROPERTIES:
            state.into, state.name = "property", name
        elif state.into == "info":
            state.into = "nothing"

    def _field(self, name: bytes, number: int | None) -> None:  # noqa: ARG002
        if name == b"field":
            self._fields.append(Field(len(self._stack)))
        elif self._fields:
            one = self._fields[-1]
            link = HYPERLINK.match(one.instruction)
            address = (link[1] if link[1] is not None else link[2]) if link else ""
            if link and address and not one.is_open:
                one.is_open = True
                self._writer.open_link(address)

    def _twice(self, name: bytes, number: int | None) -> None:  # noqa: ARG002
        """Pass over the first of two forms of one text; the second is in Unicode."""
        if name == b"upr":
            depth = self._content.find(b"{", self._at)
            if depth >= 0 and not self._content[self._at : depth].strip():
                self._at = depth + 1
                self._pass_over()
                self._at += 1


_Action = Callable[[_Parser, bytes, int | None], None]
_ACTIONS: dict[bytes, _Action] = {
    **dict.fromkeys(PARTS, _Parser._part),
    **dict.fromkeys((b"ansi", b"mac", b"pc", b"pca", b"ansicpg"), _Parser._set_code_page),
    **dict.fromkeys((b"fcharset", b"cpg"), _Parser._set_charset),
    **dict.fromkeys((b"b", b"v", b"deleted", b"fs", b"uc", b"plain"), _Parser._set_character),
    **dict.fromkeys((b"pard", b"intbl", b"s", b"outlinelevel", b"ls", b"ilvl"), _Parser._set_paragraph),
    **dict.fromkeys((b"par", b"cell", b"row", b"page", b"sect", b"column"), _Parser._end),
    **dict.fromkeys((b"fonttbl", b"stylesheet", b"fldinst", b"listtext", b"pntext", b"info"), _Parser._into),
    **dict.fromkeys((*PROPERTIES, b"creatim", b"revtim", b"printim", b"buptim", b"operator"), _Parser._into),
    **dict.fromkeys((b"company", b"manager", b"category", b"doccomm", b"hlinkbase", b"comment"), _Parser._into),
    **dict.fromkeys((b"field", b"fldrslt"), _Parser._field),
    b"f": _Parser._set_font,
    b"deff": _Parser._set_default_font,
    b"upr": _Parser._twice,
}
