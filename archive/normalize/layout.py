"""A plain text taken apart: its headline, its blocks, and what does not belong to its body.

The rules were tried on news texts, agency copy and newsgroup posts; in doubt they leave a line where it stands. A word
is what stands between spaces; in scripts without spaces two characters count as one.

headline          the first paragraph, of at most 20 words and 140 characters, neither an item of a list nor quoted
                  (`>`), not ending in `. , ; :`; with `?` or `!` only before an empty line or a paragraph at least
                  twice as long; and a sentence of 12 words or more ends within the next three paragraphs
heading           a paragraph, neither first nor last, of at most 12 words, 90 characters and at least two, that starts
                  with a capital (or a letter without case) or a digit and has no punctuation at its end (nor a dash);
                  the one before ends a sentence; the next one does too, has 12 words or more, is at least twice as
                  long and does not start in lower case
related_headline  three or more items of a list that end the text, each of at most 25 words, none ending in `. ; ,`,
                  with no item earlier in the text; the paragraph before ends a sentence
trailing_tags     what follows the last sentence (before any related headlines): at most 15 words, an odd count of
                  `**`, text before the first
list              an item of a list that is not related; a dash before a sentence is speech, and no list mark
"""

from collections.abc import Sequence

from archive.documents import Block, Layout, Link, SetAside
from archive.normalize.paragraphs import is_list_item, split_paragraphs
from archive.normalize.text import CLOSERS, SENTENCE_ENDS, after_last_sentence, ends_sentence, sentence_ends
from archive.normalize.tokens import index_text, tokenize

LAYOUT_VERSION = 1

_SPEECH_DASHES = "–—"
_NOT_AFTER_HEADLINE = ".,;:。，；：、．｡؟۔।،؛"
_NOT_AFTER_HEADING = SENTENCE_ENDS + _NOT_AFTER_HEADLINE + "-–—"
_NOT_AFTER_RELATED = ".;,。；，、"
_LONG = 2_000  # characters: a sentence looked for beyond these is taken for found


def lay_out(text: str) -> Layout:
    """Return a cleaned plain text taken apart: headline, blocks of the body, what is set aside, and links.

    Every word of the text is in one of them, in order; only the list marks of related headlines go. A text of one
    line is a body without a headline, a blank text has neither.

    >>> layout = lay_out("Dam opens\\nThe dam on the upper Orla opened on Monday after nine years of work and delay.")
    >>> layout.headline, len(layout.blocks)
    ('Dam opens', 1)
    """
    paragraphs, parted = split_paragraphs(text)
    paragraphs, tags, related = _set_aside_end(paragraphs)
    headline = paragraphs.pop(0) if _is_headline(paragraphs, parted) else None
    return _layout(headline, _name_blocks(paragraphs), tags, related)


def _layout(headline: str | None, blocks: list[Block], tags: str, related: list[str]) -> Layout:
    aside = [SetAside("trailing_tags", tags, len(blocks), "trailing_tags", LAYOUT_VERSION)] if tags else []
    aside += [SetAside("related_headline", line, len(blocks), "related_headlines", LAYOUT_VERSION) for line in related]
    return Layout(
        headline,
        "first_line" if headline else None,
        tuple(blocks),
        tuple(aside),
        tuple([Link("related_headline", line, None) for line in related]),
    )


def lay_out_blocks(blocks: Sequence[Block], *, with_headline: bool = True) -> Layout:
    """Return the blocks of a document taken apart: what it marks itself stays, of its paragraphs the rules decide.

    `with_headline` says whether the first one can be the headline. Each block is one line, or a table.

    >>> layout = lay_out_blocks([Block("heading", "Dam opens", 2), Block("paragraph", "- Orla")])
    >>> [block.kind for block in layout.blocks]
    ['heading', 'list']
    """
    texts = [block.text for block in blocks]
    texts, tags, related = _set_aside_end(texts)
    first = 0
    if with_headline and blocks and blocks[0].kind == "paragraph" and _is_headline(texts, parted=True):
        first = 1
    named = [
        block._replace(text=text) if block.kind != "paragraph" else by_rule
        for block, text, by_rule in zip(blocks[first:], texts[first:], _name_blocks(texts[first:]), strict=False)
    ]
    return _layout(texts[0] if first else None, named, tags, related)


def _has_words(text: str, number: int) -> bool:
    """Tell whether a text has at least so many words, two characters of a script without spaces counting as one."""
    if len(text.split(None, number)) >= number:
        return True
    text = text[: 10 * number]
    indexed = index_text(text)
    if indexed is None:
        return False
    unspaced = (len(indexed) - len(text)) // 2
    return unspaced // 2 >= number or len(tokenize(text)) - (unspaced + 1) // 2 >= number


def _set_aside_end(paragraphs: list[str]) -> tuple[list[str], str, list[str]]:
    """Return the paragraphs without what is set aside at their end, the trailing tags, and the related headlines."""
    end = len(paragraphs)
    while end and is_list_item(paragraphs[end - 1]):
        end -= 1
    marked = [line[1:].lstrip() for line in paragraphs[end:]]
    if marked and (
        end == 0
        or len(marked) < 3
        or any(line.rstrip(CLOSERS)[-1:] in _NOT_AFTER_RELATED or _has_words(line, 26) for line in marked)
        or any(is_list_item(line) and not _is_speech(line) for line in paragraphs[:end])
    ):
        return paragraphs, "", []
    rest, tags = _part_tags(paragraphs[:end])
    if marked and not ends_sentence(rest[-1]):
        return paragraphs, "", []
    return rest, tags, marked


def _part_tags(paragraphs: list[str]) -> tuple[list[str], str]:
    """Return the paragraphs up to the end of the last sentence, and the tags behind it."""
    if not paragraphs or "**" not in paragraphs[-1]:
        return paragraphs, ""
    *others, last = paragraphs
    cut = after_last_sentence(last)
    if cut is None:
        if any(end in last for end in SENTENCE_ENDS) or not others or not ends_sentence(others[-1]):
            return paragraphs, ""
        cut = 0
    tags = last[cut:]
    before, mark, _ = tags.partition("**")
    if not mark or not any(map(str.isalnum, before)) or tags.count("**") % 2 == 0 or _has_words(tags, 16):
        return paragraphs, ""
    return ([*others, last[:cut].rstrip()] if cut else others), tags


def _is_headline(paragraphs: list[str], parted: bool) -> bool:
    """Tell whether the first paragraph is the headline; `parted`: an empty line follows it."""
    if len(paragraphs) < 2 or len(paragraphs[0]) > 140:
        return False
    first, second = paragraphs[:2]
    end = first.rstrip(CLOSERS)[-1:]
    if end in _NOT_AFTER_HEADLINE or first[0] == ">" or is_list_item(first) or _has_words(first, 21):
        return False
    if end in "?!？！" and not parted and len(second) < 2 * len(first):
        return False
    return any(map(_has_long_sentence, paragraphs[1:4]))


def _has_long_sentence(text: str) -> bool:
    start = 0
    for end in sentence_ends(text[:_LONG]):
        if _has_words(text[start:end], 12):
            return True
        start = end
    return len(text) > _LONG and _has_words(text[start:_LONG], 12)


def _is_heading(before: str, text: str, after: str) -> bool:
    return (
        1 < len(text) <= 90
        and len(after) >= 2 * len(text)
        and (text[0].isdigit() or (text[0].isalpha() and not text[0].islower()))
        and text.rstrip(CLOSERS)[-1:] not in _NOT_AFTER_HEADING
        and not after[0].islower()
        and ends_sentence(before)
        and ends_sentence(after)
        and _has_words(after, 12)
        and not _has_words(text, 13)
    )


def _is_speech(item: str) -> bool:
    """Tell whether a dash opens direct speech: that is of sentences, what a dash marks in a list seldom is."""
    return item[0] in _SPEECH_DASHES and ends_sentence(item)


def _name_blocks(paragraphs: list[str]) -> list[Block]:
    blocks: list[Block] = []
    last = len(paragraphs) - 1
    for position, text in enumerate(paragraphs):
        kind = "paragraph"
        if is_list_item(text):
            kind = "paragraph" if _is_speech(text) else "list"
        elif 0 < position < last and _is_heading(paragraphs[position - 1], text, paragraphs[position + 1]):
            kind = "heading"
        blocks.append(Block(kind, text))
    return blocks
