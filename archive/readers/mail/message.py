"""Mail and news posts: one message, its text and what its header says."""

import re
from collections.abc import Iterator

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.mail.headers import begins_with_field, looks_like_header, split_header, stated_values
from archive.readers.mail.parts import attached_note, take_parts
from archive.readers.mail.text import lay_out_mail

_NAMES = (".eml", ".mbox", ".mbx")
_POSTMARK = re.compile(rb"(?:>?From [^\r\n]*(?:\r\n|\n|\r))+")
_OTHER_MESSAGE = re.compile(rb"\nFrom (?:-[ \t]*|[^\r\n]*\d\d:\d\d[^\r\n]*)\r?\n[!-9;-~]{1,76}:")
_QUOTED_POSTMARK = re.compile(rb"^>(>*From )", re.MULTILINE)


class MailReader:
    """A message: one document. `of_mailbox`: it stood in an mbox, which marks lines that begin with "From "."""

    media_type = "message/rfc822"

    def __init__(self, *, of_mailbox: bool = False) -> None:
        self.name = "mailbox_message" if of_mailbox else "mail"
        self._of_mailbox = of_mailbox

    def identify(self, head: bytes, name: str) -> str | None:
        """Return why this is a message: by its header, or by its name."""
        fields = looks_like_header(head)
        if fields is not None:
            return f"it begins with a header: {', '.join(fields)}"
        lower = name.lower()
        return next((f"its name ends in {ending}" for ending in _NAMES if lower.endswith(ending)), None)

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the message as one Document.

        Raises UnreadableError for what has no header, is over a limit, or has neither text nor values. A message
        without a text is a document if its header gives a headline: a note names what is attached.
        """
        message = content.removeprefix(b"\xef\xbb\xbf").lstrip()
        postmark = _POSTMARK.match(message)
        if postmark is not None:
            if not self._of_mailbox and _OTHER_MESSAGE.search(message):
                raise UnreadableError("a mailbox of several messages", "give it a name that ends in .mbox")
            message = message[postmark.end() :]
        if not begins_with_field(message):
            raise UnreadableError("not a message: it has no header", "save its text as a .txt file and import that")
        if self._of_mailbox:
            message = _QUOTED_POSTMARK.sub(rb"\1", message)
        header, body = split_header(message)
        values, topics, stated_notes = stated_values(header)
        parts = take_parts(header, body)
        layout, notes = lay_out_mail(parts.texts)
        notes = (*stated_notes, *parts.notes, *notes)
        if parts.attached:
            notes += (attached_note(parts.attached),)
        if not layout.blocks and not layout.set_aside:
            if not any(value.field == "headline" for value in values):
                raise UnreadableError("a message with neither a text nor a subject", "remove it, or fill it")
            notes += ("it has no text",)
        yield Document(
            locator,
            self.name,
            self.media_type,
            content,
            layout=layout,
            values=values,
            topics=topics,
            notes=tuple(dict.fromkeys(notes)),
        )
