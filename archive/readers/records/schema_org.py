"""Articles with the words of schema.org: NewsArticle and its kin, as pages and programs write them in JSON-LD."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from archive.documents import Value
from archive.readers.base import UnreadableError, shown
from archive.readers.feeds.text import lay_out_html
from archive.readers.html import json_ld
from archive.readers.html.topics import choose_topics, split_keywords
from archive.readers.metadata import Metadata
from archive.readers.records.plain import Said, looks_like_html

_BY = re.compile(r"^\s*(?:by|von|par|por|door|di)\s*:?\s+", re.IGNORECASE)
_WORDS_OF_SCHEMA = ("schema.org", "json-ld.org")


def read_schema_org(record: Mapping[str, Any]) -> Said | None:
    """Return what an article of schema.org says; None for any other object.

    Raises UnreadableError for what schema.org calls something else than an article, such as a WebPage.
    """
    node = dict(record)
    if not json_ld.is_article(node):
        kind = node.get("@type")
        if isinstance(kind, str) and not any(isinstance(node.get(key), str) for key in ("articleBody", "text", "body")):
            raise UnreadableError(f"no article, but what schema.org calls {shown(kind, 40)}", "leave it out")
        return None
    given = {
        "headline": json_ld.one_text(node.get("headline")) or json_ld.one_text(node.get("name")),
        "url": next(json_ld.urls(node), None),
        "id": _identifier(node.get("identifier")),
        "published": json_ld.one_text(node.get("datePublished")) or json_ld.one_text(node.get("dateCreated")),
        "modified": json_ld.one_text(node.get("dateModified")),
        "authors": _authors(node),
        "source": json_ld.one_text(node.get("publisher")) or json_ld.one_text(node.get("sourceOrganization")),
        "language": _language(node.get("inLanguage")),
        "section": json_ld.one_text(node.get("articleSection")),
        "page": json_ld.one_text(node.get("pagination")) or json_ld.one_text(node.get("pageStart")),
        "edition": json_ld.one_text(node.get("printEdition")),
        "rights": json_ld.one_text(node.get("copyrightNotice")),
        "kind": json_ld.one_text(node.get("genre")) or json_ld.kind(node),
    }
    values = tuple(Value(field, text, "record") for field, text in given.items() if text)
    topics, notes = _topics(node)
    if node.get("isAccessibleForFree") in (False, "False", "false"):
        notes.append("it says that its text is not free: it may be a part of it")
    body = next((node[key] for key in ("articleBody", "text") if isinstance(node.get(key), str)), None)
    text = unescape(body) if body and body.strip() else None
    if text is None:
        text = json_ld.one_text(node.get("description")) or json_ld.one_text(node.get("abstract"))
        notes += ["its text is what it has as 'description', maybe only a summary"] if text else []
    layout = lay_out_html(text, given["url"] or "") if text and looks_like_html(text) else None
    return Said(Metadata(values, tuple(topics), tuple(notes)), None if layout else text, layout)


def _identifier(item: object) -> str | None:
    """Return the publisher's own id: a text, or a value with that name; what the archive calls key is its own."""
    for one in item if isinstance(item, list) else (item,):
        if isinstance(one, dict):
            if str(one.get("propertyID", "")).lower() == "key":
                continue
            one = one.get("value")
        if isinstance(one, str | int) and not isinstance(one, bool) and str(one).strip():
            return str(one).strip()
    return None


def _authors(node: dict[str, Any]) -> str:
    people = json_ld.people(node.get("author") or node.get("creator") or [], {})
    names = [_BY.sub("", name) for name, _ in people if not name.startswith(("http://", "https://"))]
    return "; ".join(dict.fromkeys(names))


def _language(item: object) -> str | None:
    if isinstance(item, dict):
        item = item.get("alternateName") or item.get("name")
    return json_ld.one_text(item)


def _topics(node: dict[str, Any]) -> tuple[list[Value], list[str]]:
    """Return the topics: keywords, and what it is about, with its code where it is a term of a vocabulary."""
    terms = [*_terms(node.get("about")), *_terms(node.get("keywords"))]
    keywords = node.get("keywords")
    stated = [
        text
        for one in (keywords if isinstance(keywords, list) else [keywords])
        if not _is_term(one)
        for text in json_ld.texts(one)
    ]
    if not isinstance(keywords, list) or len(stated) == 1:
        stated = [part for text in stated for part in split_keywords(text)]
    about = node.get("about")
    stated += [
        text
        for one in (about if isinstance(about, list) else [about])
        if not _is_term(one)
        for text in json_ld.texts(one)
    ]
    chosen, notes = choose_topics([(text, "record") for text in stated])
    return [*terms, *(Value("topics", text, method) for text, method in chosen)], notes


def _is_term(item: object) -> bool:
    return isinstance(item, dict) and bool(item.get("termCode")) and bool(item.get("inDefinedTermSet"))


def _terms(item: object) -> Iterator[Value]:
    for one in item if isinstance(item, list) else (item,):
        if isinstance(one, dict) and _is_term(one):
            name = json_ld.one_text(one)
            scheme, code = str(one["inDefinedTermSet"]), str(one["termCode"])
            if scheme == "local" and name:
                yield Value("topics", name, "record")
            elif "/" not in scheme:
                yield Value("topics", f"{scheme}:{code}", "record", name)
            elif name:
                yield Value("topics", name, "record")
