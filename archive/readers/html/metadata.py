"""What a page says of its article: JSON-LD, OpenGraph, meta names, `<time>`, marks of HTML; docs/html.md has the order.

lxml is needed here: only the reader of pages imports this, when there is a page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from archive.documents import Value
from archive.readers.html import json_ld
from archive.readers.html.capture import Capture, original_address
from archive.readers.html.topics import choose_topics, split_keywords


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The names of meta elements, in lower case, the one that wins first.
_PUBLISHED = _words(
    """
    datepublished dc.date.issued dcterms.issued dc.date.created dcterms.created dc.date dcterms.date parsely-pub-date
    publishdate publish-date publish_date publication_date pubdate article.published article_date_original
    cxenseparse:recs:publishtime sailthru.date date cxenseparse:publishtime last-publish-date originalpublicationdate
    """
)
_MODIFIED = _words("datemodified dcterms.modified dc.date.modified last-modified lastmod revised article.updated")
_AUTHORS = _words("author parsely-author sailthru.author dc.creator dcterms.creator byl article:author_name")
_SECTION = _words("parsely-section article.section section cxenseparse:recs:category")
_TOPICS = _words("news_keywords parsely-tags sailthru.tags keywords")
_SOURCE = _words("publisher dc.publisher dcterms.publisher application-name")
_RIGHTS = _words("copyright dcterms.rights dc.rights rights")
_PUBLISHED_GRAPH = ("article:published_time", "og:article:published_time", "og:published_time", "article:published")
_MODIFIED_GRAPH = ("article:modified_time", "og:article:modified_time", "og:updated_time", "article:modified")

_NO_NAME = re.compile(
    r"https?:|www\.|@|^\d|^(?:admin|editor|redaktion|unknown|null|none|author|webmaster|staff)$", re.IGNORECASE
)
_BY = re.compile(r"^\s*(?:by|von|par|por|door|di|text|texte?)\s*:?\s+", re.IGNORECASE)
_TITLE = re.compile(r"\s+기자$")
_TAIL = re.compile(r"\s+[|–—-]\s+[^|–—]{2,40}$")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_MOST_TIMES = 3
_MOST_TAG_LINKS = 25


@dataclass
class PageMetadata:
    """The values of a page, at most one of each field but dates; its topics; and what could not be used, in words."""

    values: list[Value] = field(default_factory=list)
    topics: list[Value] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stated_body: str | None = None

    def has(self, name: str) -> bool:
        """Tell whether a field has a value."""
        return any(value.field == name for value in self.values)

    def text(self, name: str) -> str | None:
        """Return the first value of a field, or None."""
        return next((value.text for value in self.values if value.field == name), None)


def read_page_metadata(tree: HtmlElement, capture: Capture) -> PageMetadata:
    """Return what a page says of its article; nothing in it is looked up anywhere, and nothing is guessed."""
    return _Page(tree, capture).read()


class _Page:
    def __init__(self, tree: HtmlElement, capture: Capture) -> None:
        self._tree = tree
        self._capture = capture
        self._found = PageMetadata()
        self._graph: dict[str, list[str]] = {}
        self._meta: dict[str, list[str]] = {}
        self._items: dict[str, list[str]] = {}
        self._read_meta()
        scripts = [one.text_content() for one in tree.iter("script") if "ld+json" in (one.get("type") or "").lower()]
        self._nodes, notes = json_ld.read_scripts(scripts)
        self._found.notes += notes
        self._ids = json_ld.names_by_id(scripts)
        canonical = self._canonical()
        graph_title = self._first(self._graph, ("og:title",))
        self._node = json_ld.choose_article(self._nodes, graph_title, canonical) or {}

    def _read_meta(self) -> None:
        for one in self._tree.iter("meta"):
            content = " ".join((one.get("content") or "").split())
            if not content:
                continue
            for attribute, into in (("property", self._graph), ("name", self._meta), ("itemprop", self._items)):
                for name in (one.get(attribute) or "").lower().split():
                    # OpenGraph is often written with `name`, and other names with `property`
                    is_graph = name.startswith(("og:", "article:"))
                    target = into if attribute == "itemprop" else self._graph if is_graph else self._meta
                    target.setdefault(name, []).append(content)
            if (one.get("http-equiv") or "").lower() == "content-language":
                self._meta.setdefault("content-language", []).append(content)

    def read(self) -> PageMetadata:
        self._take("url", self._urls())
        self._take("headline", self._headlines())
        self._read_dates()
        self._take("authors", self._authors())
        self._take("source", self._sources())
        self._take("section", self._sections())
        self._take("language", self._languages())
        self._take("rights", self._rights())
        if kind := json_ld.kind(self._node):
            self._found.values.append(Value("kind", kind, "json_ld"))
        if self._capture.time:
            self._found.values.append(Value("crawled", self._capture.time, "saved_from"))
        self._read_topics()
        stated = self._node.get("articleBody")
        self._found.stated_body = unescape(stated) if isinstance(stated, str) else None
        free = self._node.get("isAccessibleForFree")
        if free is False or str(free).lower() == "false":
            self._found.notes.append("the page says that its text is not free: it may be a part of it")
        return self._found

    def _take(self, name: str, candidates: Iterable[tuple[str | None, str]]) -> None:
        """Keep the first text that a field is given."""
        for text, method in candidates:
            if text and text.strip():
                self._found.values.append(Value(name, text.strip(), method))
                return

    @staticmethod
    def _first(names: dict[str, list[str]], wanted: Iterable[str]) -> str | None:
        return next((names[name][0] for name in wanted if name in names), None)

    def _of_node(self, key: str) -> str | None:
        return json_ld.one_text(self._node.get(key))

    def _canonical(self) -> str | None:
        for one in self._tree.iter("link"):
            if "canonical" in (one.get("rel") or "").lower().split() and one.get("href"):
                return self._absolute(one.get("href"))
        return None

    def _absolute(self, url: str) -> str:
        try:
            return original_address(urljoin(self._capture.url or "", url.strip()))
        except ValueError:
            return url

    def _urls(self) -> Iterator[tuple[str | None, str]]:
        candidates: list[tuple[str | None, str]] = [(self._canonical(), "markup")]
        candidates += [(self._absolute(url), "opengraph") for url in self._graph.get("og:url", [])[:1]]
        candidates += [(url, "json_ld") for url in json_ld.urls(self._node)]
        candidates.append((self._capture.url, "saved_from"))
        for url, method in candidates:
            if not url or not url.startswith(("http://", "https://")):
                continue
            if _is_front_page(url):
                self._found.notes.append(f"address {url[:100]} not used: it is that of a whole site")
                continue
            yield url, method

    def _headlines(self) -> Iterator[tuple[str | None, str]]:
        yield self._of_node("headline"), "json_ld"
        site = self._first(self._graph, ("og:site_name",)) or json_ld.one_text(self._node.get("publisher"))
        headings = [text for one in self._tree.iter("h1") if (text := _text_of(one))]
        graph = self._first(self._graph, ("og:title",))
        if graph:
            inside = next((text for text in headings if len(text) > 15 and graph.startswith(text)), None)
            yield inside or _without_site(graph, site), "opengraph"
        yield _without_site(self._first(self._meta, ("twitter:title", "dc.title", "parsely-title")) or "", site), "meta"
        yield self._of_node("name"), "json_ld"
        if len(headings) == 1:
            yield headings[0], "markup"
        title = next((_text_of(one) for one in self._tree.iter("title")), "")
        inside = next((text for text in headings if len(text) > 15 and title.startswith(text)), None)
        yield inside or _without_site(title, site), "markup"

    def _read_dates(self) -> None:
        dates: list[Value] = []
        if text := self._of_node("datePublished") or self._of_node("dateCreated"):
            dates.append(Value("published", text, "json_ld"))
        dates += [
            Value("published", one, "opengraph") for name in _PUBLISHED_GRAPH for one in self._graph.get(name, ())
        ]
        dates += [Value("published", one, "meta") for name in _PUBLISHED for one in self._meta.get(name, ())]
        dates += [Value("published", one, "markup") for one in self._items.get("datepublished", ())]
        modified: list[tuple[str | None, str]] = [(self._of_node("dateModified"), "json_ld")]
        modified += [(self._first(self._graph, (name,)), "opengraph") for name in _MODIFIED_GRAPH]
        modified += [
            (self._first(self._meta, _MODIFIED), "meta"),
            (self._first(self._items, ("datemodified",)), "markup"),
        ]
        times = 0
        for one in self._tree.iter("time", "span", "abbr", "p", "div"):
            prop = (one.get("itemprop") or "").lower().split()
            text = one.get("datetime") or one.get("content")
            if "datepublished" in prop:
                dates.append(Value("published", text or _text_of(one), "markup"))
            elif "datemodified" in prop:
                modified.append((text or _text_of(one), "markup"))
            elif one.tag == "time" and times < _MOST_TIMES and (stated := text or _text_of(one)):
                times += 1
                dates.append(Value("published", stated, "time_element"))
        self._found.values += dict.fromkeys(value for value in dates if 0 < len(value.text) <= 100)
        self._take("modified", modified)

    def _authors(self) -> Iterator[tuple[str | None, str]]:
        itself = {text.casefold() for text, _ in self._sources() if text}
        people = json_ld.people(self._node.get("author") or self._node.get("creator") or [], self._ids)
        named = [(name, is_person) for name, is_person in people if name.casefold() not in itself]
        persons = [name for name, is_person in named if is_person]
        yield _joined(persons), "json_ld"
        yield _joined(self._graph.get("article:author", ())), "opengraph"
        for name in _AUTHORS:
            yield _joined(one for one in self._meta.get(name, ()) if one.casefold() not in itself), "meta"
        yield _joined(self._items.get("author", ())), "markup"
        yield (
            _joined(_text_of(one) for one in self._tree.iter("a") if "author" in (one.get("rel") or "").split()),
            "markup",
        )
        yield _joined(name for name, _ in named), "json_ld"
        yield _joined(name for name, _ in people), "json_ld"

    def _sources(self) -> Iterator[tuple[str | None, str]]:
        publisher = self._node.get("publisher")
        name = self._ids.get(str(publisher.get("@id"))) if isinstance(publisher, dict) else None
        yield json_ld.one_text(publisher) or name, "json_ld"
        yield self._first(self._graph, ("og:site_name",)), "opengraph"
        yield self._first(self._meta, _SOURCE), "meta"

    def _sections(self) -> Iterator[tuple[str | None, str]]:
        yield self._of_node("articleSection"), "json_ld"
        yield self._first(self._graph, ("article:section",)), "opengraph"
        yield self._first(self._meta, _SECTION), "meta"

    def _languages(self) -> Iterator[tuple[str | None, str]]:
        candidates = (
            (self._of_node("inLanguage"), "json_ld"),
            (self._tree.get("lang") or self._tree.get("xml:lang"), "markup"),
            (self._first(self._meta, ("content-language", "language", "dc.language")), "meta"),
            (self._first(self._graph, ("og:locale",)), "opengraph"),
        )
        yield from ((text, method) for text, method in candidates if text and _LANGUAGE.fullmatch(text.strip()))

    def _rights(self) -> Iterator[tuple[str | None, str]]:
        yield self._of_node("copyrightNotice"), "json_ld"
        yield self._first(self._meta, _RIGHTS), "meta"

    def _read_topics(self) -> None:
        keywords = self._node.get("keywords")
        stated = list(json_ld.texts(keywords))
        if not isinstance(keywords, list) or len(stated) == 1:
            stated = [part for text in stated for part in split_keywords(text)]
        lists = [[(text, "json_ld") for text in stated]]
        for names, keys, method in (
            (self._graph, ("article:tag",), "opengraph"),
            (self._meta, _TOPICS, "meta"),
            (self._items, ("keywords",), "markup"),
        ):
            lists += [[(part, method) for text in names.get(key, ()) for part in split_keywords(text)] for key in keys]
        # what a site says of itself on each of its pages stands in `keywords`: links marked as tags go before
        lists.insert(-2, [(text, "markup") for text in self._tag_links()])
        found = next((some for some in lists if len(some) > 1), None) or next(filter(None, lists), [])
        topics, notes = choose_topics(found)
        self._found.topics = [Value("topics", text, method) for text, method in topics]
        self._found.notes += notes

    def _tag_links(self) -> list[str]:
        """Return the texts of links that are marked as tags of the page."""
        links = [one for one in self._tree.iter("a") if "tag" in (one.get("rel") or "").lower().split()]
        names = list(dict.fromkeys(text.lstrip("#") for one in links if (text := _text_of(one))))
        return names if len(names) <= _MOST_TAG_LINKS else []  # or it is a list of all tags of the site


def _is_front_page(url: str) -> bool:
    try:
        parts: Any = urlsplit(url)
    except ValueError:
        return False  # what it is, is said where it is read
    return parts.path.strip("/").lower() in ("", "index.html", "index.php", "home") and not parts.query


def _without_site(title: str, site: str | None) -> str:
    """Return a title without the name of its site at the end, where the site says what it is called."""
    tail = _TAIL.search(title)
    if tail and site and site.casefold() in tail[0].casefold():
        return title[: tail.start()]
    return title


def _joined(names: Iterable[str]) -> str:
    plain = (_TITLE.sub("", _BY.sub("", " ".join(name.split())).strip(" ,;|")) for name in names)
    return "; ".join(dict.fromkeys(name for name in plain if 1 < len(name) <= 100 and not _NO_NAME.search(name)))


def _text_of(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())
