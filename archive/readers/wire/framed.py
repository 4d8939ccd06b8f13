"""Stories of teleprinter wires, framed by control characters: ANPA 1312 (AP) and IPTC 7901 (dpa and many others).

Both have a line of codes, a slugline, a headline, the text, and when it was sent; docs/wire.md shows where.
"""

import re
from collections.abc import Iterable, Iterator

from archive.documents import Block, Document
from archive.readers.base import UnreadableError
from archive.readers.decode import decode
from archive.readers.wire.body import plain_paragraphs, take_byline, take_printed_dateline
from archive.readers.wire.story import Story

_ANPA = re.compile(rb"\s*\x16*\x01[A-Za-z]\d{3,4}\x1f")
_IPTC = re.compile(rb"\s*\x01[A-Za-z]{2,4} ?\d{2,4} \d [A-Za-z]{1,3} ")
_ANPA_SENT = re.compile(
    r"([A-Z]{2,6})-[A-Z]{2,3}-(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)\s?(GMT|UTC|E[SD]T|C[SD]T|M[SD]T|P[SD]T)?"
)
_IPTC_SENT = re.compile(r"(\d\d)(\d\d)(\d\d)\s+(?:([A-Z]{3,4})\s+)?([A-Z][a-z]{2})[a-z]*\s+(\d\d(?:\d\d)?)\b")
_ZONES = {"GMT": "Z", "UTC": "Z", "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00"}
_ZONES |= {"MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00"}
_IPTC_ZONES = {"GMT": "Z", "UTC": "Z"}  # letters of other zones name several
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORD_COUNT = re.compile(r",\s*\d+$")
_SENDER = re.compile(r"\s([A-Za-z][A-Za-z-]+)\s+\d+\s*$")
_ROW = re.compile(r"[^;]*(?:;[^;]*){3,}")
_NOTEBOOK = re.compile(r"^\s*(?:# .*NOTEBOOK.*|# Notizblock.*)$", re.MULTILINE | re.IGNORECASE)
_PRIVATE = re.compile(r"^\s*\* \* \* \*\s*$", re.MULTILINE)
_SIGN_OFF = re.compile(r"[a-z][a-z-]*(?: [a-z0-9]{1,6}){1,6}")


class AnpaReader:
    """A story of ANPA 1312, as AP sends it: one document."""

    name = "anpa"
    media_type = "text/vnd.iptc.anpa"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - its first bytes say it
        """Return why this is such a story: it begins with a start of header, a service and a number."""
        return "it begins as a story of ANPA 1312 does" if _ANPA.match(head) else None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the story as one Document; raises UnreadableError for several in one file, or without a text."""
        _require_one(content, _ANPA)
        text, _, notes = decode(content)
        _, begins, story_text = text.partition("\x02")
        if not begins:
            raise UnreadableError("it breaks off before its text begins", "get it again from the agency")
        story = Story(self.media_type, list(notes))
        story_text, _, trailer = story_text.partition("\x03")
        lines = [line.rstrip("\r ") for line in re.split(r"[\x04\f]", story_text)[0].split("\n")]
        at = _read_anpa_lines(story, lines)
        if sent := _ANPA_SENT.search(trailer):
            _give_anpa_sent(story, sent)
        story.blocks += _anpa_blocks("\n".join(lines[at:]))
        take_byline(story)
        take_printed_dateline(story)
        yield story.document(locator, self.name, content)


class Iptc7901Reader:
    """A story of IPTC 7901: one document."""

    name = "iptc7901"
    media_type = "text/vnd.iptc.7901"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - its first bytes say it
        """Return why this is such a story: it begins with a start of header, a service, a number, a priority."""
        return "it begins as a story of IPTC 7901 does" if _IPTC.match(head) else None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the story as one Document; raises UnreadableError for several in one file, or without a text."""
        _require_one(content, _IPTC)
        text, _, notes = decode(content)
        header, begins, story_text = text.partition("\x02")
        if not begins:
            raise UnreadableError("it breaks off before its text begins", "get it again from the agency")
        story = Story(self.media_type, list(notes))
        codes, _, keywords = header.replace("\r", "").strip("\x01\n ").partition("\n")
        story.give("slugline", " ".join(keywords.split()).strip("/ "))
        story_text, _, trailer = story_text.partition("\x03")
        if sender := _SENDER.search(codes):
            story.give("source", sender[1])
        _give_iptc_sent(story, trailer)
        story_text = _take_notes(story, re.split(r"[\x04\x7f]", story_text.replace("\r", ""))[0])
        paragraphs = plain_paragraphs(_take_head(story, story_text))
        if paragraphs and _SIGN_OFF.fullmatch(paragraphs[-1]):
            story.set_text_aside("signature", paragraphs.pop(), "sign_off", len(paragraphs))
        story.blocks += [Block("paragraph", one) for one in paragraphs]
        take_printed_dateline(story)
        yield story.document(locator, self.name, content)


def _require_one(content: bytes, beginning: re.Pattern[bytes]) -> None:
    later = content.find(b"\x04")
    if later >= 0 and beginning.match(content, later + 1):
        raise UnreadableError("several stories in one file", "split it behind each end of transmission (byte 04)")


def _read_anpa_lines(story: Story, lines: list[str]) -> int:
    """Read the lines that begin with a caret: slugline, headline, notes to editors, byline; return how many they are.

    The first is the slugline, with the number of words; the next that is no note is the headline. Those that end in
    an equals sign are the byline and what stands below it.
    """
    for number, line in enumerate(lines):
        plain = line.removeprefix("^").rstrip("<= ")
        if not line.startswith("^"):
            return number
        if not number:
            story.give("slugline", _WORD_COUNT.sub("", plain).rstrip(","))
        elif line.endswith("="):
            if story.value("authors") is None:
                story.give_byline(_in_type(plain))
            else:
                story.set_text_aside("furniture", plain, "byline")
        elif re.match(r"(?:Eds|ADDS?|RECASTS|UPDATES)\b|(?:[A-Z]\w* )?(?:Photos?|Graphics?|Videos?)\b", plain):
            story.set_text_aside("notice", plain, "editors")
        elif story.value("headline") is None:
            story.give("headline", _in_type(plain))
        else:
            story.set_text_aside("summary", _in_type(plain), "summary")
    return len(lines)


def _anpa_blocks(body: str) -> Iterator[Block]:
    """Yield the paragraphs, each of which begins with a tab; lines of a table, parted by semicolons, are one block."""
    rows: list[str] = []
    for part in re.split(r"\n(?=\t)|\n\s*\n", body):
        text = _in_type(" ".join(part.replace("\v", " ").split()).rstrip("< "))
        if _ROW.fullmatch(text):
            rows.append(" | ".join(cell.strip() for cell in text.split(";")).strip())
            continue
        if rows:
            yield Block("table", "\n".join(rows))
            rows = []
        if text:
            yield Block("paragraph", text)
    if rows:
        yield Block("table", "\n".join(rows))


def _in_type(text: str) -> str:
    """Return a text with the quotation marks and dashes that the wire has no characters for.

    >>> _in_type("MINSK (AP) _ ``Yes,'' he said.")
    'MINSK (AP) — “Yes,” he said.'
    """
    return text.replace("``", "“").replace("''", "”").replace(" _ ", " — ")


def _give_anpa_sent(story: Story, sent: re.Match[str]) -> None:
    agency, month, day, year, hour, minute, zone = sent.groups()
    story.give("source", agency)
    story.give("published", f"{_century(year)}-{month}-{day}T{hour}:{minute}{_ZONES.get(zone or '', '')}")


def _give_iptc_sent(story: Story, trailer: str) -> None:
    sent = _IPTC_SENT.search(trailer)
    if sent is not None and sent[5] in _MONTHS:
        day, hour, minute, zone, month, year = sent.groups()
        number = _MONTHS.index(month) + 1
        known = _IPTC_ZONES.get(zone or "", "")
        story.give("published", f"{_century(year)}-{number:02}-{day}T{hour}:{minute}{known}")


def _century(year: str) -> str:
    if len(year) == 4:
        return year
    return ("20" if int(year) < 70 else "19") + year


def _take_notes(story: Story, text: str) -> str:
    """Return a text without the agency's notes below it; what is not for publication stays in the original alone."""
    notebook = _NOTEBOOK.search(text)
    private = _PRIVATE.search(text, notebook.end() if notebook else 0)
    end = min((one.start() for one in (notebook, private) if one), default=len(text))
    if notebook:
        note = text[notebook.end() : private.start() if private else len(text)]
        story.set_text_aside("notice", note, "notebook", 1 << 30)
    below = text[private.end() :] if private else ""
    last = below.strip().rpartition("\n")[2].strip()
    return text[:end] + (f"\n\n{last}\n" if _SIGN_OFF.fullmatch(last) else "")


def _take_head(story: Story, text: str) -> str:
    """Read the headline and the byline, which end with an equals sign; return the text behind them."""
    head, ends, rest = text.partition("=\n")
    lines = [line.strip() for line in head.strip().split("\n") if line.strip()]
    if not ends or not lines or len(lines) > 6 or "\n\n" in head.strip():
        first, _, rest = text.strip().partition("\n")
        story.give("headline", first.rstrip("= "))
        return rest
    bylines = [line for line in lines[1:] if re.match(r"(?:By|Von|Por|Par) ", line)]
    for line in _unique(bylines):
        story.give_byline(line.rstrip("= "))
    story.give("headline", " ".join(line for line in lines if line not in bylines).rstrip("= "))
    return rest


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
