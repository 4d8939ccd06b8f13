"""Where values begin and end in a stream of JSON; what they say is not looked at, and no more than one is held."""

import re
from typing import BinaryIO

_CHUNK = 1 << 16
_LONGEST_KEY = 1_000_000  # bytes

_BLANK = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'(?:[^"\\]++|\\[\s\S])*+')
_NOT_BRACKETS = re.compile(rb'[^"\[\]{}]*+')
_BEGINNINGS = re.compile(rb"[\[{]++")
_ENDS = re.compile(rb"[\]}]++")
_SCALAR = re.compile(rb'[^\s,\[\]{}":]*+')


class BrokenError(Exception):
    """The JSON breaks off or goes wrong; the message says how and where."""


class Scan:
    """A stream of JSON, of which the start was read already, passed over value by value."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._buffer = start
        self._stream = stream
        self._at = 0
        self._before = 0  # bytes that are not held any more
        self._kept: list[bytes] | None = None
        self._size = 0
        self._limit = 0

    def begin(self, limit: int) -> None:
        """Keep what is passed over from here on, if it is not more than the limit."""
        self._kept, self._size, self._limit = [], 0, limit

    def taken(self) -> tuple[bytes | None, int]:
        """Return what was passed over since `begin`, None if that is more than the limit, and how many bytes it is."""
        kept, self._kept = self._kept, None
        return None if kept is None else b"".join(kept), self._size

    def peek(self) -> bytes:
        """Return the next byte that is not blank, b"" at the end; blanks before it are passed over."""
        self._run(_BLANK)
        return self._buffer[self._at : self._at + 1]

    def expect(self, mark: bytes) -> None:
        """Pass over a mark; raises BrokenError where there is something else."""
        found = self.peek()
        if found != mark:
            raise BrokenError(f"{_told(found)} where {mark.decode()} should be, at byte {self.position + 1:,}")
        self._to(self._at + 1)

    @property
    def position(self) -> int:
        """How many bytes were passed over."""
        return self._before + self._at

    def key(self) -> bytes:
        """Pass over a key of an object and its colon, and return it with its quotes."""
        self.expect(b'"')
        parts: list[bytes] = []
        self._string(parts)
        self.expect(b":")
        return b'"' + b"".join(parts) + b'"'

    def value(self) -> None:
        """Pass over one value, however deep it is."""
        first = self.peek()
        if first == b'"':
            self._to(self._at + 1)
            self._string()
        elif first in (b"[", b"{"):
            self._to(self._at + 1)
            self.rest_of_nested()
        elif not first or first in b"]},:":
            raise BrokenError(f"{_told(first)} where a value should be, at byte {self.position + 1:,}")
        else:
            self._run(_SCALAR)

    def rest_of_nested(self) -> None:
        """Pass over the rest of a list or an object that was begun, and its end."""
        depth = 1
        while depth:
            self._run(_NOT_BRACKETS)
            mark = self._buffer[self._at : self._at + 1]
            if not mark:
                raise BrokenError("it breaks off")
            if mark == b'"':
                self._to(self._at + 1)
                self._string()
            elif (begun := _BEGINNINGS.match(self._buffer, self._at)) is not None:
                depth += begun.end() - self._at
                self._to(begun.end())
            elif (ended := _ENDS.match(self._buffer, self._at)) is not None:
                closed = min(depth, ended.end() - self._at)
                depth -= closed
                self._to(self._at + closed)

    def _string(self, parts: list[bytes] | None = None) -> None:
        """Pass over the rest of a string and its closing quote; `parts` are what it says."""
        size = 0
        while True:
            start = self._at
            match = _STRING.match(self._buffer, self._at)
            self._to(match.end() if match else self._at)
            if parts is not None:
                parts.append(self._buffer[start : self._at])
                size += self._at - start
                if size > _LONGEST_KEY:
                    raise BrokenError(f"a key of more than {_LONGEST_KEY:,} bytes")
            if self._buffer.startswith(b'"', self._at):
                self._to(self._at + 1)
                return
            # nothing is left, or a backslash whose character is still to come
            if not self._fill():
                raise BrokenError("it breaks off within a text")

    def _run(self, pattern: re.Pattern[bytes]) -> None:
        """Pass over what the pattern takes, and read on as long as it takes all that there is."""
        while True:
            match = pattern.match(self._buffer, self._at)
            self._to(match.end() if match else self._at)
            if self._at < len(self._buffer) or not self._fill():
                return

    def _to(self, position: int) -> None:
        self._size += position - self._at
        if self._kept is not None:
            self._kept.append(self._buffer[self._at : position])
            if self._size > self._limit:
                self._kept = None
        self._at = position

    def _fill(self) -> bool:
        part = self._stream.read(_CHUNK)
        self._before += self._at
        self._buffer = self._buffer[self._at :] + part
        self._at = 0
        return bool(part)


def _told(found: bytes) -> str:
    return f"{found.decode('latin-1')!r}" if found else "the end"
