"""What a word processor wrote, whichever format it saved: paragraphs in order, with what they look like.

`read_rtf`, `read_docx` and `read_odt` give these. Whoever takes such a document apart in another way (an export of many
articles, say) begins here; `article.py` makes one article of it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from archive.documents import Link
from archive.readers.base import UnreadableError

# Where in a document a paragraph stands. A text box is beside the body, and read where it is anchored.
PARTS = ("body", "text_box", "footnote", "endnote", "comment", "page_header", "page_footer", "margin", "deleted")

MOST_PARAGRAPHS = 500_000
MOST_CHARACTERS = 50_000_000
DEEPEST = 500  # groups or elements within each other


@dataclass(frozen=True)
class Paragraph:
    """One paragraph as written: its text, where it stands, what it looks like.

    text         a tab is a tab, a line broken within it a line feed; hidden and deleted text is not in it
    kind         paragraph, heading, list or table: one row of it, whose cells are `cells`, joined by ` | ` in `text`
    level        of a heading 1 to 9, of an item of a list how deep it stands, from 1
    style        the name of its style, in lower case: `title`, `heading 1`, `quote`; "" if it has none
    part         one of PARTS
    is_bold      whether all its letters are bold
    size         the size in points that most of its letters have; None where the document does not say
    links        what it links to, as stated
    after_break  whether a page, column or section begins before it by what the document says (not by its length)
    """

    text: str
    kind: str = "paragraph"
    level: int | None = None
    style: str = ""
    part: str = "body"
    is_bold: bool = False
    size: float | None = None
    cells: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    after_break: bool = False


@dataclass(frozen=True)
class Written:
    """A document as written: its paragraphs in order, blank ones left out; what its properties say; notes.

    `properties` are those that were found of title, author, subject, keywords and language. The notes of a paragraph
    (`part`) follow it, as do the text boxes that are anchored in it.
    """

    paragraphs: tuple[Paragraph, ...]
    properties: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass
class _Line:
    """A paragraph that is being written."""

    words: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    letters: int = 0
    bold: int = 0
    sizes: Counter[float] = field(default_factory=Counter)
    links: list[Link] = field(default_factory=list)
    open_link: tuple[str, int] | None = None


@dataclass
class _Part:
    """A run of paragraphs: the body, a note, a text box; with the row of a table that is being filled."""

    name: str
    line: _Line = field(default_factory=_Line)
    after_break: bool = False
    cell: list[Paragraph] = field(default_factory=list)
    row: list[list[Paragraph]] = field(default_factory=list)
    aside: list[Paragraph] = field(default_factory=list)  # notes and boxes of a paragraph that is not finished
    done: list[Paragraph] = field(default_factory=list)


class Writer:
    """Takes what a document says, in its order, and makes paragraphs of it; with bounds."""

    def __init__(self, part: str = "body") -> None:
        self._parts = [_Part(part)]
        self._paragraphs = 0
        self._characters = 0

    @property
    def _part(self) -> _Part:
        return self._parts[-1]

    @property
    def part(self) -> str:
        """Return which part is being written."""
        return self._part.name

    @property
    def is_blank(self) -> bool:
        """Return whether nothing stands in the paragraph so far."""
        return not self._part.line.words

    def write(self, text: str, *, bold: bool = False, size: float | None = None, deleted: bool = False) -> None:
        """Add text to the paragraph. What was deleted by a change that is tracked is kept apart."""
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise UnreadableError(f"a text of more than {MOST_CHARACTERS:,} characters", "split it")
        line = self._part.line
        if deleted:
            line.deleted.append(text)
            return
        line.words.append(text)
        letters = sum(map(str.isalnum, text))
        line.letters += letters
        if bold:
            line.bold += letters
        if size is not None and letters:
            line.sizes[size] += letters

    def open_link(self, url: str) -> None:
        """Begin a link; an address within the document, or none, is no link."""
        self._part.line.open_link = (url, len(self._part.line.words)) if url else None

    def close_link(self) -> None:
        """End the link that was begun in this paragraph."""
        line = self._part.line
        if line.open_link is not None:
            url, start = line.open_link
            text = " ".join("".join(line.words[start:]).split())
            line.links.append(Link("link", text or None, url))
            line.open_link = None

    def end_paragraph(
        self, kind: str = "paragraph", level: int | None = None, style: str = "", *, in_table: bool = False
    ) -> None:
        """End the paragraph. In a table it belongs to the cell; outside it, a row that was not ended ends."""
        self.close_link()
        part = self._part
        if not in_table:
            self._end_rows(part)
        line = part.line
        if not line.words and not line.deleted and not part.aside:
            return
        part.line = _Line()
        target = part.cell if in_table else part.done
        text = "".join(line.words).strip()
        if text:
            self._count()
            size = line.sizes.most_common(1)[0][0] if line.sizes else None
            is_bold = line.letters > 0 and line.bold == line.letters
            after_break, part.after_break = part.after_break, False
            target.append(
                Paragraph(text, kind, level, style, part.name, is_bold, size, (), tuple(line.links), after_break)
            )
        if deleted := "".join(line.deleted).strip():
            self._count()
            part.aside.append(Paragraph(deleted, part="deleted"))
        if not in_table:
            part.done += part.aside
            part.aside = []

    def end_cell(self) -> None:
        """End the cell of a table."""
        self._part.row.append(self._part.cell)
        self._part.cell = []

    def end_row(self) -> None:
        """End the row of a table. Where only one cell has text, its paragraphs stand for themselves."""
        part = self._part
        if part.cell:
            self.end_cell()
        row, part.row = part.row, []
        filled = [cell for cell in row if cell]
        if len(filled) == 1:
            part.done += filled[0]
        elif filled:
            self._count()
            cells = tuple("\n".join(paragraph.text for paragraph in cell) for cell in row)
            inner = [paragraph for cell in row for paragraph in cell]
            part.done.append(
                Paragraph(
                    " | ".join(" ".join(cell.split()) for cell in cells),
                    "table",
                    part=part.name,
                    is_bold=all(paragraph.is_bold for paragraph in inner),
                    cells=cells,
                    links=tuple(link for paragraph in inner for link in paragraph.links),
                    after_break=any(paragraph.after_break for paragraph in inner),
                )
            )
        part.done += part.aside
        part.aside = []

    def break_page(self) -> None:
        """Say that a page, column or section begins here."""
        self._part.after_break = True

    def open_part(self, name: str) -> None:
        """Begin a note, a text box, or what stands at the edge of pages."""
        if len(self._parts) > DEEPEST:
            raise UnreadableError(f"notes and boxes within each other, more than {DEEPEST} deep", "save it as text")
        self._parts.append(_Part(name))

    def close_part(self) -> None:
        """End it: its paragraphs follow the one that it hangs on."""
        if len(self._parts) > 1:
            self.end_paragraph()
            inner = self._parts.pop()
            self._part.aside += inner.done

    def attach(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Let paragraphs that were read elsewhere follow the one that is being written."""
        self._part.aside += paragraphs

    def finish(self) -> tuple[Paragraph, ...]:
        """Return all paragraphs, in order."""
        while len(self._parts) > 1:
            self.close_part()
        self.end_paragraph()
        return tuple(self._part.done)

    def _end_rows(self, part: _Part) -> None:
        if part.row or part.cell:
            self.end_row()

    def _count(self) -> None:
        self._paragraphs += 1
        if self._paragraphs > MOST_PARAGRAPHS:
            raise UnreadableError(f"more than {MOST_PARAGRAPHS:,} paragraphs", "split it")


def without_repeats(paragraphs: tuple[Paragraph, ...]) -> Iterator[Paragraph]:
    """Yield paragraphs, of what stands at the edge of pages each text once."""
    seen: set[str] = set()
    for paragraph in paragraphs:
        if paragraph.part in ("page_header", "page_footer"):
            if paragraph.text in seen:
                continue
            seen.add(paragraph.text)
        yield replace(paragraph, after_break=False) if paragraph.part != "body" else paragraph
