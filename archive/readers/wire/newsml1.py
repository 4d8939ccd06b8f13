"""NewsML 1 (1.0 to 1.2): an item, its lines and metadata in components, its text in NITF, XHTML or plain."""

import re

from archive.readers.markup import Element
from archive.readers.wire.body import read_body, take_byline, take_printed_dateline
from archive.readers.wire.nitf import read_nitf, read_text
from archive.readers.wire.story import Story
from archive.readers.wire.subjects import give_subject_number, numbered
from archive.readers.wire.tree import anywhere, attribute, descend, line, local

MEDIA_TYPE = "application/vnd.iptc.newsml+xml"

_SUBJECTS = ("subject", "subjectmatter", "subjectdetail", "subjectqualifier")
_TEXTS = ("text", "nitf", "xhtml", "html", "plaintext", "story")
_XML = ("nitf", "html", "body", "body.content", "p", "div", "section", "hedline")


def read_news_item(story: Story, newsml: Element, item: Element) -> None:
    """Put down what an element <NewsItem> says; `newsml` around it has the topics that it may refer to."""
    _give_identity(story, item)
    _give_dates(story, item)
    lines = list(anywhere(item, "newslines"))
    for name in ("headline", "slugline"):
        story.give(name, *(line(one) for block in lines for one in anywhere(block, name)))
    story.give("slugline", *(line(one) for one in anywhere(item, "namelabel")))
    for one in (one for block in lines for one in anywhere(block, "byline")):
        story.give_byline(line(one))
    for one in (one for block in lines for one in anywhere(block, "dateline")):
        story.give_dateline(line(one))
    story.give("rights", *_rights(lines, item))
    _give_source(story, newsml, item, lines)
    story.give(
        "language",
        *(attribute(one, "formalname") for one in anywhere(item, "language")),
        *(attribute(one, "xml:lang") for one in (item, newsml)),
    )
    kinds = [attribute(one, "formalname") for one in anywhere(item, "genre")]
    story.give("kind", *kinds, *(attribute(one, "formalname") for one in anywhere(item, "newsitemtype")))
    _give_topics(story, newsml, item)
    _read_content(story, item)
    story.drop_headline_blocks()
    take_byline(story)
    take_printed_dateline(story)
    for block in lines:
        for one in anywhere(block, "subheadline"):
            story.set_text_aside("summary", line(one), "subheadline")


def _give_identity(story: Story, item: Element) -> None:
    """Put down the id of the piece: without the number of its version, so that all versions are one article."""
    for identifier in anywhere(item, "newsidentifier"):
        names = ("providerid", "dateid", "newsitemid", "revisionid", "publicidentifier")
        provider, day, item_id, version, public = (line(next(descend(identifier, name), None)) for name in names)
        if provider and day and item_id:
            story.give("id", f"urn:newsml:{provider}:{day}:{item_id}")
        story.give("id", re.sub(rf":{re.escape(version)}[A-Z]?$", "", public) if version else public)


def _give_dates(story: Story, item: Element) -> None:
    created = [line(one) for one in anywhere(item, "firstcreated")]
    revised = [line(one) for one in anywhere(item, "thisrevisioncreated")]
    days = [line(one) for one in anywhere(item, "dateid")]
    story.give_published(*([one for one in created if one] or [one for one in revised if one] or days))
    story.give("modified", *revised)
    management = next(anywhere(item, "newsmanagement"), Element("newsmanagement", {}))
    status = attribute(next(descend(management, "status"), None), "formalname")
    if status.lower() == "embargoed":
        changes = anywhere(management, "statuswillchange")
        story.give("embargo", *(line(one) for change in changes for one in anywhere(change, "dateandtime")))
    story.give_status(status)


def _rights(lines: list[Element], item: Element) -> list[str]:
    said = [line(one) for block in lines for one in anywhere(block, "copyrightline", "rightsline")]
    for one in anywhere(item, "copyright"):
        holder, day = (line(next(descend(one, part), None)) for part in ("copyrightholder", "copyrightdate"))
        if holder:
            said.append(" ".join(part for part in ("©", day, holder) if part))
    return [*said, *(line(one) for one in anywhere(item, "usagetype"))]


def _give_source(story: Story, newsml: Element, item: Element, lines: list[Element]) -> None:
    """Put down who provides it; who was its source is asked only where no provider is told."""
    parties = [
        attribute(party, "formalname")
        for name in ("provider", "source", "creator")
        for one in anywhere(item, name)
        for party in anywhere(one, "party")
    ]
    credited = [line(one) for block in lines for one in anywhere(block, "creditline")]
    providers = [line(one) for one in anywhere(item, "providerid")]
    senders = [
        attribute(party, "formalname") for one in anywhere(newsml, "sentfrom") for party in anywhere(one, "party")
    ]
    story.give_source(*parties, *credited, *providers, *senders)


def _give_topics(story: Story, newsml: Element, item: Element) -> None:
    """Put down the subjects: by eight digits those of the IPTC, others and keywords by name."""
    names: list[str] = []
    for formal, one in numbered(item, *_SUBJECTS):
        if not give_subject_number(story, formal, line(next(descend(one, "description"), None))):
            names.append(formal)
    topics = {attribute(one, "duid"): one for one in anywhere(newsml, "topic") if attribute(one, "duid")}
    for occurrence in anywhere(item, "topicoccurrence"):
        topic = topics.get(attribute(occurrence, "topic").removeprefix("#"), Element("", {}))
        for name in descend(topic, "formalname"):
            give_subject_number(story, line(name), line(next(descend(topic, "description"), None)))
    names += [line(one) for block in anywhere(item, "newslines") for one in anywhere(block, "keywordline")]
    story.give_topics(names)


def _read_content(story: Story, item: Element) -> None:
    """Read the texts of an item, one after the other; captions are set aside, other media are noted."""
    left_out = _read_component(story, item, "")
    if left_out:
        story.notes.append(f"{left_out} file{'' if left_out == 1 else 's'} that it points to not imported")
    for comment in anywhere(item, "comment"):
        story.set_text_aside("notice", line(comment), "Comment", len(story.blocks))


def _read_component(story: Story, component: Element, role: str) -> int:
    """Read a component in the role that it has, or what is around it; return how many contents are no text.

    Of contents that are equivalent, one text in several formats, the first is read.
    """
    role = attribute(next(descend(component, "role"), None), "formalname").lower() or role
    are_equivalent = attribute(component, "equivalentslist").lower() == "yes"
    before = len(story.blocks)
    left_out = 0
    for child in component.elements:
        if are_equivalent and len(story.blocks) > before:
            break
        if local(child) == "newscomponent":
            left_out += _read_component(story, child, role)
        elif local(child) == "contentitem":
            left_out += not _read_content_item(story, child, role)
    return left_out


def _read_content_item(story: Story, item: Element, role: str) -> bool:
    media = attribute(next(descend(item, "mediatype"), None), "formalname").lower()
    content = next(descend(item, "datacontent"), None)
    if content is None or attribute(next(descend(item, "encoding"), None), "notation"):
        return False
    marked = any(local(one) in _XML for one in content.elements)
    if not marked and media not in ("", *_TEXTS):
        return False
    if "caption" in role:
        story.set_text_aside("caption", line(content), "caption", len(story.blocks))
    elif nitf := next(descend(content, "nitf"), None):
        read_nitf(story, nitf)
    elif marked:
        read_body(story, content)
    else:
        read_text(story, content.text)
    return True
