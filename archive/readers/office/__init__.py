"""Documents of word processors: RTF, DOCX, ODT. docs/office.md says which value comes from where."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archive.documents import Document
from archive.readers.base import UnreadableError

if TYPE_CHECKING:
    from archive.readers.office.written import Written

_ZIP = b"PK\x03\x04"
_FIRST_PARTS = (b"[content_types].xml", b"_rels/", b"word/", b"docprops/", b"customxml/")
_WORD_NAMES = (".docx", ".docm", ".dotx", ".dotm")
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.text"

_RTF = "application/rtf"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ODT = "application/vnd.oasis.opendocument.text"


class RtfReader:
    """A document in Rich Text Format: one article."""

    name = "rtf"
    media_type = _RTF

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - its first bytes say it
        """Return why this is RTF: it begins so."""
        return "it begins as RTF does" if head[:64].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"{\\rtf") else None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the document; raises UnreadableError for what is no RTF, over a limit, or without a text."""
        from archive.readers.office.rtf import read_rtf

        yield document_of(read_rtf(content), self.name, _RTF, locator, content)


class DocxReader:
    """A document of Word (DOCX): one article. Its macros are never run, and what it points to is never opened."""

    name = "docx"
    media_type = _DOCX

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a Word document: a zip archive with parts of one, or with its name."""
        if not head.startswith(_ZIP) or not head[30:60].lower().startswith(_FIRST_PARTS):
            return None
        if b"word/document" in head:
            return "a zip archive with the parts of a Word document"
        ending = next((one for one in _WORD_NAMES if name.lower().endswith(one)), None)
        return None if ending is None else f"its name ends in {ending}, and it is a zip archive"

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the document; raises UnreadableError for what is no DOCX, over a limit, or without a text."""
        from archive.readers.office.docx import read_docx

        yield document_of(read_docx(content), self.name, _DOCX, locator, content)


class OdtReader:
    """A document of LibreOffice and others (ODT): one article. Its macros are never run."""

    name = "odt"
    media_type = _ODT

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - its first part says it
        """Return why this is an OpenDocument text: the first part says so."""
        is_one = head.startswith(_ZIP) and head[30:].startswith(_OPEN_DOCUMENT)
        return "a zip archive whose first part says OpenDocument text" if is_one else None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the document; raises UnreadableError for what is no ODT, over a limit, or without a text."""
        from archive.readers.office.odt import read_odt

        yield document_of(read_odt(content), self.name, _ODT, locator, content)


def document_of(written: "Written", reader: str, media_type: str, locator: str, content: bytes) -> Document:
    """Return what was written as one Document; raises UnreadableError where there is no text in it."""
    from archive.readers.office.article import make_article

    made = make_article(written)
    layout = made.layout
    if not layout.blocks and not layout.headline and not any(value.field == "headline" for value in made.values):
        raise UnreadableError(
            "no text in it, only what is set aside" if layout.set_aside else "no text in it",
            "open it in a word processor: if it shows a text, save that as a .txt file and import it",
        )
    return Document(
        locator,
        reader,
        media_type,
        content,
        layout=layout,
        values=made.values,
        topics=made.topics,
        notes=tuple(dict.fromkeys(made.notes)),
    )
