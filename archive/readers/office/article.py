"""What a word processor wrote, made one article: headline, body, what is set aside, what its properties give.

headline    the title in the properties, if one of the first blocks is that; else one of these in the style "Title";
            else a first heading of level 1; else, of the first blocks, the one in the largest letters; else by the
            rules for plain text (normalize/layout.py)
heading     as the style says; a short paragraph in larger letters than the body, or in bold; else as in plain text
author      as the properties say, if it stands before the text or in its first blocks; else nobody
set aside   headers, footers, margins (`furniture`), footnotes, endnotes, comments and deleted text (`note`), each with
            the part of the document that it is as its rule
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from archive.documents import Block, Layout, Link, SetAside, Value
from archive.readers.base import shown
from archive.readers.html.topics import choose_topics, split_keywords
from archive.readers.office.written import Paragraph, Written, without_repeats

RULE_VERSION = 1

_FIRST = 4  # blocks among which a headline is looked for
_BYLINE_WITHIN = 6  # blocks
_LONGEST_BYLINE = 200
_LARGER, _MUCH_LARGER = 1.1, 1.25
_LONGEST_HEADLINE = 200
_LONGEST_HEADING = 120
_MOST_WORDS_OF_HEADING = 14
_NOT_AFTER_HEADING = ".,;:!…。，；：！"
_MOST_SET_ASIDE = 2_000
_EDGES = frozenset(("page_header", "page_footer", "margin"))
_QUOTES = re.compile(r"\b(?:quote|quotation|quotations|block text|zitat|citation)\b")


class _Entry(NamedTuple):
    block: Block
    paragraph: Paragraph


class Made(NamedTuple):
    """A document laid out, with what its properties give and what is to be said of it."""

    layout: Layout
    values: tuple[Value, ...]
    topics: tuple[Value, ...]
    notes: tuple[str, ...]


def make_article(written: Written) -> Made:
    """Return a document as one article; it has no blocks where it has no text."""
    entries: list[_Entry] = []
    aside: list[tuple[int, Paragraph]] = []
    for paragraph in without_repeats(written.paragraphs):
        if paragraph.part in ("body", "text_box"):
            entries += _entries(paragraph)
        else:
            aside.append((len(entries), paragraph))
    entries, aside = _join_rows(entries, aside)
    notes = list(written.notes)
    values: list[Value] = []
    at, method = _find_headline(entries, written.properties.get("title"))
    by_format = False
    headline = None
    if at is None:
        at, by_format = _find_large(entries), True
    if at is not None:
        headline = " ".join(entries[at].block.text.split())
    entries = _name_headings(entries)
    if at is not None:
        del entries[at]
        aside = [(place - (place > at), paragraph) for place, paragraph in aside]
        if not by_format and method is not None:
            values.append(Value("headline", headline or "", method))
    values += _stated(written, entries, notes)
    layout = _finish([entry.block for entry in entries], headline if by_format else None, at is None)
    passages = [_set_aside(one, min(place, len(layout.blocks))) for place, one in aside[:_MOST_SET_ASIDE]]
    if len(aside) > _MOST_SET_ASIDE:
        notes.append(f"{len(aside) - _MOST_SET_ASIDE} more notes and marginal texts are in the original only")
    keywords = split_keywords(written.properties.get("keywords", ""))
    topics, about_topics = choose_topics([(one, "meta") for one in keywords])
    layout = layout._replace(
        set_aside=(*sorted(passages, key=lambda passage: passage.after_block), *layout.set_aside),
        links=(*_links(entries), *layout.links),
    )
    return Made(
        layout,
        tuple(values),
        tuple(Value("topics", text, how) for text, how in topics),
        (*notes, *about_topics),
    )


def _entries(paragraph: Paragraph) -> list[_Entry]:
    """Return the blocks of a paragraph: several where its lines are paragraphs of their own."""
    from archive.normalize.paragraphs import split_paragraphs
    from archive.normalize.text import clean_text

    text = clean_text(paragraph.text)[0]
    if "\n" in text and paragraph.kind == "paragraph" and paragraph.style != "title":
        parts = [" ".join(part.split()) for part in split_paragraphs(text)[0]]
    else:
        parts = [" ".join(text.split())]
    level = min(paragraph.level or 1, 6) if paragraph.kind == "heading" else None
    kind = "quote" if paragraph.kind == "paragraph" and _QUOTES.search(paragraph.style) else paragraph.kind
    first = replace(paragraph, links=())
    return [
        _Entry(Block(kind, part, level), paragraph if number == 0 else first)
        for number, part in enumerate(parts)
        if part
    ]


def _join_rows(
    entries: list[_Entry], aside: list[tuple[int, Paragraph]]
) -> tuple[list[_Entry], list[tuple[int, Paragraph]]]:
    """Return the entries with the rows of a table as one block, a row a line."""
    joined: list[_Entry] = []
    places = [0]
    for entry in entries:
        last = joined[-1] if joined else None
        if last is not None and entry.block.kind == "table" and last.block.kind == "table":
            links = (*last.paragraph.links, *entry.paragraph.links)
            joined[-1] = _Entry(
                Block("table", f"{last.block.text}\n{entry.block.text}"), replace(last.paragraph, links=links)
            )
        else:
            joined.append(entry)
        places.append(len(joined))
    return joined, [(places[place], paragraph) for place, paragraph in aside]


def _find_headline(entries: Sequence[_Entry], title: str | None) -> tuple[int | None, str | None]:
    """Return which block the document itself says is its title, and where it says so."""
    from archive.normalize.tokens import tokenize

    first = entries[:_FIRST]
    words = tokenize(title or "")
    if words:
        for at, entry in enumerate(first):
            if tokenize(entry.block.text) == words:
                return at, "meta"
    for at, entry in enumerate(first):
        if entry.paragraph.style == "title" and len(entry.block.text) <= _LONGEST_HEADLINE:
            return at, "markup"
    if len(entries) > 1 and entries[0].block.kind == "heading" and entries[0].block.level == 1:
        return 0, "markup"
    return None, None


def _body_size(entries: Sequence[_Entry]) -> float | None:
    """Return the size that most letters have, where one is known."""
    sizes: Counter[float] = Counter()
    for entry in entries:
        if entry.paragraph.size is not None:
            sizes[entry.paragraph.size] += len(entry.block.text)
    return sizes.most_common(1)[0][0] if sizes else None


def _find_large(entries: Sequence[_Entry]) -> int | None:
    """Return which of the first blocks is a headline by its letters: the largest, and much larger than most."""
    size = _body_size(entries)
    if size is None or len(entries) < 2:
        return None
    largest = max(entry.paragraph.size or 0 for entry in entries)
    if largest < _MUCH_LARGER * size:
        return None
    for at, entry in enumerate(entries[:_FIRST]):
        text = entry.block.text
        if entry.paragraph.size == largest and entry.block.kind in ("paragraph", "heading"):
            return at if len(text) <= _LONGEST_HEADLINE and any(map(str.isalpha, text)) else None
    return None


def _name_headings(entries: list[_Entry]) -> list[_Entry]:
    """Return the entries with those as headings that look like one beside the body."""
    size = _body_size(entries)
    letters = sum(len(entry.block.text) for entry in entries)
    bold = sum(len(entry.block.text) for entry in entries if entry.paragraph.is_bold)
    bold_tells = 2 * bold < letters
    named = []
    for number, entry in enumerate(entries):
        text = entry.block.text
        is_short = len(text) <= _LONGEST_HEADING and len(text.split()) <= _MOST_WORDS_OF_HEADING
        if (
            entry.block.kind == "paragraph"
            and 0 < number < len(entries) - 1
            and is_short
            and text[-1] not in _NOT_AFTER_HEADING
            and any(map(str.isalpha, text))
            and (
                (bold_tells and entry.paragraph.is_bold)
                or (size is not None and (entry.paragraph.size or 0) >= _LARGER * size)
            )
        ):
            entry = _Entry(entry.block._replace(kind="heading"), entry.paragraph)
        named.append(entry)
    return named


def _stated(written: Written, entries: Sequence[_Entry], notes: list[str]) -> list[Value]:
    """Return what the properties give beside the headline: an author whom the text names too, a language."""
    from archive.normalize.tokens import tokenize

    values = []
    author = written.properties.get("author")
    if author:
        key = _padded(tokenize(author))
        first = [entry.block.text for entry in entries[:_BYLINE_WITHIN]]
        if key.strip() and any(key in _padded(tokenize(text)) for text in first if len(text) <= _LONGEST_BYLINE):
            values.append(Value("authors", author, "meta"))
        else:
            notes.append(f"its properties name {shown(author)} as author: not used, since no byline does")
    if language := written.properties.get("language"):
        values.append(Value("language", language, "meta"))
    return values


def _padded(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _finish(blocks: list[Block], headline: str | None, is_open: bool) -> Layout:
    """Return the layout, with what the rules for plain text find where the document says nothing itself.

    `is_open`: no headline was found yet.
    """
    from archive.normalize.layout import lay_out_blocks

    layout = lay_out_blocks(blocks, with_headline=is_open)
    return layout if headline is None else layout._replace(headline=headline, headline_method="first_line")


def _set_aside(paragraph: Paragraph, after_block: int) -> SetAside:
    kind = "furniture" if paragraph.part in _EDGES else "note"
    return SetAside(kind, paragraph.text, after_block, paragraph.part, RULE_VERSION)


def _links(entries: Sequence[_Entry]) -> tuple[Link, ...]:
    links = [link for entry in entries for link in entry.paragraph.links]
    return tuple(dict.fromkeys(link for link in links if link.url and link.url.startswith(("http://", "https://"))))
