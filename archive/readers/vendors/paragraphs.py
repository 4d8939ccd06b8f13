"""Paragraphs of a document of a word processor, and their rendering, in which an article out of an export is kept.

The bytes of one article cannot be cut out of a Word or RTF file. Its record is HTML of its paragraphs, in order: `h2` a
heading, `li` an item of a list, `tr` a row of a table, `p` anything else; class `bold`, class `page` where one begins;
`br` a line end, `td` a cell. The name of the layout stands in the head.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.documents import Block
from archive.readers.office.written import Paragraph

_KINDS = {"heading": "h2", "list": "li", "table": "tr"}
_TAGS = {tag: kind for kind, tag in _KINDS.items()}
_LAYOUT = re.compile(r'<meta name="archive-layout" content="([a-z_]{1,30})">')
_ELEMENT = re.compile(r'<(h2|li|tr|p)(?: class="([a-z ]{1,20})")?>(.*?)</\1>', re.DOTALL)
_CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)


@dataclass(frozen=True)
class Para:
    """A paragraph of an export: its text, its cells if it is a row, whether it is bold or begins a page."""

    text: str
    kind: str = "paragraph"
    is_bold: bool = False
    begins_page: bool = False
    cells: tuple[str, ...] = ()


def paras(paragraphs: Sequence[Paragraph]) -> list[Para]:
    """Return the paragraphs of the body; what stands at the edges of pages is no part of an article."""
    return [
        Para(
            one.text,
            one.kind if one.kind in _KINDS else "paragraph",
            one.is_bold,
            one.after_break,
            one.cells,
        )
        for one in paragraphs
        if one.part in ("body", "text_box")
    ]


def render(layout: str, paragraphs: Sequence[Para]) -> str:
    """Return paragraphs as the HTML that an article is kept as."""
    lines = [f'<!DOCTYPE html>\n<meta charset="utf-8"><meta name="archive-layout" content="{layout}">']
    for one in paragraphs:
        tag = _KINDS.get(one.kind, "p")
        names = " ".join(name for name, has in (("bold", one.is_bold), ("page", one.begins_page)) if has)
        inner = "".join(f"<td>{_written(cell)}</td>" for cell in one.cells) if one.cells else _written(one.text)
        lines.append(f'<{tag} class="{names}">{inner}</{tag}>' if names else f"<{tag}>{inner}</{tag}>")
    return "\n".join(lines) + "\n"


def layout_of(text: str) -> str | None:
    """Return the name of the layout that a rendering is of, None if a text is no rendering."""
    match = _LAYOUT.search(text[:300])
    return match[1] if match else None


def read_rendering(text: str) -> list[Para]:
    """Return the paragraphs that a rendering has.

    >>> read_rendering(render("nexis_uni", [Para("Mill & ferry", is_bold=True)]))
    [Para(text='Mill & ferry', kind='paragraph', is_bold=True, begins_page=False, cells=())]
    """
    return list(_elements(text))


def blocks(paragraphs: Sequence[Para]) -> Iterator[Block]:
    """Yield paragraphs as blocks of a body; rows of a table one after the other are one block."""
    rows: list[str] = []
    for one in paragraphs:
        if one.kind == "table":
            rows.append(one.text)
            continue
        if rows:
            yield Block("table", "\n".join(rows))
            rows = []
        yield Block(one.kind, one.text, 2 if one.kind == "heading" else None)
    if rows:
        yield Block("table", "\n".join(rows))


def _elements(text: str) -> Iterator[Para]:
    for tag, names, inner in _ELEMENT.findall(text):
        cells = tuple(_read(cell) for cell in _CELL.findall(inner)) if tag == "tr" else ()
        content = " | ".join(" ".join(cell.split()) for cell in cells) if cells else _read(inner)
        classes = names.split()
        yield Para(content, _TAGS.get(tag, "paragraph"), "bold" in classes, "page" in classes, cells)


def _written(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _read(inner: str) -> str:
    from archive.readers.markup import unescape

    return unescape(inner.replace("<br>", "\n"))
