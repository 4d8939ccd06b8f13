"""A record of an article: one JSON object, written by `archive export` or by anyone else.

The keys are those of METADATA_KEYS for values and topics, and TEXT_KEYS for the text. A record that has `blocks` says
what its body is made of, as `archive export` writes it: it is taken to the letter. The text of any other is plain text,
still to be laid out. Other keys stay in the original only.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archive.documents import Block, Document, Layout, Link, SetAside, Value
from archive.readers.base import UnreadableError, shown
from archive.readers.decode import decode
from archive.readers.metadata import Metadata, key_of, read_metadata

# The first that is there has the text.
TEXT_KEYS = ("body", "text", "content", "article_body", "articlebody", "body_text", "full_text", "fulltext")

DEEPEST = 100
_MOST_DIGITS = 18  # of a number that is kept as one; a million of them would cost minutes

_SECONDS = re.compile(r"(T\d\d:\d\d):00(?!\d)")

_BLOCK_KINDS = frozenset(("heading", "quote", "list", "code", "table"))
_ASIDE_KINDS = frozenset(
    (
        *("related_headline", "trailing_tags", "caption", "markup", "front_matter"),
        *("signature", "list_footer", "summary", "notice", "furniture", "note"),
    )
)
_LINK_KINDS = frozenset(("related_headline", "link"))


class _LongNumber:
    """A number of more digits than anything about an article has."""


class _NotAsExportedError(Exception):
    """What stands beside a body is not what `archive export` writes; the message says which key."""


class RecordReader:
    """One JSON object: one document."""

    name = "record"
    media_type = "application/json"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - no file is a record, only a part of one
        """Return None: a record comes out of a container, which says that it is one."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the record as one Document; raises UnreadableError for what is no JSON object, or says nothing."""
        text, _, notes = decode(content)
        record, doubled = _object(text)
        notes += tuple(f"key {shown(key)} stands there twice; the last one is used" for key in doubled)
        metadata = read_metadata(_without_derived(record), "record", strict=False)
        body, body_notes = _body(record)
        notes += (*metadata.notes, *body_notes)
        if "blocks" in record:
            try:
                layout, values = _exported(record, body or "", metadata)
            except _NotAsExportedError as error:
                notes += (f"{error}; the body was laid out as plain text",)
            else:
                yield self._document(locator, content, None, layout, values, metadata, notes)
                return
        if body is None and not metadata.values:
            keys = ", ".join(TEXT_KEYS[:3])
            raise UnreadableError(f"a record without a text ({keys}) or a value", "name its text `body`")
        yield self._document(locator, content, body or "", None, metadata.values, metadata, notes)

    def _document(
        self,
        locator: str,
        content: bytes,
        text: str | None,
        layout: Layout | None,
        values: tuple[Value, ...],
        metadata: Metadata,
        notes: tuple[str, ...],
    ) -> Document:
        return Document(locator, self.name, self.media_type, content, text, layout, values, metadata.topics, notes)


def _object(text: str) -> tuple[dict[str, Any], list[str]]:
    """Return a JSON object and which of its keys stand there twice; raises UnreadableError for anything else."""
    doubled: list[str] = []

    def paired(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # the outermost object is the last to be finished
        made = dict(pairs)
        doubled.clear()
        if len(made) < len(pairs):
            times = Counter(name for name, _ in pairs)
            doubled.extend(name for name in made if times[name] > 1)
        return made

    try:
        record = json.loads(text, object_pairs_hook=paired, parse_int=_number)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise UnreadableError(f"not JSON: {_where(error)}", "write one JSON object on each line") from error
    if not isinstance(record, dict):
        raise UnreadableError(
            f"JSON, but no object: {shown(text.strip(), 30)}",
            'write one JSON object on each line, such as {"title": …}',
        )
    if _is_deep(record):
        raise _too_deep()
    return record, doubled


def _number(digits: str) -> int | _LongNumber:
    return int(digits) if len(digits) <= _MOST_DIGITS else _LongNumber()


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return str(error)


def _too_deep() -> UnreadableError:
    return UnreadableError(f"nested more than {DEEPEST} deep", "write it flat")


def _is_deep(record: dict[str, Any]) -> bool:
    level: list[Any] = [record]
    for _ in range(DEEPEST):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [item for items in inner for item in items]
    return any(isinstance(item, dict | list) for item in level)


def _without_derived(record: dict[str, Any]) -> dict[str, Any]:
    """Return what a record says by itself: no headline made of the text, no topic that a rule found in the text.

    A byline as printed stands for the authors that were read out of it; a time that is known to the minute is written
    with seconds where its zone is known, as RFC 3339 asks, and has none.
    """
    said = dict(record)
    if record.get("published_precision") == "minute" and isinstance(record.get("published"), str):
        said["published"] = _SECONDS.sub(r"\1", record["published"])
    if record.get("headline_method") == "derived":
        said.pop("headline", None)
    if isinstance(record.get("byline"), str) and record["byline"].strip() and "blocks" in record:
        said.pop("authors", None)
    if isinstance(record.get("topics"), list):
        said["topics"] = [topic for topic in record["topics"] if not _is_derived(topic)]
    return said


def _is_derived(topic: object) -> bool:
    methods = topic.get("methods") if isinstance(topic, dict) else None
    return isinstance(methods, list) and bool(methods) and all(one in ("rule", "trailing_tags") for one in methods)


def _body(record: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """Return the text of a record, None where it has none; a list of texts is one of paragraphs."""
    keys = sorted((key for key in record if key_of(key) in TEXT_KEYS), key=lambda key: TEXT_KEYS.index(key_of(key)))
    body: str | None = None
    first = ""
    notes = []
    for key in keys:
        item = record[key]
        if isinstance(item, list) and all(isinstance(one, str) for one in item):
            item = "\n\n".join(item)
        if item is None or (isinstance(item, str) and not item.strip()):
            continue
        if not isinstance(item, str):
            notes.append(f"key {shown(key)} was not used: it is not text")
        elif body is None:
            body, first = item, key
        elif item != body:
            notes.append(f"key {shown(key)} was not used: {shown(first)} gives the text already")
    return body, tuple(notes)


def _exported(record: dict[str, Any], body: str, metadata: Metadata) -> tuple[Layout, tuple[Value, ...]]:
    """Return the layout that an exported record describes, and its values without a headline that is the text's own."""
    values = metadata.values
    headline = None
    if record.get("headline_method") == "first_line":
        headline = next((value.text for value in values if value.field == "headline"), None)
        values = tuple(value for value in values if value.field != "headline")
    layout = Layout(
        headline,
        "first_line" if headline else None,
        tuple(_blocks(body, _objects(record, "blocks"))),
        tuple(_set_aside(one) for one in _objects(record, "set_aside")),
        tuple(_link(one) for one in _objects(record, "links")),
    )
    return layout, values


def _objects(record: dict[str, Any], key: str) -> Sequence[dict[str, Any]]:
    items = record.get(key) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _NotAsExportedError(f"key '{key}' was not used: it is no list of objects")
    return items


def _blocks(body: str, special: Sequence[dict[str, Any]]) -> Iterator[Block]:
    """Yield the blocks of a body: those that are described, and the paragraphs between them."""
    if not body and not special:
        return
    at = 0
    for block in special:
        kind, level, start, end = (block.get(name) for name in ("kind", "level", "start", "end"))
        if (
            kind not in _BLOCK_KINDS
            or not isinstance(start, int)
            or not isinstance(end, int)
            or not (level is None or (isinstance(level, int) and 1 <= level <= 6))
            or not at <= start <= end <= len(body)
            or (start > at and body[start - 2 : start] != "\n\n")
            or (end < len(body) and body[end : end + 2] != "\n\n")
        ):
            raise _NotAsExportedError("key 'blocks' was not used: it does not fit the body")
        if start > at:
            yield from (Block("paragraph", text) for text in body[at : start - 2].split("\n\n"))
        yield Block(kind, body[start:end], level)
        at = end + 2
    if at <= len(body):
        yield from (Block("paragraph", text) for text in body[at:].split("\n\n"))


def _set_aside(one: dict[str, Any]) -> SetAside:
    kind, text, after, rule, version = (
        one.get(name) for name in ("kind", "text", "after_block", "rule", "rule_version")
    )
    if (
        kind not in _ASIDE_KINDS
        or not isinstance(text, str)
        or not isinstance(after, int)
        or not isinstance(rule, str)
        or not isinstance(version, int)
        or after < 0
    ):
        raise _NotAsExportedError("key 'set_aside' was not used: something in it is no passage set aside")
    return SetAside(kind, text, after, rule, version)


def _link(one: dict[str, Any]) -> Link:
    kind, text, url = (one.get(name) for name in ("kind", "text", "url"))
    if kind not in _LINK_KINDS or not isinstance(text, str | None) or not isinstance(url, str | None):
        raise _NotAsExportedError("key 'links' was not used: something in it is no link")
    return Link(kind, text, url)
