"""Items of a news agency in XML, told by their first element: one document each."""

from collections.abc import Iterator

from archive.documents import Document
from archive.readers.base import UnreadableError
from archive.readers.markup import Element
from archive.readers.wire import g2, newsml1, nitf
from archive.readers.wire.story import Story
from archive.readers.wire.tree import local, read_xml, xml_root

_ROOTS = {
    "newsitem": "NewsML-G2",
    "packageitem": "NewsML-G2",
    "newsmessage": "NewsML-G2",
    **dict.fromkeys(g2.NO_ARTICLES, "NewsML-G2"),
    "contentset": "NewsML-G2",
    "groupset": "NewsML-G2",
    "newsml": "NewsML 1",
    "nitf": "NITF",
}


class WireReader:
    """An item of NewsML-G2, NewsML 1 or NITF: one document. What is no article fails, and says what it is."""

    name = "wire"
    media_type = "application/xml"

    def identify(self, head: bytes, name: str) -> str | None:  # noqa: ARG002 - agencies name files as they please
        """Return why this is an item of the wire: its first element is one of its formats."""
        root = xml_root(head)
        if root is None or root.name not in _ROOTS:
            return None
        return f"its first element is <{root.written}>, that of {_ROOTS[root.name]}"

    def read(self, locator: str, content: bytes) -> Iterator[Document]:
        """Yield the item as one Document; raises UnreadableError for what is none, breaks off, or says nothing."""
        root, notes = read_xml(content)
        story = read_story(root)
        story.notes[:0] = notes
        yield story.document(locator, self.name, content)


def read_story(root: Element) -> Story:
    """Return what the only item under a first element says. Raises UnreadableError for none, and for several."""
    name = local(root)
    if name == "nitf":
        story = Story(nitf.MEDIA_TYPE)
        nitf.read_nitf(story, root)
        return story
    if name == "newsml":
        item = _only(root, "newsitem")
        story = Story(newsml1.MEDIA_TYPE)
        newsml1.read_news_item(story, root, item)
        return story
    story = Story(g2.MEDIA_TYPE)
    if name == "newsmessage":
        root = _only(root, "newsitem", "packageitem", *g2.NO_ARTICLES)
    elif name == "contentset":
        root = Element("newsitem", {}, [root])
    elif name == "groupset":
        raise UnreadableError("not an article: a part of a package (<groupSet>)", "get the item that it is a part of")
    g2.read_item(story, root)
    return story


def _only(root: Element, *names: str) -> Element:
    items = list(_outermost(root, names))
    if not items:
        raise UnreadableError("no item in it", "nothing has to be done")
    if len(items) > 1:
        raise UnreadableError(f"{len(items)} items in one message", "give it a name that ends in .xml")
    return items[0]


def _outermost(element: Element, names: tuple[str, ...]) -> Iterator[Element]:
    for child in element.elements:
        if local(child) in names:
            yield child
        else:
            yield from _outermost(child, names)
