"""Exports of Europresse (Eureka) as HTML: an `<article>` each, whose elements say by their class what they hold."""

import re

from archive.readers.vendors.cover import read_cover
from archive.readers.vendors.dates import split_date
from archive.readers.vendors.export import Export
from archive.readers.vendors.found import Found
from archive.readers.vendors.labelled import is_rights
from archive.readers.vendors.profiles import profile, unmarked, words
from archive.readers.vendors.tables import Part, parts_of, plain_lines

NAME = "europresse"

_ARTICLE = re.compile(r"<(/?)article\b[^>]{0,2000}>", re.I)
_MARKS = re.compile(
    r"class\s*=\s*[\"']?[^\"'>]{0,500}\b(?:DocPublicationName|DocHeader|titreArticle|docOcurrContainer)\b"
)
_PARTS_OF_HEADER = re.compile(r"\s+[-–•·]\s+|\s*[,;|]\s+")


def has_marks(content: bytes) -> bool:
    """Tell, without reading it, whether a page can be such an export: it has one of the classes, and an article."""
    return (b"docOcurrContainer" in content or b"DocPublicationName" in content) and b"<article" in content.lower()


def split(text: str) -> Export | None:
    """Return the articles of a page, each as its own element, and what its cover says; None if it has none."""
    articles, outside, at = [], [], 0
    start: int | None = None
    for match in _ARTICLE.finditer(text):
        if match[1] and start is not None:
            end = match.end()
        elif not match[1] and start is not None:
            end = match.start()  # the one before was not closed
        else:
            start = None if match[1] else match.start()
            continue
        if _MARKS.search(text, start, end):
            articles.append(text[start:end])
            outside.append(text[at:start])
            at = end
        start = None if match[1] else match.start()
    if start is not None and _MARKS.search(text, start):
        articles.append(text[start:])
        outside.append(text[at:start])
        at = len(text)
    if not articles:
        return None
    outside.append(text[at:])
    lines = [line for piece in outside for line in plain_lines(piece)]
    return Export(NAME, articles, read_cover(profile(NAME), lines))


def owns(text: str) -> bool:
    """Tell whether a record is of such an export."""
    return re.match(r"\s*<article\b", text, re.I) is not None and _MARKS.search(text) is not None


def read(found: Found, text: str) -> None:
    """Take an article apart by the classes of its elements; what has none that is known is set aside."""
    labels = found.profile.labels
    texts: dict[str, list[str]] = {}
    for part in parts_of(text):
        gives, label = next(((labels[name], name) for name in reversed(part.classes) if name in labels), ("", ""))
        if gives == "text" or any(labels.get(name) == "text" for name in part.classes):
            if gives == "caption":
                found.set_aside("caption", part.text, "caption")
            else:
                found.write((part.text,))
        elif gives in ("headline", "source", "doc_header", "byline"):
            texts.setdefault(gives, []).append(part.text)
        elif gives:
            found.give(gives, label, part.text, after=bool(found.paragraphs))
        else:
            _take_other(found, part)
    for gives, lines in texts.items():
        if gives == "doc_header":
            _take_header(found, " , ".join(lines))
        else:
            found.give(gives, gives, " ".join(lines))
    if re.search(r"</article", text, re.I) is None:
        found.is_cut = "its <article> does not end"


def _take_other(found: Found, part: Part) -> None:
    """Take a paragraph that stands in no class that is known: its copyright, or what is set aside and noted."""
    if is_rights(part.text):
        found.rights(part.text, after=bool(found.paragraphs))
        return
    if part.classes:
        found.notes.append(f"class '{part.classes[-1]}' is not known: {part.text[:60]!r}")
    found.set_aside("furniture", part.text, "unknown_class", after=bool(found.paragraphs))


def _take_header(found: Found, text: str) -> None:
    """Take the line below the name of the paper: section, date, page, length, in whatever order."""
    length = words().length.search(text)
    if length:
        found.length(length[0])
        text = f"{text[: length.start()]} , {text[length.end() :]}"
    rest: list[str] = []
    for part in _parts(text):
        if page := words().page.fullmatch(unmarked(part)):
            found.set("page", page[1])
        elif parted := split_date(unmarked(part)):
            found.set("published", parted[0])
            rest += [parted[1]] if parted[1] else []
        else:
            rest.append(part)
    found.set("section", "; ".join(rest))


def _parts(text: str) -> list[str]:
    """Return the parts of a header, a date that has a comma in it as one of them: `Monday, January 11, 2010`."""
    parts = [part.strip(" ,") for part in _PARTS_OF_HEADER.split(text) if part.strip(" ,")]
    joined: list[str] = []
    while parts:
        for many in (3, 2, 1):
            candidate = ", ".join(parts[:many])
            parted = split_date(unmarked(candidate)) if len(parts) >= many else None
            if many == 1 or (parted and not parted[1]):
                joined.append(candidate)
                del parts[:many]
                break
    return joined
