"""Exports of vendors, whichever file they come in: text, HTML, RTF or Word; each article is a record.

A record of text or HTML is the article's own bytes where these are UTF-8, or read the same by themselves; else it is in
UTF-8. One out of RTF or Word is HTML of its paragraphs (`paragraphs.py`).
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from archive.readers.base import BadRecord, Conclusion, NotThisContainerError, Reader, Record, Remark, UnreadableError
from archive.readers.decode import decode, looks_binary
from archive.readers.vendors import europresse, factiva, nexis, nexis_uni, proquest
from archive.readers.vendors.export import Export
from archive.readers.vendors.paragraphs import paras
from archive.readers.vendors.profiles import profile
from archive.readers.vendors.reader import VendorArticle

LARGEST = 64_000_000  # bytes of an export, which is read as a whole

_PAGES = (".html", ".htm", ".xhtml")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|meta|div|table|article)\b", re.IGNORECASE)
_NUMBERED = re.compile(rb"[0-9][^\n]{0,40}\bdo[ck]u|\bdo[ck]u[a-z]{4,6}[ \t]+[0-9]")
_RTF_MARKS = re.compile(rb"\\[a-z]{1,32}-?[0-9]{0,10} ?|[{}\r\n]")
_XML_MARKS = re.compile(rb"<[^<>]*>")
# what a package that is damaged makes zipfile raise
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    RuntimeError,
    ArithmeticError,
)
_MOST_OF_WORD = 100_000_000
_RTF = b"{\\rtf"
_ZIP = b"PK\x03\x04"


class VendorExports:
    """An export of Nexis, Factiva, ProQuest or Europresse: its articles, `article=1` first."""

    name = "vendor export"
    media_type = "application/x-news-export"
    endings = (".txt", ".html", ".htm", ".xhtml", ".rtf", ".docx", "")
    reader: Reader = VendorArticle()
    seeks = True

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is an export; of RTF, Word and HTML, `records` looks further on whether it is one."""
        if head.startswith(_RTF):
            return "an RTF document with the marks of an export"
        if head.startswith(_ZIP):
            is_word = name.lower().endswith(".docx") or b"word/" in head
            return "a Word document with the marks of an export" if is_word else None
        if _PAGE.match(head) or (name.lower().endswith(_PAGES) and b"<" in head):
            return "a page with the marks of an export"
        return _why_text(head)

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord | Remark | Conclusion]:
        """Yield the articles, then what the cover says; where it says another number, that is a failure of the file.

        Raises NotThisContainerError, before the first record, for a file that is no export.
        """
        most = min(limit, LARGEST)
        content = stream.read(most + 1)
        if len(content) > most:
            if _why_text(content[:8_192]) is None:
                raise NotThisContainerError
            reason = f"an export of more than {most:,} bytes"
            raise UnreadableError(reason, "export fewer articles at once, or raise the limit with `--max-size`")
        export, encoding, notes = _split(content)
        if export is None:
            raise NotThisContainerError
        for number, article in enumerate(export.articles, 1):
            yield Record(f"article={number}", _own_bytes(article, encoding))
        difference = export.difference()
        cure = "export again what is missing; what was found is imported"
        error = UnreadableError(difference, cure) if difference else None
        for note in (*notes, *export.notes):
            yield Remark(note)
        yield Conclusion(error, export.cover.terms, _media_type(content))


def _media_type(content: bytes) -> str:
    if content.startswith(_RTF):
        return "application/rtf"
    if content.startswith(_ZIP):
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return "text/html" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "text/plain"


def _why_text(head: bytes) -> str | None:
    """Return why the start of a text is that of an export."""
    if not _may_be_text(head) or looks_binary(head) is not None:
        return None
    try:
        text = decode(head)[0]
    except UnreadableError:
        return None
    return nexis.is_export(text) or proquest.is_export(text)


def _may_be_text(head: bytes) -> bool:
    """Tell quickly that most texts are no exports: they number no documents, and have no rule of underscores."""
    # each look through a text costs: one byte is found soonest, and one ending is in all of the words
    if b"_" in head and b"____" in head:
        return True
    if b"\x00" in head and (head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 4):  # UTF-16
        return True
    named = (b"ument" in head and (b"ocument" in head or b"okument" in head)) or (
        b"UMENT" in head and (b"OCUMENT" in head or b"OKUMENT" in head)
    )
    return named and _NUMBERED.search(head.lower()) is not None


def _split(content: bytes) -> tuple[Export | None, str, tuple[str, ...]]:
    """Return the export that bytes are, None if they are none; the encoding of its text; notes on what was mended."""
    if content.startswith((_RTF, _ZIP)):
        return _split_written(content), "utf-8", ()
    is_page = factiva.has_marks(content) or europresse.has_marks(content)
    if not is_page and (_PAGE.match(content) or _why_text(content[:200_000]) is None):
        return None, "", ()
    try:
        text, encoding, notes = _decoded_page(content) if is_page else decode(content)
    except UnreadableError:
        return None, "", ()
    if is_page:
        return factiva.split(text) or europresse.split(text), encoding, notes
    return nexis.split(text) or proquest.split(text), encoding, notes


def _decoded_page(content: bytes) -> tuple[str, str, tuple[str, ...]]:
    from archive.readers.html.encoding import decode_page

    text, notes = decode_page(content)
    return text, "", notes


def _split_written(content: bytes) -> Export | None:
    from archive.readers.office.docx import read_docx
    from archive.readers.office.rtf import read_rtf

    if not _has_ends(content):  # quickly told; most documents are none
        return None
    try:
        written = read_rtf(content) if content.startswith(_RTF) else read_docx(content)
    except UnreadableError:  # its own reader says why
        return None
    paragraphs = paras(written.paragraphs)
    return nexis_uni.split(paragraphs) or factiva.split_paragraphs(paragraphs)


def _has_ends(content: bytes) -> bool:
    """Tell whether a document has what ends an article, wherever it changes its looks on the way."""
    if content.startswith(_RTF):
        text = _RTF_MARKS.sub(b"", content)
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("word/document.xml") as part:
                text = _XML_MARKS.sub(b"", part.read(_MOST_OF_WORD))
        except _DAMAGED:
            return False
    ends = [re.escape(end.encode()) for end in profile(nexis_uni.NAME).end]
    ends += [re.escape(word.encode()) + rb"\s+[A-Z]{2}" for word in profile(factiva.NAME).document]
    return re.search(b"|".join(ends), text) is not None


def _own_bytes(article: str, encoding: str) -> bytes:
    """Return an article in the encoding of its file where it reads the same by itself, else in UTF-8."""
    if encoding and not encoding.startswith(("utf-16", "utf-32")):
        try:
            own = article.encode(encoding)
            if decode(own)[0] == article:
                return own
        except (UnicodeError, LookupError, UnreadableError):
            pass
    return article.encode("utf-8", "surrogatepass")
