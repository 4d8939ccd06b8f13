"""JSON lines: a file with a JSON object a line, each a record of one article.

https://jsonlines.org/
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import HEAD, BadRecord, Reader, Record, UnreadableError
from archive.readers.decode import looks_binary
from archive.readers.field_map import FieldMap
from archive.readers.records.arrays import LIST_KEYS, has_list
from archive.readers.records.plain import TEXT_KEYS
from archive.readers.records.record import RecordReader, record_header

_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_BEGINS_OBJECT = re.compile(rb'\s*\{[ \t]*["}]')
_LIST_OR_TEXT = re.compile(
    rb'"(?:(?P<list>%s)"\s*:\s*\[\s*\{|(?:%s)"\s*:\s*")' % ("|".join(LIST_KEYS).encode(), "|".join(TEXT_KEYS).encode()),
    re.IGNORECASE,
)
_SKIPPED = 1 << 20


class JsonLines:
    """JSON lines: each line that is not blank is a record."""

    name = "JSON lines"
    media_type = "application/jsonl"
    endings = (".jsonl", ".ndjson", ".jl", ".json")
    reader: Reader = RecordReader()
    seeks = False

    def __init__(self, fields: FieldMap = FieldMap()) -> None:  # noqa: B008 - it is immutable
        self._fields = fields

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why these are JSON lines: by the name, or because the first line is a whole object.

        One object over many lines, or a list of them, is JSON, but no JSON lines; so is an object that has such a list.
        """
        lower = name.lower()
        for ending in self.endings[:-1]:
            if lower.endswith(ending):
                return f"its name ends in {ending}"
        head = head.removeprefix(_MARK)
        if not _BEGINS_OBJECT.match(head):
            return None
        first, line_end, _ = head.lstrip().partition(b"\n")
        if not line_end and len(head) >= HEAD:  # over several lines it would have ended before
            begun = _LIST_OR_TEXT.search(head)
            return None if begun and begun["list"] else "its first line begins an object"
        try:
            item = json.loads(first)
        except (ValueError, RecursionError):
            return None
        return "its first line is an object" if isinstance(item, dict) and not has_list(item) else None

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the lines that are not blank, without their line ends; `line=1` is the first.

        Raises UnreadableError where the first bytes show that there are no lines of UTF-8 or the like.
        """
        before = record_header(self._fields)
        number = 0
        while line := stream.readline(limit + 1):
            number += 1
            if number == 1:
                _require_lines(line[:HEAD])
                line = line.removeprefix(_MARK)
            if len(line) > limit and not line.endswith(b"\n"):
                size = len(line)
                while (part := stream.readline(_SKIPPED)) and not part.endswith(b"\n"):
                    size += len(part)
                yield BadRecord(f"line={number}", _too_long(size + len(part), limit))
                continue
            line = line.removesuffix(b"\n").removesuffix(b"\r")
            if line and not line.isspace():
                yield Record(f"line={number}", before + line)


def _require_lines(head: bytes) -> None:
    if head.startswith(_WIDE_MARKS) or head[1:2] == b"\x00":
        raise UnreadableError("JSON lines in UTF-16 or UTF-32", "convert it with iconv -f UTF-16 -t UTF-8")
    binary = looks_binary(head)
    if binary is not None:
        raise UnreadableError(f"not text: {binary}", "unpack it, if it is packed, and import that")


def _too_long(size: int, limit: int) -> UnreadableError:
    return UnreadableError(
        f"a line of {size:,} bytes is over the limit of {limit:,}", "raise the limit with `--max-size`, or split it"
    )
