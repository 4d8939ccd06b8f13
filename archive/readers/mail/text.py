"""The text of a message, taken apart: paragraphs, what it quotes, its signature, the footer of its list.

quote        lines that begin with `>`, without these marks; of the lines at one depth each paragraph is a block
signature    what follows the last line `-- ` (or `--`) that is not quoted, if that is at most 20 lines
list_footer  the same, or what follows a line of 20 underscores or more, if that is at most 12 lines and says that this
             is a mailing list, or how to leave it
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from archive.documents import Block, Layout, SetAside
from archive.readers.base import UnreadableError
from archive.readers.mail.parts import TextPart

RULE_VERSION = 1

_MOST_OF_SIGNATURE = 20
_MOST_OF_FOOTER = 12
_QUOTED = re.compile(r"[ ]?((?:>[ ]?)*>)[ ]?")
_RULE = re.compile(r"_{20,}\s*")
_OF_LIST = re.compile(
    r"unsubscribe|mailing list|mailing-list|listinfo|you received this message because", re.IGNORECASE
)

# Elements that part paragraphs, and those whose content is no text.
_PARTING = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("html", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("tr", "ul"),
    )
)
_NO_TEXT = frozenset(("head", "noscript", "object", "script", "style", "svg", "template", "title"))
_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title")}
_TAG = re.compile(r"<(?:!--|[!?]|(/?[A-Za-z][A-Za-z0-9]*))")
_REST_OF_TAG = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_LONGEST_HTML = 5_000_000
_LONGEST_TAG = 500  # characters in which a `>` may be quoted; a longer tag ends at the first


def lay_out_mail(parts: Iterable[TextPart]) -> tuple[Layout, tuple[str, ...]]:
    """Return the texts of a message as one text taken apart, and notes on what was mended."""
    from archive.normalize.text import clean_text

    notes: list[str] = []
    lines: list[tuple[int, str]] = []
    for part in parts:
        text, mended = clean_text(part.text.strip("\ufeff"))
        notes += mended
        if lines:
            lines.append((0, ""))
        lines += _html_lines(text) if part.is_html else _plain_lines(text, part)
    aside = []
    lines, footer = _take_end(lines)
    lines, signature = _take_end(lines) if footer and footer[0] == "list_footer" else (lines, None)
    blocks = tuple(_blocks(lines))
    for kind, passage in filter(None, (signature, footer)):
        aside.append(SetAside(kind, passage, len(blocks), kind, RULE_VERSION))
    return Layout(None, None, blocks, tuple(aside)), tuple(notes)


def _plain_lines(text: str, part: TextPart) -> list[tuple[int, str]]:
    """Return the lines of a plain text, each with how deeply it is quoted; lines that flow (RFC 3676) joined."""
    if not part.is_flowed:
        return [_unquoted(line) for line in text.split("\n")]
    lines: list[tuple[int, str]] = []
    waits: list[str] = []
    depth = 0
    # the spaces at ends of lines say where they flow, and cleaning takes them away
    for line in part.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        bare = line.lstrip(">")
        there = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if waits and there != depth:
            lines.append((depth, "".join(waits)))
            waits = []
        depth = there
        if bare.endswith(" ") and bare != "-- ":
            waits.append(bare[:-1] if part.deletes_space else bare)
        else:
            lines.append((depth, "".join((*waits, bare))))
            waits = []
    if waits:
        lines.append((depth, "".join(waits)))
    return [(depth, _cleaned(line)) for depth, line in lines]


def _cleaned(line: str) -> str:
    from archive.normalize.text import clean_text

    return clean_text(line)[0]


def _unquoted(line: str) -> tuple[int, str]:
    match = _QUOTED.match(line)
    return (match[1].count(">"), line[match.end() :]) if match else (0, line)


def _take_end(lines: list[tuple[int, str]]) -> tuple[list[tuple[int, str]], tuple[str, str] | None]:
    """Return the lines without the signature or footer at their end, and which it is, with its text."""
    end = len(lines)
    while end and not lines[end - 1][1].strip():
        end -= 1
    for at in range(end - 1, max(-1, end - _MOST_OF_SIGNATURE - 2), -1):
        depth, line = lines[at]
        is_rule = _RULE.fullmatch(line) is not None
        if depth or not (is_rule or line.rstrip() == "--"):
            continue
        rest = "\n".join(">" * deep + text for deep, text in lines[at + 1 : end]).strip("\n")
        of_list = end - at <= _MOST_OF_FOOTER + 1 and _OF_LIST.search(rest) is not None
        if is_rule and not of_list:
            continue
        if not rest.strip():
            return lines[:at], None
        return lines[:at], ("list_footer" if of_list else "signature", rest)
    return lines, None


def _blocks(lines: list[tuple[int, str]]) -> Iterator[Block]:
    from archive.normalize.paragraphs import is_list_item, split_paragraphs

    for depth, run in groupby(lines, key=lambda line: line[0]):
        for paragraph in split_paragraphs("\n".join(text for _, text in run))[0]:
            if depth:
                yield Block("quote", paragraph)
            else:
                yield Block("list" if is_list_item(paragraph) else "paragraph", paragraph)


def _html_lines(text: str) -> list[tuple[int, str]]:
    """Return the paragraphs of HTML, each with how deeply it is quoted, an empty line between them.

    Blocks and line breaks part paragraphs, `blockquote` quotes; links, images and styles give nothing but their text.
    Tags are found here rather than by `html.parser`, which needs minutes for a hundred kilobytes of `<!--`.
    """
    if len(text) > _LONGEST_HTML:
        raise UnreadableError(f"HTML of more than {_LONGEST_HTML:,} characters", "save it as a text")
    paragraphs: list[tuple[int, str]] = []
    words: list[str] = []
    depth = 0
    hidden = ""
    for is_tag, name in _html_tokens(text):
        if not is_tag:
            words.append("" if hidden else _unescaped(name))
            continue
        tag = name.lstrip("/")
        if tag in _PARTING:
            if line := " ".join("".join(words).split()):
                paragraphs += [(depth, line), (depth, "")]
            words.clear()
        if tag == "blockquote":
            depth = depth + 1 if name == tag else max(0, depth - 1)
        if not hidden and name in _NO_TEXT:
            hidden = name
        elif name in (f"/{hidden}", "body"):
            hidden = ""
    if line := " ".join("".join(words).split()):
        paragraphs.append((depth, line))
    return paragraphs


def _html_tokens(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the tags of HTML, by name, `/` before that of an end, and the texts between them.

    Each is marked as a tag or not. What is opened and never closed, as a comment or a script, goes to the end.
    """
    at = 0
    while (match := _TAG.search(text, at)) is not None:
        yield False, text[at : match.start()]
        name = (match[1] or "").lower()
        if match[0] == "<!--":
            at = text.find("-->", match.end()) + 3
            if at == 2:
                return
            continue
        quoted = _REST_OF_TAG.match(text, match.end(), match.end() + _LONGEST_TAG)
        at = quoted.end() if quoted else text.find(">", match.end()) + 1
        if at == 0:
            return
        if name in _RAW:
            closing = _RAW[name].search(text, at)
            if closing is None:
                return
            at = closing.start()
        elif name:
            yield True, name
    yield False, text[at:]


def _unescaped(text: str) -> str:
    from html import unescape

    try:
        return unescape(text)
    except ValueError:  # a number of thousands of digits
        return text
