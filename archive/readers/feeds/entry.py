"""An entry of a feed, made a document. docs/feeds.md has the elements that each value comes from, as a table."""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from archive.documents import Block, Document, Layout, SetAside
from archive.readers.base import UnreadableError, shown
from archive.readers.feeds.encoding import decode_declared
from archive.readers.feeds.text import RULE_VERSION, lay_out_html, plain_line
from archive.readers.feeds.values import Entry
from archive.readers.markup import DEEPEST, Element, TooDeepError, read_tree

_MEDIA_TYPES = {"rss": "application/rss+xml", "rdf:rdf": "application/rdf+xml", "feed": "application/atom+xml"}

_ADDRESS = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_MAIL_AND_NAME = re.compile(r"(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+\s*\(([^()]+)\)")
_NAME_AND_MAIL = re.compile(r"([^<>]+?)\s*<[^\s@<>]+@[^\s@<>]+>")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)

# RFC 822 says what these are in the dates of RSS; elsewhere they name several zones.
_ZONES = {"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600"}
_ZONES |= {"PST": "-0800", "PDT": "-0700", "UT": "+0000"}
_RFC_822 = re.compile(
    r"((?:\w{3,9},\s*)?[0-9]{1,2}\s+\w{3,9}\s+)([0-9]{2}|[0-9]{4})(\s+[0-9:]{4,8})(?:\s+([A-Z]{2,3}))?"
)


class FeedReader:
    """A feed with one entry alone, in XML or JSON: one document."""

    name = "feed"
    media_type = "application/xml"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - no file is an entry, only a part of one
        """Return None: an entry comes out of a feed, which says that it is one."""
        return None

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the entry; raises UnreadableError for one that says nothing, is no text, or nests too deeply."""
        if content.lstrip()[:1] == b"{":
            from archive.readers.feeds.json_feed import read_json_entry

            yield read_json_entry(content).document(locator, self.name, content)
            return
        text, notes = decode_declared(content)
        try:
            tree = read_tree(text)
        except TooDeepError as error:
            raise UnreadableError(f"elements nested more than {DEEPEST} deep", "take the entry out") from error
        parents = _parents_of_entry(tree)
        if parents is None:
            raise UnreadableError("no entry in it", "take it out")
        yield _XmlEntry(parents).entry(notes).document(locator, self.name, content)


def _parents_of_entry(tree: Element) -> list[Element] | None:
    """Return the elements down to the entry, from the outermost; None where there is no entry."""
    waiting = [[element] for element in tree.elements]
    while waiting:
        way = waiting.pop(0)
        if way[-1].name.rpartition(":")[2] in ("item", "entry"):
            return way
        if len(way) < 3:
            waiting += [[*way, child] for child in way[-1].elements]
    return None


class _XmlEntry:
    """An entry of XML among the elements of its feed."""

    def __init__(self, way: list[Element]) -> None:
        self._way = way
        self._item = way[-1]
        self._feeds = [parent for parent in way[:-1] if parent.name != "rss"]
        # in RDF the channel stands beside the entries
        self._feeds += [channel for parent in self._feeds for channel in parent.all("channel") if channel not in way]
        self._is_atom = self._item.name == "entry"
        self._of_wordpress = bool(self._item.all("wp:post_type"))
        self._base = self._inherited("xml:base")

    def entry(self, notes: list[str]) -> Entry:
        self._refuse_unpublished()
        media_type = _MEDIA_TYPES.get(self._way[0].name, "application/xml")
        entry = Entry(media_type, Layout(None, None, ()), [note for note in notes if note])
        title = self._first("title", "dc:title", "media:title")
        if title is not None:
            entry.give("headline", _line(title, is_atom=self._is_atom))
        self._give_text(entry)
        self._give_addresses(entry)
        self._give_dates(entry)
        authors = list(dict.fromkeys(self._authors(entry)))
        entry.give("authors", "; ".join(authors))
        entry.give("language", self._inherited("xml:lang"), self._said("dc:language", "language"))
        entry.give("source", self._source())
        entry.give("rights", *(_plain(one) for one in self._rights() if one is not None))
        self._give_topics(entry)
        self._note_what_is_left(entry)
        return entry

    def _refuse_unpublished(self) -> None:
        kind = _plain(self._first("wp:post_type"))
        status = _plain(self._first("wp:status"))
        if kind and kind not in ("post", "page"):
            raise UnreadableError(f"no article: WordPress calls it {shown(kind)}", "nothing has to be done")
        if kind and status and status != "publish":
            raise UnreadableError(f"not published: WordPress has its status as {shown(status)}", "publish it first")

    def _first(self, *names: str) -> Element | None:
        """Return the first element of the entry that has the first of these names, and a text or an attribute."""
        for name in names:
            for element in self._item.all(name):
                if element.attributes or element.text.strip():
                    return element
        return None

    def _of_feed(self, *names: str) -> Element | None:
        return next((found for feed in reversed(self._feeds) for name in names for found in feed.all(name)), None)

    def _said(self, *names: str) -> str:
        return _plain(self._first(*names)) or _plain(self._of_feed(*names))

    def _inherited(self, name: str) -> str:
        """Return an attribute of the entry or of what is around it; of addresses all of them, joined."""
        values = [value for element in self._way if (value := element.attributes.get(name, "").strip())]
        if name != "xml:base":
            return values[-1] if values else ""
        base = ""
        for value in values:
            base = _join(base, value)
        return base

    def _feed_link(self) -> str:
        for feed in reversed(self._feeds):
            link = next(_links(feed), "")
            if link:
                return _join(self._base, link)
        return ""

    def _give_text(self, entry: Entry) -> None:
        """Lay out the article, or its summary, marked as such; a summary beside an article is set aside."""
        base = self._base or self._feed_link()
        contents = ("content:encoded", "xhtml:body", "body", "content", "xhtml:div", "fullitem")
        content = self._first(*contents)
        if content is not None and "src" in content.attributes and not content.text.strip():
            content = None
        layout = self._laid_out(content, base) if content is not None else None
        described = self._first("excerpt:encoded", "description", "summary", "itunes:summary", "abstract")
        described = described or self._first("dc:description", "media:description")
        summary = self._laid_out(described, base) if described is not None else None
        if layout is not None and layout.blocks:
            entry.layout = layout if summary is None else _beside(layout, summary)
        elif described is not None and summary is not None and summary.blocks:
            entry.layout = summary
            entry.notes.append(
                f"its text is the feed's <{described.name}>, which may be only a summary of the article"
                if described.name == "description"
                else f"its text is a summary (<{described.name}>), not the article"
            )
        elif layout is not None:
            entry.layout = layout

    def _laid_out(self, element: Element, base: str) -> Layout:
        kind = element.attributes.get("type", "").lower()
        base = _join(base, element.attributes.get("xml:base", ""))
        if self._is_atom and kind in ("", "text", "text/plain") and not list(element.elements):
            blocks = [Block("paragraph", " ".join(one.split())) for one in re.split(r"\n\s*\n", element.text)]
            return Layout(None, None, tuple(block for block in blocks if block.text))
        text = element.inner if list(element.elements) else _content(element)
        return lay_out_html(text, base, of_wordpress=self._of_wordpress)

    def _give_addresses(self, entry: Entry) -> None:
        feed_link = self._feed_link()
        guid = self._first("guid", "id")
        permanent = guid is not None and guid.attributes.get("ispermalink", "true").strip().lower() != "false"
        entry.give("id", _plain(guid) or self._item.attributes.get("rdf:about"))
        links = [_plain(self._first("feedburner:origlink")), *_links(self._item), self._item.attributes.get("href", "")]
        if not self._is_atom and permanent and _URL.fullmatch(_plain(guid)):
            links.append(_plain(guid))
        for link in dict.fromkeys(links):
            entry.give_link(link, self._base, feed_link)

    def _give_dates(self, entry: Entry) -> None:
        local, utc = _plain(self._first("wp:post_date")), _plain(self._first("wp:post_date_gmt"))
        published = _with_offset(local, utc) if self._of_wordpress else ""
        names = ("published", "issued", "dcterms:issued", "dc:date", "dcterms:created", "created")
        entry.give("published", published, _rfc_822(_plain(self._first("pubdate"))), *self._texts(names))
        modified = _plain(self._first("wp:post_modified_gmt"))
        changed = self._texts(("updated", "modified", "dcterms:modified"))
        entry.give("modified", f"{modified}Z" if modified[:4].strip("0") else "", *changed)
        if self._item.attributes.get("lastmod"):
            entry.give("modified", self._item.attributes["lastmod"])

    def _texts(self, names: Iterable[str]) -> list[str]:
        return [_plain(self._first(name)) for name in names]

    def _authors(self, entry: Entry) -> Iterator[str]:
        """Yield the names of who wrote it: of the entry; in Atom else of what it was taken from, or of the feed."""
        people = self._item.all("author", "dc:creator")
        if not people and (byline := self._first("itunes:author", "dc:author", "dcterms:creator")):
            people = [byline]
        if not people and self._is_atom:
            people = [person for source in self._item.all("source") for person in source.all("author")]
            people = people or [person for feed in self._feeds for person in feed.all("author")]
        for person in people:
            named = person.all("name")
            name = self._by_login(_name(_plain(named[0]) if named else plain_line(person.text)))
            if name:
                yield name
            elif person.text.strip():
                entry.notes.append("an author was left out: an address without a name")

    def _by_login(self, name: str) -> str:
        """Return what WordPress shows as the name of an author, whose login stands in the entry."""
        for feed in self._feeds:
            for person in feed.all("wp:author"):
                if name and _plain(next(iter(person.all("wp:author_login")), None)) == name:
                    return _plain(next(iter(person.all("wp:author_display_name")), None)) or name
        return name

    def _source(self) -> str:
        """Return who published it: what the entry names as its source, else the feed's title."""
        for source in self._item.all("source"):
            title = next(iter(source.all("title")), None)
            text = _plain(title) if title is not None else "" if list(source.elements) else plain_line(source.text)
            if text and not _URL.fullmatch(text):
                return text
        title = self._of_feed("title")
        return _line(title, is_atom=self._is_atom) if title is not None else ""

    def _rights(self) -> list[Element | None]:
        names = ("rights", "dc:rights", "copyright")
        return [self._first(*names), self._of_feed(*names)]

    def _give_topics(self, entry: Entry) -> None:
        names = []
        kinds = 0
        for category in self._item.all("category", "dc:subject"):
            domain = category.attributes.get("domain", "")
            if self._of_wordpress and domain not in ("", "category", "post_tag"):
                kinds += 1
                continue
            attributes = category.attributes
            names.append(attributes.get("label") or attributes.get("term") or category.text)
        entry.give_topics(names)
        if kinds:
            entry.notes.append(f"no topics, left out: WordPress's own ordering ({kinds})")

    def _note_what_is_left(self, entry: Entry) -> None:
        enclosures = len(self._item.all("enclosure"))
        enclosures += sum(link.attributes.get("rel", "") == "enclosure" for link in self._item.all("link"))
        if enclosures:
            entry.notes.append(f"{enclosures} enclosure{'' if enclosures == 1 else 's'} not imported")
        comments = len(self._item.all("wp:comment"))
        if comments:
            entry.notes.append(f"{comments} comment{'' if comments == 1 else 's'} not imported")
        if _plain(self._first("wp:post_type")) == "page":
            entry.notes.append("a page of WordPress, no post")


def _beside(layout: Layout, summary: Layout) -> Layout:
    """Return an article with its summary set aside, where that says what the article does not begin with."""
    text = "\n\n".join(block.text for block in summary.blocks)
    if not text or _words(text.rstrip("….")) in _words(" ".join(block.text for block in layout.blocks)):
        return layout
    aside = SetAside("summary", text, 0, "summary", RULE_VERSION)
    return layout._replace(set_aside=(aside, *layout.set_aside))


def _words(text: str) -> str:
    return " ".join(text.split())


def _plain(element: Element | None) -> str:
    return " ".join(element.text.split()) if element is not None else ""


def _line(element: Element, *, is_atom: bool) -> str:
    """Return a title on one line: marks go, but for what Atom calls plain text."""
    kind = element.attributes.get("type", "").lower()
    if is_atom and (kind in ("", "text", "text/plain") or list(element.elements)):
        return _plain(element)
    return plain_line(_content(element))


def _content(element: Element) -> str:
    """Return the text of an element of Atom, taken out of its base64 where the element says that it is in it."""
    text = element.text
    if element.attributes.get("mode", "").lower() != "base64":
        kind = element.attributes.get("type", "").lower()
        if "/" not in kind or kind.startswith(("text/", "message/")) or "xml" in kind or "html" in kind:
            return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return text


def _links(element: Element) -> Iterator[str]:
    """Yield the addresses of an entry or a feed: of RSS, and of Atom those of the page, HTML first."""
    links = element.all("link")
    pages = [link for link in links if link.attributes.get("rel", "alternate") in ("alternate", "")]
    pages.sort(key=lambda link: "html" not in link.attributes.get("type", "html"))
    for link in pages:
        if text := (link.attributes.get("href", "").strip() or _plain(link)):
            yield text


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return base


def _name(text: str) -> str:
    """Return the name that an author's element gives, "" if it gives an address alone."""
    match = _MAIL_AND_NAME.fullmatch(text) or _NAME_AND_MAIL.fullmatch(text)
    if match:
        return match[1].strip()
    return "" if _ADDRESS.fullmatch(text) else text


def _rfc_822(text: str) -> str:
    """Return a date of RSS with a year of four digits and an offset, as the RFC says they are meant.

    >>> _rfc_822("Thu, 01 Jan 04 19:48 EST"), _rfc_822("2004-01-01")
    ('Thu, 01 Jan 2004 19:48 -0500', '2004-01-01')
    """
    match = _RFC_822.fullmatch(text)
    if match is None:
        return text
    day, year, clock, zone = match.groups()
    if len(year) == 2:
        year = ("20" if int(year) < 50 else "19") + year
    return f"{day}{year}{clock}" + (f" {_ZONES.get(zone, zone)}" if zone else "")


def _with_offset(local: str, utc: str) -> str:
    """Return the local time of a post with the offset that its time in UTC shows; "" where neither is known.

    >>> _with_offset("2023-02-28 10:30:00", "2023-02-28 02:30:00")
    '2023-02-28 10:30:00+08:00'
    """
    from datetime import datetime

    if not utc[:4].strip("0"):
        return local if local[:4].strip("0") else ""
    try:
        minutes = int((datetime.fromisoformat(local) - datetime.fromisoformat(utc)).total_seconds()) // 60
    except (ValueError, TypeError):
        return f"{utc}Z"
    if minutes % 15 or not -12 * 60 <= minutes <= 14 * 60:
        return f"{utc}Z"
    sign = "-" if minutes < 0 else "+"
    return f"{local}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
