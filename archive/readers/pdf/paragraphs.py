"""The paragraphs of a PDF, made of its lines.

A paragraph ends where more room follows than between other lines, where the size of letters changes, before a line that
is indented, after a line that is shorter than it had to be and ends a sentence, and before the mark of a list. Across
columns and pages it goes on unless a sentence ends.

A hyphen at the end of a line goes only if it is a soft one, or if the word stands elsewhere in the document as one;
else it stays, without a space after it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from archive.readers.office.written import Paragraph
from archive.readers.pdf.lines import Line

_WIDER = 1.3
_OTHER_SIZE = 1.08
_INDENT = 0.7  # of the size of letters
_FOOTNOTE = 0.9
_HYPHENS = "-\u2010\u00ad"
_MARK = re.compile(r"[•▪●◦‣■□–—*-]\s+\S|[•▪●◦‣■□]")
_FOOTNOTE_MARK = re.compile(r"[\d*†‡§¹²³]")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")


@dataclass
class _Run:
    """Lines that stand below each other in one column."""

    lines: list[Line] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Return the left edge that the lines have in common."""
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        """Return the right edge of the longest line."""
        return max(line.right for line in self.lines)


@dataclass(frozen=True)
class _Measures:
    """What holds for the whole document: the size of most letters, the usual distance of lines in such sizes."""

    size: float
    pitch: float
    has_indents: bool


def make_paragraphs(lines: Sequence[Line]) -> tuple[list[Paragraph], int]:
    """Return the paragraphs of lines that stand in order, and how many hyphens at ends of lines were left in doubt."""
    text = [line for line in lines if line.part == "body"]
    runs = list(_runs(text))
    edges = {id(line): (run.left, run.right) for run in runs for line in run.lines}
    measures = _measure(runs)
    notes = _footnotes(text, measures)
    words = Counter(word.casefold() for line in text for word in _WORD.findall(line.text.rstrip(_HYPHENS)))
    paragraphs: list[Paragraph] = []
    doubtful = 0
    open_lines: list[Line] = []
    waiting: list[Paragraph] = []  # what stands on the page within a paragraph

    def close() -> None:
        nonlocal doubtful
        if open_lines:
            joined, number = _join(open_lines, words)
            doubtful += number
            paragraphs.append(_paragraph(joined, open_lines))
            open_lines.clear()
        paragraphs.extend(waiting)
        waiting.clear()

    for line in lines:
        if line.part != "body" or id(line) in notes:
            part = "footnote" if line.part == "body" else line.part
            if part == "footnote" and waiting and waiting[-1].part == part and not _FOOTNOTE_MARK.match(line.text):
                joined, number = _join([line], words, before=waiting.pop().text)
                doubtful += number
                waiting.append(Paragraph(joined, part=part))
            else:
                waiting.append(Paragraph(line.text, part=part))
            continue
        if open_lines and _ends_between(open_lines, line, edges, measures):
            close()
        open_lines.append(line)
    close()
    return paragraphs, doubtful


def _runs(lines: Iterable[Line]) -> Iterator[_Run]:
    run = _Run()
    for line in lines:
        if run.lines and not _is_below(run.lines[-1], line):
            yield run
            run = _Run()
        run.lines.append(line)
    if run.lines:
        yield run


def _is_below(before: Line, line: Line) -> bool:
    beside = min(before.right, line.right) - max(before.left, line.left)
    return (
        before.page == line.page
        and 0 < line.y - before.y < 4 * max(before.size, line.size, 1)
        and beside > 0
        and max(before.size, line.size) <= 1.5 * min(before.size, line.size)
    )


def _measure(runs: Sequence[_Run]) -> _Measures:
    sizes: Counter[float] = Counter()
    pitches = []
    for run in runs:
        for before, line in zip([None, *run.lines], run.lines, strict=False):
            sizes[line.size] += len(line.text)
            if before is not None and before.size == line.size > 0:
                pitches.append((line.y - before.y) / line.size)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    indents = full = 0
    for run in runs:
        for line in run.lines:
            if line.size == size and len(run.lines) > 3:
                indented = line.left - run.left
                indents += _INDENT * size < indented < 5 * size
                full += indented <= _INDENT * size
    return _Measures(size, median(pitches) if pitches else 1.2, indents >= 3 and 0.05 * full <= indents <= 0.6 * full)


def _ends_between(
    open_lines: Sequence[Line], line: Line, edges: dict[int, tuple[float, float]], measures: _Measures
) -> bool:
    """Tell whether a paragraph ends before a line."""
    from archive.normalize.text import ends_sentence

    before = open_lines[-1]
    small, large = sorted((max(before.size, 0.1), max(line.size, 0.1)))
    if large > _OTHER_SIZE * small or _MARK.match(line.text):
        return True
    left, right = edges[id(before)]
    width = max(right - left, 1.0)
    room = right - before.right
    if not _is_below(before, line):
        other_left, other_right = edges[id(line)]
        is_lower = line.y >= before.y and min(before.right, line.right) > max(before.left, line.left)
        if before.page == line.page and (is_lower or before.y == line.y):
            return True
        if width < 0.6 * (other_right - other_left):
            return True
        indented = line.left - edges[id(line)][0] > _INDENT * line.size
        if before.size > _OTHER_SIZE * measures.size or before.is_bold != line.is_bold:
            return True
        if not ends_sentence(before.text):
            return before.page == line.page and room > 0.35 * width and not line.text[0].islower()
        return not (measures.has_indents and not indented and room < 0.1 * width)
    if line.y - before.y > _WIDER * measures.pitch * line.size:
        return True
    if before.is_bold != line.is_bold and room > 0.15 * width:
        return True
    is_item = _MARK.match(open_lines[0].text) is not None
    if not is_item and line.left - left > _INDENT * line.size and line.left - before.left > _INDENT * line.size:
        return True
    letter = max(line.right - line.left, 1.0) / max(len(line.text), 1)
    word = len(line.text.split(None, 1)[0]) * letter
    if ends_sentence(before.text):
        return room > word + 2 * letter + 0.03 * width
    return room > 0.4 * width and room > word + 2 * letter and not line.text[0].islower()


def _footnotes(lines: Sequence[Line], measures: _Measures) -> set[int]:
    """Return which lines are footnotes: those that end a page in smaller letters, from one that begins with a mark."""
    found: set[int] = set()
    by_page: dict[int, list[Line]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    for of_page in by_page.values():
        by_height = sorted(of_page, key=lambda line: line.y)
        start = len(by_height)
        while start and by_height[start - 1].size <= _FOOTNOTE * measures.size:
            start -= 1
        while 0 < start < len(by_height) and not _FOOTNOTE_MARK.match(by_height[start].text):
            start += 1
        if start:
            found.update(id(line) for line in by_height[start:])
    return found


def _join(lines: Sequence[Line], words: Counter[str], before: str = "") -> tuple[str, int]:
    """Return the text of lines, and how many hyphens at their ends were left since nothing tells what they are."""
    from archive.normalize.tokens import has_unspaced_script

    text = before
    doubtful = 0
    for line in lines:
        follows = line.text
        if not text:
            text = follows
        elif text[-1] in _HYPHENS and len(text) > 1 and text[-2].isalpha() and follows[0].isalpha():
            start, end = _LAST_WORD.search(text[:-1]), _FIRST_WORD.match(follows)
            whole = f"{start[0]}{end[0]}".casefold() if start and end else ""
            parted = f"{start[0]}-{end[0]}".casefold() if start and end else ""
            if text[-1] == "\u00ad" or (words[whole] and not words[parted]):
                text = text[:-1] + follows
            else:
                doubtful += not words[parted]
                text += follows
        elif has_unspaced_script(text[-1]) and has_unspaced_script(follows[0]):
            text += follows
        else:
            text += f" {follows}"
    return text.replace("\u00ad", ""), doubtful


def _paragraph(text: str, lines: Sequence[Line]) -> Paragraph:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    kind = "list" if _MARK.match(text) and not text.startswith(("–", "—")) else "paragraph"
    if kind == "list":
        text = text.lstrip("•▪●◦‣■□*- ") or text
    return Paragraph(
        text,
        kind,
        1 if kind == "list" else None,
        "",
        "body",
        all(line.is_bold for line in lines),
        sizes.most_common(1)[0][0],
    )
