"""Files and their bytes, read into Documents.

`find_files` finds what is to be imported, `read_bytes` reads it, `read_documents` makes Documents of it with the first
reader of `READERS` that takes it. A file of many documents is taken apart first, by one of `CONTAINERS`. What stands
beside a file comes from `read_sidecar` and `FolderDefaults`.
"""

from collections.abc import Iterator

from archive.documents import Document, Given
from archive.readers.base import HEAD, Container, Reader, UnreadableError
from archive.readers.containers import CONTAINERS, RECORD_READERS
from archive.readers.decode import looks_binary
from archive.readers.defaults import FolderDefaults, read_sidecar
from archive.readers.file_bytes import read_stdin
from archive.readers.files import FoundFile, find_files, read_bytes
from archive.readers.html import HtmlReader
from archive.readers.mail.message import MailReader
from archive.readers.markdown import MarkdownReader
from archive.readers.office import DocxReader, OdtReader, RtfReader
from archive.readers.pdf import PdfReader
from archive.readers.text import TextReader
from archive.readers.web_archives.mhtml import MhtmlReader
from archive.readers.wire.framed import AnpaReader, Iptc7901Reader
from archive.readers.wire.reader import WireReader
from archive.readers.wire.tree import xml_root

__all__ = [
    "CONTAINERS",
    "HARMLESS",
    "READERS",
    "Container",
    "FolderDefaults",
    "FoundFile",
    "Given",
    "Reader",
    "UnreadableError",
    "find_files",
    "find_reader",
    "identify",
    "read_bytes",
    "read_documents",
    "read_sidecar",
    "read_stdin",
]

# The first that takes a file reads it. Those of formats that are no text are asked before it is tried as one.
BINARY_READERS: tuple[Reader, ...] = (
    PdfReader(),
    DocxReader(),
    OdtReader(),
    RtfReader(),
    AnpaReader(),
    Iptc7901Reader(),
    MhtmlReader(),
)
READERS: tuple[Reader, ...] = (MarkdownReader(), MailReader(), WireReader(), HtmlReader(), TextReader())

# What these read costs time that grows with its size and no more, so that nobody has to be able to end them.
HARMLESS = frozenset(("text", "markdown", "record", "table_row"))

# Text to a machine, but no article: what the texts in them are is not for a reader of plain text to guess.
_RECORDS = {
    ".bib": "references (BibTeX)",
    ".css": "a style sheet",
    ".download": "a part of a saved page",
    ".ics": "a calendar",
    ".ini": "settings",
    ".ipynb": "a notebook",
    ".js": "a script",
    ".py": "a script",
    ".r": "a script",
    ".ris": "references (RIS)",
    ".sh": "a script",
    ".sgm": "SGML",
    ".sgml": "SGML",
    ".srt": "subtitles",
    ".toml": "TOML",
    ".vcf": "addresses",
    ".vtt": "subtitles",
    ".yaml": "YAML",
    ".yml": "YAML",
}
_OLD = {
    ".doc": "open it in a word processor, save it as DOCX, and import that",
    ".xls": "open it in a spreadsheet, save it as XLSX or CSV, and import that",
    ".ppt": "save its text as a .txt or .md file and import that",
    ".msg": "save it as .eml in the mail program, and import that",
}
_ELSE = "save each of its texts as a .txt or .md file and import those"


def identify(head: bytes, name: str) -> tuple[Reader, str]:
    """Return which reader takes a file, and why, in words: from its start (`HEAD` bytes or more) and its name.

    Raises UnreadableError if it is empty, or what no reader takes; the reason says what it is instead.

    >>> reader, why = identify(b"Talks in Minsk", "talks.md")
    >>> reader.name, why
    ('markdown', 'its name ends in .md')
    """
    if not head:
        raise UnreadableError("empty file", "remove it, or fill it")
    for reader in BINARY_READERS:
        why = reader.identify(head, name)
        if why is not None:
            return reader, why
    binary = looks_binary(head[:HEAD])
    if binary is not None:
        raise UnreadableError(f"not text: {binary}", _cure(binary, name))
    records = _RECORDS.get(name[name.rfind(".") :].lower())
    if records is not None:
        raise UnreadableError(f"a format that no reader takes: {records}", _ELSE)
    for reader in READERS:
        why = reader.identify(head, name)
        if why is not None and reader.name == "html" and name.lower().endswith((".xls", ".xlsx")):
            raise UnreadableError("a table in HTML under the name of a workbook", _OLD[".xls"])
        if why is not None:
            return reader, why
    root = xml_root(head)
    kind = f"XML of a kind that no reader takes: <{root.written}>" if root else "a format that no reader takes: XML"
    raise UnreadableError(kind, "save its text as a .txt or .md file and import that")


def _cure(binary: str, name: str) -> str:
    """Return what a person can do about a file that is no text, by what it is."""
    if binary.endswith("archive"):
        return "unpack it, and import what is in it"
    if binary.startswith("an old Office"):
        return _OLD.get(name[name.rfind(".") :].lower(), _OLD[".doc"])
    return "save its text as a .txt or .md file and import that"


def find_reader(name: str, content: bytes, reader: str | None = None) -> Reader:
    """Return what reads the bytes of a file, or of a record.

    `reader` is the name of the one that a container says its records are for; of a file it is looked for.
    Raises UnreadableError where no reader takes it.
    """
    return RECORD_READERS.get(reader or "") or identify(content, name)[0]


def read_documents(locator: str, name: str, content: bytes, reader: str | None = None) -> Iterator[Document]:
    """Return the documents in the bytes of a file, or of a record, read lazily; `reader` as `find_reader` has it.

    Raises ReadError, here or while they are read, with the reason why there are none.
    """
    return find_reader(name, content, reader).read(locator, content)
