"""One article out of a vendor's export, whichever layout it has: its record says by itself which one."""

from collections.abc import Iterator
from typing import Protocol

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.decode import decode
from archive.readers.vendors import europresse, factiva, nexis, nexis_uni, proquest
from archive.readers.vendors.found import Found
from archive.readers.vendors.profiles import profile


class Layout(Protocol):
    """How the articles of one layout are taken apart."""

    NAME: str

    def owns(self, text: str) -> bool:
        """Tell whether a record is of this layout."""

    def read(self, found: Found, text: str) -> None:
        """Take a record apart."""


LAYOUTS: tuple[Layout, ...] = (nexis_uni, factiva, europresse, proquest, nexis)


class VendorArticle:
    """An article out of an export of Nexis, Factiva, ProQuest or Europresse: one document."""

    name = "vendor_export"
    media_type = "text/html"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - no file is one, only a part of one
        """Return None: an article comes out of an export, which says that it is one."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the article as one Document; raises UnreadableError where no layout knows it, or nothing is in it."""
        from archive.normalize.text import clean_text

        text, _, decoded = decode(content)
        text, mended = clean_text(text)
        layout = next((one for one in LAYOUTS if one.owns(text)), None)
        if layout is None:
            raise UnreadableError("not an article of an export that is known", "export it again")
        found = Found(profile(layout.NAME))
        layout.read(found, text)
        media_type = "text/plain" if layout in (nexis, proquest) else "text/html"
        yield found.document(locator, self.name, media_type, content, (*decoded, *mended))
