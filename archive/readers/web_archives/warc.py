"""WARC and ARC files: their records, of which those that are pages are units.

WARC 1.0 and 1.1: https://iipc.github.io/warc-specifications/ ; ARC 1 and 2: the Internet Archive's before it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Reader, Record, Remark, UnreadableError
from archive.readers.web_archives.frames import Frames, begins_packed, is_with_dictionary, open_frames
from archive.readers.web_archives.headers import RecordHeader
from archive.readers.web_archives.pages import MEDIA_TYPE, NOT_OF_SERVERS, TYPES, CapturedPageReader, what_else
from archive.readers.web_archives.records import BrokenRecord, RawRecord, read_record_at, read_records
from archive.readers.web_archives.revisits import Captures, what_revisit_is

_PLURAL = re.compile(r"^(\w+)s\b")
_READER = CapturedPageReader()


class Warc:
    """A WARC file, plain, or packed with gzip or zstd, each record by itself or all in one."""

    name = "web archive (WARC)"
    media_type = MEDIA_TYPE
    endings: tuple[str, ...] = (".warc", ".warc.gz", ".warc.zst")
    seeks = True
    reader: Reader = _READER

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a WARC file: by its first record."""
        if begins_packed(head).lstrip(b"\r\n")[:7] in (b"WARC/0.", b"WARC/1."):
            return "it begins with a record of WARC"
        if is_with_dictionary(head) and name.lower().endswith(".warc.zst"):
            return "its name ends in .warc.zst, and it begins with a dictionary"
        return None

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord | Remark]:
        """Yield the pages, at their number among all records of the file; `record=1` is the first of all.

        What is broken is a BadRecord, also one that refers to a page which is not in the file (`revisit`). At the end
        a Remark counts what else there was. Raises UnreadableError where no page and nothing broken was in it.
        """
        yield from _Pages(stream, limit).records()


class Arc(Warc):
    """An ARC file, plain or packed with gzip."""

    name = "web archive (ARC)"
    media_type = "application/x-internet-archive"
    endings = (".arc", ".arc.gz")

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - what it is called says no more
        """Return why this is an ARC file: by its first record, which describes the file."""
        return "it begins as ARC does" if begins_packed(head).startswith(b"filedesc:") else None


class _Pages:
    """The pages of a file, and a count of all else."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._captures = Captures()
        self._left: Counter[str] = Counter()
        self._records = 0
        self._pages = 0
        self._broken = 0

    def records(self) -> Iterator[Record | BadRecord | Remark]:
        frames = open_frames(self._stream, self._limit)
        for found in read_records(frames, self._limit, _is_page):
            self._records = found.number
            one = self._broken_one(found) if isinstance(found, BrokenRecord) else self._take(found, frames)
            if one is not None:
                yield one
        if not self._pages and not self._broken:
            raise UnreadableError(
                f"no page in it: {self._counted()}", "leave it out, or import the file that has its pages"
            )
        yield Remark(self._counted())

    def _take(self, found: RawRecord, frames: Frames) -> Record | BadRecord | None:
        if found.header.kind == "revisit":
            return self._revisit(found, frames)
        else_what = what_else(found.header, found.block)
        self._captures.add(found.header, found.at if else_what is None else None)
        if else_what is None:
            return self._page(found)
        self._leave(else_what)
        return None

    def _page(self, found: RawRecord) -> Record | BadRecord:
        if len(found.block) < found.size:
            return self._bad(BrokenRecord(found.number, _too_large(found.size, self._limit)))
        self._pages += 1
        return Record(f"record={found.number}", found.head + found.block)

    def _revisit(self, found: RawRecord, frames: Frames) -> Record | BadRecord | None:
        """Return what was captured again as a record of its own: its header, and what the record it refers to holds."""
        else_what = what_revisit_is(found.header, found.block)
        if else_what is not None:
            self._leave(else_what)
            return None
        at = self._captures.find(found.header)
        if at is None:
            self._leave("revisits of what is no page")
            return None
        try:
            if isinstance(at, UnreadableError):
                raise at
            before = self._stream.tell()
            try:
                there = read_record_at(frames.back_at(*at), self._limit)
            finally:
                self._stream.seek(before)
        except UnreadableError as error:
            return self._bad(BrokenRecord(found.number, error))
        return self._page(found._replace(block=there.block, size=len(there.block)))

    def _broken_one(self, found: BrokenRecord) -> BadRecord | None:
        """Return a record that is broken; one that holds nothing a server sent is counted with the others that do."""
        if found.kind in NOT_OF_SERVERS:
            self._leave(f"{TYPES[found.kind]} (broken)")
            return None
        return self._bad(found)

    def _leave(self, what: str) -> None:
        self._left[what] += 1

    def _bad(self, broken: BrokenRecord) -> BadRecord:
        self._broken += 1
        return BadRecord(f"record={broken.number}", broken.error)

    def _counted(self) -> str:
        """Return in words what the file holds: `812 records: 40 pages; left: 771 images, 1 request`."""
        taken = _number(self._pages, "page")
        if self._broken:
            taken += f", {self._broken:,} that cannot be read"
        left = ", ".join(
            f"{number:,} {what if number > 1 else _one(what)}" for what, number in self._left.most_common()
        )
        return f"{_number(self._records, 'record')}: {taken}{'; left: ' if left else ''}{left}"


def _is_page(header: RecordHeader, start: bytes) -> bool:
    return header.kind != "revisit" and what_else(header, start) is None


def _one(what: str) -> str:
    return _PLURAL.sub(r"\1", what)


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _too_large(size: int, limit: int) -> UnreadableError:
    return UnreadableError(
        f"a record of {size:,} bytes is over the limit of {limit:,}", "raise the limit with `--max-size`"
    )
