"""Markdown: a file an article, what is known of it as front matter. `archive import` makes the same articles of it.

Whatever Markdown would take for a mark is escaped, so that the text comes out as it is. White space that Markdown would
drop (two blanks, an indented line) is written as `&#x0020;`, which only our reader keeps. Not in the file: what was set
aside of the text, addresses of links, and the level of a heading where none was stated (it becomes the second).
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from archive.exports import Article
from archive.exports.dates import as_known

_LONGEST_SLUG = 60
_NOT_WORD = re.compile(r"[\W_]+")

_MARKS = re.compile(r"[\\`*_\[\]<]|&(?=[#A-Za-z])")
_LINE_MARKS = re.compile(r"[#>+=~:|-]")
_NUMBER_MARK = re.compile(r"(\d{1,9})([.)])")
_INDENT = re.compile(r"\s+")
_BLANKS = re.compile(r"[ \t]{2,}|\t")
_BACKTICKS = re.compile("`+")
_NOT_IN_YAML = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]")

_SIMPLE = (
    *("source", "published", "language", "section", "kind", "page", "edition", "rights", "id", "url"),
    *("status", "embargo", "slugline", "dateline"),
)
_STATED = frozenset(("given", "decision", "trailing_tags"))


def file_name(article: Article) -> str:
    """Return a name of a file for an article: date, headline and key, in letters, digits, `-` and `_` of any script.

    >>> file_name({"key": "7u4bzebenofx", "published": "2023-02", "headline": "AT&T: ../../ etc"})
    '2023-02_at-t-etc_7u4bzebenofx.md'
    """
    headline = unicodedata.normalize("NFC", (article["headline"] or "").casefold())
    words = _NOT_WORD.sub("-", headline)[:_LONGEST_SLUG].strip("-")
    while len(words.encode()) > 3 * _LONGEST_SLUG:
        words = words[:-1]
    parts = ((article["published"] or "")[:10], words, _NOT_WORD.sub("", article["key"]))
    return "_".join(part for part in parts if part) + ".md"


def to_markdown(article: Article) -> str:
    """Return the file of an article. A headline that the text itself has is its first heading, another its `title`."""
    parts = []
    front = _front_matter(article)
    if front:
        parts.append(f"---\n{front}---\n")
    if article["headline"] and article["headline_method"] == "first_line":
        parts.append(f"# {_line(article['headline'], within='heading')}\n")
    title = None if article["headline_method"] == "first_line" else article["headline"] or ""
    for number, (kind, level, text) in enumerate(_blocks(article)):
        if number == 0 and kind == "heading" and level == 1 and title is not None and title in ("", text):
            level = 2  # or it would be taken for the headline
        if text:
            parts.append(_block(kind, level, text))
    return "\n".join(parts)


def _front_matter(article: Article) -> str:
    lines = []
    if article["headline"] and article["headline_method"] != "first_line":
        lines.append(f"title: {_quoted(article['headline'])}")
    known = {**article, "published": as_known(article)}
    lines += [f"{name}: {_quoted(known[name])}" for name in _SIMPLE if known[name]]
    if article["byline"]:
        lines.append(f"byline: {_quoted(article['byline'])}")
    elif article["authors"]:
        lines += ["authors:", *(f"- {_quoted(name)}" for name in article["authors"])]
    lines += [f"{name}: {_quoted(article[name])}" for name in ("modified", "crawled") if article[name]]
    stated = [topic for topic in article["topics"] if _STATED & set(topic["methods"])]
    if stated:
        lines += ["topics:", *(f"- {_topic(topic)}" for topic in stated)]
    if not lines:  # a key alone would say nothing of the article, and be kept as a passage set aside
        return ""
    by_rule = [topic for topic in article["topics"] if topic not in stated]
    if by_rule:
        lines += ["topics_by_rule:", *(f"- {_quoted(topic['name'])}" for topic in by_rule)]
    return "".join(line + "\n" for line in (f"key: {_quoted(article['key'])}", *lines))


def _topic(topic: dict[str, Any]) -> str:
    if topic["scheme"] == "local":
        return _quoted(topic["name"])
    return "{" + ", ".join(f"{name}: {_quoted(topic[name])}" for name in ("scheme", "code", "name")) + "}"


def _quoted(text: str) -> str:
    """Return a text in YAML's double quotes."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04X}", quoted)


def _blocks(article: Article) -> Iterator[tuple[str, int | None, str]]:
    """Yield the blocks of a body in order: kind, level, text."""
    body: str = article["body"]
    at = 0
    for block in article["blocks"]:
        if block["start"] > at:
            yield from (("paragraph", None, text) for text in body[at : block["start"] - 2].split("\n\n"))
        yield block["kind"], block["level"], body[block["start"] : block["end"]]
        at = block["end"] + 2
    if at <= len(body):
        yield from (("paragraph", None, text) for text in body[at:].split("\n\n"))


def _block(kind: str, level: int | None, text: str) -> str:
    if kind == "heading":
        return f"{'#' * (level or 2)} {_line(text, within='heading')}\n"
    if kind == "code":
        fence = "`" * max(3, *(len(run) + 1 for run in _BACKTICKS.findall(text)), 3)
        return f"{fence}\n{text}\n{fence}\n"
    if kind == "table":
        return _table(text)
    first, others = {"list": ("- ", "  "), "quote": ("> ", "> ")}.get(kind, ("", ""))
    return first + f"\\\n{others}".join(_line(line) for line in text.split("\n")) + "\n"


def _table(text: str) -> str:
    """Return a table of as many columns as all rows have; of one column, if they have not all as many."""
    rows = [row.split(" | ") for row in text.split("\n")]
    if len({len(row) for row in rows}) > 1 or any(row[-1].endswith(" |") for row in rows):
        rows = [[row] for row in text.split("\n")]
    lines = [f"| {' | '.join(_line(cell, within='cell') for cell in row)} |\n" for row in rows]
    return "".join([lines[0], "|" + " --- |" * len(rows[0]) + "\n", *lines[1:]])


def _line(text: str, *, within: str = "block") -> str:
    """Return one line of a text so that Markdown gives it back: a line of a block, a heading, or a cell of a table."""
    indent = _INDENT.match(text)
    start = indent.end() if indent else 0
    escaped = _MARKS.sub(r"\\\g<0>", text[start:])
    if within == "heading":
        escaped = escaped.replace("#", "\\#")
    elif within == "cell":
        escaped = escaped.replace("|", "&#124;")
    elif _LINE_MARKS.match(escaped):
        escaped = "\\" + escaped
    else:
        escaped = _NUMBER_MARK.sub(r"\1\\\2", escaped, count=1) if _NUMBER_MARK.match(escaped) else escaped
    return _references(text[:start]) + _BLANKS.sub(_after_the_first, escaped)


def _after_the_first(match: re.Match[str]) -> str:
    run = match[0]
    return " " + _references(run[1:]) if run[0] == " " else _references(run)


def _references(blanks: str) -> str:
    return "".join(f"&#x{ord(blank):04X};" for blank in blanks)
