"""PDF with text. docs/office.md says which value comes from where, and how a text is found in pages."""

import re
from collections.abc import Iterator

from archive.documents import Document, Value
from archive.readers.base import UnreadableError
from archive.readers.office import document_of

_PROPERTIES = {"Title": "title", "Author": "author", "Keywords": "keywords"}
_FILE_NAME = re.compile(r"(?:Microsoft Word - .*)|.*\.(?:docx?|rtf|odt|pdf|indd|qxp|html?|txt|pages)", re.IGNORECASE)
_NOT_DECODED = 0.1  # of all characters: what has more cannot be read as text


class PdfReader:
    """A PDF that has a text: one article. Nothing in it is run, opened or fetched, and no picture is looked at."""

    name = "pdf"
    media_type = "application/pdf"

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a PDF: it begins so, or a little later where its name says so."""
        if head.lstrip(b"\xef\xbb\xbf\r\n\t \x00").startswith(b"%PDF-"):
            return "it begins as PDF does"
        if name.lower().endswith(".pdf") and b"%PDF-" in head[:1024]:
            return "its name ends in .pdf, and PDF begins within it"
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the PDF as one Document.

        Raises UnreadableError for what is broken, needs a password, is over a limit, or has no text, as what was
        scanned has none.
        """
        from archive.readers.office.written import Written
        from archive.readers.pdf.lines import printed_url, read_lines
        from archive.readers.pdf.paragraphs import make_paragraphs
        from archive.readers.pdf.process import ask_for_pages

        found = ask_for_pages(content)
        pages = found["pages"]
        lines = read_lines(pages)
        letters = sum(character.isalnum() for line in lines for character in line.text)
        unknown = sum(line.text.count("\ufffd") for line in lines)
        _require_text(letters, unknown, pages, found["broken"])
        notes = []
        if found["broken"]:
            notes.append(f"{found['broken']} of {len(pages)} pages could not be read")
        blank = sum(1 for page in pages if not page[2] and page[3])
        if blank:
            notes.append(f"{blank} of {len(pages)} pages are images without a text")
        if unknown:
            notes.append(f"{unknown} characters of its fonts stand for no letter that is known")
        paragraphs, doubtful = make_paragraphs(lines)
        if doubtful:
            notes.append(f"{doubtful} words parted at the end of a line were left with their hyphen")
        properties = {field: text for key, field in _PROPERTIES.items() if (text := found["info"].get(key, "").strip())}
        if _FILE_NAME.fullmatch(properties.get("title", "")):
            del properties["title"]
        document = document_of(
            Written(tuple(paragraphs), properties, tuple(notes)), self.name, self.media_type, locator, content
        )
        url = printed_url(lines)
        yield document._replace(values=(*document.values, Value("url", url, "saved_from"))) if url else document


def _require_text(letters: int, unknown: int, pages: list[list[object]], broken: int) -> None:
    """Raise UnreadableError where the pages have no text that can be read."""
    number = f"{len(pages)} page{'' if len(pages) == 1 else 's'}"
    ocr = "run OCR on it, for example with ocrmypdf, and import what that makes"
    if unknown > _NOT_DECODED * (letters + unknown):
        raise UnreadableError(f"no text that can be read: its fonts do not say which letters they show ({number})", ocr)
    if letters:
        return
    if broken == len(pages):
        raise UnreadableError(f"no page of it can be read ({number})", "open it in a viewer and print it to a new PDF")
    if any(page[3] for page in pages):
        raise UnreadableError(f"no text in it: {number} of images", ocr)
    raise UnreadableError(f"no text in it: {number}, blank or drawn", ocr)
