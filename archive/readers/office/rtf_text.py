"""The text of an RTF document: bytes in the encoding of their font, Unicode characters, and where they belong."""

from archive.readers.office.rtf_codes import DEFAULT, symbol
from archive.readers.office.rtf_words import LONGEST_PROPERTY, PROPERTIES, Field, State, Style
from archive.readers.office.written import Writer


class RtfText:
    """What is known of a document so far, and what is done with its text."""

    def __init__(self, content: bytes, start: int) -> None:
        self._content = content
        self._at = start
        self._writer = Writer()
        self._state = State()
        self._stack: list[State] = []
        self._document = DEFAULT
        self._fonts: dict[int, str] = {}
        self._symbol_fonts: set[int] = set()
        self._default_font = -1
        self._styles: dict[int, Style] = {}
        self._bytes = bytearray()  # of text, to be decoded together
        self._waiting = 0  # bytes to pass over after a Unicode character
        self._half: int | None = None  # of a surrogate pair
        self._is_starred = False
        self._fields: list[Field] = []
        self._parts: list[int] = []  # how many groups deep the notes and boxes stand that are open
        self._properties: dict[str, str] = {}
        self._gathered = ""  # the text of the font, style or mark that is being read
        self._undecoded = 0
        self._has_deleted = False
        self._hidden = 0
        self._has_mark = False  # of an item of a list
        self._font = -1
        self._style = 0
        self._style_outline: int | None = None

    def _encoding(self) -> str:
        return self._fonts.get(self._state.font, self._document) if self._state.font >= 0 else self._document

    def _take_text(self, data: bytes) -> None:
        if self._waiting:
            passed = min(self._waiting, len(data))
            self._waiting -= passed
            data = data[passed:]
        self._is_starred = False
        self._bytes += data

    def _take_byte(self, byte: int) -> None:
        if self._waiting:
            self._waiting -= 1
            return
        if self._state.font in self._symbol_fonts and self._state.into == "text":
            self._put(symbol(byte))
            return
        self._bytes.append(byte)

    def _flush(self) -> None:
        """Decode the bytes that were gathered."""
        if self._half is not None and self._bytes:
            self._half = None
            self._undecoded += 1
            self._emit("\ufffd")
        if not self._bytes:
            return
        data = bytes(self._bytes)
        self._bytes.clear()
        text = data.decode("ascii" if data.isascii() else self._encoding(), "replace")
        self._undecoded += text.count("\ufffd")
        self._emit(text)

    def _put(self, text: str) -> None:
        if self._waiting:
            self._waiting -= 1
            return
        self._flush()
        self._emit(text)

    def _emit(self, text: str) -> None:
        state = self._state
        if state.into == "text":
            if state.hidden:
                self._hidden += len(text)
            elif text:
                self._has_deleted = self._has_deleted or state.deleted
                self._writer.write(text, bold=state.bold, size=state.size, deleted=state.deleted)
        elif state.into == "property":
            name = PROPERTIES[state.name]
            if len(self._properties.get(name, "")) < LONGEST_PROPERTY:
                self._properties[name] = self._properties.get(name, "") + text
        elif state.into in ("fonts", "styles"):
            self._take_entry(text)
        elif state.into in ("instruction", "mark") and len(self._gathered) < LONGEST_PROPERTY:
            self._gathered += text

    def _take_entry(self, text: str) -> None:
        """Read the name of a style, which ends in a semicolon; those of fonts say nothing that is needed."""
        if self._state.into != "styles":
            return
        if len(self._gathered) < LONGEST_PROPERTY:
            self._gathered += text
        if text.endswith(";"):
            name = " ".join(self._gathered.rstrip(";").split()).lower()
            self._styles.setdefault(self._style, Style(name, self._style_outline))
            self._gathered = ""
            self._style, self._style_outline = 0, None

    def _take_unicode(self, number: int) -> None:
        self._flush()
        code = number + 65536 if number < 0 else number
        if self._half is not None:
            if 0xDC00 <= code < 0xE000:
                self._emit(chr(0x10000 + ((self._half - 0xD800) << 10) + code - 0xDC00))
                self._half = None
                self._waiting = self._state.skipped
                return
            self._half = None
            self._undecoded += 1
            self._emit("\ufffd")
        if 0xD800 <= code < 0xDC00:
            self._half = code
        elif 0xF000 <= code < 0xF100:
            self._emit(symbol(code - 0xF000) or chr(code))
        elif 0xDC00 <= code < 0xE000 or not 0 < code < 0x110000:
            self._undecoded += 1
            self._emit("\ufffd")
        else:
            self._emit(chr(code))
        self._waiting = self._state.skipped
