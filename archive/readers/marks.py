"""The marks of XML, followed through a stream without parsing it; only what is needed of it is held.

For files of many documents, taken apart where each begins and ends: what is not well-formed in one costs no other.
"""

import codecs
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO

from archive.readers.streams import Joined, Pulled

_CHUNK = 1 << 16
_LONGEST_TAG = 1 << 16
_LONGEST_DECLARATION = 8_192

_MARK = re.compile(rb"<(?:!--|!\[CDATA\[|\?|!|(/?)((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))(?=[\s/>]))")
_ATTRIBUTES = re.compile(rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+")
_LOOSE_END = re.compile(rb"[^<>]*+>")
_ENDS = {b"<!--": re.compile(rb"-->"), b"<![CDATA[": re.compile(rb"\]\]>"), b"<?": re.compile(rb">")}
_SUBSET_OR_END, _SUBSET_END, _END = re.compile(rb"[\[>]"), re.compile(rb"\]"), re.compile(rb">")
_WIDE = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_PROLOG = re.compile(r"\A\ufeff?(?:\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*+", re.DOTALL | re.I)


def first_element(head: bytes) -> str:
    """Return the start of what is XML from its first element on; what begins otherwise as it is.

    >>> first_element(b"<?xml version='1.0'?><!-- a feed --><rss>")
    '<rss>'
    """
    encoding = _wide_encoding(head)
    return behind_prolog(head.decode(encoding or "latin-1", "ignore").removeprefix("ï»¿"))


def behind_prolog(text: str) -> str:
    """Return a text of XML without what stands before its first element: declaration, comments, document type."""
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text


def open_utf8(stream: BinaryIO) -> BufferedReader:
    """Return a stream whose marks can be looked for in bytes: UTF-16 and UTF-32 made UTF-8, all else as it is."""
    head = stream.read(4)
    encoding = _wide_encoding(head)
    return BufferedReader(_Utf8(head, stream, encoding) if encoding else Joined(head, stream), _CHUNK)


def _wide_encoding(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _WIDE if head.startswith(mark)), None)


class _Utf8(Pulled):
    """A stream of UTF-16 or UTF-32, as UTF-8."""

    def __init__(self, head: bytes, stream: BinaryIO, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = self._converted(head)
        self._stream = stream

    def pull(self, size: int) -> bytes:
        while not self._ready:
            data = self._stream.read(_CHUNK)
            self._ready = self._converted(data)
            if not data and not self._ready:
                return b""
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _converted(self, data: bytes) -> bytes:
        return self._decoder.decode(data, not data).encode("utf-8", "replace")


class Marks:
    """A stream of XML, tag by tag; `_held` is from where on its bytes are needed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._data = bytearray()
        self._base = 0  # where in the stream the held bytes begin
        self._at = 0  # where in it the next mark is looked for
        self._held: int | None = None  # from where on its bytes are needed
        self._most = 0
        self._tag: int | None = None  # where the tag begins whose end is looked for
        self._ended = False
        self._has_tags = False
        self._declaration = b""  # the first instruction, if no tag stands before it

    def _tags(self) -> Iterator[tuple[bool, bytes, bytes, int, int, bool]]:
        """Yield the tags: closing or not, name as written, local name in lower case, start, end, empty or not."""
        while True:
            match = _MARK.search(self._data, self._at - self._base)
            if match is None:
                last = self._data.rfind(b"<", self._at - self._base)
                whole = last < 0 or len(self._data) - last > _LONGEST_TAG
                self._at = self._base + (len(self._data) if whole else last)
            if not self._ended and (match is None or match.end() + 10 > len(self._data)):
                self._more()
                continue
            if match is None:
                return
            start = self._base + match.start()
            mark, closing, raw, name = match[0], bool(match[1]), match[2], match[3]
            self._at = start + len(mark)
            if raw is None:
                self._pass_over(mark, start)
                continue
            end = self._tag_end(start)
            if end is None:
                continue
            self._at = end
            self._has_tags = True
            empty = not closing and self._data[end - self._base - 2 : end - self._base] == b"/>"
            yield closing, raw, name.lower(), start, end, empty

    def _tag_end(self, start: int) -> int | None:
        """Return where the tag ends whose name was just read; None if it is none, or too long for one."""
        self._tag = start
        try:
            while True:
                match = _ATTRIBUTES.match(self._data, self._at - self._base)
                end = match.end() if match else len(self._data)
                last = bytes(self._data[end : end + 1])
                if last == b">":
                    return self._base + end + 1
                if last in (b"'", b'"') and self._data.find(b"<", end) >= 0:  # a quote that is none
                    loose = _LOOSE_END.match(self._data, end)
                    return self._base + loose.end() if loose else None
                if last == b"<" or self._base + len(self._data) - self._at > _LONGEST_TAG or not self._more():
                    return None
        finally:
            self._tag = None

    def _pass_over(self, mark: bytes, start: int) -> None:
        """Go on behind a comment, a CDATA section, an instruction or a document type."""
        if mark == b"<!":
            if self._find(_SUBSET_OR_END) == b"[":
                self._find(_SUBSET_END)
                self._find(_END)
            return
        declares = mark == b"<?" and not self._declaration and not self._has_tags and self._held is None
        if declares:
            self._hold(start, _LONGEST_DECLARATION)
        self._find(_ENDS[mark])
        if declares:
            if self._at - start <= _LONGEST_DECLARATION:
                self._declaration = self._slice(start, self._at)
            self._held = None

    def _find(self, ending: re.Pattern[bytes]) -> bytes | None:
        """Go on behind the next `ending` and return it, or to the end of the feed."""
        while True:
            match = ending.search(self._data, self._at - self._base)
            if match is not None:
                self._at = self._base + match.end()
                return match[0]
            self._at = max(self._at, self._base + len(self._data) - 2)
            if not self._more():
                self._at = self._base + len(self._data)
                return None

    def _hold(self, start: int, most: int) -> None:
        """Keep what is read from `start` on, as long as it is no more than `most` bytes."""
        self._held, self._most = start, most

    def _more(self) -> bool:
        """Read on, letting go of what is not needed; False at the end of the feed."""
        if self._ended:
            return False
        if self._held is not None and self._at - self._held > self._most:
            self._held = None
        needed = min(one for one in (self._at, self._held, self._tag) if one is not None)
        del self._data[: needed - self._base]
        self._base = needed
        data = self._stream.read(_CHUNK)
        self._data += data
        self._ended = not data
        return not self._ended

    def _slice(self, start: int, end: int) -> bytes:
        return bytes(self._data[start - self._base : end - self._base])
