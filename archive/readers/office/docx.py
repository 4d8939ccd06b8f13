"""Word's documents (DOCX), by ECMA-376, made paragraphs.

Read from the XML itself, without a library: those that there are give neither text boxes nor notes nor what tracked
changes took out (docs/office.md). Macros and embedded files are never looked at, and what a relationship names outside
the document is never opened.
"""

from dataclasses import replace

from archive.readers.base import UnreadableError
from archive.readers.office.docx_parts import (
    KIND,
    PREFIXES,
    Style,
    read_properties,
    read_relations,
    read_styles,
)
from archive.readers.office.docx_text import PartReader
from archive.readers.office.package import Attributes, Package
from archive.readers.office.written import Paragraph, Written

_NOTES = {
    "footnotes": ("w:footnote", "footnote"),
    "endnotes": ("w:endnote", "endnote"),
    "comments": ("w:comment", "comment"),
}
_EDGES = {"header": "page_header", "footer": "page_footer"}


def read_docx(content: bytes) -> Written:
    """Return the paragraphs of a DOCX document, in order, and what its properties say.

    What was deleted while changes were tracked is a part of its own, what was inserted is text; notes and comments
    follow the paragraph they hang on; headers and footers come last. Raises UnreadableError for what is no such
    document, is encrypted, declares entities, or is over a limit of `package` or `written`.
    """
    package = Package(content, KIND)
    of_package = read_relations(package, "")
    main = next((target for kind, target, _ in of_package.values() if kind == "officeDocument"), "word/document.xml")
    if not package.has(main):
        raise UnreadableError(f"no {KIND}: a zip archive without a document in it", "unpack it and import its files")
    relations = read_relations(package, main)
    targets = {kind: target for kind, target, outside in relations.values() if not outside}
    notes: list[str] = []
    styles = read_styles(package, targets.get("styles", ""))
    hanging = {name: _read_notes(package, targets[name], styles, name, notes) for name in _NOTES if name in targets}
    body = PartReader(relations, styles, hanging)
    if (wrong := package.parse(main, body.start, body.end, body.text, PREFIXES)) is not None:
        notes.append(f"its text breaks off: {wrong}")
    paragraphs = list(body.writer.finish())
    for left in hanging.values():
        paragraphs += [one for inner in left.values() for one in inner]
    for kind, target, outside in relations.values():
        if kind in _EDGES and not outside:
            edge = PartReader(read_relations(package, target), styles, {}, _EDGES[kind])
            package.parse(target, edge.start, edge.end, edge.text, PREFIXES)
            paragraphs += edge.writer.finish()
    core = next((target for kind, target, _ in of_package.values() if kind == "core-properties"), "docProps/core.xml")
    properties = read_properties(package, core)
    return Written(tuple(paragraphs), properties, (*notes, *body.notes()))


def _read_notes(
    package: Package, part: str, styles: dict[str, Style], name: str, notes: list[str]
) -> dict[str, tuple[Paragraph, ...]]:
    """Return the notes or comments of a part by their ids; those that only draw a line are none."""
    element, kind = _NOTES[name]
    relations = read_relations(package, part)
    found: dict[str, tuple[Paragraph, ...]] = {}
    parser: PartReader | None = None
    key = by = ""

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal parser, key, by
        if tag == element and parser is None:
            if attributes.get("w:type", "normal") == "normal":
                parser, key, by = PartReader(relations, styles, {}, kind), attributes.get("w:id", ""), ""
                by = attributes.get("w:author", "") if kind == "comment" else ""
        elif parser is not None:
            parser.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal parser
        if parser is None:
            return
        if tag == element:
            paragraphs = parser.writer.finish()
            if by and paragraphs:
                paragraphs = (replace(paragraphs[0], text=f"{by}: {paragraphs[0].text}"), *paragraphs[1:])
            found[key] = (*found.get(key, ()), *paragraphs)
            parser = None
        else:
            parser.end(tag)

    def text(data: str) -> None:
        if parser is not None:
            parser.text(data)

    if (wrong := package.parse(part, start, end, text, PREFIXES)) is not None:
        notes.append(f"its {name} break off: {wrong}")
    return found
