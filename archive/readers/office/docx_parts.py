"""What the parts of a Word document say of each other: relations, properties, styles."""

import posixpath
import re
from copy import copy
from dataclasses import dataclass
from urllib.parse import unquote

from archive.readers.office.package import Attributes, Package

KIND = "Word document"

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PREFIXES = {
    _W: "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    _R: "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
    "http://purl.org/dc/elements/1.1/": "dc",
}
_PROPERTIES = {
    "dc:title": "title",
    "dc:creator": "author",
    "dc:subject": "subject",
    "cp:keywords": "keywords",
    "dc:language": "language",
}
_LONGEST_PROPERTY = 10_000

OFF = frozenset(("0", "false", "off", "none"))
_MOST_BASED_ON = 20


@dataclass
class Style:
    """What a style says of paragraphs, by itself or by the one it is based on."""

    name: str = ""
    based_on: str | None = None
    outline: int | None = None
    bold: bool | None = None
    size: float | None = None
    is_list: bool | None = None


def read_relations(package: Package, part: str) -> dict[str, tuple[str, str, bool]]:
    """Return what a part refers to, by id: its kind, where it is, whether that is outside the document."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str, bool]] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "rel:Relationship":
            target = attributes.get("Target", "")
            outside = attributes.get("TargetMode", "").lower() == "external"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, target, outside)

    package.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start, ignore, ignore, PREFIXES)
    return found


def ignore(_: str) -> None:
    """Take no notice."""


def read_properties(package: Package, part: str) -> dict[str, str]:
    """Return what the properties say: title, author, subject, keywords, language; no times, which are of the file."""
    found: dict[str, str] = {}
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:  # noqa: ARG001 - as all are called
        inside.append(tag)

    def end(tag: str) -> None:  # noqa: ARG001
        inside.pop()

    def text(data: str) -> None:
        name = next((_PROPERTIES[tag] for tag in reversed(inside) if tag in _PROPERTIES), None)
        if name is not None and len(found.get(name, "")) < _LONGEST_PROPERTY:
            found[name] = found.get(name, "") + data

    package.parse(part, start, end, text, PREFIXES)
    joined = {name: " ".join(text.split()) for name, text in found.items()}
    return {name: value for name, value in joined.items() if value}


def read_styles(package: Package, part: str) -> dict[str, Style]:
    """Return the styles by their ids; "" is what holds where nothing else is said."""
    styles: dict[str, Style] = {"": Style()}
    style: Style | None = None

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal style
        value = attributes.get("w:val", "")
        if tag == "w:style":
            style = styles.setdefault(attributes.get("w:styleId", ""), Style())
        elif tag == "w:docDefaults":
            style = styles[""]
        elif style is None:
            return
        elif tag == "w:name":
            style.name = value.lower()
        elif tag == "w:basedOn":
            style.based_on = value
        elif tag == "w:outlineLvl":
            style.outline = number(value)
        elif tag == "w:b":
            style.bold = value not in OFF
        elif tag == "w:sz":
            style.size = half_points(value)
        elif tag == "w:numPr":
            style.is_list = True

    def end(tag: str) -> None:
        nonlocal style
        if tag in ("w:style", "w:docDefaults"):
            style = None

    package.parse(part, start, end, ignore, PREFIXES)
    return {key: _with_base(one, styles) for key, one in styles.items()}


def _with_base(style: Style, styles: dict[str, Style]) -> Style:
    whole = copy(style)
    base = style
    for _ in range(_MOST_BASED_ON):
        if base.based_on is None or base.based_on not in styles:
            break
        base = styles[base.based_on]
        whole.outline = base.outline if whole.outline is None else whole.outline
        whole.bold = base.bold if whole.bold is None else whole.bold
        whole.size = base.size if whole.size is None else whole.size
        whole.is_list = base.is_list if whole.is_list is None else whole.is_list
    return whole


def number(text: str) -> int | None:
    """Return a number as an attribute gives it, None for what is none."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None


def half_points(text: str) -> float | None:
    """Return a size in points, which is given in halves of them."""
    found = number(text)
    return found / 2 if found and 0 < found < 10_000 else None
