"""The parts of a message (MIME): which of them are its text, and which are attached to it.

A part is split off at the lines of its boundary, so that time grows with the size of a message and with how deeply it
is nested, and neither can be much: over `DEEPEST` or `MOST_PARTS` a message is refused.
"""

import binascii
import re
from dataclasses import dataclass, field

from archive.readers.base import UnreadableError, shown
from archive.readers.mail.headers import Header, decode_charset, split_header

DEEPEST = 20
MOST_PARTS = 1_000
LONGEST_TEXT = 50_000_000  # bytes of the parts that are text, all together

_MOST_NAMED = 10
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_SPACE = b" \t\r\n"
_PADDING = b"= \t\r\n"


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part that is text to be read: its text, and how its lines are to be taken."""

    text: str
    is_html: bool = False
    is_flowed: bool = False
    deletes_space: bool = False


@dataclass(slots=True)
class Parts:
    """What a message is made of: its texts in order; what is attached, in words; notes on what was mended."""

    texts: list[TextPart] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def take_parts(header: Header, body: bytes) -> Parts:
    """Return the parts of a message; raises UnreadableError where there are too many, or they are nested too deeply.

    Of alternatives the plain text is taken unless it is blank, else the last one that has text. What is an attachment,
    or has the name of a file, is named and not read, text or not; so are messages within a message.
    """
    taking = _Taking()
    parts = taking.take(header, body, 0, is_message=True)
    parts.notes = list(dict.fromkeys(parts.notes))
    return parts


def attached_note(attached: list[str]) -> str:
    """Return what to say of parts that were not read."""
    more = f" and {len(attached) - _MOST_NAMED} more" if len(attached) > _MOST_NAMED else ""
    return f"attached and not read: {', '.join(attached[:_MOST_NAMED])}{more}"


class _Taking:
    def __init__(self) -> None:
        self._parts = 0
        self._size = 0

    def take(
        self, header: Header, body: bytes, depth: int, *, is_message: bool = False, of_digest: bool = False
    ) -> Parts:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise UnreadableError(f"a message of more than {MOST_PARTS:,} parts", "save its parts as files")
        if depth > DEEPEST:
            raise UnreadableError(f"nested more than {DEEPEST} deep", "save its parts as files")
        kind, parameters = header.kind()
        if of_digest and not header.get("content-type"):
            kind = "message/rfc822"
        disposition, name = header.disposition()
        if kind == "message/partial" and is_message:
            raise UnreadableError("one piece of a message that was sent in pieces", "join the pieces in a mail program")
        if kind.startswith("multipart/") and disposition != "attachment":
            return self._multipart(kind, parameters.get("boundary", ""), body, depth)
        if kind not in ("text/plain", "text/html") or disposition == "attachment" or (name and not is_message):
            return Parts(attached=[f"{shown(name)} ({kind})" if name else kind])
        return self._text(kind, parameters, header, body)

    def _multipart(self, kind: str, boundary: str, body: bytes, depth: int) -> Parts:
        pieces = split_parts(body, boundary) if boundary else None
        if pieces is None:
            made = self._text("text/plain", {}, Header(), body)
            made.notes.append(f"its boundary is not in it; all of it was taken as one text ({kind})")
            return made
        of_digest = kind == "multipart/digest"
        parts = [self.take(*split_header(piece), depth + 1, of_digest=of_digest) for piece in pieces]
        if kind == "multipart/alternative":
            return _chosen(parts)
        joined = Parts()
        for part in parts:
            joined.texts += part.texts
            joined.attached += part.attached
            joined.notes += part.notes
        return joined

    def _text(self, kind: str, parameters: dict[str, str], header: Header, body: bytes) -> Parts:
        data, notes = decode_transfer(header.get("content-transfer-encoding"), body)
        self._size += len(data)
        if self._size > LONGEST_TEXT:
            raise UnreadableError(f"a text of more than {LONGEST_TEXT:,} bytes", "split it")
        text, mended = decode_charset(data, parameters.get("charset", ""))
        part = TextPart(
            text,
            kind == "text/html",
            parameters.get("format", "").lower() == "flowed",
            parameters.get("delsp", "").lower() == "yes",
        )
        return Parts([part], [], [*notes, *mended])


def _chosen(parts: list[Parts]) -> Parts:
    """Return the alternative that is read; what is attached to the others is theirs too."""
    with_text = [part for part in parts if any(text.text.strip() for text in part.texts)]
    plain = [part for part in with_text if not any(text.is_html for text in part.texts)]
    chosen = (plain or with_text[-1:] or [Parts()])[0]
    attached = [name for part in parts for name in part.attached]
    return Parts(chosen.texts, attached, chosen.notes)


def split_parts(body: bytes, boundary: str, most: int = MOST_PARTS) -> list[bytes] | None:
    """Return what stands between the lines of a boundary, None if there is no such line; the last may be open.

    Raises UnreadableError for more than `most` parts.
    """
    mark = b"--" + boundary.encode("utf-8", "replace")
    pieces: list[bytes] = []
    start: int | None = None
    at = 0
    while (at := body.find(mark, at)) >= 0:
        end = at + len(mark)
        if at and body[at - 1 : at] not in (b"\n", b"\r"):
            at = end
            continue
        line_end = _next_line(body, end)
        rest = body[end:line_end][:200].strip()
        if rest not in (b"", b"--") or (rest and line_end - end > 200):  # it goes on: the boundary of another
            at = end
            continue
        if start is not None:
            pieces.append(body[start : _before_line_end(body, at)])
            if len(pieces) > most:
                raise UnreadableError(f"a message of more than {most:,} parts", "save its parts as files")
        start = None if rest else line_end
        if rest:
            break
        at = line_end
    if start is not None:
        pieces.append(body[start:])
    return pieces or None


def _next_line(body: bytes, at: int) -> int:
    found = body.find(b"\n", at)
    return len(body) if found < 0 else found + 1


def _before_line_end(body: bytes, at: int) -> int:
    if body[at - 2 : at] == b"\r\n":
        return at - 2
    return max(0, at - 1)


def decode_transfer(encoding: str, body: bytes) -> tuple[bytes, list[str]]:
    """Return the bytes of a part as they were before they were made fit for mail, and notes on what is broken."""
    name = encoding.partition(";")[0].strip().lower()
    if name == "quoted-printable":
        return binascii.a2b_qp(body), []
    if name == "base64":
        encoded, _, after = body.partition(b"=")
        data = _NOT_BASE64.sub(b"", encoded)
        odd = len(data) % 4 == 1 or len(encoded.translate(None, _SPACE)) != len(data) or after.translate(None, _PADDING)
        if len(data) % 4 == 1:
            data = data[:-1]
        made = binascii.a2b_base64(data + b"=" * (-len(data) % 4))
        return made, ["its base64 is broken; what can be read of it is here"] if odd else []
    if name in ("", "7bit", "8bit", "binary"):
        return body, []
    return body, [f"its transfer encoding {shown(encoding)} is not known; it was read as it stands"]
