"""What an entry of a feed says, whatever its format, made values, topics and notes."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from archive.documents import Document, Layout, Value
from archive.readers.base import UnreadableError, shown
from archive.readers.feeds.text import plain_line

_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+(?:com|org|net|info|edu|gov|(?:co|com|org|net)\.[a-z]{2})", re.IGNORECASE)
_MACHINE = re.compile(r"NLP \w+:.*|[0-9]+|[0-9a-f]{16,}", re.IGNORECASE)
_LONGEST_TOPIC = 100


@dataclass
class Entry:
    """What an entry says, as it is put together from its elements or keys."""

    media_type: str
    layout: Layout
    notes: list[str]
    values: dict[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)

    def give(self, name: str, *texts: str | None) -> None:
        """Put down the first of these that says something as a value."""
        text = next((one.strip() for one in texts if one and one.strip()), None)
        if text:
            self.values.setdefault(name, text)

    def give_topics(self, names: Iterable[str]) -> None:
        """Put down topics; of what is none it is noted that it was left out."""
        left_out = []
        for name in dict.fromkeys(map(plain_line, names)):
            if is_topic(name):
                self.topics.append(name)
            elif name:
                left_out.append(shown(name, 40))
        if left_out:
            more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
            self.notes.append(f"no topics, left out: {', '.join(left_out[:5])}{more}")

    def give_link(self, link: str, base: str, feed_link: str) -> None:
        """Put down an entry's address, made whole; that of the feed itself would make one article of its entries."""
        if not link or "url" in self.values:
            return
        try:
            whole = urljoin(base or feed_link, link)
        except ValueError:
            whole = link
        if not whole.lower().startswith(("http://", "https://")):
            self.notes.append(f"link {shown(link)} was not used: it is no address of the web")
        elif whole.rstrip("/") == feed_link.rstrip("/"):
            self.notes.append(f"link {shown(link)} was not used: it is that of the whole feed")
        else:
            self.give("url", whole)

    def document(self, locator: str, reader: str, content: bytes) -> Document:
        """Return it as a Document; raises UnreadableError where it has neither title nor text."""
        if "headline" not in self.values and not self.layout.blocks:
            raise UnreadableError("an entry without a title and without a text", "look for the article itself")
        values = tuple(Value(name, text, "record") for name, text in self.values.items())
        topics = tuple(Value("topics", name, "record") for name in self.topics)
        notes = tuple(self.notes)
        return Document(locator, reader, self.media_type, content, None, self.layout, values, topics, notes)


def is_topic(name: str) -> bool:
    """Tell whether a category names a topic: addresses, domains, numbers, ids and the like are none.

    >>> [is_topic(name) for name in ("Trade", "U.S.", "quill.example.com", "NLP Category: Sports", "2024")]
    [True, True, False, False, False]
    """
    if not name or len(name) > _LONGEST_TOPIC or name.casefold() == "uncategorized":
        return False
    try:
        uuid.UUID(name)
    except ValueError:
        return not (_URL.fullmatch(name) or _DOMAIN.fullmatch(name) or _MACHINE.fullmatch(name))
    return False
