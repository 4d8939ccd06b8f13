"""PDFs made for tests: by reportlab as programs write them, and by hand, as none should."""

import zlib
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph

_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
for _name in ("DejaVuSerif", "DejaVuSans", "DejaVuSans-Bold"):
    pdfmetrics.registerFont(TTFont(_name, str(_FONTS / f"{_name}.ttf")))

BODY = ParagraphStyle("body", fontName="DejaVuSerif", fontSize=10, leading=13, alignment=4, spaceAfter=6)
INDENTED = ParagraphStyle("indented", BODY, spaceAfter=0, firstLineIndent=14)
TITLE = ParagraphStyle("title", fontName="DejaVuSans-Bold", fontSize=20, leading=24, spaceAfter=8)
HEADING = ParagraphStyle("heading", fontName="DejaVuSans-Bold", fontSize=12, leading=15, spaceBefore=8, spaceAfter=4)
_WORDS = """
harbour office confirmed ferry would sail again before month over fishermen council repairs engine quay storm islands
morning evening minister said officials efficient waffle fluent refit reported passengers timetable winter
"""

Lines = Sequence[tuple[float, float, str]]


def prose(number: int, sentences: int = 5) -> str:
    """Return a paragraph of made-up prose, another for each number."""
    state = number * 7919 + 17
    vocabulary = _WORDS.split()
    found = []
    for _ in range(sentences):
        words = []
        for _ in range(9 + state % 9):
            state = (state * 1103515245 + 12345) % 2**31
            words.append(vocabulary[(state >> 8) % len(vocabulary)])
        found.append(" ".join(words).capitalize() + ".")
    return " ".join(found)


def flowed(
    story: Iterable[tuple[str, ParagraphStyle]], *, columns: int = 1, head: str = "", foot: str = "", **info: str
) -> bytes:
    """Return a PDF of paragraphs that flow in columns, with a line at the edges of each page (`{}` is its number)."""
    out = BytesIO()

    def edges(canvas: Canvas, document: Any) -> None:
        canvas.setFont("DejaVuSerif", 8)
        canvas.drawString(60, 810, head.format(document.page))
        canvas.drawCentredString(300, 25, foot.format(document.page))

    width = 475 / columns
    frames = [Frame(60 + number * width, 50, width - 10, 745, id=str(number)) for number in range(columns)]
    document = BaseDocTemplate(out, pagesize=(595, 842), **info)
    document.addPageTemplates([PageTemplate("page", frames, onPage=edges)])
    flowables: list[Flowable] = [Paragraph(text, style) for text, style in story]
    document.build(flowables)
    return out.getvalue()


def drawn(*pages: Lines, size: float = 10, turn: int = 0, encrypt: Any = None, **info: str) -> bytes:
    """Return a PDF whose lines stand where they are put: (x, y, text), y upwards."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), encrypt=encrypt)
    if "title" in info:
        canvas.setTitle(info["title"])
    for lines in pages:
        canvas.setPageRotation(turn)
        canvas.setFont("DejaVuSans", size)
        canvas.translate(*{0: (0, 0), 90: (595, 0), 180: (595, 842), 270: (0, 842)}[turn])
        canvas.rotate(turn)
        for x, y, text in lines:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def by_hand(objects: dict[int, bytes]) -> bytes:
    """Return a PDF of these objects; the first is its root."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places.get(number, 0)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, table))


def stream(data: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    """Return a stream, packed so many times."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return (
        b"<</Length %d/Filter[%s]%s>>stream\n" % (len(data), b"/FlateDecode" * times, entries) + data + b"\nendstream"
    )


def page_of(content: bytes, resources: bytes = b"", more: dict[int, bytes] | None = None) -> bytes:
    """Return a PDF of one page with this content, in Helvetica as /F."""
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>>>" % resources
    )
    return by_hand(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: page,
            4: content,
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            **(more or {}),
        }
    )
