"""The words of RTF that mean a place or a character, and what a group of it passes on."""

import re
from dataclasses import dataclass

HEADING = re.compile(r"heading ([1-9])")
HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|([^\s"\\]+))', re.IGNORECASE)

# Destinations that hold no text of the document. Any that begins with `\*` and is not named here holds none either.
NO_TEXT = frozenset(
    b"""
    colortbl filetbl rsidtbl listtable listoverridetable revtbl pict nonshppict shprslt objdata objclass
    themedata colorschememapping datastore latentstyles xmlnstbl mmathPr pnseclvl pn bkmkstart bkmkend xe tc txe rxe
    private template generator atnid atnauthor atntime atndate atnref atnparent atrfstart atrfend ftnsep ftnsepc ftncn
    aftnsep aftnsepc aftncn nonesttables sn sv sp picprop blipuid datafield formfield ffname fontemb fontfile panose
    falt htmltag mhtmltag wgrffmtfilter protusertbl userprops passwordhash keycode nextfile background fldtype bxe tcn
    """.split()
)
# Destinations that begin with `\*` and are gone into.
OPTIONAL = {b"shpinst", b"shptxt", b"shppict", b"fldinst", b"ud", b"do", b"annotation", b"company", b"keywords"}
PARTS = {
    b"footnote": "footnote",
    b"annotation": "comment",
    b"shptxt": "text_box",
    b"dptxbxtext": "text_box",
    **dict.fromkeys((b"header", b"headerl", b"headerr", b"headerf"), "page_header"),
    **dict.fromkeys((b"footer", b"footerl", b"footerr", b"footerf"), "page_footer"),
}
PROPERTIES = {b"title": "title", b"author": "author", b"subject": "subject", b"keywords": "keywords"}
CHARACTERS = {
    b"emdash": "—", b"endash": "–", b"emspace": "\u2003", b"enspace": "\u2002", b"qmspace": "\u2005", b"bullet": "•",
    b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"tab": "\t", b"line": "\n",
    b"softline": "\n", b"lbr": "\n", b"zwj": "\u200d", b"zwnj": "\u200c", b"ltrmark": "\u200e", b"rtlmark": "\u200f",
    b"nestcell": "\t",
}  # fmt: skip
SYMBOLS = {b"~": "\xa0", b"_": "\u2011", b"-": "", b"|": "", b":": ""}
LONGEST_PROPERTY = 10_000


@dataclass(slots=True)
class State:
    """What a group inherits from the one around it."""

    font: int = -1
    skipped: int = 1  # bytes that stand for those that do not know a Unicode character
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    size: float | None = 12.0
    in_table: bool = False
    style: int = 0
    outline: int | None = None
    in_list: bool = False
    list_level: int = 0
    into: str = "text"  # what is done with text: text, fonts, styles, instruction, mark or property
    name: bytes = b""


@dataclass
class Style:
    """A style of paragraphs: its name, in lower case, and which level of heading it is, from 0."""

    name: str
    outline: int | None


@dataclass
class Field:
    """A field: how many groups deep it stands, what it is told to do, whether a link is open for it."""

    depth: int
    instruction: str = ""
    is_open: bool = False
