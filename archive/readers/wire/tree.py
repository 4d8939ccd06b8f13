"""XML of the wire as a tree: which kind it is by its first element, and its elements by their local names.

Read with the lenient reader of `markup`, which expands, fetches and declares nothing. What breaks off is told by the
end tag of the first element, which then is missing.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from archive.readers.base import UnreadableError
from archive.readers.feeds.encoding import decode_declared
from archive.readers.marks import behind_prolog, first_element
from archive.readers.markup import DEEPEST, Element, TooDeepError, read_tree

MOST_TAGS = 400_000
LONGEST = 30_000_000  # characters

_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*))(?=[\s/>])")
_EMPTY = re.compile(r"<[^<>]*/>\s*")


class Root(NamedTuple):
    """The first element of a file: its name as written, and its local name in lower case."""

    written: str
    name: str


def xml_root(head: bytes) -> Root | None:
    """Return the first element of what is XML or looks like it, from its start; None for anything else.

    >>> xml_root(b'<?xml version="1.0"?><!-- sent --><n:newsItem guid="1">')
    Root(written='n:newsItem', name='newsitem')
    """
    match = _ROOT.match(first_element(head)) if b"<" in head else None
    return Root(match[1], match[2].lower()) if match else None


def read_xml(content: bytes) -> tuple[Element, list[str]]:
    """Return the first element of a file, and notes on its encoding.

    Raises UnreadableError for what is too large or too deep, has no element, or breaks off.
    """
    text, notes = decode_declared(content)
    text = text.removeprefix("\ufeff")
    if len(text) > LONGEST or text.count("<") > MOST_TAGS:
        raise UnreadableError(
            f"over the limit of {LONGEST:,} characters or {MOST_TAGS:,} tags for one item", "split it into its items"
        )
    try:
        tree = read_tree(text)
    except TooDeepError as error:
        raise UnreadableError(f"elements nested more than {DEEPEST} deep", "get it again from the agency") from error
    root = next(tree.elements, None)
    if root is None:
        raise UnreadableError("no element in it", "get it again from the agency")
    first = _ROOT.search(behind_prolog(text))
    ends = first is not None and (_end_of(first[1], text) or _EMPTY.fullmatch(behind_prolog(text)) is not None)
    if not ends:
        raise UnreadableError(
            f"it breaks off: its first element <{local(root)}> does not end", "get it again from the agency"
        )
    return root, [note for note in notes if note]


def _end_of(name: str, text: str) -> bool:
    return re.search(rf"</{re.escape(name)}\s*>", text, re.IGNORECASE) is not None


def local(element: Element) -> str:
    """Return the name of an element without the prefix of XHTML; that of any other namespace stays.

    >>> local(Element("xhtml:p", {})), local(Element("rtr:altid", {}))
    ('p', 'rtr:altid')
    """
    return element.name.removeprefix("xhtml:")


def descend(element: Element, *names: str) -> Iterator[Element]:
    """Yield the elements at the end of a way of names: each within one of the name before.

    >>> inner = Element("by", {}, ["Li Wei"])
    >>> [one.text for one in descend(Element("item", {}, [Element("meta", {}, [inner])]), "meta", "by")]
    ['Li Wei']
    """
    for child in element.elements:
        if local(child) == names[0]:
            if len(names) == 1:
                yield child
            else:
                yield from descend(child, *names[1:])


def anywhere(element: Element, *names: str) -> Iterator[Element]:
    """Yield the elements of these names at any depth, in the order in which they begin."""
    for child in element.elements:
        if local(child) in names:
            yield child
        yield from anywhere(child, *names)


def line(element: Element | None) -> str:
    """Return all text of an element on one line, a space between what stands in different elements within it."""
    return "" if element is None else " ".join(" ".join(_texts(element)).split())


def attribute(element: Element | None, *names: str) -> str:
    """Return the first of these attributes that says something, else ""."""
    if element is None:
        return ""
    return next((text for name in names if (text := element.attributes.get(name, "").strip())), "")


def _texts(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)
