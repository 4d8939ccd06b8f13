"""ninjs, IPTC's News in JSON: 1.x, 2.x and 3.0, and what Superdesk and AP write of it.

https://www.iptc.org/std/ninjs/userguide/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from archive.documents import Layout, Value
from archive.readers.base import UnreadableError, shown
from archive.readers.feeds.text import lay_out_html, plain_line
from archive.readers.feeds.values import is_topic
from archive.readers.metadata import Metadata
from archive.readers.records.plain import Said

_MARKS = ("versioncreated", "pubstatus", "body_html", "body_xhtml", "bodies", "headlines", "firstcreated")
_NO_TEXTS = ("picture", "audio", "video", "graphic", "planning", "event", "component")
_WEB = ("http://", "https://")
_SUBJECT_CODE = re.compile(r"(?:0[1-9]|1[0-7])\d{6}")
_MEDIA_TOPIC = re.compile(r"20\d{6}")
_SCHEME = re.compile(r"[a-z][a-z0-9_.-]{0,30}", re.IGNORECASE)
# IPTC's vocabularies, by how their addresses end
_VOCABULARIES = {"mediatopic": "medtop", "medtop": "medtop", "subjectcode": "subj", "subj": "subj"}


def read_ninjs(record: Mapping[str, Any]) -> Said | None:
    """Return what a news object says; None for an object that is none.

    Raises UnreadableError for one of a picture, a video, an event or the like: it is no article.
    """
    item = {key.lower(): value for key, value in record.items()}
    identifiers = [_text(item, "uri"), _text(item, "guid")]
    if not any(identifiers) or not any(item.get(mark) for mark in _MARKS):
        return None
    kind = _text(item, "type").lower()
    layout, text, notes = _body(item)
    if kind in _NO_TEXTS:
        raise UnreadableError(f"a news object of type {kind}, which is no article", "leave it out")
    values = list(_values(item))
    return Said(Metadata(tuple(values), tuple(_topics(item, notes)), tuple(notes)), text, layout)


def _values(item: Mapping[str, Any]) -> Iterator[Value]:
    found = {
        "headline": _texts(item, "headline", "headlines", "title"),
        "id": _id(item),
        "url": _url(item),
        "authors": _authors(item),
        "source": _source(item),
        "published": _published(item),
        "modified": _text(item, "versioncreated"),
        "language": _text(item, "language"),
        "section": next((name for name, _, _ in _subjects(item.get("service"))), ""),
        "rights": _text(item, "copyrightnotice"),
        "kind": next((name for name, _, _ in _subjects(item.get("genre") or item.get("genres"))), ""),
        "slugline": _texts(item, "slugline", "sluglines"),
        "dateline": _texts(item, "located", "dateline"),
        "status": _text(item, "pubstatus"),
        "embargo": _text(item, "embargoed"),
    }
    for field, text in found.items():
        if text.strip():
            yield Value(field, text.strip(), "record")


def _body(item: Mapping[str, Any]) -> tuple[Layout | None, str | None, list[str]]:
    """Return the text, laid out where it is HTML, else as it is, and notes."""
    base = _url(item)
    pages = [_text(item, key) for key in ("body_html", "body_xhtml")]
    plain = [_text(item, "body_text")]
    bodies = item.get("bodies")
    for one in bodies if isinstance(bodies, list) else ():
        if isinstance(one, dict):
            lowered = {key.lower(): value for key, value in one.items()}
            of_kind = pages if "html" in _text(lowered, "contenttype").lower() else plain
            of_kind.append(_text(lowered, "value"))
    for page in pages:
        if page.strip() and (layout := lay_out_html(page, base)).blocks:
            return layout, None, []
    if text := next((one for one in plain if one.strip()), ""):
        return None, text, []
    if summary := _texts(item, "description_text", "description_html", "description_usage"):
        return None, summary, ["its text is its description, maybe only a summary"]
    return None, None, ["it has no text"]


def _published(item: Mapping[str, Any]) -> str:
    """Return when it was published.

    ninjs says when the first version was made, and this one. A publication time that is stated goes before; where a
    first version alone is known, it is that one.
    """
    descriptions = item.get("descriptions")
    for one in descriptions if isinstance(descriptions, list) else ():
        if isinstance(one, dict) and one.get("role") == "published" and _text(one, "value"):
            return _text(one, "value")
    stated = _text(item, "firstpublished") or _text(item, "firstcreated")
    if not stated and _text(item, "version") in ("", "0", "1"):
        return _text(item, "versioncreated")
    return stated


def _id(item: Mapping[str, Any]) -> str:
    """Return the publisher's id. That of our own export is in `altIds`, AP's in `altids`, and else `guid` or `uri`."""
    others = item.get("altids")
    if isinstance(others, list):
        named = {str(one.get("role")).lower(): _text(one, "value") for one in others if isinstance(one, dict)}
        if named.get("id"):
            return named["id"]
        if "key" in named:
            return ""
    if isinstance(others, dict) and _text(others, "itemid"):
        return _text(others, "itemid")
    return _text(item, "guid") or _text(item, "uri")


def _url(item: Mapping[str, Any]) -> str:
    """Return its address: a `uri` on the web can be one; AP's is that of a query, which differs each time."""
    stated = [_text(item, "url"), _text(item, "canonicalurl")]
    if not isinstance(item.get("altids"), dict):
        stated += [_text(item, "uri"), _text(item, "guid")]
    return next((one for one in stated if one.startswith(_WEB)), "")


def _authors(item: Mapping[str, Any]) -> str:
    stated = _text(item, "byline") or _text(item, "by")
    if stated:
        return plain_line(stated)
    people = item.get("authors")
    names = [
        _text(one, "name")
        for one in (people if isinstance(people, list) else ())
        if isinstance(one, dict) and _text(one, "role").lower() in ("", "author", "writer", "byline")
    ]
    return "; ".join(dict.fromkeys(name for name in names if name))


def _source(item: Mapping[str, Any]) -> str:
    infosource = item.get("infosources") or item.get("infosource")
    named = [one for one in (infosource if isinstance(infosource, list) else ()) if isinstance(one, dict)]
    named.sort(key=lambda one: _text(one, "role") != "publisher")
    candidates = [_text(item, "source"), *(_text(one, "name") for one in named)]
    candidates += [_text(item, "provider"), _text(item, "copyrightholder")]
    return next((one for one in candidates if one.strip()), "")


def _topics(item: Mapping[str, Any], notes: list[str]) -> Iterator[Value]:
    """Yield its subjects, those of IPTC and of vocabularies with a short name by code; and keywords."""
    left_out: list[str] = []
    seen: set[str] = set()
    for name, scheme, code in _subjects(item.get("subject") or item.get("subjects")):
        topic = Value("topics", f"{scheme}:{code}", "record", name or None) if scheme else None
        if topic is None or not name:
            topic = topic if topic and scheme in ("medtop", "subj") else Value("topics", name, "record")
        if topic.text and topic.text not in seen and (topic.label or is_topic(topic.text) or scheme):
            seen.add(topic.text)
            yield topic
        elif topic.text and topic.text not in seen:
            left_out.append(topic.text)
    keywords = item.get("keywords") or item.get("keyword")
    for keyword in keywords if isinstance(keywords, list) else (keywords,):
        if isinstance(keyword, str) and (plain := plain_line(keyword)) and plain not in seen:
            seen.add(plain)
            if is_topic(plain):
                yield Value("topics", plain, "record")
            else:
                left_out.append(plain)
    if left_out:
        notes.append(f"no topics, left out: {', '.join(shown(one, 40) for one in left_out[:5])}")


def _subjects(items: object) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each, and scheme and code where it has a code of a vocabulary, else "" for both."""
    for one in items if isinstance(items, list) else ():
        if not isinstance(one, dict):
            continue
        name = plain_line(_text(one, "name"))
        scheme, code = _text(one, "scheme"), _text(one, "code") or _text(one, "literal")
        if not scheme and ":" in code:
            scheme, _, code = code.partition(":")
        uri = _text(one, "uri")
        if not code and "/" in uri:
            scheme, _, code = uri.rpartition("/")
        known = _VOCABULARIES.get(scheme.rstrip("/").rpartition("/")[2].lower())
        if known:
            yield name, known, code
        elif not scheme and _SUBJECT_CODE.fullmatch(code):
            yield name, "subj", code
        elif not scheme and _MEDIA_TOPIC.fullmatch(code):
            yield name, "medtop", code
        elif code and name and scheme != "local" and _SCHEME.fullmatch(scheme):
            yield name, scheme.lower(), code
        else:
            yield name, "", ""


def _texts(item: Mapping[str, Any], *keys: str) -> str:
    """Return the first text under one of these keys: itself, or the value of the first in a list."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, list):
            value = next((one.get("value") for one in value if isinstance(one, dict)), None)
        if isinstance(value, str) and value.strip():
            return plain_line(value)
    return ""


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
