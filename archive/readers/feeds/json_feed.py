"""JSON Feed: one object with a list of items, each of which is a record.

https://www.jsonfeed.org/version/1.1/
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from archive.documents import Block, Layout
from archive.readers.base import BadRecord, Reader, Record, UnreadableError
from archive.readers.decode import decode
from archive.readers.feeds.entry import FeedReader
from archive.readers.feeds.text import lay_out_html, plain_line
from archive.readers.feeds.values import Entry

MEDIA_TYPE = "application/feed+json"
LARGEST = 64_000_000  # bytes; the whole of it is held, in several forms

_VERSION = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')
_BLANK = re.compile(r"[ \t\r\n]*")
_MOST_DIGITS = 18
_LONGEST_OF_HEAD = 8_192


class JsonFeeds:
    """JSON Feed: its items, each with what the feed says of all of them."""

    name = "JSON feed"
    media_type = MEDIA_TYPE
    endings = (".json", ".jsonfeed", "/feed")
    reader: Reader = FeedReader()
    seeks = False

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - what it is called says nothing of a feed
        """Return why this is a JSON Feed: an object that names this format as its version, near its start."""
        is_object = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
        return "its version is that of JSON Feed" if is_object and _VERSION.search(head) else None

    def records(self, stream: BinaryIO, limit: int) -> Iterator[Record | BadRecord]:
        """Yield the items, `entry=1` first, each as the feed with this item alone, as written.

        Where the JSON breaks off or goes wrong, the items before it are yielded, and the rest is a BadRecord. Raises
        UnreadableError for one of more than `LARGEST` bytes, or than the limit.
        """
        most = min(limit, LARGEST)
        content = stream.read(most + 1)
        if len(content) > most:
            raise UnreadableError(f"a JSON feed of more than {most:,} bytes", "split it")
        text, _, _ = decode(content)
        number = 0
        try:
            for record in _items(text):
                number += 1
                yield Record(f"entry={number}", record.encode("utf-8", "surrogatepass"))
        except RecursionError:
            yield BadRecord(f"entry={number + 1}", UnreadableError("JSON nested too deeply", "write it flat"))
        except ValueError as error:
            where = f"after entry {number}" if number else "before its first entry"
            reason = f"the JSON goes wrong {where}: {error}"
            yield BadRecord(f"entry={number + 1}", UnreadableError(reason, "get the feed again, if it is still there"))


def _number(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MOST_DIGITS else None


_DECODER = json.JSONDecoder(parse_int=_number)


def _items(text: str) -> Iterator[str]:
    """Yield each item within the object around it, without its siblings; what stands before the items goes along."""
    head: list[str] = []
    for key, start in _members(text, _after(text, 0, "{")):
        if key != "items":
            end = _DECODER.raw_decode(text, start)[1]
            if end - start <= _LONGEST_OF_HEAD:
                head.append(f"{json.dumps(key, ensure_ascii=False)}: {text[start:end]}")
            continue
        position = _after(text, start, "[")
        position = _BLANK.match(text, position).end()  # type: ignore[union-attr]
        while not text.startswith("]", position):
            end = _DECODER.raw_decode(text, position)[1]
            members = [*head, f'"items": [{text[position:end]}]']
            yield "{" + ", ".join(members) + "}"
            position = _comma_or(text, end, "]")


def _members(text: str, position: int) -> Iterator[tuple[str, int]]:
    """Yield the keys of an object, and where their values begin."""
    position = _BLANK.match(text, position).end()  # type: ignore[union-attr]
    while not text.startswith("}", position):
        key, end = _DECODER.raw_decode(text, position)
        if not isinstance(key, str):
            raise ValueError(f"no key at character {position + 1}")
        start = _BLANK.match(text, _after(text, end, ":")).end()  # type: ignore[union-attr]
        yield key, start
        position = _comma_or(text, _DECODER.raw_decode(text, start)[1], "}")


def _after(text: str, position: int, mark: str) -> int:
    position = _BLANK.match(text, position).end()  # type: ignore[union-attr]
    if not text.startswith(mark, position):
        raise ValueError(f"no {mark} at character {position + 1}")
    return position + 1


def _comma_or(text: str, position: int, closing: str) -> int:
    position = _BLANK.match(text, position).end()  # type: ignore[union-attr]
    if text.startswith(closing, position):
        return position
    return _BLANK.match(text, _after(text, position, ",")).end()  # type: ignore[union-attr]


def read_json_entry(content: bytes) -> Entry:
    """Return the one item of a JSON Feed; raises UnreadableError for what is none."""
    text, _, notes = decode(content)
    try:
        feed = json.loads(text, parse_int=_number)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON: {type(error).__name__}", "take it out") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    item = items[0] if isinstance(items, list) and items else None
    if not isinstance(feed, dict) or not isinstance(item, dict):
        raise UnreadableError("an item that is no object", "take it out")
    entry = Entry(MEDIA_TYPE, Layout(None, None, ()), list(notes))
    entry.give("headline", plain_line(_text(item, "title")))
    link = _text(feed, "home_page_url")
    entry.layout = _laid_out(item, link, entry)
    entry.give("id", _text(item, "id"))
    entry.give_link(_text(item, "url"), _text(feed, "feed_url") or link, link)
    entry.give("published", _text(item, "date_published"))
    entry.give("modified", _text(item, "date_modified"))
    people = [*_people(item)] or [*_people(feed)]
    entry.give("authors", "; ".join(dict.fromkeys(people)))
    entry.give("language", _text(item, "language"), _text(feed, "language"))
    entry.give("source", plain_line(_text(feed, "title")))
    tags = item.get("tags")
    entry.give_topics(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else None
    attachments = item.get("attachments")
    if isinstance(attachments, list) and attachments:
        entry.notes.append(f"{len(attachments)} enclosure{'' if len(attachments) == 1 else 's'} not imported")
    return entry


def _laid_out(item: dict[str, Any], base: str, entry: Entry) -> Layout:
    if content := _text(item, "content_html"):
        layout = lay_out_html(content, _text(item, "url") or base)
        if layout.blocks:
            return layout
    content = _text(item, "content_text")
    if not content and (content := _text(item, "summary")):
        entry.notes.append("its text is a summary (summary), not the article")
    blocks = [Block("paragraph", one.strip()) for one in re.split(r"\n\s*\n", content)]
    return Layout(None, None, tuple(block for block in blocks if block.text))


def _text(mapping: dict[str, Any], key: str) -> str:
    """Return what a key says: an id can be a number."""
    value = mapping.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _people(mapping: dict[str, Any]) -> Iterator[str]:
    people = mapping.get("authors")
    for person in [*(people if isinstance(people, list) else ()), mapping.get("author")]:
        if isinstance(person, dict) and (name := plain_line(_text(person, "name"))):
            yield name
