"""The paragraphs of a plain text, however its lines are broken.

Empty lines part paragraphs. Lines without an empty line between them are a run. Each line of a run is a paragraph of
its own, unless the run is hard-wrapped: broken at a fixed width in the middle of sentences, as in mail and in agency
copy. A run may be wrapped if its longest line is 40 to 100 columns wide (a character of a script without spaces takes
two). The runs that may be are taken as wrapped if at three in ten of all their line breaks the text goes on: a line at
least half as long as the longest is followed by one in lower case or, in a script without spaces, a full line does not
end a sentence.

In a wrapped run a line is joined to the one before if it starts in lower case, if its first word would not have fitted
there with a fifth of the width to spare, or if it is not indented in a run that parts its paragraphs by indentation. It
is not joined where it is an item of a list (a dash that goes on with a sentence is none), a quoted line (">"), or
indented more than the line before, unless that is an item of a list.
"""

import unicodedata
from itertools import pairwise

from archive.normalize.text import ends_sentence
from archive.normalize.tokens import has_unspaced_script, index_text

LIST_MARKS = "-*•–—"
_NARROWEST, _WIDEST = 40, 100
_GOING_ON = 0.3
_FULL = 0.8


def is_list_item(line: str) -> bool:
    """Tell whether a line has a list mark (`- * • – —`), a space, and something after them.

    >>> is_list_item("- Trade grows"), is_list_item("-5 degrees"), is_list_item("* * *")
    (True, False, False)
    """
    return line != "" and line[0] in LIST_MARKS and line[1:2].isspace() and line.lstrip(" \t" + LIST_MARKS) != ""


def split_paragraphs(text: str) -> tuple[list[str], bool]:
    """Return the paragraphs of a cleaned text, each on one line, and whether an empty line follows the first.

    Wrapped lines are joined with a space, or with nothing where scripts without spaces need none.
    Indentation goes; nothing else is changed, and an item of a list keeps its mark.

    >>> split_paragraphs("A headline\\n\\nThe first paragraph.\\nThe second.")
    (['A headline', 'The first paragraph.', 'The second.'], True)
    """
    chunks = [chunk for part in text.split("\n\n") if (chunk := part.strip("\n"))]
    if not any("\n" in chunk for chunk in chunks):
        return [line for chunk in chunks if (line := chunk.strip())], len(chunks) > 1
    runs = [[line for line in chunk.split("\n") if not line.isspace()] for chunk in chunks if not chunk.isspace()]
    unspaced = has_unspaced_script(text)
    parts = [
        _join_wrapped(run, columns, unspaced) if columns else [line.strip() for line in run]
        for run, columns in zip(runs, _find_wrapped(runs, unspaced), strict=True)
    ]
    return [paragraph for part in parts for paragraph in part], len(parts) > 1 and len(parts[0]) == 1


def _columns(line: str) -> int:
    """Return how wide a line is: a character of a script without spaces takes two columns."""
    indexed = index_text(line)
    return len(line) if indexed is None else len(line) + (len(indexed) - len(line)) // 2


def _find_wrapped(runs: list[list[str]], unspaced: bool) -> list[list[int]]:
    """Return for each run how wide its lines are if it is wrapped, nothing if not.

    `unspaced`: the text has a script without spaces.
    """
    found: list[list[int]] = []
    breaks = going_on = 0
    for run in runs:
        columns = list(map(len, run))
        if unspaced and max(columns) <= _WIDEST:
            columns = list(map(_columns, run))
        width = max(columns)
        if len(run) == 1 or not _NARROWEST <= width <= _WIDEST:
            found.append([])
            continue
        found.append(columns)
        breaks += len(run) - 1
        for number in range(1, len(run)):
            first = run[number].lstrip()[0]
            if first.islower():
                going_on += columns[number - 1] >= width // 2
            elif unspaced and has_unspaced_script(first):
                going_on += columns[number - 1] >= width - 4 and not ends_sentence(run[number - 1])
    return found if going_on and going_on >= _GOING_ON * breaks else [[]] * len(runs)


def _join_wrapped(run: list[str], columns: list[int], unspaced: bool) -> list[str]:
    full = _FULL * max(columns)
    lines = [line.strip() for line in run]
    indents = [len(line) - len(line.lstrip()) for line in run]
    indented = [False, *(after > before for before, after in pairwise(indents))]
    if True in indented:
        full = 0  # indentation parts the paragraphs: a short line does not
    paragraphs: list[list[str]] = []
    in_item = False
    for number, line in enumerate(lines):
        before = lines[number - 1]
        if number and _goes_on(before, line, indented[number] and not in_item, in_item, full - columns[number - 1]):
            paragraphs[-1] += [line] if unspaced and _meet(before[-1], line[0]) else [" ", line]
        else:
            paragraphs.append([line])
            in_item = is_list_item(line)
    return ["".join(parts) for parts in paragraphs]


def _meet(left: str, right: str) -> bool:
    """Tell whether no space belongs between two characters: Chinese beside Chinese, or beside punctuation."""
    sides = (left, right)
    if not any(has_unspaced_script(side) or unicodedata.east_asian_width(side) in "WF" for side in sides):
        return False
    return all(has_unspaced_script(side) or unicodedata.category(side)[0] == "P" for side in sides)


def _goes_on(before: str, line: str, indented: bool, in_item: bool, room: float) -> bool:
    """Tell whether a line goes on with the paragraph of the one before, which has so many columns of room."""
    if is_list_item(line):
        # A dash within a sentence may come to stand at the start of a line, after a full one.
        rest = line.lstrip(" \t" + LIST_MARKS)
        within = line[0] not in "*•" and rest[0].islower() and not ends_sentence(before) and before[-1] not in ":;,"
        return within and not in_item and room < 2
    if indented or line[0] == ">":
        return False
    if room < 1 or line[0].islower():
        return True
    return _columns(line.split(None, 1)[0]) + 1 > room
