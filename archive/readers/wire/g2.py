"""NewsML-G2: an item, be it news or a package of them; its message around it says nothing of it."""

import re

from archive.documents import Block, Link
from archive.readers.base import UnreadableError
from archive.readers.markup import Element
from archive.readers.wire.body import read_body, take_byline, take_printed_dateline
from archive.readers.wire.nitf import read_nitf, read_text
from archive.readers.wire.story import Story
from archive.readers.wire.subjects import aliases_of, give_subjects, name_of
from archive.readers.wire.tree import anywhere, attribute, descend, line, local

MEDIA_TYPE = "application/vnd.iptc.g2.newsitem+xml"

# What is carried in the same way, and is no article.
NO_ARTICLES = {
    "conceptitem": "a concept (an entry of a vocabulary)",
    "knowledgeitem": "a knowledge item (a vocabulary)",
    "planningitem": "a planning item (what will be covered)",
    "catalogitem": "a catalog of vocabularies",
    "catalog": "a catalog of vocabularies",
    "conceptset": "concepts (entries of a vocabulary)",
}

_TITLES = ("", "title", "main", "headline", "primary")
_TEASERS = ("", "summary", "teaser", "abstract", "intro", "standfirst", "lede")
_MEDIA = ("picture", "video", "audio", "graphic", "graphics", "animated", "composite")
_PERSON = re.compile(
    r"(?!The )[^\W\d_a-z][^\s,]*(?: [^\s,]+)+"
)  # two words or more, the first with a capital: initials are no name
_ADDRESSES = ("canonical", "permalink", "publishedat", "self")


def read_item(story: Story, item: Element) -> None:
    """Put down what an item says. Raises UnreadableError for what is no article, and says what it is."""
    kind = local(item)
    if kind in NO_ARTICLES:
        raise UnreadableError(f"not an article: {NO_ARTICLES[kind]}", "nothing has to be done")
    meta = next(descend(item, "itemmeta"), Element("itemmeta", {}))
    content = next(descend(item, "contentmeta"), Element("contentmeta", {}))
    story.give("id", attribute(item, "guid"))
    _give_dates(story, meta, content)
    story.give_status(attribute(next(descend(meta, "pubstatus"), None), "qcode", "uri"))
    headlines = list(descend(content, "headline"))
    story.give("headline", *(line(one) for one in headlines if _role(one) in _TITLES), *map(line, headlines))
    story.give("slugline", *map(line, descend(content, "slugline")))
    story.give_byline(*map(line, descend(content, "by")))
    story.give_dateline(*map(line, descend(content, "dateline")))
    story.give(
        "language",
        *(attribute(one, "tag") for one in descend(content, "language")),
        attribute(content, "xml:lang"),
        attribute(item, "xml:lang"),
    )
    _give_source(story, item, meta, content)
    _give_rights(story, item)
    give_subjects(story, item, aliases_of(item))
    story.give_topics(line(one) for one in descend(content, "keyword") if _role(one) != "index")
    nature = _nature(meta)
    story.give(
        "kind", *(name_of(one).strip('"') for one in descend(content, "genre")), nature if nature in _MEDIA else ""
    )
    _read_content(story, item)
    story.give("headline", *map(line, descend(meta, "title")))
    story.drop_headline_blocks()
    take_byline(story)
    take_printed_dateline(story)
    _read_descriptions(story, content, nature)
    for one in (one for one in headlines if _role(one) not in _TITLES or line(one) != story.value("headline")):
        story.set_text_aside("summary", line(one), "subheadline")
    _give_creators(story, content)
    _give_notes(story, meta)
    _give_links(story, item, meta)


def _give_dates(story: Story, meta: Element, content: Element) -> None:
    """Put down when it was first published, when this version was made, and until when it is held back.

    The first version tells when an item was published; where it is not told, its text does, else this version. What is
    no text may be much older than the item: a picture was taken when its content was created.
    """
    created, made = _texts(meta, "firstcreated"), _texts(meta, "versioncreated")
    written = _texts(content, "contentcreated")
    if _nature(meta) in _MEDIA:
        story.give_published(*(created or made), *written)
    else:
        story.give_published(*([*created, *written] or made))
    story.give("modified", *made, *_texts(content, "contentmodified"))
    story.give("embargo", *_texts(meta, "embargoed"))


def _texts(element: Element, name: str) -> list[str]:
    return [text for one in descend(element, name) if (text := line(one))]


def _role(element: Element) -> str:
    return attribute(element, "role").rpartition(":")[2].lower()


def _nature(meta: Element) -> str:
    """Return what an item is made of: text, picture, composite …"""
    code = attribute(next(descend(meta, "itemclass"), None), "qcode", "uri")
    return re.split(r"[:/]", code)[-1].lower()


def _named(element: Element) -> list[str]:
    """Return what a party is called: its name, as written, its code, its address, in this order."""
    code = attribute(element, "qcode").rpartition(":")[2]
    host = re.sub(r"^[a-z]+://([^/?#]+).*", r"\1", attribute(element, "uri").lower())
    return [text for text in (name_of(element), attribute(element, "literal"), code, host) if text]


def _give_source(story: Story, item: Element, meta: Element, content: Element) -> None:
    providers = [name for one in descend(meta, "provider") for name in _named(one)]
    origins = [name for one in descend(content, "infosource") for name in _named(one)]
    credited = _texts(content, "creditline")
    holders = [name for one in descend(item, "rightsinfo", "copyrightholder") for name in _named(one)]
    story.give_source(*providers, *origins, *credited, *holders)


def _give_rights(story: Story, item: Element) -> None:
    language = story.value("language") or ""
    parts = []
    for name in ("copyrightnotice", "usageterms"):
        said = [one for one in descend(item, "rightsinfo", name) if line(one)]
        own = [one for one in said if attribute(one, "xml:lang")[:2] == language[:2]]
        parts += [line(one) for one in (own or said)[:1]]
    holders = (name for one in descend(item, "rightsinfo", "copyrightholder") for name in _named(one)[:1])
    story.give("rights", ". ".join(part.rstrip(". ") for part in parts), *(f"© {name}" for name in holders))


def _read_content(story: Story, item: Element) -> None:
    """Read the text: what is marked up before what is plain, of several the longest; data are no text."""
    inline = list(descend(item, "contentset", "inlinexml"))
    data: list[str] = []
    for one in inline:
        for content in one.elements:
            name = local(content)
            if name == "nitf":
                read_nitf(story, content)
            elif name in ("html", "body", "div", "p", "section", "article"):
                read_body(story, Element("", {}, [content]))
            else:
                data.append(name)
        if story.blocks:
            break
    if not story.blocks:
        plain = [one for one in descend(item, "contentset", "inlinedata") if not attribute(one, "encoding")]
        texts = [one.text for one in plain if attribute(one, "contenttype").lower().startswith(("text/", ""))]
        if texts:
            read_text(story, max(texts, key=len))
    if data and not story.blocks:
        story.what = f"data (<{data[0]}>)"
        story.notes.append(f"no text: its content is data (<{data[0]}>)")
    remote = sum(1 for _ in descend(item, "contentset", "remotecontent"))
    if remote:
        story.notes.append(f"{remote} file{'' if remote == 1 else 's'} that it points to not imported")


def _read_descriptions(story: Story, content: Element, nature: str) -> None:
    """Set aside what describes the item; of what is no text its caption is the text."""
    headline, slugline = story.value("headline") or "", story.value("slugline") or ""
    for one in descend(content, "description"):
        text, role = line(one), _role(one)
        if not text or text in (headline, f"{slugline}:{headline}"):
            continue
        if nature in _MEDIA and not story.blocks and nature != "composite":
            story.blocks.append(Block("paragraph", text))
            story.notes.append(f"its text is the description of a {nature.removesuffix('s')}")
        elif role == "hashtag":
            story.set_text_aside("trailing_tags", text, "hashtag", len(story.blocks))
        else:
            story.set_text_aside("summary" if role in _TEASERS else "caption", text, f"description {role}".strip())


def _give_creators(story: Story, content: Element) -> None:
    """Put down the creators as authors where nothing else names any, as far as they have a person's name."""
    names = [name_of(one) for one in descend(content, "creator")]
    story.give_byline("; ".join(name for name in names if _PERSON.fullmatch(name)))


def _give_notes(story: Story, meta: Element) -> None:
    """Set aside what the agency tells editors; what is marked as private stays in the original alone."""
    for one in descend(meta, "ednote"):
        if _role(one) not in ("private", "notepad", "contacts") and not attribute(one, "pubconstraint"):
            story.set_text_aside("notice", line(one), f"edNote {_role(one)}".strip(), len(story.blocks))


def _give_links(story: Story, item: Element, meta: Element) -> None:
    for one in descend(meta, "link"):
        href, relation = attribute(one, "href"), attribute(one, "rel").rpartition(":")[2].lower()
        if not href.lower().startswith(("http://", "https://")):
            continue
        if relation in _ADDRESSES:
            story.give("url", href)
        else:
            story.links.append(Link("link", line(next(descend(one, "title"), None)) or None, href))
    members = 0
    for one in anywhere(item, "itemref"):
        members += 1
        title = line(next(descend(one, "headline"), None)) or line(next(descend(one, "title"), None))
        href = attribute(one, "href")
        url = href if href.lower().startswith(("http://", "https://")) else None
        if title or url:
            story.links.append(Link("related_headline" if title else "link", title or None, url))
    if local(item) == "packageitem":
        story.what = f"a package of {members} item{'' if members == 1 else 's'}"
        story.notes.append(f"no text: {story.what}")
