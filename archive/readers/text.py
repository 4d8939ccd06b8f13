"""Plain text, with front matter or without."""

import re
from collections.abc import Iterator

from archive.documents import Document, Layout, SetAside
from archive.readers.base import UnreadableError
from archive.readers.decode import decode
from archive.readers.front_matter import take_front_matter
from archive.readers.metadata import Metadata

_BLANK = b"\xef\xbb\xbf \t\r\n"
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|\?xml|rss|feed)\b", re.IGNORECASE)


class TextReader:
    """Plain text: one document, still to be laid out. HTML and XML are none of it: their marks are no text."""

    name = "text"
    media_type = "text/plain"

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is plain text, whatever its name; under a name that ends in .xml a text has no tag first."""
        is_xml = _MARKUP.match(head) or (name.lower().endswith(".xml") and head.lstrip(_BLANK).startswith(b"<"))
        return None if is_xml else "text without marks of another format"

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the text as one Document, or raise UnreadableError if it is not text, or blank."""
        text, _, notes = decode(content)
        metadata, body, set_aside = take_front_matter(text)
        yield plain_document(self.name, self.media_type, locator, content, body, metadata, set_aside, notes)


def plain_document(
    reader: str,
    media_type: str,
    locator: str,
    content: bytes,
    body: str,
    metadata: Metadata,
    set_aside: tuple[SetAside, ...],
    notes: tuple[str, ...],
) -> Document:
    """Return a Document whose text is still to be laid out, or raise UnreadableError if there is nothing in it.

    Front matter alone is a document if it gives a value: the text may be elsewhere.
    """
    if not metadata.values and not set_aside and not body.strip(" \t\r\n\v\f\x00\x1a\ufeff\xa0\u3000"):
        raise UnreadableError("no text in it, only blank space", "remove it, or fill it")
    return Document(
        locator,
        reader,
        media_type,
        content,
        text=body,
        layout=Layout(None, None, (), set_aside) if set_aside else None,
        values=metadata.values,
        topics=metadata.topics,
        notes=(*notes, *metadata.notes),
    )
