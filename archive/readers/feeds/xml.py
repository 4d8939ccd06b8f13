"""Feeds in XML: RSS of all versions, RDF, Atom, CDF, and what WordPress exports (WXR); each entry is a record.

A record is the feed with this entry alone, all of it bytes as found: the declaration, the first tags, of what stands
before the first entry title, links, language, authors and rights, then the entry. So a record says by itself what it
is, and is read again without its feed. Ends are looked for mark by mark: nothing is parsed that is not needed for that,
so an entry that is not well-formed costs no other.
"""

import codecs
import re
from collections.abc import Iterator
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO

from archive.readers.base import BadRecord, Reader, Record, UnreadableError
from archive.readers.feeds.entry import FeedReader

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ENDINGS = (".xml", ".rss", ".atom", ".rdf", ".wxr", ".cdf", ".feed", "/feed", "/rss", "/atom")

_CHUNK = 1 << 16
_LONGEST_TAG = 1 << 16
_LONGEST_OF_HEAD = 8_192  # bytes of one element of the head
_MOST_OF_HEAD = 1 << 20
_ENTRIES = frozenset((b"item", b"entry"))
_ROOTS = {b"rss": "RSS", b"rdf": "RDF", b"feed": "Atom", b"channel": "CDF", b"entry": "Atom"}
_HEAD = frozenset((b"title", b"link", b"language", b"author", b"rights", b"copyright"))
_OTHER_TITLES = frozenset((b"image", b"textinput", b"items"))

_MARK = re.compile(rb"<(?:!--|!\[CDATA\[|\?|!|(/?)((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))(?=[\s/>]))")
_ATTRIBUTES = re.compile(rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+")
_LOOSE_END = re.compile(rb"[^<>]*+>")
_ENDS = {b"<!--": re.compile(rb"-->"), b"<![CDATA[": re.compile(rb"\]\]>"), b"<?": re.compile(rb">")}
_SUBSET_OR_END, _SUBSET_END, _END = re.compile(rb"[\[>]"), re.compile(rb"\]"), re.compile(rb">")
_CREDITED = re.compile(rb"(?:creator|author)>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200}?)\s*(?:\]\]>)?\s*</", re.IGNORECASE)
_LOGIN = re.compile(rb"author_login>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200}?)\s*(?:\]\]>)?\s*</")
_WIDE = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_PROLOG = re.compile(r"\A\ufeff?(?:\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*+", re.DOTALL | re.I)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(rss|rdf|feed|channel|entry)(?=[\s/>])", re.IGNORECASE)


class XmlFeeds:
    """A feed in XML: its entries, each with what the feed says of all of them."""

    name = "feed"
    media_type = "application/xml"
    endings = ENDINGS
    reader: Reader = FeedReader()
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - what it is called says nothing of a feed
        """Return why this is a feed: its first element is that of RSS, RDF, Atom or CDF. A page of HTML is none."""
        encoding = _wide_encoding(head)
        text = head.decode(encoding or "latin-1", "ignore").removeprefix("ï»¿")
        prolog = _PROLOG.match(text)
        root = _ROOT.match(text, prolog.end()) if prolog else None
        if root is None:
            return None
        return f"its first element is <{root[0][1:]}>, that of {_ROOTS[root[1].lower().encode()]}"

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the entries, `entry=1` first; what breaks off, or grows over `limit` bytes, is a BadRecord.

        A feed in UTF-16 or UTF-32 is made UTF-8 first: marks are looked for in bytes.
        """
        head = stream.read(4)
        encoding = _wide_encoding(head)
        rest = _Utf8(head, stream, encoding) if encoding else _Joined(head, stream)
        yield from _Entries(BufferedReader(rest, _CHUNK), limit).records()


def _wide_encoding(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _WIDE if head.startswith(mark)), None)


class _Joined(RawIOBase):
    """A stream with its first bytes again."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._ready = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        while not self._ready:
            data = self._stream.read(_CHUNK)
            self._ready = self._converted(data)
            if not data and not self._ready:
                return 0
        part, self._ready = self._ready[: len(view)], self._ready[len(view) :]
        view[: len(part)] = part
        return len(part)

    def _converted(self, data: bytes) -> bytes:
        return data


class _Utf8(_Joined):
    """A stream of UTF-16 or UTF-32, as UTF-8."""

    def __init__(self, head: bytes, stream: BinaryIO, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        super().__init__(self._converted(head), stream)

    def _converted(self, data: bytes) -> bytes:
        return self._decoder.decode(data, not data).encode("utf-8", "replace")


class _Entries:
    """The marks of a feed, followed from its start to its end; of its bytes only what is needed is held."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._data = bytearray()
        self._base = 0  # where in the stream the held bytes begin
        self._at = 0  # where in it the next mark is looked for
        self._held: int | None = None  # from where on its bytes are needed
        self._most = 0
        self._tag: int | None = None  # where the tag begins whose end is looked for
        self._ended = False
        self._breaks_off = False
        self._frame: list[bytes] = []  # of the head: what stands before an entry
        self._people: dict[bytes, bytes] = {}  # of a WXR: the logins and the elements that name them
        self._size = 0
        self._root: bytes | None = None
        self._channel: bytes | None = None

    def records(self) -> Iterator[Record | BadRecord]:
        number = 0
        whole = False
        head: tuple[bytes, int, int] | None = None  # an element of the head: its name, start, depth
        passed: bytes | None = None  # an element of the head whose title is not the feed's
        for closing, raw, name, start, end, empty in self._tags():
            if name in _ENTRIES and (self._root is not None or name == b"entry"):
                if closing:
                    continue
                if self._root is None:
                    self._root, whole = b"", True
                head, passed = None, None
                number += 1
                yield self._record(number, name, start, end, empty=empty)
                if self._breaks_off:
                    return
            elif self._root is None:
                if closing:
                    continue
                self._root = raw
                self._frame.append(self._slice(start, end))
                if name == b"channel":
                    self._channel = b""
            elif closing and raw == self._root:
                whole = True
            elif number or whole:
                if closing and raw == self._channel:
                    self._channel = None
            elif head is not None:
                head = self._in_head(head, name, end, closing=closing, empty=empty)
            elif passed is not None:
                passed = None if closing and name == passed else passed
            elif name == b"channel" and self._channel is None and not closing and not empty:
                self._channel = raw
                self._frame.append(self._slice(start, end))
            elif closing:
                if raw == self._channel:
                    self._channel = None
                    self._frame.append(self._slice(start, end))
            elif name in _HEAD and empty:
                self._keep(name, self._slice(start, end))
            elif name in _HEAD:
                head = (name, start, 1)
                self._hold(start, _LONGEST_OF_HEAD)
            elif name in _OTHER_TITLES and not empty:
                passed = name
        if not whole and self._root is not None:
            where = f"after entry {number}" if number else "before its first entry"
            yield BadRecord(f"entry={number + 1}", _cut(f"the feed breaks off {where}"))

    def _in_head(
        self, head: tuple[bytes, int, int], name: bytes, end: int, *, closing: bool, empty: bool
    ) -> tuple[bytes, int, int] | None:
        kept, start, depth = head
        if name == kept and not empty:
            depth += -1 if closing else 1
        if end - start > _LONGEST_OF_HEAD:
            self._held = None
            return None
        if depth:
            return kept, start, depth
        self._keep(kept, self._slice(start, end))
        self._held = None
        return None

    def _keep(self, name: bytes, element: bytes) -> None:
        if self._size + len(element) > _MOST_OF_HEAD:
            return
        self._size += len(element)
        login = _LOGIN.search(element) if name == b"author" else None
        if login:
            self._people[login[1]] = self._people.get(login[1], b"") + element
        else:
            self._frame.append(element)

    def _record(self, number: int, name: bytes, start: int, end: int, *, empty: bool) -> Record | BadRecord:
        """Return the entry that begins at `start`, read to its end; one that does not end is a BadRecord."""
        place = f"entry={number}"
        self._hold(start, self._limit)
        depth = 0 if empty else 1
        if depth:
            for closing, _, other, _, end, is_empty in self._tags():  # noqa: B007 - the end is that of the last
                if other == name and not is_empty:
                    depth += -1 if closing else 1
                    if not depth:
                        break
        if depth:
            self._breaks_off = True
            return BadRecord(place, _cut("the feed breaks off within this entry"))
        size = end - start
        if size > self._limit:
            self._held = None
            return BadRecord(
                place,
                UnreadableError(
                    f"an entry of {size:,} bytes is over the limit of {self._limit:,}",
                    "raise the limit with `--max-size`, or take it out",
                ),
            )
        entry = self._slice(start, end)
        self._held = None
        credited = dict.fromkeys(_CREDITED.findall(entry)) if self._people else ()
        people = [self._people[login] for login in credited if login in self._people]
        closes = [b"</" + raw + b">" for raw in (self._channel, self._root) if raw]
        return Record(place, b"".join([*self._frame, *people, entry, *closes]))

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
        """Go on behind a comment, a CDATA section, an instruction (the first is kept) or a document type."""
        if mark == b"<!":
            if self._find(_SUBSET_OR_END) == b"[":
                self._find(_SUBSET_END)
                self._find(_END)
            return
        declares = mark == b"<?" and not self._frame and self._root is None
        if declares:
            self._hold(start, _LONGEST_OF_HEAD)
        self._find(_ENDS[mark])
        if declares:
            if self._at - start <= _LONGEST_OF_HEAD:
                self._frame.append(self._slice(start, self._at))
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


def _cut(reason: str) -> UnreadableError:
    return UnreadableError(reason, "get the feed again, if it is still there; what stands before is imported")
