"""Mailboxes (mbox, RFC 4155): a file of messages, each after a line that begins with "From "."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Reader, Record, UnreadableError
from archive.readers.mail.headers import begins_with_field
from archive.readers.mail.message import MailReader

_LONGEST_LINE = 1 << 20  # read at once
_BLANK = (b"\n", b"\r\n")

# Who sent it (or `-`) and when, in whatever words; a sentence that begins with "From" seldom tells the time.
_POSTMARK = re.compile(rb"From (?:-[ \t]*\r?$|.*\d\d?:\d\d|[^\s@]+@[^\s@]+)")


class Mbox:
    """A mailbox: each message is a record, without the line before it; of the empty line after it neither."""

    name = "mailbox (mbox)"
    media_type = "application/mbox"
    endings = (".mbox", ".mbx", ".mbox.txt", "")
    reader: Reader = MailReader(of_mailbox=True)
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - the name tells nothing that this does not
        """Return why this is a mailbox: it begins with a line "From …" and a field of a header."""
        first, _, rest = head.lstrip().partition(b"\n")
        if not _POSTMARK.match(first) or not _begins_message(rest):
            return None
        return 'it begins with a line "From" and a header'

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the messages; `message=1` is the first.

        A message begins after a line "From …" that names an address or a time and is followed by a field of a header.
        Others that begin so are part of a message.
        """
        number = 0
        message = _Message()
        postmark = b""  # such a line, until the next one tells what it is
        at_line_start = True
        while line := stream.readline(_LONGEST_LINE):
            if postmark:
                if _begins_message(line):
                    if number:
                        yield message.record(number, limit)
                    number += 1
                    message = _Message()
                else:
                    message.add(postmark, limit)
                postmark = b""
            if at_line_start and _POSTMARK.match(line):
                postmark = line
            elif number or line not in _BLANK:
                message.add(line, limit)
            at_line_start = line.endswith(b"\n")
        if postmark:
            message.add(postmark, limit)
        if number:
            yield message.record(number, limit)


def _begins_message(line: bytes) -> bool:
    return begins_with_field(line) or line.startswith(b">From ")


class _Message:
    """A message that is being read, held up to the limit."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, line: bytes, limit: int) -> None:
        self._size += len(line)
        if self._size <= limit + 2:
            self._parts.append(line)
        else:
            self._parts.clear()

    def record(self, number: int, limit: int) -> Record | BadRecord:
        if self._parts and self._parts[-1] in _BLANK:
            self._size -= len(self._parts.pop())
        if self._size > limit:
            error = UnreadableError(
                f"a message of {self._size:,} bytes is over the limit of {limit:,}", "raise the limit with `--max-size`"
            )
            return BadRecord(f"message={number}", error)
        return Record(f"message={number}", b"".join(self._parts))
