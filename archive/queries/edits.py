"""What an edit did to a text: the headline, figures, passages, the rest of the wording; and how much of it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from archive.normalize.text import sentence_ends
from archive.queries.comparison import Hunk, find_hunks, is_word, split_words
from archive.queries.figures import Figure, find_figures

_MOSTLY = 0.75  # of a sentence's words must be gone for the sentence to be

KINDS = ("headline", "figures", "passages_gone", "passages_new", "order", "wording", "layout", "set_aside")


@dataclass(frozen=True)
class Text:
    """A state of a text: its headline, if it has one, its body, and what was set aside of it."""

    headline: str | None
    body: str
    set_aside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """What changed from one state of a text to another.

    kinds           which of KINDS; `order` if sentences stand elsewhere, `wording` if words changed beside figures and
                    passages, `layout` if only marks and white space did
    figures         old and new, where one stands for the other; else None on one side
    passages_gone   sentences of which at least three quarters of the words are gone; neighbours in one
    passages_new    the same of what came
    set_aside_gone  what was set aside before, and is not any more
    set_aside_new   the reverse
    percent         of the words of headline and body, before and after together: how many were taken out or put in
    """

    kinds: tuple[str, ...]
    figures: tuple[tuple[str | None, str | None], ...]
    passages_gone: tuple[str, ...]
    passages_new: tuple[str, ...]
    set_aside_gone: tuple[str, ...]
    set_aside_new: tuple[str, ...]
    percent: float


class _Span(NamedTuple):
    start: int
    end: int


def describe_edit(before: Text, after: Text) -> Edit:
    """Return what changed from one state of a text to another.

    Figures are compared as written and however often they occur, so that one that stands elsewhere is no change.

    >>> edit = describe_edit(Text("Storm", "About 12 boats sank."), Text("Storm", "About 14 boats sank."))
    >>> edit.kinds, edit.figures, edit.percent
    (('figures',), (('12', '14'),), 20.0)
    """
    headline = _Field(before.headline or "", after.headline or "")
    body = _Field(before.body, after.body)
    figures = [*headline.figures(), *body.figures()]
    gone, new = body.old.passages_not_in(body.new), body.new.passages_not_in(body.old)
    set_aside_gone = tuple((Counter(before.set_aside) - Counter(after.set_aside)).elements())
    set_aside_new = tuple((Counter(after.set_aside) - Counter(before.set_aside)).elements())
    differs = headline.differs or body.differs
    is_there = {
        "headline": headline.differs,
        "figures": bool(figures),
        "passages_gone": bool(gone),
        "passages_new": bool(new),
        "order": body.is_reordered(),
        "wording": body.has_other_words(),
        "set_aside": bool(set_aside_gone or set_aside_new),
    }
    is_there["layout"] = differs and not any(is_there[kind] for kind in KINDS[:-2])
    words = headline.words + body.words
    return Edit(
        tuple(kind for kind in KINDS if is_there[kind]),
        tuple(figures),
        gone,
        new,
        set_aside_gone,
        set_aside_new,
        100 * (headline.changed_words + body.changed_words) / words if words else 0.0,
    )


class _Side:
    """One of two states of a text, and what of it is not in the other."""

    def __init__(self, text: str, tokens: Sequence[str], changed: Sequence[_Span]) -> None:
        """`changed` are spans of tokens."""
        self.text = text
        self._offsets = [0, *accumulate(map(len, tokens))]
        is_changed = bytearray(len(tokens))
        for start, end in changed:
            is_changed[start:end] = b"\x01" * (end - start)
        self._words = [_Span(*self._offsets[at : at + 2]) for at, token in enumerate(tokens) if is_word(token)]
        self._changed = [at for at, one in enumerate(_of_words(tokens, is_changed)) if one]
        self.hunks = [_Span(self._offsets[start], self._offsets[end]) for start, end in changed]
        self._sentences = _sentences(text)
        self._sentence_of = _sentence_numbers(self._words, self._sentences)
        self._wholly_changed = self._find_wholly_changed()

    @property
    def words(self) -> int:
        return len(self._words)

    @property
    def changed_words(self) -> list[_Span]:
        """Where the words stand that are not in the other state."""
        return [self._words[at] for at in self._changed]

    def _find_wholly_changed(self) -> list[int]:
        """Return the numbers of the sentences of which most words are not in the other state."""
        words = Counter(self._sentence_of)
        changed = Counter(self._sentence_of[at] for at in self._changed)
        return [number for number, count in sorted(changed.items()) if count >= _MOSTLY * words[number]]

    def sentence(self, number: int) -> str:
        start, end = self._sentences[number]
        return " ".join(self.text[start:end].split())

    def passages_not_in(self, other: "_Side") -> tuple[str, ...]:
        """Return the sentences that the other state does not have, those that follow each other in a block as one."""
        elsewhere = self.moved_to(other)
        passages: list[_Span] = []
        last = -2
        for number in self._wholly_changed:
            if number in elsewhere:
                continue
            start, end = self._sentences[number]
            if number == last + 1 and "\n\n" not in self.text[passages[-1].end : start]:
                start = passages.pop().start
            passages.append(_Span(start, end))
            last = number
        return tuple(self.text[start:end].strip() for start, end in passages)

    def moved_to(self, other: "_Side") -> set[int]:
        """Return the numbers of the sentences that stand elsewhere in the other state, word for word."""
        theirs = Counter(map(other.sentence, other._wholly_changed))
        moved = set()
        for number in self._wholly_changed:
            sentence = self.sentence(number)
            if theirs[sentence]:
                theirs[sentence] -= 1
                moved.add(number)
        return moved

    def has_other_words(self, figures: Iterable[Figure]) -> bool:
        """Tell whether words changed that are in no sentence wholly changed, and in none of these figures."""
        in_figures = [False] * (len(self.text) + 1)
        for figure in figures:
            in_figures[figure.start : figure.end] = [True] * (figure.end - figure.start)
        wholly = set(self._wholly_changed)
        return any(
            self._sentence_of[at] not in wholly and not in_figures[self._words[at].start] for at in self._changed
        )


class _Field:
    """A headline or a body in two states."""

    def __init__(self, before: str, after: str) -> None:
        tokens, others = split_words(before), split_words(after)
        self._hunks: list[Hunk] = find_hunks(tokens, others)
        self.old = _Side(before, tokens, [_Span(hunk.start, hunk.end) for hunk in self._hunks])
        self.new = _Side(after, others, [_Span(hunk.new_start, hunk.new_end) for hunk in self._hunks])
        self.differs = before != after
        self.words = self.old.words + self.new.words
        self.changed_words = len(self.old.changed_words) + len(self.new.changed_words)
        figures, other_figures = find_figures(before), find_figures(after)
        self._gone = _surplus(figures, other_figures, self.old.hunks)
        self._new = _surplus(other_figures, figures, self.new.hunks)

    def figures(self) -> list[tuple[str | None, str | None]]:
        """Return the figures that changed, old and new; those of one hunk stand for each other, in their order."""
        pairs: list[tuple[str | None, str | None]] = []
        theirs = [(figure, _hunk_of(figure, self.new.hunks)) for figure in self._new]
        taken: set[int] = set()
        for figure in self._gone:
            hunk = _hunk_of(figure, self.old.hunks)
            number = next(
                (number for number, (_, at) in enumerate(theirs) if at == hunk >= 0 and number not in taken), -1
            )
            taken.add(number)
            pairs.append((figure.text, theirs[number][0].text if number >= 0 else None))
        return pairs + [(None, figure.text) for number, (figure, _) in enumerate(theirs) if number not in taken]

    def is_reordered(self) -> bool:
        """Tell whether a sentence stands elsewhere than before."""
        return bool(self.old.moved_to(self.new))

    def has_other_words(self) -> bool:
        """Tell whether words changed beside figures and whole sentences."""
        return self.old.has_other_words(self._gone) or self.new.has_other_words(self._new)


def _surplus(figures: Sequence[Figure], others: Sequence[Figure], hunks: Sequence[_Span]) -> list[Figure]:
    """Return the figures that others do not have, or not as often; where one stays, those in a hunk are the surplus."""
    left = Counter(figure.text for figure in figures) - Counter(figure.text for figure in others)
    if not left:
        return []
    found = []
    for figure in sorted(figures, key=lambda figure: _hunk_of(figure, hunks) < 0):
        if left[figure.text] > 0:
            left[figure.text] -= 1
            found.append(figure)
    return sorted(found, key=lambda figure: figure.start)


def _hunk_of(figure: Figure, hunks: Sequence[_Span]) -> int:
    """Return the number of the hunk that a figure is in or touches with a part; -1 if it is in none."""
    number = bisect_right(hunks, figure.end, key=lambda hunk: hunk.start) - 1
    # one that is put in where nothing stood is a hunk of no length here
    return number if number >= 0 and hunks[number].end >= figure.start else -1


def _of_words(tokens: Sequence[str], values: Sequence[int]) -> Iterable[int]:
    return (value for token, value in zip(tokens, values, strict=True) if is_word(token))


def _sentences(text: str) -> list[_Span]:
    """Return where the sentences of a text stand; none goes beyond its block."""
    spans: list[_Span] = []
    start = 0
    for block in text.split("\n\n"):
        begin = 0
        for end in (*sentence_ends(block), len(block)):
            if block[begin:end].strip():
                spans.append(_Span(start + begin, start + end))
                begin = end
        start += len(block) + 2
    return spans


def _sentence_numbers(words: Sequence[_Span], sentences: Sequence[_Span]) -> list[int]:
    """Return of each word the number of the sentence that it is in."""
    numbers = []
    number = 0
    for word in words:
        while number + 1 < len(sentences) and sentences[number + 1].start <= word.start:
            number += 1
        numbers.append(number)
    return numbers
