"""JSON: a list of objects, also within others, or a single object: each a record of one article."""

import json
import re
from collections.abc import Generator, Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Reader, Record, UnreadableError
from archive.readers.decode import looks_binary
from archive.readers.field_map import FieldMap
from archive.readers.metadata import key_of
from archive.readers.recoded import recoded
from archive.readers.records.plain import TEXT_KEYS
from archive.readers.records.record import RecordReader, record_header
from archive.readers.records.scan import BrokenError, Scan

# Under these keys stand lists of records, or objects that have such a list.
LIST_KEYS = (
    *("articles", "article", "items", "item", "data", "results", "result", "records", "entries", "documents", "docs"),
    *("news", "stories", "posts", "hits", "response", "rows", "values", "content", "@graph", "newsitems"),
)
_DEEPEST = 4  # objects around the list

_MARK = b"\xef\xbb\xbf"
_BEGINS = re.compile(rb"\s*(?:\[\s*[{\]]|\{\s*[\"}])")
_HEAD = 64
_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class JsonArrays:
    """JSON that is one value, or several: each object in a list, or the one object that it is, is a record."""

    name = "JSON"
    media_type = "application/json"
    endings = (".json",)
    reader: Reader = RecordReader()
    seeks = False

    def __init__(self, fields: FieldMap = FieldMap()) -> None:  # noqa: B008 - it is immutable
        self._fields = fields

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is JSON: by its name; without an ending, because it begins with an object or a list."""
        if name.lower().endswith(".json"):
            return "its name ends in .json"
        if "." in name.rpartition("/")[2] or not _BEGINS.match(head.removeprefix(_MARK)):
            return None
        return "it begins as JSON does"

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the objects, `item=1` first, in bytes as they stand.

        Where the JSON breaks off or goes wrong, those before it are yielded, and the rest is a BadRecord. Raises
        UnreadableError for what is no JSON, or has no objects in it.
        """
        head = stream.read(_HEAD)
        encoding = _wide(head)
        if encoding is not None:
            head, stream = b"", recoded(head, stream, encoding)
        elif (binary := looks_binary(head)) is not None:
            raise UnreadableError(f"not JSON: {binary}", "look at what it is, and give it the name that it should have")
        before = record_header(self._fields)
        items = _Items(Scan(head.removeprefix(_MARK), stream), limit)
        for number, item in enumerate(items.read(), 1):
            place = f"item={number}"
            yield BadRecord(place, item) if isinstance(item, UnreadableError) else Record(place, before + item)


def _wide(head: bytes) -> str | None:
    """Return which encoding of more than a byte a character JSON is in, if it is: its first characters are ASCII."""
    for mark, encoding in _WIDE_MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) < 4 or (head[0] and head[1]):
        return None
    return "utf-16-le" if head[0] else "utf-16-be"


class _Items:
    """The objects in a stream of JSON, in bytes, and why one is none."""

    def __init__(self, scan: Scan, limit: int) -> None:
        self._scan = scan
        self._limit = limit
        self._number = 0

    def read(self) -> Iterator[bytes | UnreadableError]:
        scan = self._scan
        try:
            first = scan.peek()
            if not first:
                raise UnreadableError("no JSON, only blank space", "remove it, or fill it")
            while first:
                if first == b"[":
                    scan.expect(b"[")
                    if scan.peek() not in (b"{", b"]"):
                        raise UnreadableError(
                            "JSON, but a list of what are no objects", 'write objects, such as [{"title": …}]'
                        )
                    yield from self._listed()
                elif first == b"{":
                    scan.begin(self._limit)
                    found = yield from self._of_object(1)
                    if not found:
                        yield self._item()
                elif self._number:
                    raise BrokenError(f"{first.decode('latin-1')!r} follows at byte {scan.position + 1:,}")
                else:
                    raise UnreadableError("not JSON, or no object in it", 'write objects, such as [{"title": …}]')
                first = scan.peek()
        except BrokenError as error:
            if not self._number:
                raise UnreadableError(f"not JSON: {error}", "fetch it again, or mend it") from error
            yield UnreadableError(
                f"the JSON goes wrong after item {self._number}: {error}", "fetch it again; what was read is imported"
            )

    def _listed(self) -> Iterator[bytes | UnreadableError]:
        """Yield the items of a list that was begun, and pass over its end."""
        scan = self._scan
        while scan.peek() != b"]":
            scan.begin(self._limit)
            scan.value()
            yield self._item()
            if scan.peek() != b"]":
                scan.expect(b",")
        scan.expect(b"]")

    def _item(self) -> bytes | UnreadableError:
        self._number += 1
        item, size = self._scan.taken()
        if item is not None:
            return item
        return UnreadableError(
            f"an item of {size:,} bytes is over the limit of {self._limit:,}",
            "raise the limit with `--max-size`, or split it",
        )

    def _of_object(self, depth: int) -> Generator[bytes | UnreadableError, None, bool]:
        """Yield what is in the list that an object has, and pass over the object; return whether there is one.

        An object with a text is a record itself, whatever lists it has.
        """
        scan = self._scan
        scan.expect(b"{")
        found = has_text = False
        while scan.peek() != b"}":
            key = _name(scan.key())
            first = scan.peek()
            is_list = key in LIST_KEYS and not found and not has_text
            if is_list and first == b"[":
                scan.expect(b"[")
                if scan.peek() == b"{":
                    found = True
                    yield from self._listed()
                else:
                    scan.rest_of_nested()
            elif is_list and first == b"{" and depth < _DEEPEST:
                found = yield from self._of_object(depth + 1)
            else:
                has_text = has_text or (first == b'"' and key in TEXT_KEYS)
                scan.value()
            if scan.peek() != b"}":
                scan.expect(b",")
        scan.expect(b"}")
        return found


def has_list(item: dict[str, object], depth: int = 1) -> bool:
    """Tell whether the records are in a list that this object has, itself or deeper; then it is none itself.

    >>> has_list({"status": "ok", "response": {"docs": [{"title": "Ferry"}]}}), has_list({"title": "Ferry"})
    (True, False)
    """
    for name, value in item.items():
        key = key_of(name)
        if isinstance(value, str) and key in TEXT_KEYS:
            return False
        if key in LIST_KEYS:
            if isinstance(value, list) and value and isinstance(value[0], dict):
                return True
            if isinstance(value, dict) and depth < _DEEPEST and has_list(value, depth + 1):
                return True
    return False


def _name(key: bytes) -> str:
    try:
        name = json.loads(key)
    except ValueError:
        return ""
    return key_of(name)
