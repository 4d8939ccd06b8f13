"""Pages saved as one file: MHTML (RFC 2557), as browsers write it (`.mhtml`, `.mht`)."""

import re
from collections.abc import Iterator

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.html import read_page
from archive.readers.html.capture import Capture
from archive.readers.mail.headers import Header, begins_with_field, date_text, split_header
from archive.readers.mail.parts import DEEPEST, decode_transfer, split_parts

MEDIA_TYPE = "multipart/related"

_LOOKED_AT = 16_384
_NAMES = (".mhtml", ".mht")
_PAGES = ("text/html", "application/xhtml+xml")
_MOST_PARTS = 10_000
_LARGEST = 100_000_000  # bytes of a page, decoded
_SAVED = re.compile(r"saved by|gespeichert von|enregistr|guardado por|salvato da|salvo (?:por|pelo)", re.IGNORECASE)
# What a message has that was sent, and a page that was saved has not.
_OF_MAIL = ("to", "cc", "received", "message-id", "newsgroups", "delivered-to", "return-path")


class MhtmlReader:
    """A page saved with what it shows, in one file: one document. The images and styles in it are not looked at."""

    name = "mhtml"
    media_type = MEDIA_TYPE

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is such a page and no mail: by the fields of its header, or by its name and a header."""
        start = head[:_LOOKED_AT].lstrip()
        if not begins_with_field(start):
            return None
        try:
            header, _ = split_header(start)
        except UnreadableError:
            return None
        if header.get("snapshot-content-location"):
            return "its header has a Snapshot-Content-Location"
        kind, _ = header.kind()
        ending = next((one for one in _NAMES if name.lower().endswith(one)), None)
        if ending is not None and (kind.startswith("multipart/") or kind in _PAGES) and header.get("content-type"):
            return f"its name ends in {ending}, and it has a header"
        if kind == "multipart/related" and not any(header.get(field) for field in _OF_MAIL):
            if _SAVED.search(header.get("from")):
                return "its header says that it was saved"
            if header.get("content-location"):
                return "its header has a Content-Location, and it was sent to nobody"
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the page as one Document, with the address and the time that its header says it was saved from and at.

        The page is the part that the header names (`start`), else the one at the address that was saved, else the
        first that is HTML. Raises UnreadableError where there is none, or no article in it, and over a limit.
        """
        header, body = split_header(content.removeprefix(b"\xef\xbb\xbf").lstrip())
        pages = list(_Pages().find(header, body, 0))
        if not pages:
            raise UnreadableError("no page in it: no part of it is HTML", "save the page anew")
        stated = _address(header.get("snapshot-content-location"))
        root = _root(pages, header.kind()[1].get("start", ""), stated)
        of_page, data = root
        page, notes = decode_transfer(of_page.get("content-transfer-encoding"), data)
        if len(page) > _LARGEST:
            raise UnreadableError(f"a page of more than {_LARGEST:,} bytes", "save the article alone")
        url = stated or _address(of_page.get("content-location")) or _address(header.get("content-location"))
        date = header.get("date")
        yield read_page(
            locator,
            page,
            original=content,
            reader=self.name,
            media_type=MEDIA_TYPE,
            capture=Capture(url or None, date_text(date) or None) if url or date else None,
            charset=of_page.kind()[1].get("charset"),
            notes=tuple(notes),
        )


class _Pages:
    """The parts of a file that are HTML, however deeply they are nested, up to a limit."""

    def __init__(self) -> None:
        self._parts = 0

    def find(self, header: Header, body: bytes, depth: int) -> Iterator[tuple[Header, bytes]]:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise UnreadableError(f"a page of more than {_MOST_PARTS:,} parts", "save the article alone")
        if depth > DEEPEST:
            raise UnreadableError(f"nested more than {DEEPEST} deep", "save the page anew")
        kind, parameters = header.kind()
        if kind in _PAGES:
            yield header, body
        elif kind.startswith("multipart/") and (boundary := parameters.get("boundary")):
            for piece in split_parts(body, boundary, _MOST_PARTS) or ():
                yield from self.find(*split_header(piece), depth + 1)


def _root(pages: list[tuple[Header, bytes]], start: str, url: str) -> tuple[Header, bytes]:
    if start:
        for page in pages:
            if page[0].get("content-id").strip("<>") == start.strip("<> "):
                return page
    if url:
        for page in pages:
            if _address(page[0].get("content-location")) == url:
                return page
    return pages[0]


def _address(text: str) -> str:
    """Return an address as it stands in a header, where long ones are folded; "" for none of the web."""
    address = text.replace(" ", "")
    return address if address.lower().startswith(("http://", "https://")) else ""
