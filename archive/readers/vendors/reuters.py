"""Reuters-21578: news of the agency from 1987 in SGML, a thousand articles to a file (`reut2-*.sgm`).

It is taken for what it is, not for XML: references to control characters, `<` and `&` that are no marks, a byte that is
not text. Only the elements that the collection has are looked for. docs/vendors.md says which value comes from where.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from archive.documents import Block, Document, Layout, SetAside, Value
from archive.readers.base import BadRecord, Reader, Record, UnreadableError, shown
from archive.readers.decode import decode

RULE_VERSION = 1

_CHUNK = 1 << 16
_BEGINS = re.compile(rb"<REUTERS(?=[\s>])", re.IGNORECASE)
_ENDS = re.compile(rb"</REUTERS\s*>", re.IGNORECASE)
_OF_COLLECTION = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!DOCTYPE\s+lewis\b|<REUTERS\s[^>]{0,500}?\b(?:NEWID|OLDID|LEWISSPLIT)\s*=)",
    re.IGNORECASE,
)
_LONGEST_MARK = 64  # bytes of `</REUTERS   >`, of which the half may stand at the end of what was read
_LONGEST_START = 1_000
_NUMBER = re.compile(rb"\bNEWID\s*=\s*[\"']?([0-9]{1,9})[\"']?", re.IGNORECASE)
_MOST_NUMBERS = 1_000_000  # remembered, to tell whether one stands there twice

# The lists of codes, and the scheme that each is of.
_SCHEMES = {
    "TOPICS": "reuters",
    "PLACES": "reuters-places",
    "PEOPLE": "reuters-people",
    "ORGS": "reuters-orgs",
    "EXCHANGES": "reuters-exchanges",
    "COMPANIES": "reuters-companies",
}
_PARTS = ("TITLE", "DATELINE", "AUTHOR", "BODY")
_CODE = re.compile(r"<D>(.*?)</D>", re.DOTALL | re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|(lt|gt|amp|quot|apos));", re.IGNORECASE)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SIGNED = re.compile(r"\s*reuters?(?:[^\w\s]|\d|\^M){0,8}\s*", re.IGNORECASE)
_DAY = re.compile(r"([0-9]{1,2}-[A-Z]{3}-[0-9]{4})\s+\S+", re.IGNORECASE)
# priority, desk, slugline, day, number of words
_SLUGLINE = re.compile(r"^[ \t]*[a-z] [a-z] (\S[^\n]{0,60}?)[ \t]+\d\d-\d\d[ \t]+\d{4}[ \t]*$", re.MULTILINE)
_FILLER = re.compile(r"blah blah blah\.?", re.IGNORECASE)


class ReutersArticle:
    """One article of Reuters-21578, from `<REUTERS …>` to `</REUTERS>`: one document."""

    name = "reuters_sgml"
    media_type = "text/sgml"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - no file is one, only a part of one
        """Return None: an article comes out of its file, which says that it is one."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the article as one Document; one without a body is a document if it has a title.

        Raises UnreadableError where there is neither, or no `<REUTERS>` at all.
        """
        text, _, decoded = decode(content)
        start = re.match(r"\s*<REUTERS(?:\s[^>]*)?>", text, re.IGNORECASE)
        if start is None:
            raise UnreadableError("not an article of Reuters-21578: it does not begin with <REUTERS>")
        notes = list(decoded)
        values, topics = _stated(start[0], text, notes)
        layout, more = _lay_out(text, notes)
        if not layout.blocks and not any(value.field == "headline" for value in (*values, *more)):
            raise UnreadableError("an article with neither a title nor a text", "take it out of the file")
        if not layout.blocks:
            notes.append("it has no text")
        yield Document(
            locator,
            self.name,
            self.media_type,
            content,
            layout=layout,
            values=(*values, *more),
            topics=tuple(topics),
            notes=tuple(notes),
        )


class ReutersSgml:
    """A file of Reuters-21578: each article is a record, at the place `newid=17001`."""

    name = "Reuters-21578 (SGML)"
    media_type = "text/sgml"
    endings = (".sgm", ".sgml", ".txt")
    reader: Reader = ReutersArticle()
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - the name tells nothing that this does not
        """Return why this is such a file: by its document type, or the attributes of its first article."""
        return "it begins as Reuters-21578 does" if _OF_COLLECTION.match(head) else None

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the articles under the number that the collection gives them, `NEWID`.

        One without a number, or with one that stood there before, has the place `article=3`: the third of the file.
        An article that does not end before the next begins, or before the file ends, is a BadRecord.
        """
        numbers: set[int] = set()
        for position, (content, size) in enumerate(_articles(stream, limit), 1):
            given = _NUMBER.search(content[: content.find(b">") + 1])
            place = f"article={position}"
            if given is not None and int(given[1]) not in numbers and len(numbers) < _MOST_NUMBERS:
                numbers.add(int(given[1]))
                place = f"newid={int(given[1])}"
            if size > limit:
                reason = f"an article of {size:,} bytes is over the limit of {limit:,}"
                yield BadRecord(place, UnreadableError(reason, "raise the limit with `--max-size`"))
            elif _ENDS.search(content, max(0, len(content) - _LONGEST_MARK)) is None:
                reason = "the article breaks off: it has no </REUTERS>"
                yield BadRecord(place, UnreadableError(reason, "get the file again, whole"))
            else:
                yield Record(place, content)


def _articles(stream: BinaryIO, limit: int) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes of each article, of one over the limit its start and its end, and how many there are."""
    data = bytearray()
    dropped = looked = 0  # bytes of an article that were let go; how far its end was looked for
    inside = False
    while True:
        if not inside:
            begin = _BEGINS.search(data)
            del data[: begin.start() if begin else -_LONGEST_MARK]
            inside, looked, dropped = begin is not None, 1, 0
        if inside:
            end, following = _ENDS.search(data, looked), _BEGINS.search(data, looked)
            stop = min(end.end() if end else len(data) + 1, following.start() if following else len(data) + 1)
            if stop <= len(data):
                yield bytes(data[:stop]), stop + dropped
                del data[:stop]
                inside = False
                continue
            if len(data) > limit + _LONGEST_START:
                cut = len(data) - _LONGEST_START - _LONGEST_MARK
                del data[_LONGEST_START : _LONGEST_START + cut]
                dropped += cut
            looked = max(1, len(data) - _LONGEST_MARK)
        more = stream.read(_CHUNK)
        if not more:
            break
        data += more
    if inside:
        yield bytes(data), len(data) + dropped


def _stated(start: str, text: str, notes: list[str]) -> tuple[list[Value], list[Value]]:
    """Return what an article states of itself beside its text: values, and topics of all lists."""
    values = [Value("source", "Reuters", "record")]
    number = re.search(r"\bNEWID\s*=\s*[\"']?([0-9]{1,9})", start, re.IGNORECASE)
    if number is not None:
        values.append(Value("id", f"reuters-21578:{int(number[1])}", "record"))
    date = _plain(_element(text, "DATE") or "").strip()
    if date:
        values.append(Value("published", date, "record"))
        if not _can_be_read(date) and (day := _DAY.match(date)) is not None:
            # the time is none (605:12:19), but the day is one
            values.append(Value("published", day[1], "record"))
    if (slugline := _SLUGLINE.search(_plain(_element(text, "UNKNOWN") or ""))) is not None:
        values.append(Value("slugline", slugline[1], "record"))
    topics: list[Value] = []
    for name, scheme in _SCHEMES.items():
        for code in _CODE.findall(_element(text, name) or ""):
            word = " ".join(_plain(code).split())
            if ":" in word:
                notes.append(f"{name}: {shown(word)} is no code")
            elif word:
                topics.append(Value("topics", f"{scheme}:{word}", "record", word))
    return values, list(dict.fromkeys(topics))


def _lay_out(text: str, notes: list[str]) -> tuple[Layout, list[Value]]:
    """Return the text of an article taken apart, and what its elements state: title, author."""
    from archive.normalize.layout import lay_out
    from archive.normalize.text import clean_text

    inner = _element(text, "TEXT")
    if inner is None:
        inner = ""
        notes.append("it has no <TEXT>")
    parts = {name: part for name in _PARTS if (part := _element(inner, name)) is not None}
    values = []
    for name, field in (("TITLE", "headline"), ("AUTHOR", "authors"), ("DATELINE", "dateline")):
        line = " ".join(_plain(parts.get(name, "")).split())
        if name == "DATELINE":
            line = line.removesuffix("-").rstrip()
        if line:
            values.append(Value(field, line, "record"))
    rest = clean_text(_plain(_without(inner, parts)))[0]
    body, signature = _take_signature(clean_text(_plain(parts["BODY"]))[0] if "BODY" in parts else rest)
    aside: list[tuple[str, str, str]] = []
    if "BODY" in parts:
        layout = Layout(None, None, tuple(Block("paragraph", one) for one in _paragraphs(body)))
        if any(map(str.isalnum, rest)):
            aside.append(("furniture", rest.strip(), "beside_body"))
    elif parts and (not any(map(str.isalnum, body)) or _FILLER.fullmatch(body.strip(" *\n"))):
        layout = Layout(None, None, ())
        if filler := body.strip(" *\n"):
            aside.append(("furniture", filler, "filler"))
    else:
        layout = lay_out("\n\n".join(_paragraphs(body)))
    if signature:
        aside.append(("signature", signature, "last_line"))
    passages = [SetAside(kind, passage, len(layout.blocks), rule, RULE_VERSION) for kind, passage, rule in aside]
    return layout._replace(set_aside=(*layout.set_aside, *passages)), values


def _paragraphs(body: str) -> Iterator[str]:
    """Yield the paragraphs of agency copy: each begins with a line that is indented, or after an empty line."""
    lines: list[str] = []
    for line in [*body.split("\n"), ""]:
        if lines and (not line.strip() or line[0].isspace()):
            yield " ".join(lines)
            lines = []
        if line.strip():
            lines.append(line.strip())


def _can_be_read(date: str) -> bool:
    from archive.normalize.dates import parse_published

    try:
        parse_published(date)
    except ValueError:
        return False
    return True


def _take_signature(body: str) -> tuple[str, str]:
    """Return a body without its last line, if that is the agency's name, and that line."""
    before, _, last = body.rstrip().rpartition("\n")
    return (before, last.strip()) if _SIGNED.fullmatch(last) else (body, "")


def _element(text: str, name: str) -> str | None:
    """Return what stands in the first element of a name; one that is not closed goes to the end."""
    start = re.search(rf"<{name}(?:\s[^>]*)?>", text, re.IGNORECASE)
    if start is None:
        return None
    end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, start.end())
    return text[start.end() : end.start() if end else None]


def _without(text: str, names: dict[str, str]) -> str:
    for name in names:
        text = re.sub(rf"<{name}(?:\s[^>]*)?>.*?(?:</{name}\s*>|\Z)", "\n", text, count=1, flags=re.DOTALL | re.I)
    return text


def _plain(text: str) -> str:
    """Return a text with its references resolved; those to control characters, and such characters, go."""
    return _CONTROLS.sub("", _REFERENCE.sub(_resolved, text))


def _resolved(match: re.Match[str]) -> str:
    if match[2]:
        return _NAMED[match[2].lower()]
    number = int(match[1])
    if number < 32 or 127 <= number < 160 or 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        return "\n" if number in (10, 13) else " " if number == 9 else ""
    return chr(number)
