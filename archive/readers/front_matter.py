"""Front matter: what stands about a text before it, between lines of `---` (YAML) or `+++` (TOML).

All scalars stay text: `no` is no boolean, `2023-02` no date, and a time keeps its zone. The block is read event by
event, without the loader's recursion, so that neither nesting nor aliases can cost more than the block is long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from archive.documents import SetAside
from archive.readers.base import UnreadableError, shown
from archive.readers.metadata import Metadata, read_metadata
from archive.readers.toml import DEEPEST, read_toml

RULE_VERSION = 1
LONGEST = 65_536  # characters of a block that is read

_LINE_END = "(?:\r\n|\n|\r)"
# A line `---` with an empty line after it is a rule in Markdown, not the start of metadata (as pandoc has it).
_OPENING = re.compile(f"\ufeff?(---|\\+\\+\\+)[ \t]*{_LINE_END}(?![ \t]*(?:{_LINE_END}|\\Z))")
_CLOSING = {
    "---": re.compile(f"(?:(?<=\n)|(?<=\r))(?:---|\\.\\.\\.)[ \t]*(?:{_LINE_END}|\\Z)"),
    "+++": re.compile(f"(?:(?<=\n)|(?<=\r))\\+\\+\\+[ \t]*(?:{_LINE_END}|\\Z)"),
}
_KEY = re.compile(r"[A-Za-z_][\w -]{0,60}[:=]")
_SEARCHED = 2_000_000
_NOT_YAML = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_SURROGATES = r"(?<!\\)((?:\\\\)*)((?:\\u[dD][89a-fA-F][0-9a-fA-F]{2})+)"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The front matter of a text: its keys and values, the block as it stands, and the text after it.

    `mapping` is empty where the block cannot be read, and `notes` then say why. Its values are text, lists and
    mappings; None is YAML's null. From TOML they may be numbers, dates and truth values too.
    """

    mapping: dict[str, object]
    raw: str
    body: str
    notes: tuple[str, ...]


class _RefusedError(Exception):
    """The block is well-formed, and yet not to be read."""


def take_front_matter(text: str) -> tuple[Metadata, str, tuple[SetAside, ...]]:
    """Return what the front matter of a text gives, the text without it, and the block if it gave nothing.

    A block that cannot be read, or has no key that says anything about an article, is set aside as `front_matter`.

    >>> metadata, body, set_aside = take_front_matter("---\\nlang: en\\n---\\nText")
    >>> metadata.values[0].text, body, set_aside
    ('en', 'Text', ())
    """
    front = split_front_matter(text)
    if front is None:
        return Metadata(notes=_never_closed(text)), text, ()
    metadata = read_metadata(front.mapping, "front_matter", strict=False)
    gives_nothing = not metadata.values and not metadata.topics
    set_aside = (SetAside("front_matter", front.raw.strip(), 0, "front_matter", RULE_VERSION),) if gives_nothing else ()
    return replace(metadata, notes=front.notes + metadata.notes), front.body, set_aside


def _never_closed(text: str) -> tuple[str, ...]:
    """Return what to note of a text that begins as front matter does, and then is none."""
    opening = _OPENING.match(text)
    if opening is None or not _KEY.match(text, opening.end()):
        return ()
    return (f"front matter was not used: no line {opening[1]} ends it; it stands in the text",)


def split_front_matter(text: str) -> FrontMatter | None:
    """Return the front matter of a text, or None if it has none. It never raises.

    A block that is never closed is none. One that is broken, longer than `LONGEST`, nested more than 20 deep, with
    YAML's aliases in it, or not made of keys and values, is front matter that gives nothing and is noted.

    >>> split_front_matter("---\\ntitle: A visit\\ndate: 2023-02\\n---\\nText").mapping
    {'title': 'A visit', 'date': '2023-02'}
    >>> split_front_matter("---\\nnever closed")
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None
    start = opening.end()
    limit = start + (_SEARCHED if _KEY.match(text, start) else LONGEST)
    closing = _CLOSING[opening[1]].search(text, start, limit)
    if closing is None or closing.end() == limit < len(text):  # at the limit the pattern takes a cut for an end
        return None
    block = text[start : closing.start()]
    notes: list[str] = []
    mapping: dict[str, object] = {}
    if len(block) > LONGEST:
        notes.append(f"front matter was not used: it is longer than {LONGEST:,} characters; shorten it")
    elif opening[1] == "---":
        mapping = _read_yaml(block, notes)
    else:
        mapping = _read_toml(block, notes)
    return FrontMatter(mapping, text[opening.start(1) : closing.end()], text[closing.end() :], tuple(notes))


def _read_toml(block: str, notes: list[str]) -> dict[str, object]:
    try:
        return read_toml("\n" + block)  # so that lines are counted as in the file
    except UnreadableError as error:
        notes.append(f"front matter was not used: {error.reason}; {error.cure}")
        return {}


def _read_yaml(block: str, notes: list[str]) -> dict[str, object]:
    import yaml

    block, removed = re.subn(_NOT_YAML, "", block)  # compiled at its first use: that takes 2 ms
    if removed:
        notes.append(f"front matter: {removed} control character{'s' if removed > 1 else ''} left out")
    if "\\u" in block:
        joined = re.sub(_SURROGATES, _join_surrogates, block)
        if lone := joined.count("\ufffd") - block.count("\ufffd"):
            notes.append(f"front matter: {lone} lone surrogate{'s' if lone > 1 else ''} replaced")
        block = joined
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        mapping, doubled = _build(yaml.parse(block, Loader=loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # the block begins on the second line of the file, and marks count from 0
        line = f"line {mark.line + 2}: " if mark else ""
        problem = error.problem or error.context or "it is not YAML"
        notes.append(
            f"front matter was not used: {line}{problem}; put a value with a colon or a quote in it into quotes"
        )
        return {}
    except (yaml.YAMLError, _RefusedError, ValueError) as error:
        notes.append(f"front matter was not used: {error}")
        return {}
    notes += [f"front matter: key {shown(key)} stands there twice; the last one is used" for key in doubled]
    return mapping


def _join_surrogates(escapes: re.Match[str]) -> str:
    """Return the characters that halves of pairs stand for, as JSON escapes them and YAML refuses.

    Half a pair is U+FFFD.
    """
    units = b"".join(int(unit, 16).to_bytes(2, "little") for unit in escapes[2].split("\\u")[1:])
    return escapes[1] + units.decode("utf-16-le", "replace")


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read; `key` waits for its value."""

    content: list[object] | dict[str, object]
    key: str | None = None
    waits: bool = False


@dataclass(slots=True)
class _Builder:
    stack: list[_Open] = field(default_factory=list)
    root: object = None
    doubled: dict[str, None] = field(default_factory=dict)

    def add(self, item: object) -> None:
        """Put an item where it belongs: into the innermost open list or mapping, as element, key or value."""
        if not self.stack:
            self.root = item
            return
        inner = self.stack[-1]
        if isinstance(inner.content, list):
            inner.content.append(item)
        elif not inner.waits:
            # a key that is itself a list or a mapping is nobody's key
            inner.key = item if isinstance(item, str) else None
            inner.waits = True
        else:
            if inner.key is not None:
                if len(self.stack) == 1 and inner.key in inner.content:
                    self.doubled[inner.key] = None
                inner.content[inner.key] = item
            inner.waits = False

    def open(self, content: list[object] | dict[str, object]) -> None:
        if len(self.stack) == DEEPEST:
            raise _RefusedError(f"it is nested more than {DEEPEST} deep; write it flat")
        self.add(content)
        self.stack.append(_Open(content))


def _build(events: Iterator[Any]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the mapping that YAML's events describe, and the keys of it that stand there twice."""
    builder = _Builder()
    for event in events:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            is_null = event.style in (None, "") and event.value in _NULLS and event.tag is None
            builder.add(None if is_null and (not builder.stack or _takes_value(builder.stack[-1])) else event.value)
        elif kind == "MappingStartEvent":
            builder.open({})
        elif kind == "SequenceStartEvent":
            builder.open([])
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            builder.stack.pop()
        elif kind == "AliasEvent":
            raise _RefusedError(f"line {event.start_mark.line + 2}: YAML's aliases are not read; write the value out")
    if builder.root is None:
        return {}, ()
    if not isinstance(builder.root, dict):
        raise _RefusedError("it is not made of keys and values; write `key: value` on each line")
    return builder.root, tuple(builder.doubled)


def _takes_value(inner: _Open) -> bool:
    return isinstance(inner.content, list) or inner.waits
