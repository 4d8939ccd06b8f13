"""Where the words of a query stand in a text."""

from collections.abc import Sequence
from typing import NamedTuple

from archive.query_language.tree import Near, Text, Words


class Hit(NamedTuple):
    """A passage that a word, a phrase or words near each other were found in: numbers of words, the last exclusive."""

    first: int
    last: int


def find_hits(text: Text, words: Sequence[str]) -> list[Hit]:
    """Return where a part of a query stands in a text that is given as its folded words, in the order of the text.

    Of words near each other a hit is each shortest passage that has all of them: one that has another in it is none.

    >>> find_hits(Words(("tax", "cut"), is_prefix=True), ["tax", "cuts", "and", "tax", "cut"])
    [Hit(first=0, last=2), Hit(first=3, last=5)]
    """
    return _phrase_hits(text, words) if isinstance(text, Words) else _near_hits(text, words)


def _phrase_hits(phrase: Words, words: Sequence[str]) -> list[Hit]:
    *whole, final = phrase.words
    length = len(phrase.words)
    if phrase.is_prefix:
        ends = [at for at, word in enumerate(words) if word.startswith(final)]
    else:
        ends = [at for at, word in enumerate(words) if word == final]
    if not whole:
        return [Hit(at, at + 1) for at in ends]
    wanted = tuple(whole)
    return [
        Hit(at - length + 1, at + 1) for at in ends if at >= length - 1 and tuple(words[at - length + 1 : at]) == wanted
    ]


def _near_hits(near: Near, words: Sequence[str]) -> list[Hit]:
    """Return the shortest passages in which every term stands, the last of them at most `reach` words after any other.

    So FTS5 has it: from the end of each term to the start of the last there are no more words than that.
    """
    found = [_phrase_hits(term, words) for term in near.terms]
    if not all(found):
        return []
    starts = sorted({hit.first for hits in found for hit in hits})
    passages: list[Hit] = []
    cursors = [0] * len(found)
    for start in starts:
        latest = []
        for number, hits in enumerate(found):
            while cursors[number] + 1 < len(hits) and hits[cursors[number] + 1].first <= start:
                cursors[number] += 1
            latest.append(hits[cursors[number]])
        if all(hit.first <= start and start - hit.last <= near.reach for hit in latest):
            passages.append(Hit(min(hit.first for hit in latest), max(hit.last for hit in latest)))
    return [one for at, one in enumerate(passages) if not _has_another(passages, at)]


def _has_another(passages: Sequence[Hit], at: int) -> bool:
    """Tell whether a passage has one of its neighbours in it; both ends of neighbours only ever move on."""
    one = passages[at]
    return any(
        (other.first, other.last) != one and one.first <= other.first and other.last <= one.last
        for other in passages[max(0, at - 1) : at + 2]
    ) or (at > 0 and passages[at - 1] == one)
