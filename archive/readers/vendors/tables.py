"""The HTML of exports, made lines and rows: what a page shows, without its marks."""

import re
from typing import NamedTuple

from archive.readers.markup import read_attributes, read_tokens

_PARTING = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "br",
            "caption",
            "dd",
            "div",
            "dl",
            "dt",
            "figcaption",
            "figure",
        ),
        *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
    )
)
_SILENT = frozenset(("head", "script", "style", "noscript", "template", "svg", "object", "title"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr")
)
_SPACES = re.compile(r"\s+")


class Row(NamedTuple):
    """A row of a table: the text of its first cell, the paragraphs of its second."""

    code: str
    paragraphs: list[str]


class Part(NamedTuple):
    """A paragraph of a page, and the classes of all elements that it stands in, the innermost last."""

    text: str
    classes: tuple[str, ...]


def plain_lines(text: str) -> list[str]:
    """Return the lines that a piece of HTML shows; the cells of a row are parted by `: `.

    >>> plain_lines("<tr><td>Text</td><td>mill <b>AND</b> ferry</td></tr><p>10 documents</p>")
    ['Text: mill AND ferry', '10 documents']
    """
    lines: list[str] = []
    words: list[str] = []
    silent = ""

    def end() -> None:
        line = _SPACES.sub(" ", "".join(words)).strip().removesuffix(":").strip()
        words.clear()
        if line:
            lines.append(re.sub(r"\s*:\s*:\s*", ": ", line))

    for kind, name, content in read_tokens(text):
        if silent:
            silent = "" if kind == "end" and name == silent else silent
        elif kind == "text":
            words.append(content)
        elif kind == "start" and name in _SILENT:
            silent = name
        elif name in _PARTING:
            end()
        elif name in ("td", "th") and kind == "end" and "".join(words).strip():
            words.append(": ")
    end()
    return lines


def rows_of(text: str) -> list[Row]:
    """Return the rows of the outermost table; what stands in tables within a cell is part of that cell."""
    rows: list[Row] = []
    cells: list[list[str]] = []
    words: list[str] = []
    depth = 0
    silent = ""

    def end_line() -> None:
        line = _SPACES.sub(" ", "".join(words)).strip()
        words.clear()
        if line and cells:
            cells[-1].append(line)

    def end_row() -> None:
        end_line()
        if any(cells):
            first = " ".join(cells[0]).strip()
            rest = [line for cell in cells[1:] for line in cell]
            rows.append(Row(first, rest) if len(cells) > 1 else Row("", cells[0]))
        cells.clear()

    for kind, name, content in read_tokens(text):
        if silent:
            silent = "" if kind == "end" and name == silent else silent
        elif kind == "text":
            words.append(content)
        elif name == "table":
            end_line()
            depth = max(0, depth + (-1 if kind == "end" else 1))
        elif kind == "start" and name in _SILENT:
            silent = name
        elif name == "tr" and depth <= 1:
            end_row()
        elif name in ("td", "th") and depth <= 1:
            end_line()
            if kind != "end":
                cells.append([])
        elif name in ("td", "th"):
            if kind != "end" and "".join(words).strip():
                words.append(" | ")
        elif name in _PARTING:
            end_line()
    end_row()
    return rows


def parts_of(text: str) -> list[Part]:
    """Return the paragraphs of a piece of HTML, each with the classes that it stands in."""
    parts: list[Part] = []
    words: list[str] = []
    within: list[tuple[str, tuple[str, ...]]] = []
    silent = ""

    def end() -> None:
        line = _SPACES.sub(" ", "".join(words)).strip()
        words.clear()
        if line:
            parts.append(Part(line, tuple(name for _, names in within for name in names)))

    for kind, name, content in read_tokens(text):
        if silent:
            silent = "" if kind == "end" and name == silent else silent
            continue
        if kind == "text":
            words.append(content)
            continue
        classes = tuple(read_attributes(content).get("class", "").split()) if kind == "start" else ()
        if name in _PARTING or classes or (kind == "end" and within and within[-1][0] == name and within[-1][1]):
            end()
        if kind == "start" and name in _SILENT:
            silent = name
        elif kind == "start" and name not in _VOID and len(within) < 200:
            within.append((name, classes))
        elif kind == "end" and any(name == other for other, _ in within):
            while within.pop()[0] != name:
                pass
    end()
    return parts
