"""The lines of a PDF and where they stand, as PDFium finds them. Runs in a process of its own (`process.py`).

PDFium is a program in C++ that no exception can stop: a page of a few kilobytes can cost hours and gigabytes. So it
works where the system can end it, within limits of time and memory, and hands over nothing but texts and numbers.
"""

import ctypes
import json
import math
import struct
import sys
from collections import Counter
from itertools import islice
from typing import Any, BinaryIO

MOST_PAGES = 2_000
MOST_CHARACTERS = 10_000_000
MOST_LINES = 400_000
LONGEST_LINE = 20_000

_PIECE_GAP = 1.2  # of the size of letters: a wider gap parts a line into pieces, which may be of two columns
_BOLD = 600
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")
_HYPHEN = "\u00ad"  # a soft one
_LENGTH = struct.Struct(">Q")

# A line: its pieces (text, left, right), its baseline, the size of its letters, whether they are bold, or turned.
Piece = tuple[str, float, float]
Box = tuple[float, float, float, float]  # left, bottom, right, top
Line = tuple[list[Piece], float, float, bool, bool]


class _TooLargeError(Exception):
    """The document is not read; the message says why."""


def read_pages(content: bytes) -> dict[str, Any]:
    """Return what is in a PDF: `pages` (width, height, lines, images), `info`; or `error` and what kind it is."""
    import pypdfium2
    from pypdfium2 import PdfiumError

    try:
        document = pypdfium2.PdfDocument(content)
    except PdfiumError as error:
        return {"error": "password" if "assword" in str(error) else "broken", "what": str(error)}
    try:
        number = len(document)
        if number > MOST_PAGES:
            return {"error": "pages", "what": f"{number:,}"}
        info = document.get_metadata_dict(skip_empty=True)
        budget = [MOST_CHARACTERS, MOST_LINES]
        pages = []
        broken = 0
        for index in range(number):
            try:
                pages.append(_page(document[index], budget))
            except PdfiumError:
                pages.append([0.0, 0.0, [], 0])
                broken += 1
        return {"pages": pages, "info": info, "broken": broken}
    except _TooLargeError as error:
        return {"error": "large", "what": str(error)}


def _page(page: Any, budget: list[int]) -> list[Any]:
    import pypdfium2.raw as raw

    box = page.get_mediabox()
    text_page = page.get_textpage()
    try:
        lines, turn = _lines(text_page.raw, raw, budget, box)
        images = 0
        if not lines:
            found = page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=2)
            images = sum(1 for _ in islice(found, 50))
        sides = (box[2] - box[0], box[3] - box[1])
        return [sides[turn % 2], sides[1 - turn % 2], lines, images]
    finally:
        text_page.close()
        page.close()


def _lines(text: Any, raw: Any, budget: list[int], box: Box) -> tuple[list[Line], int]:
    """Return the lines of a page as they are drawn, y growing downwards, and how most are turned."""
    count = raw.FPDFText_CountChars(text)
    budget[0] -= count
    if budget[0] < 0:
        raise _TooLargeError(f"more than {MOST_CHARACTERS:,} characters")
    turn = _direction(text, raw, count)
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    references = [ctypes.byref(one) for one in (left, right, bottom, top)]
    lines: list[Line] = []
    pieces: list[Piece] = []
    letters: list[str] = []
    start = end = 0.0
    first = last = -1
    size = 0.0

    def close_piece() -> None:
        nonlocal letters
        joined = "".join(letters)
        if joined.strip():
            pieces.append((joined, min(start, end), max(start, end)))
        letters = []

    def close_line() -> None:
        nonlocal pieces, first, size
        close_piece()
        if pieces:
            budget[1] -= 1
            if budget[1] < 0:
                raise _TooLargeError(f"more than {MOST_LINES:,} lines")
            samples = sorted({first + (last - first) * part // 4 for part in range(5)})
            size = Counter(_size(text, raw, index) for index in samples).most_common(1)[0][0]
            is_bold = _is_bold(text, raw, first) and _is_bold(text, raw, last)
            turned = _quarters(text, raw, first) != turn
            lines.append((pieces, _baseline(text, raw, first, turn, box), size, is_bold, turned))
        pieces = []
        first = -1

    previous: tuple[float, float] | None = None
    length = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (10, 13):
            close_line()
            previous, length = None, 0
            continue
        if code in (2, 0xFFFE):  # a hyphen at the end of a line, of whichever kind
            letters.append("-")
            close_line()
            previous, length = None, 0
            continue
        if code == 0xAD:
            character = _HYPHEN
        elif code == 0 or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            character = "\ufffd"
        else:
            character = chr(code)
        length += 1
        if length > LONGEST_LINE:
            close_line()
            previous, length = None, 0
        if character.isspace():
            letters.append(" ")
            continue
        raw.FPDFText_GetCharBox(text, index, *references)
        x0, x1 = _across(left.value, right.value, bottom.value, top.value, turn, box)
        if first < 0:
            first, size = index, _size(text, raw, index)
        last = index
        if previous is not None and max(x0 - previous[1], previous[0] - x1) > _PIECE_GAP * size > 0:
            close_piece()
        if not letters or not "".join(letters).strip():
            start, end = x0, x1
        start, end = min(start, x0), max(end, x1)
        letters.append(character)
        previous = (x0, x1)
    close_line()
    return lines, turn


def _direction(text: Any, raw: Any, count: int) -> int:
    """Return how most of a page is written, in quarters of a turn clockwise: 0 is from left to right."""
    turns = Counter(_quarters(text, raw, index) for index in range(0, count, count // 50 + 1))
    return turns.most_common(1)[0][0] if turns else 0


def _quarters(text: Any, raw: Any, index: int) -> int:
    angle = raw.FPDFText_GetCharAngle(text, index)
    return round(angle / (math.pi / 2)) % 4 if math.isfinite(angle) else 0


def _across(x0: float, x1: float, y0: float, y1: float, turn: int, box: Box) -> tuple[float, float]:
    """Return where a letter begins and ends along its line, in the direction in which the page is written."""
    left, bottom, right, top = box
    return ((x0 - left, x1 - left), (top - y1, top - y0), (right - x1, right - x0), (y0 - bottom, y1 - bottom))[turn]


def _baseline(text: Any, raw: Any, index: int, turn: int, box: Box) -> float:
    left, bottom, right, top = box
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(text, index, ctypes.byref(x), ctypes.byref(y))
    return float((top - y.value, right - x.value, y.value - bottom, x.value - left)[turn])


def _size(text: Any, raw: Any, index: int) -> float:
    matrix = raw.FS_MATRIX()
    size = raw.FPDFText_GetFontSize(text, index)
    if raw.FPDFText_GetMatrix(text, index, ctypes.byref(matrix)):
        scale = math.hypot(matrix.c, matrix.d)
        if math.isfinite(scale) and scale > 0:
            size *= scale
    return round(size, 1) if math.isfinite(size) else 0.0


def _is_bold(text: Any, raw: Any, index: int) -> bool:
    if raw.FPDFText_GetFontWeight(text, index) >= _BOLD:
        return True
    buffer = ctypes.create_string_buffer(200)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text, index, buffer, len(buffer), ctypes.byref(flags))
    name = buffer.value.decode("utf-8", "replace").lower()
    return any(part in name for part in _BOLD_NAMES)


def serve(source: BinaryIO, target: BinaryIO, seconds: int, memory: int) -> None:
    """Read PDFs from one stream and write what is in them to another, until it ends.

    Each may take so many seconds of the processor. Over a limit the system ends the process: who waits for the answer
    sees that none comes.
    """
    _limit_memory(memory)
    import pypdfium2  # noqa: F401 - before time is counted

    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        content = source.read(_LENGTH.unpack(head)[0])
        _set_alarm(seconds)
        try:
            found = read_pages(content)
        except MemoryError:
            found = {"error": "memory", "what": ""}
        answer = json.dumps(found).encode()
        _set_alarm(0)
        target.write(_LENGTH.pack(len(answer)) + answer)
        target.flush()


def _limit_memory(memory: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):  # a system that has no such limit
        pass


def _set_alarm(seconds: int) -> None:
    import signal

    if hasattr(signal, "setitimer"):  # of the processor: a busy machine costs no PDF
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, int(sys.argv[1]), int(sys.argv[2]))
