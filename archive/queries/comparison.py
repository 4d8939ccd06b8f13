"""What changed between two texts, by words: what was taken out, what was put in, what stayed.

difflib finds it, on words with the white space between them kept, so that both texts come back exactly. What both
begin and end with is cut off first. Texts for which difflib would take too long, since its time grows with the square
of what repeats, are first held together by the blocks, then the sentences, runs of words and words that each has only
once ("patience diff"); what cannot be held together even so counts as replaced.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from archive.normalize.tokens import UNSPACED

Op = Literal["equal", "removed", "added"]


class Change(NamedTuple):
    """A stretch of text that is in both texts (equal), only in the first (removed) or only in the second (added)."""

    op: Op
    text: str


class Hunk(NamedTuple):
    """Tokens `start` to `end` of the first text that became `new_start` to `new_end` of the second."""

    start: int
    end: int
    new_start: int
    new_end: int


_MOST_PAIRS = 300_000  # of equal tokens that difflib may have to look at in one go: about a second

_RUN = 8  # tokens
_FEW = 8  # tokens; as many as may be drowned between two hunks

_PUNCTUATION = (
    "\x00-\\x2f:-@\\x5b-`{-\xa0\xa1-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u2010-\u206f\u20a0-\u20cf\u2e00-\u2e7f\u3000-\u303f"
    "\ufe30-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
_LETTER = rf"[^\s{_PUNCTUATION}{UNSPACED}]"
_TOKEN = re.compile(rf"\s+|[{UNSPACED}]|{_LETTER}+(?:[.,:/'’&@_\-\u2010\u2011]{_LETTER}+)*|.", re.DOTALL)
_WORD = re.compile(rf"{_LETTER}|[{UNSPACED}]")
_SENTENCE_ENDS = frozenset(".!?…。！？")


def split_words(text: str) -> list[str]:
    """Return a text cut into words, single marks and white space; joined, they are the text.

    A figure, a name with an apostrophe or a hyphen is one word; so is each character of a script without spaces.

    >>> split_words("He paid $3,500 (in 北京).")
    ['He', ' ', 'paid', ' ', '$', '3,500', ' ', '(', 'in', ' ', '北', '京', ')', '.']
    """
    return _TOKEN.findall(text)


def is_word(token: str) -> bool:
    """Tell whether a token is a word or a figure, and not a mark or white space."""
    return _WORD.match(token) is not None


def compare_texts(before: str, after: str) -> list[Change]:
    """Return what changed from one text to another, in its order; what was removed stands before what came instead.

    Without what was added, the texts are the first one; without what was removed, the second one, to the character.

    >>> [tuple(change) for change in compare_texts("Four boxes stood there.", "Five boxes stood there.")]
    [('removed', 'Four'), ('added', 'Five'), ('equal', ' boxes stood there.')]
    """
    words, others = split_words(before), split_words(after)
    return list(_changes(words, others, find_hunks(words, others)))


def find_hunks(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    """Return where two lists of tokens differ, in order; between two hunks there is something equal.

    A hunk that could begin in several places, as a sentence put between two that begin alike, begins where a block or
    a sentence does.
    """
    hunks: list[Hunk] = []
    at = new_at = 0
    for start, new_start, length in (*_matches(before, after), (len(before), len(after), 0)):
        if at < start or new_at < new_start:
            _append(hunks, Hunk(at, start, new_at, new_start), before)
        at, new_at = start + length, new_start + length
    return [_moved_to_a_beginning(before, after, hunks, number) for number in range(len(hunks))]


def _changes(before: Sequence[str], after: Sequence[str], hunks: Iterable[Hunk]) -> Iterator[Change]:
    done = 0
    for hunk in hunks:
        if done < hunk.start:
            yield Change("equal", "".join(before[done : hunk.start]))
        if hunk.start < hunk.end:
            yield Change("removed", "".join(before[hunk.start : hunk.end]))
        if hunk.new_start < hunk.new_end:
            yield Change("added", "".join(after[hunk.new_start : hunk.new_end]))
        done = hunk.end
    if done < len(before):
        yield Change("equal", "".join(before[done:]))


def _append(hunks: list[Hunk], hunk: Hunk, before: Sequence[str]) -> None:
    """Add a hunk; together with those before it, if there is next to nothing in between.

    That is what has no word in it, or one or two words less than half as long as either hunk: what two sentences
    happen to share would tear both to shreds.
    """
    while hunks:
        last = hunks[-1]
        between = before[last.end : hunk.start]
        words = sum(map(is_word, between[:_FEW]))
        if len(between) >= _FEW or words > 2 or (words and 2 * len(between) > min(_size(last), _size(hunk))):
            break
        hunk = Hunk(last.start, hunk.end, last.new_start, hunk.new_end)
        hunks.pop()
    hunks.append(hunk)


def _size(hunk: Hunk) -> int:
    return max(hunk.end - hunk.start, hunk.new_end - hunk.new_start)


def _moved_to_a_beginning(before: Sequence[str], after: Sequence[str], hunks: list[Hunk], number: int) -> Hunk:
    """Return a hunk that only removes or only adds, moved to where a block or a sentence begins if it can be."""
    hunk = hunks[number]
    if hunk.start < hunk.end and hunk.new_start < hunk.new_end:
        return hunk
    # something equal stays between it and its neighbours
    lowest = hunks[number - 1].end + 1 if number else 0
    highest = hunks[number + 1].start - 1 if number + 1 < len(hunks) else len(before)
    adds = hunk.start == hunk.end
    tokens, start, end = (after, hunk.new_start, hunk.new_end) if adds else (before, hunk.start, hunk.end)
    best, best_rank = 0, _rank(tokens, start)
    for step, most in ((-1, hunk.start - lowest), (1, highest - hunk.end)):
        for by in range(step, step * (most + 1), step):
            left, right = (start + by, end + by) if step < 0 else (start + by - 1, end + by - 1)
            if tokens[left] != tokens[right]:
                break
            if (rank := _rank(tokens, start + by)) > best_rank:
                best, best_rank = by, rank
    hunks[number] = Hunk(hunk.start + best, hunk.end + best, hunk.new_start + best, hunk.new_end + best)
    return hunks[number]


def _rank(tokens: Sequence[str], start: int) -> int:
    """Return how well something begins at a token: 3 for a block, 2 for a sentence, 1 for a word after a space."""
    if start == 0 or "\n" in tokens[start - 1]:
        return 3
    if not tokens[start - 1].isspace():
        return 2 if tokens[start - 1] in "。！？" else 0
    return 2 if start > 1 and tokens[start - 2] in _SENTENCE_ENDS else 1


def _matches(before: Sequence[str], after: Sequence[str], level: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield what is equal, in order: where it starts in both, and how many tokens it is."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    if head:
        yield 0, 0, head
    inner, others = before[head : len(before) - tail], after[head : len(after) - tail]
    if inner and others:
        if _pairs(inner, others) <= _MOST_PAIRS:
            # white space alone holds nothing together
            matcher = SequenceMatcher(str.isspace, inner, others, autojunk=False)
            found: Iterable[tuple[int, int, int]] = matcher.get_matching_blocks()
        else:
            found = _between_anchors(inner, others, level)
        for start, new_start, length in found:
            if length:
                yield head + start, head + new_start, length
    if tail:
        yield len(before) - tail, len(after) - tail, tail


def _between_anchors(before: Sequence[str], after: Sequence[str], level: int) -> Iterator[tuple[int, int, int]]:
    if level == len(_UNITS):
        return
    at = new_at = 0
    for start, new_start, length in (*_anchors(before, after, level), (len(before), len(after), 0)):
        for gap, new_gap, equal in _matches(before[at:start], after[new_at:new_start], level + 1):
            yield at + gap, new_at + new_gap, equal
        if length:
            yield start, new_start, length
        at, new_at = start + length, new_start + length


def _anchors(before: Sequence[str], after: Sequence[str], level: int) -> list[tuple[int, int, int]]:
    """Return the longest row of units that both texts have just once, and in the same order."""
    once, others_once = _once(before, level), _once(after, level)
    overlap = _UNITS[level] is _runs
    shared = [
        (start, others_once[unit], 1 if overlap else len(unit)) for unit, start in once.items() if unit in others_once
    ]
    # the longest increasing subsequence of where they stand in the second text
    ends: list[int] = []
    last_of: list[int] = []
    previous: list[int] = []
    for number, (_, new_start, _) in enumerate(shared):
        length = bisect_left(ends, new_start)
        previous.append(last_of[length - 1] if length else -1)
        if length == len(ends):
            ends.append(new_start)
            last_of.append(number)
        else:
            ends[length], last_of[length] = new_start, number
    row: list[tuple[int, int, int]] = []
    number = last_of[-1] if last_of else -1
    while number >= 0:
        row.append(shared[number])
        number = previous[number]
    return row[::-1]


def _once(tokens: Sequence[str], level: int) -> dict[tuple[str, ...], int]:
    """Return the units that occur once, and where they start, in order."""
    starts: dict[tuple[str, ...], int] = {}
    twice: set[tuple[str, ...]] = set()
    for start, end in _UNITS[level](tokens):
        unit = tuple(tokens[start:end])
        if unit in starts:
            twice.add(unit)
        starts[unit] = start
    return {unit: start for unit, start in starts.items() if unit not in twice and any(map(is_word, unit))}


def _blocks(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    return _ending(tokens, lambda token: "\n" in token)


def _sentences(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    return _ending(tokens, lambda token: token in _SENTENCE_ENDS or "\n" in token)


def _runs(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of words wherever one starts: they overlap, and so each stands for the first of its words only."""
    return ((start, start + _RUN) for start in range(len(tokens) - _RUN + 1))


def _single(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    return ((start, start + 1) for start in range(len(tokens)))


def _ending(tokens: Sequence[str], ends: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for at, token in enumerate(tokens, 1):
        if ends(token) or at == len(tokens):
            yield start, at
            start = at


# what texts too long for difflib are held together by
_UNITS: tuple[Callable[[Sequence[str]], Iterator[tuple[int, int]]], ...] = (_blocks, _sentences, _runs, _single)


def _pairs(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many pairs of equal tokens there are: what difflib looks at again and again."""
    others = Counter(after)
    return sum(number * others[token] for token, number in Counter(before).items() if not token.isspace())
