"""The layout of a Markdown text, as CommonMark (with tables) has it, without its marks.

https://spec.commonmark.org/0.31.2/ and, for tables, https://github.github.com/gfm/#tables-extension-
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from archive.documents import Block, Layout, Link, SetAside

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

RULE_VERSION = 1

# Beyond these a text is no longer taken apart: a hostile one would cost minutes, or gigabytes.
LARGEST = 1_000_000
_MOST_MARKS = 50_000
_MOST_STEPS = 200_000
_DEEPEST = 40

_SOFT_BREAK = "\x00"  # the parser leaves no NUL in a text
_MEANT = "\ufdd0"  # on either side of white space that is meant; no character, and for no text
_EAST_ASIAN = "\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff"
_SOFT_BREAK_WITHIN_WORDS = re.compile(f"(?<=[{_EAST_ASIAN}]){_SOFT_BREAK}(?=[{_EAST_ASIAN}])")
_SPACES = re.compile(r"[ \t]{2,}")
_LINE_BREAKS = re.compile(r"[ \t]?\n\s*")
_BREAK_TAG = re.compile(r"<br\b", re.IGNORECASE)


class TooComplexError(Exception):
    """The text is larger, deeper or more entangled than is taken apart; the message says which."""


def lay_out_markdown(text: str, headline: str | None = None) -> Layout:
    """Return a Markdown text taken apart.

    A first heading of level 1, before any other text, is the headline; unless `headline`, from the front matter, is
    another one: then it stays a heading. Emphasis and other marks go; a line break within a paragraph is a space
    (nothing, between Chinese or Japanese characters), a hard one a line end; white space written as `&#x0020;`, with
    four digits, as `archive export` writes it, is kept as it is. Each paragraph of a list item or a quotation is a
    block; a table is one, a row a line, its cells parted by " | ". Set aside are the descriptions of images
    (`caption`), and HTML (`markup`), but not the text between its tags in a line.

    Raises TooComplexError for what cannot be taken apart in a few seconds.

    >>> lay_out_markdown("# A visit\\n\\nThey *met* in\\n[Minsk](https://minsk.example/).").blocks
    (Block(kind='paragraph', text='They met in Minsk.', level=None),)
    """
    if len(text) > LARGEST:
        raise TooComplexError(f"longer than {LARGEST:,} characters")
    # Each of these becomes a token, or several, in one step of the parser.
    if text.count("*") + text.count("_") + text.count("|") > _MOST_MARKS:
        raise TooComplexError(f"more than {_MOST_MARKS:,} marks of emphasis and of tables")
    text = text.replace(_MEANT, "\ufffd")
    env: dict[str, Any] = {"steps": 0}
    try:
        tokens = _parser().parse(text, env)
    except RecursionError as error:
        raise TooComplexError("too many marks within each other") from error
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        # The parser drops what is nested more deeply.
        raise TooComplexError(f"more than {_DEEPEST // 2} lists or quotations within each other")
    walk = _Walk(headline)
    walk.read(tokens)
    walk.read_definitions(env.get("references", {}))
    return Layout(
        walk.headline,
        None if walk.headline is None else "first_line",
        tuple(walk.blocks),
        tuple(walk.set_aside),
        tuple(walk.links),
    )


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]  # an address stays as it was written
    parser.block.ruler.before(
        "table", "steps", _count_line, {"alt": ["paragraph", "reference", "blockquote", "list", "table"]}
    )
    parser.inline.ruler.before("text", "steps", _count_characters)
    parser.core.ruler.before("text_join", "meant", _mark_what_is_meant)
    return parser


def _mark_what_is_meant(state: Any) -> None:
    for token in state.tokens:
        for child in token.children or ():
            blank = child.content
            if child.type == "text_special" and blank.isspace() and child.markup == f"&#x{ord(blank[0]):04X};":
                child.content = f"{_MEANT}{blank}{_MEANT}"


def _count_line(state: Any, _start: int, _end: int, _silent: bool) -> bool:
    return _count(state.env, 1)


def _count_characters(state: Any, _silent: bool) -> bool:
    # Some rules search to the end of the paragraph from every mark.
    return _count(state.env, 1 + len(state.src) // 20_000)


def _count(env: dict[str, Any], steps: int) -> bool:
    """Count the steps of the parser, as a rule of its that never matches."""
    env["steps"] += steps
    if env["steps"] > _MOST_STEPS:
        raise TooComplexError("too many marks for its length")
    return False


class _Walk:
    """The parser's tokens, made into blocks, passages set aside, and links."""

    def __init__(self, given: str | None) -> None:
        self.headline: str | None = None
        self.blocks: list[Block] = []
        self.set_aside: list[SetAside] = []
        self.links: list[Link] = []
        self._given = given
        self._inside: list[str] = []  # the lists and quotations around the token
        self._level: int | None = None  # of the heading around it
        self._rows: list[list[str]] | None = None  # of the table around it

    def read(self, tokens: Sequence["Token"]) -> None:
        for token in tokens:
            match token.type:
                case "blockquote_open":
                    self._inside.append("quote")
                case "list_item_open":
                    self._inside.append("list")
                case "blockquote_close" | "list_item_close":
                    self._inside.pop()
                case "heading_open":
                    self._level = int(token.tag[1])
                case "heading_close":
                    self._level = None
                case "table_open":
                    self._rows = []
                case "tr_open" if self._rows is not None:
                    self._rows.append([])
                case "table_close" if self._rows is not None:
                    self._add("table", "\n".join(" | ".join(row) for row in self._rows if any(row)))
                    self._rows = None
                case "inline":
                    self._read_text(self._inline(token.children or ()))
                case "fence" | "code_block":
                    self._add("code", token.content.strip("\n").rstrip())
                case "html_block":
                    self._put_aside("markup", token.content, "html_block")
                case _:
                    pass

    def read_definitions(self, references: dict[str, dict[str, Any]]) -> None:
        """Keep the addresses that are defined in the text and linked to nowhere."""
        linked = {link.url for link in self.links}
        for reference in references.values():
            if reference["href"] not in linked:
                self._link(reference.get("title") or "", reference["href"])

    def _read_text(self, text: str) -> None:
        if self._rows is not None:
            self._rows[-1].append(text.replace("\n", " "))
        elif self._inside:
            self._add(self._inside[-1], text)
        elif self._level is None:
            self._add("paragraph", text)
        else:
            text = text.replace("\n", " ")
            is_first = self._level == 1 and not self.blocks and self.headline is None
            if text and is_first and (not self._given or _same(text, self._given)):
                self.headline = text
            else:
                self._add("heading", text, self._level)

    def _add(self, kind: str, text: str, level: int | None = None) -> None:
        if text and not text.isspace():
            self.blocks.append(Block(kind, text, level))

    def _put_aside(self, kind: str, text: str, rule: str) -> None:
        if text.strip():
            self.set_aside.append(SetAside(kind, text.strip(), len(self.blocks), rule, RULE_VERSION))

    def _link(self, text: str, url: str) -> None:
        if url and not url.startswith("#"):
            self.links.append(Link("link", text or None, url))

    def _inline(self, tokens: Sequence["Token"]) -> str:
        """Return the plain text of a paragraph, and keep its links and what is set aside."""
        parts: list[str] = []
        open_links: list[tuple[int, str]] = []
        for token in tokens:
            match token.type:
                case "link_open":
                    open_links.append((len(parts), str(token.attrs.get("href", ""))))
                case "link_close":
                    start, url = open_links.pop()
                    self._link(_joined(parts[start:]).replace("\n", " "), url)
                case "image":
                    self._read_image(token)
                case "html_inline" if token.content.startswith(("<!", "<?")):
                    self._put_aside("markup", token.content, "html_inline")
                case _:
                    parts.append(_plain(token))
        return _joined(parts)

    def _read_image(self, token: "Token") -> None:
        description = _joined([_plain(child) for child in token.children or ()])
        title = str(token.attrs.get("title", "")).strip()
        self._put_aside("caption", description, "image_alt")
        if title != description:
            self._put_aside("caption", title, "image_title")


def _plain(token: "Token") -> str:
    match token.type:
        case "softbreak":
            return _SOFT_BREAK
        case "hardbreak":
            return "\n"
        case "html_inline":
            return "\n" if _BREAK_TAG.match(token.content) else ""
        case "image":
            return "".join(map(_plain, token.children or ()))
        case _:
            return token.content


def _joined(parts: list[str]) -> str:
    text = _SOFT_BREAK_WITHIN_WORDS.sub("", "".join(parts)).replace(_SOFT_BREAK, " ")
    return _LINE_BREAKS.sub("\n", _SPACES.sub(" ", text)).strip().replace(_MEANT, "")


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
