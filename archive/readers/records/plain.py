"""What a record or a row says under keys that everybody uses."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from archive.documents import Layout
from archive.readers.base import shown
from archive.readers.feeds.text import lay_out_html
from archive.readers.field_map import mapped, top_keys
from archive.readers.metadata import METADATA_KEYS, Metadata, key_of, read_metadata

# The first that is there has the text.
TEXT_KEYS = (
    *("body", "text", "content", "article_body", "articlebody", "body_text", "full_text", "fulltext"),
    *("article_text", "article", "story", "body_html", "content_html", "html"),
)

# What stands for the text where there is no other: often it is only a summary.
SUMMARY_KEYS = ("description", "summary", "abstract", "excerpt", "lede", "lead", "teaser", "standfirst", "snippet")

# The topics, where no other key has any: as collections for machine learning name the class of a text.
LABEL_KEYS = ("label", "labels", "class", "class_name", "class_index")

KNOWN_KEYS = frozenset((*METADATA_KEYS, *TEXT_KEYS, *SUMMARY_KEYS, *LABEL_KEYS))

_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)?<(?:p|div|article|section|h[1-6]|span|b|strong|em|i|a|img|figure|ul|ol|blockquote|br|table)"
    r"\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_ENDS_HTML = re.compile(r"</[a-z]|<(?:br|p)\b[^<>]*>", re.IGNORECASE)


class Said(NamedTuple):
    """What a record says: values and topics, its text (None where it has none) as it is or laid out, and notes."""

    metadata: Metadata
    text: str | None
    layout: Layout | None = None
    notes: tuple[str, ...] = ()


def field_of_column(name: str) -> str | None:
    """Return what a column or key gives by its name: a field, `body`, `summary` or `topics`; None where it is unknown.

    >>> field_of_column("Publication Date"), field_of_column("Description"), field_of_column("Class Index")
    ('published', 'summary', 'topics')
    """
    key = key_of(name)
    if key in METADATA_KEYS:
        return METADATA_KEYS[key]
    if key in LABEL_KEYS:
        return "topics"
    return "body" if key in TEXT_KEYS else "summary" if key in SUMMARY_KEYS else None


def read_plain(record: Mapping[str, Any], fields: Mapping[str, Sequence[str]] | None = None) -> Said:
    """Return what a record says by the names of its keys. It never raises.

    `fields` are the columns or paths that a person said to give a field: no other key gives it then, and these keys
    give nothing else.
    """
    given: dict[str, Any] = dict(record)
    if fields:
        taken = top_keys(record, fields)
        given = {key: item for key, item in record.items() if key not in taken and _field(key) not in fields}
        given |= mapped(record, fields)
    metadata = read_metadata(_with_labels(given), "record", strict=False)
    text, notes = read_text(given)
    layout = None
    if text is not None and looks_like_html(text):
        layout = lay_out_html(text, next((value.text for value in metadata.values if value.field == "url"), ""))
        layout, text = (layout, None) if layout.blocks else (None, text)
    return Said(metadata, text, layout, notes)


def _field(key: str) -> str | None:
    field = field_of_column(key)
    return "body" if field == "summary" else field


def _with_labels(record: dict[str, Any]) -> dict[str, Any]:
    labels = [key for key in record if key_of(key) in LABEL_KEYS]
    if not labels or any(METADATA_KEYS.get(key_of(key)) == "topics" and record[key] for key in record):
        return record
    items = [record[key] for key in sorted(labels, key=lambda key: LABEL_KEYS.index(key_of(key)))]
    return {key: item for key, item in record.items() if key_of(key) != "topics"} | {"topics": items[0]}


def read_text(record: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """Return the text of a record, None where it has none, and notes; a list of texts is one of paragraphs."""
    text, notes = _first_text(record, TEXT_KEYS)
    if text is None:
        text, _ = _first_text(record, SUMMARY_KEYS)
        if text is not None:
            name = next(key for key in sorted(record, key=_summary_order) if record[key])
            notes = (*notes, f"its text is what it has as {shown(name)}, maybe only a summary")
    return text, notes


def _summary_order(key: str) -> int:
    name = key_of(key)
    return SUMMARY_KEYS.index(name) if name in SUMMARY_KEYS else len(SUMMARY_KEYS)


def _first_text(record: Mapping[str, Any], known: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    keys = sorted((key for key in record if key_of(key) in known), key=lambda key: known.index(key_of(key)))
    text: str | None = None
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
        elif text is None:
            text, first = item, key
        elif item != text and not key_of(key).endswith("html") and not key_of(first).endswith("html"):
            notes.append(f"key {shown(key)} was not used: {shown(first)} gives the text already")
    return text, tuple(notes)


def looks_like_html(text: str) -> bool:
    """Tell whether a text is a piece of HTML: it begins with one of its tags, and has another.

    >>> looks_like_html("<p>The ferry left.</p>"), looks_like_html("<Reuters> The ferry left.")
    (True, False)
    """
    begins = _HTML.match(text)
    return begins is not None and _ENDS_HTML.search(text) is not None
