"""Feeds in XML: RSS of all versions, RDF, Atom, CDF, and what WordPress exports (WXR); each entry is a record.

A record is the feed with this entry alone, all of it bytes as found: the declaration, the first tags, of what stands
before the first entry title, links, language, authors and rights, then the entry. So a record says by itself what it
is, and is read again without its feed. Ends are looked for mark by mark: nothing is parsed that is not needed for that,
so an entry that is not well-formed costs no other.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Reader, Record, UnreadableError
from archive.readers.feeds.entry import FeedReader
from archive.readers.marks import Marks, first_element, open_utf8

ENDINGS = (".xml", ".rss", ".atom", ".rdf", ".wxr", ".cdf", ".feed", "/feed", "/rss", "/atom")
OF_DOCUMENTS = (".html", ".htm", ".txt")  # under which feeds are saved too

_LONGEST_OF_HEAD = 8_192  # bytes of one element of the head
_MOST_OF_HEAD = 1 << 20
_ENTRIES = frozenset((b"item", b"entry"))
_ROOTS = {b"rss": "RSS", b"rdf": "RDF", b"feed": "Atom", b"channel": "CDF", b"entry": "Atom"}
_HEAD = frozenset((b"title", b"link", b"language", b"author", b"rights", b"copyright"))
_OTHER_TITLES = frozenset((b"image", b"textinput", b"items"))

_CREDITED = re.compile(rb"(?:creator|author)>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200}?)\s*(?:\]\]>)?\s*</", re.IGNORECASE)
_LOGIN = re.compile(rb"author_login>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,200}?)\s*(?:\]\]>)?\s*</")
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(rss|rdf|feed|channel|entry)(?=[\s/>])", re.IGNORECASE)


class XmlFeeds:
    """A feed in XML: its entries, each with what the feed says of all of them."""

    name = "feed"
    media_type = "application/xml"
    endings = (*ENDINGS, *OF_DOCUMENTS)
    reader: Reader = FeedReader()
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - what it is called says nothing of a feed
        """Return why this is a feed: its first element is that of RSS, RDF, Atom or CDF. A page of HTML is none."""
        root = _ROOT.match(first_element(head)) if b"<" in head else None
        if root is None:
            return None
        return f"its first element is <{root[0][1:]}>, that of {_ROOTS[root[1].lower().encode()]}"

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the entries, `entry=1` first; what breaks off, or grows over `limit` bytes, is a BadRecord.

        A feed in UTF-16 or UTF-32 is made UTF-8 first: marks are looked for in bytes.
        """
        yield from _Entries(open_utf8(stream), limit).records()


class _Entries(Marks):
    """The marks of a feed, followed from its start to its end; of its bytes only what is needed is held."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        super().__init__(stream)
        self._limit = limit
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
        return Record(place, b"".join([self._declaration, *self._frame, *people, entry, *closes]))


def _cut(reason: str) -> UnreadableError:
    return UnreadableError(reason, "get the feed again, if it is still there; what stands before is imported")
