"""The rows of a table in text, one after the other, as bytes; never more than one of them is held."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import UnreadableError
from archive.readers.tables.dialect import Dialect, has_open_quote, patterns

LONGEST = 64_000_000  # bytes of one row
_CHUNK = 1 << 16
_PLAIN = re.compile(rb"[^\r\n]*+")
_LINE_END = re.compile(rb"\r\n?|\n")


class Rows:
    """The rows of a stream that begins with what was read of it already; `row=1` is the first, blank ones count."""

    def __init__(self, start: bytes, stream: BinaryIO, dialect: Dialect, encoding: str, limit: int) -> None:
        self._buffer = start
        self._stream = stream
        self._dialect = dialect
        self._encoding = encoding
        self._limit = min(limit, LONGEST)
        self._row, self._unfinished, self._line, _ = (re.compile(one.encode()) for one in patterns(dialect))
        self._blank = re.compile(rb"[\s,;|'\"" + re.escape(dialect.delimiter.encode()) + rb"]*+\Z")
        self._at = 0
        self._ended = False

    def read(self) -> Iterator[tuple[int, bytes | UnreadableError]]:
        """Yield the rows that are not blank, each with its number, without its line end; or why one cannot be told.

        A quote that is closed nowhere makes a failure of its line, and the rows after it are read. Where more than the
        limit had to be held to look for its end, nothing after it is read, and the failure says so.
        """
        number = 0
        while self._has_more():
            number += 1
            match = self._row.match(self._buffer, self._at)
            is_long = False
            while match is None and not self._ended and self._may_go_on():
                if is_long := len(self._buffer) - self._at > self._limit:
                    break
                self._fill()
                match = self._row.match(self._buffer, self._at)
            if match is not None:
                self._at = match.end()
                if match.end() - match.start() > self._limit:
                    yield number, _too_long(match.end() - match.start(), self._limit)
                elif not self._blank.match(row := _without_line_end(match[0])):
                    yield number, row
                continue
            if is_long and self._line.match(self._buffer, self._at):
                yield number, _never_closed(self._limit)
                return
            if (line := self._rest_of_line()) is None:
                yield number, _too_long(self._skip_line(), self._limit)
            elif has_open_quote(line.decode(self._encoding, "replace"), self._dialect):
                yield number, _open_quote()
            elif not self._blank.match(line):
                yield number, line

    @property
    def ahead(self) -> bytes:
        """What was read of the stream and is no row yet."""
        return self._buffer[self._at :]

    def _has_more(self) -> bool:
        while self._at >= len(self._buffer) and not self._ended:
            self._fill()
        return self._at < len(self._buffer)

    def _fill(self) -> None:
        """Read as much as is held already: a row is looked at so often as its length has been doubled."""
        self._buffer = self._buffer[self._at :]
        self._at = 0
        part = self._stream.read(max(_CHUNK, len(self._buffer)))
        if part:
            self._buffer += part
        else:
            self._ended = True
            if self._buffer and not self._buffer.endswith(b"\n"):
                self._buffer += b"\n"

    def _may_go_on(self) -> bool:
        return self._unfinished.match(self._buffer, self._at) is not None

    def _rest_of_line(self) -> bytes | None:
        """Return the line at which a row could not be told, None where it does not end within what is held."""
        match = self._line.match(self._buffer, self._at)
        if match is None or match.end() - match.start() > self._limit:
            return None
        self._at = match.end()
        return _without_line_end(match[0])

    def _skip_line(self) -> int:
        """Leave out what is left of a line, and return how many bytes it had."""
        size = 0
        while True:
            match = _PLAIN.match(self._buffer, self._at)
            end = match.end() if match else self._at
            size += end - self._at
            self._at = end
            if self._at < len(self._buffer):
                found = _LINE_END.match(self._buffer, self._at)
                self._at = found.end() if found else self._at
                return size
            self._buffer = b""
            self._at = 0
            if not self._has_more():
                return size


def _without_line_end(row: bytes) -> bytes:
    return row.removesuffix(b"\n").removesuffix(b"\r")


def _too_long(size: int, limit: int) -> UnreadableError:
    return UnreadableError(f"a row of {size:,} bytes is over the limit of {limit:,}", "split it, or leave it out")


def _open_quote() -> UnreadableError:
    return UnreadableError(
        "a quote at the beginning of a cell that is not closed", "close the quote, or double it, as the others are"
    )


def _never_closed(limit: int) -> UnreadableError:
    return UnreadableError(
        f"a quote that is not closed within {limit:,} bytes; nothing after it was read",
        "close the quote, and import the table again",
    )
