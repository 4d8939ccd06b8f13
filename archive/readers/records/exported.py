"""Records as `archive export -f jsonl` writes them: what their bodies are made of is taken to the letter."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archive.documents import Block, Layout, Link, SetAside, Value
from archive.readers.metadata import Metadata

_SECONDS = re.compile(r"(T\d\d:\d\d):00(?!\d)")

_BLOCK_KINDS = frozenset(("heading", "quote", "list", "code", "table"))
_ASIDE_KINDS = frozenset(
    (
        *("related_headline", "trailing_tags", "caption", "markup", "front_matter"),
        *("signature", "list_footer", "summary", "notice", "furniture", "note"),
    )
)
_LINK_KINDS = frozenset(("related_headline", "link"))


class NotAsExportedError(Exception):
    """What stands beside a body is not what `archive export` writes; the message says which key."""


def without_derived(record: Mapping[str, Any]) -> dict[str, Any]:
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


def read_exported(record: Mapping[str, Any], body: str, metadata: Metadata) -> tuple[Layout, tuple[Value, ...]]:
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


def _objects(record: Mapping[str, Any], key: str) -> Sequence[dict[str, Any]]:
    items = record.get(key) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise NotAsExportedError(f"key '{key}' was not used: it is no list of objects")
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
            raise NotAsExportedError("key 'blocks' was not used: it does not fit the body")
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
        raise NotAsExportedError("key 'set_aside' was not used: something in it is no passage set aside")
    return SetAside(kind, text, after, rule, version)


def _link(one: dict[str, Any]) -> Link:
    kind, text, url = (one.get(name) for name in ("kind", "text", "url"))
    if kind not in _LINK_KINDS or not isinstance(text, str | None) or not isinstance(url, str | None):
        raise NotAsExportedError("key 'links' was not used: something in it is no link")
    return Link(kind, text, url)
