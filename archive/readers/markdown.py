"""Markdown, with front matter or without."""

import re
from collections.abc import Iterator

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.commonmark import TooComplexError, lay_out_markdown
from archive.readers.decode import decode
from archive.readers.front_matter import LONGEST, split_front_matter, take_front_matter
from archive.readers.text import plain_document

_NAMES = (".md", ".markdown")
_PLAIN_NAMES = (".txt", ".text")
_MAY_BE_FRONT_MATTER = re.compile(rb"(?:\xef\xbb\xbf)?(?:---|\+\+\+)[ \t]*[\r\n]")


class MarkdownReader:
    """Markdown: one document, taken apart. A text too entangled for that is taken as plain text, with a note."""

    name = "markdown"
    media_type = "text/markdown"

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is Markdown: by its name, or because it begins with front matter and has no other name."""
        lower = name.lower()
        for ending in _NAMES:
            if lower.endswith(ending):
                return f"its name ends in {ending}"
        if lower.endswith(_PLAIN_NAMES) or not _MAY_BE_FRONT_MATTER.match(head):
            return None
        front = split_front_matter(head[: 5 * LONGEST].decode("utf-8", "replace"))
        return "it begins with front matter" if front is not None and front.mapping else None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the text as one Document, or raise UnreadableError if it is not text, or blank."""
        text, _, notes = decode(content)
        metadata, body, front_matter = take_front_matter(text)
        given = next((value.text for value in metadata.values if value.field == "headline"), None)
        if nuls := body.count("\x00"):
            body = body.replace("\x00", "")
            notes = (*notes, f"{nuls} NUL character{'' if nuls == 1 else 's'} removed")
        try:
            layout = lay_out_markdown(body, given)
        except TooComplexError as error:
            notes = (*notes, f"taken as plain text, not as Markdown: {error}")
            yield plain_document(self.name, self.media_type, locator, content, body, metadata, front_matter, notes)
            return
        is_empty = not (layout.headline or layout.blocks or layout.set_aside or front_matter or metadata.values)
        if is_empty:
            raise UnreadableError("no text in it, only blank space", "remove it, or fill it")
        yield Document(
            locator,
            self.name,
            "text/markdown",
            content,
            layout=layout._replace(set_aside=front_matter + layout.set_aside) if front_matter else layout,
            values=metadata.values,
            topics=metadata.topics,
            notes=(*notes, *metadata.notes),
        )
