"""The header of a message: its fields, decoded, and what they say of an article.

Fields are taken apart here rather than by `email.policy`, whose parser of addresses raises on some input and takes
minutes for other; a header of any size takes time in proportion to it.
"""

import binascii
import re
from dataclasses import dataclass, field

from archive.documents import Value
from archive.readers.base import UnreadableError, shown
from archive.readers.decode import decode

LONGEST = 256_000  # bytes of the header of a message or of a part

_LOOKED_AT = 65_536  # bytes in which the header has to show that it is one

_FIELD = re.compile(rb"([!-9;-~]{1,76})[ \t]*:")
_FIELD_AT_START = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bqBQ])\?([^?\r\n]*)\?=")
_ENCODED = re.compile(r"(?:=[0-9A-Fa-f]{2})+")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bqBQ]\?)")
_PARAMETER = re.compile(r';\s*([\w*-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')

# What shows a message, whatever its name: a sender or the way it came, and what else every message has.
_SENDERS = frozenset((b"from", b"received", b"return-path", b"delivered-to"))
_OF_MESSAGES = frozenset(
    (b"from", b"date", b"subject", b"message-id", b"newsgroups", b"mime-version", b"to", b"received", b"path", b"xref")
)

# Codecs of Python that are no encodings of text, or take far longer than the text is long.
_NO_CHARSETS = re.compile(r"idna|punycode|.*escape|mbcs|oem|undefined|utf_?-?7", re.IGNORECASE)
_MEANT = {
    "us-ascii": "ascii",
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
}

# RFC 5322, 4.3: what these letters mean in a header, whatever they mean elsewhere; and years of two digits.
_ZONES = {
    **{"UT": "+0000", "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500"},
    **{"MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700"},
}
_DATE = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s*)?(\d{1,2})[ -]\s*([A-Za-z]{3,9})[ -]\s*(\d{2}|\d{4})\s+"
    r"(\d{1,2}:\d\d(?::\d\d)?)\s*([A-Za-z]{1,5}|[+-]\d{4})?\s*(?:\([^()]{0,40}\))?\s*"
)


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a header, in order: name in lower case, and value, unfolded and still as bytes."""

    fields: tuple[tuple[str, bytes], ...] = field(default=())

    def all(self, name: str) -> list[str]:
        """Return the values of all fields of a name, decoded, with one space for any white space."""
        return [" ".join(decode_words(_text(value)).split()) for there, value in self.fields if there == name]

    def get(self, name: str) -> str:
        """Return the value of the first field of a name that is not blank, "" where there is none."""
        return next((value for value in self.all(name) if value), "")

    def kind(self) -> tuple[str, dict[str, str]]:
        """Return the media type that the header states, in lower case, and its parameters; text/plain if it has none.

        >>> split_header(b"Content-Type: Text/HTML; charset=utf-8")[0].kind()
        ('text/html', {'charset': 'utf-8'})
        """
        value = self.get("content-type")
        name = value.partition(";")[0].strip().lower()
        return (name if "/" in name or name.startswith("x-") else "text/plain"), _parameters(value)

    def disposition(self) -> tuple[str, str]:
        """Return how a part is to be shown (inline, attachment or ""), and the name of its file or ""."""
        value = self.get("content-disposition")
        name = _parameters(value).get("filename") or self.kind()[1].get("name", "")
        return value.partition(";")[0].strip().lower(), name


def looks_like_header(head: bytes) -> list[str] | None:
    """Return the fields by which the start of a file shows that it is a message, None if it does not."""
    start = head[:_LOOKED_AT].lstrip()
    if not begins_with_field(start) and not start.startswith((b"From ", b">From ")):
        return None
    if len(head) > _LOOKED_AT:
        start = start[: start.rfind(b"\n") + 1]  # a line that is cut off is no line
    names: list[bytes] = []
    for line in start.splitlines():
        if not line.strip():
            break
        if line[:1] in (b" ", b"\t"):
            continue
        match = _FIELD.match(line)
        if match is None:
            if line.startswith((b"From ", b">From ")) and not names:
                continue
            return None
        names.append(match[1].lower())
    known = [name for name in dict.fromkeys(names) if name in _OF_MESSAGES]
    if len(known) < 3 or not _SENDERS.intersection(names):
        return None
    return [name.decode().title() for name in known[:3]]


def begins_with_field(content: bytes) -> bool:
    """Tell whether bytes begin with a field of a header."""
    return _FIELD_AT_START.match(content) is not None


def split_header(content: bytes) -> tuple[Header, bytes]:
    """Return the header of a message or part, and what follows its empty line.

    A line that is neither a field nor goes on with one ends the header. Raises UnreadableError over the limit.
    """
    fields: list[tuple[str, list[bytes]]] = []
    at = 0
    while at < len(content):
        end = _LINE_END.search(content, at, at + LONGEST + 2)
        if (at if end is None else end.end()) > LONGEST or (end is None and len(content) - at > LONGEST):
            raise UnreadableError(f"a header of more than {LONGEST:,} bytes", "shorten it, or leave it out")
        line = content[at : len(content) if end is None else end.start()]
        after = len(content) if end is None else end.end()
        if not line.strip():
            at = after
            break
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif (match := _FIELD.match(line)) is not None:
            fields.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        else:
            break
        at = after
    return Header(tuple((name, b" ".join(parts)) for name, parts in fields)), content[at:]


def decode_charset(content: bytes, charset: str) -> tuple[str, tuple[str, ...]]:
    """Return a text in the encoding that is stated, or, where that is none or not so, in the one that it shows.

    >>> decode_charset(b"caf\\xc3\\xa9", "us-ascii")
    ('café', ("it is not in the encoding stated, 'us-ascii'",))
    """
    name = charset.strip().lower()
    if not name:
        text, _, notes = decode(content)
        return text, notes
    try:
        if _NO_CHARSETS.fullmatch(name) or "\0" in name:
            raise LookupError
        return content.decode(_MEANT.get(name, name)), ()
    except LookupError:
        note = f"an encoding that is not known was stated, {shown(charset)}"
    except UnicodeError:
        note = f"it is not in the encoding stated, {shown(charset)}"
    text, _, notes = decode(content)
    return text, (note, *notes)


def decode_words(text: str) -> str:
    """Return a value with its encoded words (RFC 2047) decoded; what is broken stays as it is written.

    >>> decode_words("=?utf-8?q?Caf=C3?= =?utf-8?q?=A9?= in Minsk")
    'Café in Minsk'
    """
    if "=?" not in text:
        return text
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    made: list[str] = []
    waiting: list[bytes] = []  # a character can be divided between two words
    charset = ""
    at = 0
    for match in _WORD.finditer(joined):
        data = _word_bytes(match[2], match[3]) if match[3].isascii() else None
        stated = match[1].partition("*")[0]
        if waiting and (match.start() > at or stated.lower() != charset.lower()):
            made.append(_word_text(b"".join(waiting), charset))
            waiting = []
        made.append(joined[at : match.start()])
        at = match.end()
        if not match[3].isascii():
            made.append(_half_encoded(match[3], stated) if match[2] in "qQ" else match[0])
            continue
        if data is None:
            made.append(match[0])
            continue
        charset = stated
        waiting.append(data)
    if waiting:
        made.append(_word_text(b"".join(waiting), charset))
    return "".join((*made, joined[at:]))


def _word_bytes(encoding: str, text: str) -> bytes | None:
    try:
        if encoding in "bB":
            return binascii.a2b_base64(text + "=" * (-len(text) % 4))
        return binascii.a2b_qp(text.encode(), header=True)
    except (binascii.Error, ValueError):
        return None


def _half_encoded(text: str, charset: str) -> str:
    """Return the text of a word in which characters stand that had to be encoded, and were not."""
    return _ENCODED.sub(
        lambda match: _word_text(bytes.fromhex(match[0].replace("=", "")), charset), text.replace("_", " ")
    )


def _word_text(data: bytes, charset: str) -> str:
    try:
        return decode_charset(data, charset)[0]
    except UnreadableError:
        return data.decode("ascii", "replace")


def _text(value: bytes) -> str:
    try:
        return decode(value)[0]
    except UnreadableError:
        return value.decode("ascii", "replace")


def _parameters(value: str) -> dict[str, str]:
    """Return the parameters of a field; a value in parts (`name*0=`, RFC 2231) is put together."""
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(value):
        name, _, rest = match[1].lower().partition("*")
        text = match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        if match[1].endswith("*") and text.count("'") >= 2 and name not in found:
            charset, _, text = text.split("'", 2)
            text = _word_text(binascii.a2b_qp(text.replace("=", "=3D").replace("%", "=").encode()), charset)
        if name not in found or rest:
            found[name] = found.get(name, "") + text
    return found


def stated_values(header: Header) -> tuple[tuple[Value, ...], tuple[Value, ...], tuple[str, ...]]:
    """Return the values that a header gives, its topics, and notes on what could not be used."""
    notes: list[str] = []
    languages = header.get("content-language")
    if "," in languages:
        notes.append(f"Content-Language {shown(languages)} was not used: several languages")
        languages = ""
    found = {
        "id": _unbracketed(header.get("message-id")),
        "headline": header.get("subject"),
        "source": _source(header, notes),
        "published": date_text(header.get("date")),
        "authors": "; ".join(_names(header, notes)),
        "url": _unbracketed(header.get("archived-at")),
        "language": languages,
    }
    notes += [
        f"several fields {name.title()}; the first is used"
        for name in ("message-id", "subject", "date", "from")
        if len({value for value in header.all(name) if value}) > 1
    ]
    values = tuple(Value(name, text, "header") for name, text in found.items() if text)
    topics = dict.fromkeys(
        topic.strip() for value in header.all("keywords") for topic in re.split("[,;]", value) if topic.strip()
    )
    return values, tuple(Value("topics", topic, "header") for topic in topics), tuple(notes)


def date_text(value: str) -> str:
    """Return a date as it stands in a header, with the year and the zone that its letters mean there (RFC 5322, 4.3).

    >>> date_text("Sun, 18 Apr 93 15:01:46 PDT"), date_text("18 Apr 1993 15:01 MET"), date_text("soon")
    ('18 Apr 1993 15:01:46 -0700', '18 Apr 1993 15:01 MET', 'soon')
    """
    match = _DATE.fullmatch(value)
    if match is None:
        return value
    day, month, year, time, zone = match.groups(default="")
    if len(year) == 4 and zone.upper() not in _ZONES and zone != "-0000":
        return value
    if len(year) == 2:
        year = ("20" if year < "50" else "19") + year
    zone = _ZONES.get(zone.upper(), zone)
    if zone == "-0000":  # the time is UTC, and the zone it was written in is not told
        zone = "+0000"
    return f"{day} {month} {year} {time} {zone}".rstrip()


def _unbracketed(value: str) -> str:
    opening = value.find("<")
    closing = value.find(">", opening)
    return value[opening + 1 : closing].strip() if 0 <= opening < closing else value.strip("<> ")


def _source(header: Header, notes: list[str]) -> str:
    """Return where a message was posted: its list, else the first of its newsgroups."""
    if listed := header.get("list-id"):
        return _unbracketed(listed)
    groups = [group.strip() for group in header.get("newsgroups").split(",") if group.strip()]
    if len(groups) > 1:
        notes.append(f"also posted to {', '.join(groups[1:11])}{' …' if len(groups) > 11 else ''}")
    return groups[0] if groups else ""


def _names(header: Header, notes: list[str]) -> list[str]:
    """Return the names of the senders; an address is no name, and nothing is made of it.

    The raw value is taken apart before its words are decoded: a comma in an encoded name parts no names.
    """
    from email.utils import getaddresses

    raw = next((value for name, value in header.fields if name == "from" and value.strip()), b"")
    is_list = bool(header.get("list-id"))
    names = []
    try:
        pairs = getaddresses([" ".join(_text(raw).split())[:2_000]])
    except RecursionError:  # comments in comments
        notes.append("From was not used: it is nested too deeply")
        pairs = []
    for name, _ in pairs:
        name = " ".join(decode_words(name).split()).strip("'\" ")
        if is_list:
            name = re.sub(r" via [\w. -]+$", "", name)
        family, comma, given = name.partition(",")
        if comma:
            name = f"{given.strip()} {family.strip()}" if "," not in given else name.replace(",", " ")
        if name and not ("@" in name and " " not in name):
            names.append(" ".join(name.replace(";", " ").split()))
    return list(dict.fromkeys(names))
