"""NITF: the header (docdata, pubdata, tobject, identified content), the head of the body, the text."""

import re

from archive.readers.markup import Element
from archive.readers.wire.body import read_body, read_escaped, read_plain, take_byline, take_printed_dateline
from archive.readers.wire.story import Story
from archive.readers.wire.subjects import give_subject_number
from archive.readers.wire.tree import anywhere, attribute, descend, line, local

MEDIA_TYPE = "application/nitf+xml"

_ESCAPED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?<nitf\b")
_SLUGS = ("slugline", "slug", "anpa-keyword", "ntbstikkord")
_SECTIONS = ("section", "dsk", "desk")
_PAGES = ("print_page_number", "page")
_SLUG = re.compile(r"[^a-z]+|\S*[-/_]\S*|[A-Z]\S*[a-z][A-Z]\S*")  # SHOUTED, hyph-ened, or CamelCase
_SUBJECT_TYPES = ("descriptor", "general_descriptor", "subject", "topic", "category")


def read_nitf(story: Story, nitf: Element) -> None:
    """Put down what an element <nitf> says; what an item around it said already stays."""
    distributors = [line(one) for one in descend(nitf, "body", "body.head", "distributor")]
    for head in list(descend(nitf, "head")) or [Element("head", {})]:
        _read_head(story, head, distributors)
    body = next(descend(nitf, "body"), None)
    if body is not None:
        for head in descend(body, "body.head"):
            _read_body_head(story, head)
        _read_text(story, body)
        for end in descend(body, "body.end"):
            for part in end.elements:
                story.set_text_aside("signature", line(part), local(part), len(story.blocks))
    story.give("language", attribute(body, "xml:lang"), attribute(nitf, "xml:lang", "baselang", "lang"))
    story.give("headline", *(line(title) for title in descend(nitf, "head", "title")))
    story.drop_headline_blocks()
    take_byline(story)
    take_printed_dateline(story)


def read_text(story: Story, text: str) -> None:
    """Put down a text that is carried as characters: NITF that was escaped, XHTML, or plain."""
    if _ESCAPED.match(text):
        nitf = next(read_escaped(text).elements, None)
        if nitf is not None and local(nitf) == "nitf":
            read_nitf(story, nitf)
            return
    read_plain(story, text)


def _read_head(story: Story, head: Element, distributors: list[str]) -> None:
    metas = {attribute(one, "name").lower(): attribute(one, "content") for one in anywhere(head, "meta")}
    docdata = next(descend(head, "docdata"), Element("docdata", {}))
    publications = list(anywhere(head, "pubdata"))
    for one in anywhere(docdata, "doc-id"):
        story.give("id", attribute(one, "id-string"))
    issued = [attribute(one, "norm") for one in anywhere(docdata, "date.issue")]
    released = [attribute(one, "norm") for one in anywhere(docdata, "date.release")]
    story.give_published(*issued, *(attribute(one, "date.publication") for one in publications), *released)
    if issued and released and issued[0] < released[0]:
        story.give("embargo", released[0])
    story.give_status(attribute(docdata, "management-status"))
    for one in publications:
        story.give("section", attribute(one, "position.section"))
        story.give("page", attribute(one, "position.sequence"))
        story.give("edition", attribute(one, "edition.name"))
        if attribute(one, "ex-ref").lower().startswith(("http://", "https://")):
            story.give("url", attribute(one, "ex-ref"))
    story.give("section", *(metas.get(name) for name in _SECTIONS))
    story.give("page", *(metas.get(name) for name in _PAGES))
    story.give("slugline", *(metas.get(name) for name in _SLUGS))
    kinds = [attribute(one, "tobject.property.type") for one in anywhere(head, "tobject.property")]
    story.give("kind", *(kind for kind in kinds if kind.lower() != "current"))  # what it is if nothing is said
    _give_source(story, head, docdata, [*(attribute(one, "name") for one in publications), *distributors])
    _give_rights(story, docdata)
    _give_topics(story, head)
    for one in anywhere(docdata, "ed-msg"):
        story.set_text_aside("notice", attribute(one, "info") or line(one), "ed-msg")


def _give_source(story: Story, head: Element, docdata: Element, names: list[str]) -> None:
    """Put down who published it: the publication, the distributor, else who has the copyright, or sent it."""
    holders = [attribute(one, "holder") for one in anywhere(docdata, "doc.copyright")]
    registered = [attribute(one, "regsrc") for one in anywhere(docdata, "doc-id")]
    senders = [attribute(one, "src-name") for one in anywhere(docdata, "from-src")]
    owners = [attribute(one, "owner") for one in anywhere(head, "doc.rights")]
    story.give_source(*names, *holders, *registered, *senders, also=owners)


def _give_rights(story: Story, docdata: Element) -> None:
    for one in anywhere(docdata, "doc.copyright"):
        said = " ".join(part for part in (attribute(one, "year"), attribute(one, "holder")) if part)
        limits = [attribute(rights, "limitations") for rights in anywhere(docdata, "doc.rights")]
        story.give("rights", ". ".join(part for part in (f"© {said}", *limits) if part) if said else "")


def _give_topics(story: Story, head: Element) -> None:
    names: list[str] = []
    for subject in anywhere(head, "tobject.subject"):
        kind, matter, detail = (attribute(subject, f"tobject.subject.{part}") for part in ("type", "matter", "detail"))
        number = attribute(subject, "tobject.subject.refnum")
        by_depth = (kind, matter) if number.endswith("000000") else (matter, detail, kind)
        label = next(filter(None, by_depth if number.endswith("000") else (detail, matter, kind)), "")
        authority = attribute(subject, "tobject.subject.ipr").upper()
        if authority not in ("", "IPTC") or not give_subject_number(story, number, label):
            names.append(detail or matter or kind)
    classified = (one for one in anywhere(head, "classifier") if attribute(one, "type").lower() in _SUBJECT_TYPES)
    names += [attribute(one, "value") or line(one) for one in classified]
    keys = [attribute(one, "key") for one in anywhere(head, "keyword")]
    for key in keys:
        if _SLUG.fullmatch(key):
            story.give("slugline", key)
        else:
            names.append(key)
    story.give_topics(names)


def _read_body_head(story: Story, head: Element) -> None:
    story.give("headline", *(line(one) for one in descend(head, "hedline", "hl1")))
    story.give("headline", *(line(one) for one in descend(head, "hedline")))
    for one in descend(head, "byline"):
        _read_byline(story, one)
    for one in descend(head, "dateline"):
        parts = [line(part) for part in one.elements if local(part) != "story.date"]
        own = " ".join("".join(child for child in one.children if isinstance(child, str)).split())
        story.give_dateline(" ".join(part for part in (*parts, own) if part))
        story.give_published(*(attribute(date, "norm") for date in anywhere(one, "story.date")))
    for owner in anywhere(head, "rights.owner"):
        story.give("rights", line(owner))
    for one in descend(head, "hedline", "hl2"):
        story.set_text_aside("summary", line(one), "subheadline")
    for one in descend(head, "abstract"):
        story.set_text_aside("summary", line(one), "abstract")
    for one in descend(head, "note"):
        story.set_text_aside("notice", line(one), "note")


def _read_byline(story: Story, byline: Element) -> None:
    """Put down the names; a title beside them (<byttl>) is no name, and is set aside."""
    names = [
        line(one) if isinstance(one, Element) else one
        for one in byline.children
        if not (isinstance(one, Element) and local(one) == "byttl")
    ]
    story.give_byline(" ".join(" ".join(names).split()))
    for title in descend(byline, "byttl"):
        story.set_text_aside("furniture", line(title), "byttl")


def _read_text(story: Story, body: Element) -> None:
    for content in descend(body, "body.content"):
        # where the whole text is marked, the other blocks repeat its beginning
        whole = [one for one in descend(content, "block") if attribute(one, "class").lower() == "full_text"]
        for part in whole or [content]:
            read_body(story, part)
