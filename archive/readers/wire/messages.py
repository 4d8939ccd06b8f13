"""Messages of many items: a <newsMessage> of NewsML-G2, a <NewsML> of NewsML 1; each item is a record.

A record is the message with this item alone, in bytes as found: what stands before the first item (the first tags, the
envelope, catalogs, topics), then the item. So it says by itself what it is, and is read again without its message.
"""

from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Reader, Record, UnreadableError
from archive.readers.marks import Marks, open_utf8
from archive.readers.wire.reader import WireReader
from archive.readers.wire.tree import xml_root

LONGEST_ENVELOPE = 65_536  # bytes

_MESSAGES = {"newsmessage": "NewsML-G2", "newsml": "NewsML 1"}
_ITEMS = frozenset((b"newsitem", b"packageitem", b"conceptitem", b"knowledgeitem", b"planningitem", b"catalogitem"))


class WireMessages:
    """A message of a news agency: its items, each with what the message says before the first."""

    name = "wire message"
    media_type = "application/xml"
    endings = (".xml", ".newsml")
    reader: Reader = WireReader()
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - agencies name files as they please
        """Return why this is a message: its first element is one that holds items."""
        root = xml_root(head)
        if root is None or root.name not in _MESSAGES:
            return None
        return f"its first element is <{root.written}>, that of {_MESSAGES[root.name]}"

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the items, `item=1` first; what breaks off, or grows over `limit` bytes, is a BadRecord."""
        yield from _Items(open_utf8(stream), limit).records()


class _Items(Marks):
    """The items of a message, followed from its start to its end."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        super().__init__(stream)
        self._limit = limit
        self._before = b""  # what stands before the first item
        self._open: list[bytes] = []  # the elements around it, as their names are written
        self._first = b""

    def records(self) -> Iterator[Record | BadRecord]:
        number = 0
        whole = False
        for closing, raw, name, start, end, empty in self._tags():
            if name in _ITEMS and self._first:
                if closing:
                    continue
                if not number:
                    self._end_frame(start)
                number += 1
                record = self._record(number, name, start, end, empty=empty)
                yield record if record is not None else _cut(number, "within this item")
                if record is None:
                    return
            elif not self._first:
                self._first, self._open = self._slice(start, end), [raw]
                self._hold(end, LONGEST_ENVELOPE)
                whole = empty
            elif closing and raw == self._open[0]:
                whole = True
            elif not number and not empty:
                self._follow(raw, closing=closing)
        if not whole:
            yield _cut(number + 1, f"after item {number}" if number else "before its first item")

    def _follow(self, raw: bytes, *, closing: bool) -> None:
        if not closing:
            self._open.append(raw)
        elif raw in self._open[1:]:
            while self._open.pop() != raw:
                pass

    def _end_frame(self, start: int) -> None:
        """Keep what stands before the first item; of what is too long only the first tag."""
        if self._held is not None and start - self._held <= LONGEST_ENVELOPE:
            self._before = self._first + self._slice(self._held, start)
        else:
            self._before, self._open = self._first, self._open[:1]
        self._held = None

    def _record(self, number: int, name: bytes, start: int, end: int, *, empty: bool) -> Record | BadRecord | None:
        """Return the item that begins at `start`, read to its end; None if it does not end."""
        self._hold(start, self._limit)
        depth = 0 if empty else 1
        if depth:
            for closing, _, other, _, end, is_empty in self._tags():  # noqa: B007 - the end is that of the last
                if other == name and not is_empty:
                    depth += -1 if closing else 1
                    if not depth:
                        break
        if depth:
            return None
        size = end - start
        if size > self._limit:
            self._held = None
            reason = f"an item of {size:,} bytes is over the limit of {self._limit:,}"
            return BadRecord(f"item={number}", UnreadableError(reason, "raise the limit with `--max-size`"))
        item = self._slice(start, end)
        self._held = None
        closes = [b"</" + raw + b">" for raw in reversed(self._open)]
        return Record(f"item={number}", b"".join([self._declaration, self._before, item, *closes]))


def _cut(number: int, where: str) -> BadRecord:
    error = UnreadableError(
        f"the message breaks off {where}", "get it again from the agency; what stands before is imported"
    )
    return BadRecord(f"item={number}", error)
