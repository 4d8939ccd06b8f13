"""The records of a web archive, one at a time; past damage it goes on with the next that begins."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from archive.readers.base import UnreadableError
from archive.readers.mail.headers import LONGEST
from archive.readers.web_archives.frames import Frames
from archive.readers.web_archives.headers import LONGEST_LINE, RecordHeader, read_header, wrong_length

_LONG = 4_000_000  # bytes of a record of which it is asked first whether anybody wants it
_CHUNK = 1 << 15
_LARGEST_CHUNK = 1 << 20
_CUT = 1 << 16  # bytes of a header that are looked at together where it is found in what is damaged
_MOST_STEPS_BACK = 20  # within one frame that is packed

_BLANK = re.compile(rb"[\r\n \t\0]*")
_CLOSE = b"\r\n\r\n"
_WARC = re.compile(rb"WARC/[01]\.\d")
_ARC = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{0,20}:[^\n]{0,16000} \d{8,17} \S+[^\n]{0,1000} -?\d+[ \t\r]*(?:\n|\Z)")
_WARC_HEAD_END, _ARC_HEAD_END = re.compile(rb"\n\r?\n"), re.compile(rb"\n")
# In what is damaged a record begins at the start of a line, with the fields that every record has.
_NEXT = re.compile(
    rb"\n(?:(?=WARC/[01]\.\d{1,3}[ \t]*\r?\n(?:[!-9;-~]{1,76}[ \t]*:[^\n]{0,9000}\n){0,40}?(?i:WARC-Type)[ \t]*:)"
    rb"|(?=[A-Za-z][A-Za-z0-9+.-]{1,20}:\S{1,9000} [0-9A-Fa-f.:]{3,45} \d{14} \S{1,200}(?: [^\n]{1,500})? \d{1,18}\r?\n"
    rb"))"
)
_CURE = "fetch the file again, or recover it: `warcio recompress FILE NEW`"


class RawRecord(NamedTuple):
    """A record: its number in the file, where it begins (frame, and offset in that), its header and what follows.

    `block` is what follows; only the start of it where that is long, and nobody wants it or it is over the limit.
    """

    number: int
    at: tuple[int, int]
    head: bytes
    header: RecordHeader
    block: bytes
    size: int


class BrokenRecord(NamedTuple):
    """A stretch of the file that cannot be read: the number of the record that should stand there, and why.

    `kind` is what its header says that it is, where that can be read.
    """

    number: int
    error: UnreadableError
    kind: str = ""


Wanted = Callable[[RecordHeader, bytes], bool]


def read_records(frames: Frames, limit: int, is_wanted: Wanted) -> Iterator[RawRecord | BrokenRecord]:
    """Yield the records in their order, each held whole if it is at most 4 MB, or is wanted and within `limit`.

    `is_wanted` is asked of longer ones, with the header and the start of what follows.
    """
    return _Records(frames, limit, is_wanted).records()


def read_record_at(frames: Frames, limit: int) -> RawRecord:
    """Return the record that frames stand before; raises UnreadableError where it cannot be read whole."""
    found = next(_Records(frames, limit, lambda _, __: True).records(), None)
    if isinstance(found, BrokenRecord):
        raise found.error
    if found is None or len(found.block) < found.size:
        raise UnreadableError("what it refers to cannot be read whole", "raise the limit with `--max-size`")
    return found


class _Window:
    """The bytes of a frame, looked at ahead. `offset` is where in the frame the next byte stands."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self._held = b""
        self._at = 0
        self._base = 0

    @property
    def offset(self) -> int:
        return self._base + self._at

    def more(self) -> bool:
        """Look further ahead; False at the end of the frame. The byte before the next one stays at hand."""
        data = self.frames.read(min(max(_CHUNK, len(self._held) - self._at), _LARGEST_CHUNK))
        kept = max(0, self._at - 1)
        self._held = self._held[kept:] + data
        self._base += kept
        self._at -= kept
        return bool(data)

    def peek(self, size: int) -> bytes:
        while len(self._held) - self._at < size and self.more():
            pass
        return self._held[self._at : self._at + size]

    def take(self, size: int) -> bytes:
        """Return so many of the next bytes, fewer at the end of the frame."""
        data = self._held[self._at : self._at + size]
        self._at += len(data)
        if len(data) == size:
            return data
        parts = [data]
        left = size - len(data)
        while left and (data := self.frames.read(min(left, _LARGEST_CHUNK))):
            parts.append(data)
            left -= len(data)
        self._forget(self.offset + sum(len(part) for part in parts[1:]))
        return b"".join(parts)

    def skip(self, size: int) -> int:
        """Pass over so many bytes, and return how many there were."""
        held = min(size, len(self._held) - self._at)
        self._at += held
        if held < size:
            skipped = self.frames.skip(size - held)
            self._forget(self.offset + skipped)
            return held + skipped
        return held

    def skip_blank(self) -> bool:
        """Pass over white space and zeros; False if the frame ends with them."""
        while True:
            match = _BLANK.match(self._held, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._held):
                return True
            if not self.more():
                return False

    def take_to(self, end: re.Pattern[bytes], most: int) -> bytes | None:
        """Return what comes up to the end of a match; b"" where more than `most` bytes do, None where none comes."""
        searched = 0
        while True:
            match = end.search(self._held, self._at + searched, self._at + most)
            if match is not None:
                data = self._held[self._at : match.end()]
                self._at = match.end()
                return data
            length = len(self._held) - self._at
            if length >= most:
                return b""
            searched = max(0, length - 2)
            if not self.more():
                return None

    def skip_to_next(self) -> bool:
        """Pass over what is damaged, up to where a record begins; False if none does in this frame."""
        while True:
            match = _NEXT.search(self._held, max(0, self._at - 1))
            if match is not None:
                self._at = match.end()
                return True
            self._at = max(self._at, len(self._held) - _CUT)
            if not self.more():
                self._at = len(self._held)
                return False

    def next_frame(self) -> bool:
        there = self.frames.next()
        self._forget(0)
        return there

    def resume(self) -> bool:
        there = self.frames.resume()
        self._forget(0)
        return there

    def go_back(self, offset: int) -> None:
        self.frames = self.frames.back_at(self.frames.start, offset)
        self._forget(offset)

    def _forget(self, offset: int) -> None:
        self._held, self._at, self._base = b"", 0, offset


class _BrokenError(Exception):
    """A record that cannot be read, although its frame can; where in that what follows its header begins."""

    def __init__(self, reason: str, after: int, cure: str | None = _CURE, kind: str = "") -> None:
        super().__init__(reason)
        self.error = UnreadableError(reason, cure)
        self.kind = kind
        self.after = after


class _Records:
    def __init__(self, frames: Frames, limit: int, is_wanted: Wanted) -> None:
        self._window = _Window(frames)
        self._limit = limit
        self._is_wanted = is_wanted
        self._number = 0
        self._damage: UnreadableError | None = None
        self._back_in = (-1, 0)  # a frame, and how often it was gone back in

    def records(self) -> Iterator[RawRecord | BrokenRecord]:
        window = self._window
        goes_on = True
        while goes_on:
            number = self._number
            found: RawRecord | BrokenRecord
            try:
                self._tell_damage()
                if not window.skip_blank():
                    goes_on = window.next_frame()
                    continue
                self._number += 1
                found = self._record()
            except _BrokenError as broken:
                found = BrokenRecord(self._number, broken.error, broken.kind)
                goes_on = self._go_on_after(broken)
            except UnreadableError as error:
                self._number = number + 1
                found = BrokenRecord(self._number, error)
                goes_on = window.resume()
            yield found

    def _tell_damage(self) -> None:
        """Raise the damage that was found right after the last record, which could be read."""
        damage, self._damage = self._damage, None
        if damage is not None:
            raise damage

    def _record(self) -> RawRecord:
        window = self._window
        at = (window.frames.start, window.offset)
        head = self._head()
        after = window.offset
        try:
            header, _ = read_header(head)
        except UnreadableError as error:
            raise _BrokenError(error.reason, after - 1, error.cure) from error
        if header.length is None:
            raise _BrokenError(wrong_length(header), after, kind=header.kind)
        length = header.length
        if length <= _LONG:
            block = window.take(length)
            there = len(block)
        else:
            block = window.peek(_CUT)
            there = window.skip(length)
        if there < length:
            raise _BrokenError(f"of its {length:,} bytes only {there:,} are there", after, kind=header.kind)
        if not self._ends_well(is_whole=len(block) == length):
            reason = f"its length, {length:,} bytes, is wrong: no record follows it"
            raise _BrokenError(reason, after, kind=header.kind)
        if len(block) < length <= self._limit and self._is_wanted(header, block):
            window.go_back(after)
            block = window.take(length)
        return RawRecord(self._number, at, head, header, block, length)

    def _ends_well(self, *, is_whole: bool) -> bool:
        """Tell whether another record follows, or the end of the frame; or at least what ends a record."""
        try:
            closes = self._window.peek(len(_CLOSE)) == _CLOSE
            return not self._window.skip_blank() or closes or _begins(self._window)
        except UnreadableError as error:
            if not is_whole:
                raise
            self._damage = error
            return True

    def _head(self) -> bytes:
        """Return the header that comes next, to its end."""
        window = self._window
        is_warc = _WARC.match(window.peek(8)) is not None
        most = LONGEST if is_warc else LONGEST_LINE
        begins = window.offset
        if not is_warc and not _begins(window):
            raise _BrokenError("what stands here is no record", begins + 1)
        head = window.take_to(_WARC_HEAD_END if is_warc else _ARC_HEAD_END, most)
        if head is None:
            raise _BrokenError("the file ends within its header", begins + 1)
        if not head:
            raise _BrokenError(f"a header of more than {most:,} bytes", begins + 1, "leave it out")
        return head

    def _go_on_after(self, broken: _BrokenError) -> bool:
        """Go to the next record after one that is broken; False if there is none that can be found.

        A length that is too large may have swallowed others: they are looked for from the end of its header on.
        """
        try:
            frame, times = self._back_in
            start = self._window.frames.start
            times = times + 1 if frame == start else 0
            self._back_in = (start, times)
            if times < _MOST_STEPS_BACK or not self._window.frames.is_packed:
                self._window.go_back(max(0, broken.after - 1))
            return self._window.skip_to_next() or self._window.next_frame()
        except UnreadableError:
            return self._window.resume()


def _begins(window: _Window) -> bool:
    """Tell whether a record begins here."""
    start = window.peek(8)
    return _WARC.match(start) is not None or (b":" in window.peek(24) and _ARC.match(window.peek(_CUT)) is not None)
