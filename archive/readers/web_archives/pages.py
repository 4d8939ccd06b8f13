"""Which records of a web archive are pages, and what one that is says: the reader of a record."""

import base64
import hashlib
from collections.abc import Iterator

from archive.documents import Document
from archive.readers.base import UnreadableError, shown
from archive.readers.html import HtmlReader, read_page
from archive.readers.html.capture import Capture
from archive.readers.mail.headers import Header
from archive.readers.web_archives.answers import LARGEST_BODY, Answer, decoded_body, read_answer
from archive.readers.web_archives.headers import RecordHeader, read_header

MEDIA_TYPE = "application/warc"

_LOOKED_AT = 16_384  # bytes of a page, unpacked, in which it has to show that it is one
_OK = 200

PAGES = ("text/html", "application/xhtml+xml")
_MAYBE = (
    *("", "text/plain", "application/octet-stream", "text/xml", "application/xml"),
    *("unknown/unknown", "unk", "no-type"),
)
# What other records are called in the note on a file, by the start or the end of their media type.
_KINDS = (
    ("image/", "images"),
    ("text/css", "styles"),
    ("font/", "fonts"),
    ("video/", "audio and video"),
    ("audio/", "audio and video"),
    ("application/pdf", "PDF"),
)
_KINDS_WITHIN = (
    ("javascript", "scripts"),
    ("ecmascript", "scripts"),
    ("json", "JSON"),
    ("font", "fonts"),
    ("xml", "XML"),
)
TYPES = {
    "request": "requests",
    "metadata": "metadata",
    "warcinfo": "descriptions of the file (warcinfo)",
    "conversion": "conversions",
    "continuation": "continuations",
}
NOT_OF_SERVERS = frozenset(("request", "metadata", "warcinfo"))

_HTML = HtmlReader()


def what_else(header: RecordHeader, block: bytes) -> str | None:
    """Return what a record is that is no page, in words for a count of them; None if it is a page.

    A page is an answer 200, or a resource, that is HTML by what its header says and by how it begins; where the header
    says nothing of it, by how it begins alone. What cannot be unpacked is taken for what its header says.
    """
    if header.kind not in ("response", "resource", "revisit"):
        return TYPES.get(header.kind, "records of other types")
    try:
        answer = _answer(header, block)
    except UnreadableError:
        return None  # why, its reader says
    if answer is None:
        return "not of the web"
    if answer.status != _OK:
        return f"with status {answer.status}"
    stated = answer.media_type
    if stated not in PAGES and stated not in _MAYBE:
        return kind_of(stated)
    try:
        start, _ = decoded_body(answer, _LOOKED_AT, is_start=True)
    except UnreadableError:
        return None if stated in PAGES else kind_of(stated)
    if not start.strip():
        return "empty"
    start = start[:_LOOKED_AT]
    if _HTML.identify(start, ".html" if stated in PAGES else "") is None:
        return "said to be HTML, but none" if stated in PAGES else kind_of(stated)
    return None


def kind_of(media_type: str) -> str:
    """Return what files of a media type are called in a count of what is no page."""
    for start, kind in _KINDS:
        if media_type.startswith(start):
            return kind
    return next((kind for part, kind in _KINDS_WITHIN if part in media_type), "files of other types")


def _answer(header: RecordHeader, block: bytes) -> Answer | None:
    """Return what was answered; of a resource, which has no header of HTTP, what its own header says."""
    if header.kind == "resource":
        return Answer(_OK, header.fields, block)
    answer = read_answer(block)
    if answer is None and header.kind == "revisit":
        return Answer(_OK, Header(), block)  # of a resource
    if answer is None and header.is_of_web and header.media_type in PAGES:
        return Answer(_OK, header.fields, block)  # some ARC files hold what was answered without its header
    return answer


def is_as_stated(stated: str, block: bytes) -> bool:
    """Tell whether bytes have the digest that is stated, in base 32 or 16; True where none that is known is.

    >>> is_as_stated("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", b""), is_as_stated("sha1:AAAA", b"")
    (True, False)
    """
    algorithm, _, text = stated.partition(":")
    algorithm = algorithm.strip().lower().replace("-", "")
    if algorithm not in ("md5", "sha1", "sha256", "sha512"):
        return True
    digest = hashlib.new(algorithm, block, usedforsecurity=False)
    base32 = base64.b32encode(digest.digest()).decode().rstrip("=")
    return text.strip().rstrip("=").upper() in (base32, digest.hexdigest().upper())


class CapturedPageReader:
    """A page in a record of a web archive: one document."""

    name = "web_archive_record"
    media_type = MEDIA_TYPE

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - a file of records is for its container
        """Return None: only what a container has told to be a page is for this reader."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the page as one Document, with the address and the time of its capture.

        Raises UnreadableError where it cannot be unpacked, is too large, or there is no article in it.
        """
        header, block = read_header(content)
        answer = _answer(header, block)
        if answer is None:
            raise UnreadableError("a record that holds no answer of a server", "import the file that it comes from")
        notes: list[str] = []
        cut = header.get("warc-truncated")
        if cut:
            notes.append(f"the crawler cut it off (WARC-Truncated: {shown(cut)})")
        if header.get("warc-segment-number") not in ("", "0"):
            notes.append("only the first of several segments")
        if header.kind != "revisit" and not is_as_stated(header.get("warc-block-digest"), block):
            notes.append("it is not what was written: its WARC-Block-Digest differs")
        page, decoded = decoded_body(answer, LARGEST_BODY)
        yield read_page(
            locator,
            page,
            original=content,
            reader=self.name,
            media_type=MEDIA_TYPE,
            capture=Capture(header.uri or None, header.date or None),
            charset=answer.charset,
            notes=(*notes, *decoded),
        )
