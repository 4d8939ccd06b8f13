"""What stands before a record of a web archive: the header of WARC (ISO 28500), the line of ARC."""

import re
from dataclasses import dataclass

from archive.readers.base import UnreadableError, shown
from archive.readers.mail.headers import Header, split_header

LONGEST_LINE = 16_384  # bytes of the line before a record of ARC

_VERSION = re.compile(rb"WARC/[01]\.\d{1,3}[ \t]*\r?\n")
_ARC = re.compile(rb"(\S.*?) (\S+) (\d{8,17}) (\S+)(?: (?:\d{3}|-) \S+ \S+ \S+ \S+)? (-?\d+)\s*")
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_HTTP = ("http://", "https://")


@dataclass(frozen=True)
class RecordHeader:
    """What a record says of itself.

    kind        its WARC-Type in lower case; of ARC `response`, and `warcinfo` for the first record of a file
    uri         the address that was captured, "" where it has none
    date        when, as written; of ARC as ISO 8601
    media_type  of what follows: `application/http` for an answer with its header
    length      in bytes, None where it is none that can be
    fields      of WARC all of them
    """

    kind: str
    uri: str
    date: str
    media_type: str
    length: int | None
    fields: Header

    def get(self, name: str) -> str:
        """Return a field of a header of WARC by its name in lower case, "" where there is none."""
        return self.fields.get(name)

    @property
    def is_of_web(self) -> bool:
        """Whether it is of an address of the web."""
        return self.uri.lower().startswith(_HTTP)


def read_header(head: bytes) -> tuple[RecordHeader, bytes]:
    """Return the header that a record begins with, and what follows it; raises UnreadableError where it has none.

    >>> read_header(b"https://sund.example/ 192.0.2.1 20230228063005 text/html 4\\nText")[0].date
    '2023-02-28T06:30:05Z'
    """
    if not (version := _VERSION.match(head)):
        return _read_line(head)
    header, block = split_header(head[version.end() :])
    length = header.get("content-length")
    return (
        RecordHeader(
            header.get("warc-type").lower(),
            _address(header.get("warc-target-uri")),
            header.get("warc-date"),
            header.get("content-type").partition(";")[0].strip().lower(),
            int(length) if _DIGITS.fullmatch(length) else None,
            header,
        ),
        block,
    )


def wrong_length(header: RecordHeader) -> str:
    """Return in words why the length of a record cannot be."""
    stated = header.get("content-length")
    return f"its Content-Length is {shown(stated)}" if stated else "it has no Content-Length"


def _read_line(head: bytes) -> tuple[RecordHeader, bytes]:
    line, _, block = head.partition(b"\n")
    match = _ARC.fullmatch(line) if len(line) <= LONGEST_LINE else None
    if match is None:
        raise UnreadableError("not a record of a web archive: it has no header", "import the file that it comes from")
    uri, date, length = match[1].decode(errors="replace"), match[3].decode(), match[5].decode()
    of_file = uri.startswith("filedesc:")
    return (
        RecordHeader(
            "warcinfo" if of_file else "response",
            "" if of_file else _address(uri),
            _iso(date),
            match[4].decode(errors="replace").lower(),
            int(length) if _DIGITS.fullmatch(length) else None,
            Header((("content-length", match[5]),)),
        ),
        block,
    )


def _address(text: str) -> str:
    """Return an address without the brackets that some programs write around it, its spaces escaped."""
    return text.strip("<> ").replace(" ", "%20")


def _iso(digits: str) -> str:
    """Return a time of 14 digits (or fewer) as ISO 8601; it is UTC.

    >>> _iso("20230228063005"), _iso("20230228")
    ('2023-02-28T06:30:05Z', '2023-02-28')
    """
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}"
    return f"{day}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}Z" if len(digits) >= 14 else day
