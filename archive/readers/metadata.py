"""What people write about an article, in front matter or beside it, as values.

Keys are taken in any case, with `-` or a space for `_`. Where two keys give the same field, the one that stands first
in `METADATA_KEYS` wins; topics add up. `created` tells of a file, not of publication, and gives nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from archive.documents import Value
from archive.readers.base import shown

# The keys of each field, the one that wins first.
_KEYS = {
    "headline": "title headline",
    "published": (
        "published publication_date publish_date publishdate date_published datepublished published_at published_on"
        " publishedat pubdate pub_date date"
    ),
    "modified": (
        "modified updated date_modified datemodified modified_at updated_at last_modified lastmodified last_updated"
        " lastmod"
    ),
    "crawled": (
        "crawled retrieved accessed saved downloaded crawled_at retrieved_at accessed_at saved_at downloaded_at"
        " date_retrieved date_accessed date_saved"
    ),
    "authors": "authors author byline by creator creators",
    "topics": "topics topic tags tag keywords keyword categories category",
    "source": "source publisher outlet publication site site_name",
    "url": "canonical_url canonical url link permalink",
    "language": "language lang locale",
    "section": "section rubric",
    "page": "page pages",
    "edition": "edition",
    "rights": "rights copyright license licence",
    "id": "id guid uuid article_id",
    "kind": "kind",
    "status": "status pubstatus pub_status publication_status",
    "embargo": "embargo embargoed embargo_until embargoed_until",
    "slugline": "slugline",
    "dateline": "dateline",
}

# A spelling of a key, and the field that it gives.
METADATA_KEYS: Mapping[str, str] = {key: field for field, keys in _KEYS.items() for key in keys.split()}

_PREFERENCE = {key: position for position, key in enumerate(METADATA_KEYS)}
_FLAGS = frozenset(("true", "false", "yes", "no", "on", "off"))
_SEPARATORS = re.compile(r"[,;，；、]")
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_ARTICLE_URL = re.compile(r"https?://[^/\s]+/\S+", re.IGNORECASE)
_LARGEST_NUMBER = 10**18
_MOST_UNKNOWN = 10  # finding what was meant takes a millisecond for each


@dataclass(frozen=True, slots=True)
class Metadata:
    """The values that were given, at most one of each field; the topics; and what could not be used, in words."""

    values: tuple[Value, ...] = ()
    topics: tuple[Value, ...] = ()
    notes: tuple[str, ...] = ()


class _UnusableError(Exception):
    """What stands under a key cannot be a value; the message says why."""


def field_of(key: str) -> str | None:
    """Return the field that a key gives, however it is spelled, or None if no field has such a key.

    >>> field_of("Publication-Date"), field_of("created")
    ('published', None)
    """
    return METADATA_KEYS.get(key_of(key))


@lru_cache(maxsize=4096)  # the same few keys come with each of many records
def key_of(key: str) -> str:
    """Return a key as it is looked up: in lower case, with `_` for spaces and `-`."""
    return re.sub(r"[\s-]+", "_", key.strip().casefold())


def read_metadata(mapping: Mapping[str, object], method: str, *, strict: bool) -> Metadata:
    """Return what a mapping of keys to values says about an article. It never raises.

    Several authors become one value, joined by "; "; a byline stays as it is. A list of topics, or a text with commas
    or semicolons, gives a topic each. An empty text, an empty list and None are absent. What cannot be a value (a
    table as a date, a number with a fraction) is left out, with a note.

    `strict`, for files that are written for the archive: an unknown key is noted, with the one that was probably
    meant. Otherwise, for front matter, unknown keys are other programs' own; and what other programs mean by some keys
    is understood: `published: true` is no date, a `permalink` that is only a path is no address, and a `source` that
    is the address of a page is the URL.

    >>> given = read_metadata({"Title": "A visit", "tags": "trade, Minsk"}, "front_matter", strict=False)
    >>> given.values[0].text, [topic.text for topic in given.topics]
    ('A visit', ['trade', 'Minsk'])
    """
    notes: list[str] = []
    unknown: list[str] = []
    found: dict[str, dict[str, str]] = {}
    topics: dict[str, str | None] = {}  # with what they are called, where they are named by a code
    for key, item in sorted(mapping.items(), key=_preference):
        field = field_of(key)
        if field is None:
            if strict:
                unknown.append(key)
            continue
        if not strict and _is_of_other_programs(field, item):
            continue
        try:
            if field == "topics":
                topics |= {name: label for name, label in _topics(item) if name not in topics}
                continue
            text = _authors(item) if field == "authors" else _text(item)
        except _UnusableError as error:
            notes.append(f"key {shown(key)} was not used: {error}")
            continue
        if text and not strict and field == "source" and _ARTICLE_URL.fullmatch(text):
            field = "url"
        if text:
            found.setdefault(field, {})[key] = text
    notes += [_unknown(key) for key in unknown[:_MOST_UNKNOWN]]
    if len(unknown) > _MOST_UNKNOWN:
        notes.append(f"{len(unknown) - _MOST_UNKNOWN} more unknown keys")
    values = []
    for field, texts in found.items():
        key, text = next(iter(texts.items()))
        values.append(Value(field, text, method))
        for other, unused in list(texts.items())[1:]:
            if unused != text:
                notes.append(f"key {shown(other)} was not used: {shown(key)} gives the {field} already")
    given = tuple(Value("topics", name, method, label) for name, label in topics.items())
    return Metadata(tuple(values), given, tuple(notes))


def _preference(pair: tuple[str, object]) -> int:
    return _PREFERENCE.get(key_of(pair[0]), len(_PREFERENCE))


def _is_of_other_programs(field: str, item: object) -> bool:
    """Tell whether other programs mean something else by this: whether to publish a page, or where on the site."""
    if field in ("published", "modified", "crawled"):
        return isinstance(item, bool) or (isinstance(item, str) and item.strip().lower() in _FLAGS)
    return field == "url" and isinstance(item, str) and item.startswith("/") and not item.startswith("//")


def _unknown(key: str) -> str:
    import difflib

    near = difflib.get_close_matches(key_of(key)[:40], METADATA_KEYS, n=1)
    return f"unknown key {shown(key)}" + (f" (did you mean '{near[0]}'?)" if near else "")


def _text(item: object) -> str:
    """Return an item as text, "" where it says nothing."""
    if item is None:
        return ""
    if isinstance(item, str):
        return item.strip()
    if isinstance(item, datetime | date):
        return item.isoformat()
    if isinstance(item, int) and not isinstance(item, bool) and abs(item) < _LARGEST_NUMBER:
        return str(item)
    if isinstance(item, Mapping):
        if isinstance(item.get("name"), str):
            return _text(item["name"])
        raise _UnusableError("it is a table, not text")
    if isinstance(item, list | tuple):
        if len(item) <= 1:
            return _text(item[0]) if item and not isinstance(item[0], list | tuple) else ""
        raise _UnusableError("it is a list, and only one is expected")
    if isinstance(item, bool):
        raise _UnusableError("it is true or false, not text")
    raise _UnusableError("it is not text; put it into quotes")


def _names(item: object) -> list[str]:
    """Return the texts of a list, or of a single item; `[[Jane Doe]]`, a link between notes, is a name."""
    items = item if isinstance(item, list | tuple) else (item,)
    if any(isinstance(one, list | tuple) for one in items):
        raise _UnusableError("it is a list of lists")
    return [text for one in items if (text := _WIKI_LINK.sub(r"\1", _text(one)).strip())]


def _authors(item: object) -> str:
    return "; ".join(_names(item))


def _topics(item: object) -> Iterator[tuple[str, str | None]]:
    """Yield topics, each as named; one with `scheme` and `code`, of a vocabulary, also with what it is called.

    A local code is made of a name, and means something else in another archive: there the name counts.
    """
    if isinstance(item, str):
        item = _SEPARATORS.split(item)
    for one in item if isinstance(item, list | tuple) else (item,):
        if isinstance(one, Mapping) and _text(one.get("scheme")) and _text(one.get("code")):
            name = _text(one.get("name"))
            if _text(one["scheme"]) != "local" or not name:
                yield f"{_text(one['scheme'])}:{_text(one['code'])}", name or None
                continue
        yield from ((name, None) for name in _names((one,)))
