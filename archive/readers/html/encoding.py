"""The bytes of a page made into text: by what it declares, where that is true."""

import codecs
import re

from archive.errors import ReadError
from archive.readers.decode import decode

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_HEAD = 4096
_DECLARED = re.compile(
    rb"""<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})|<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([a-z0-9_.-]{2,40})""",
    re.IGNORECASE,
)
# As browsers read these names: https://encoding.spec.whatwg.org/#names-and-labels
_WIDER = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "windows-1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "windows-1254"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80", "chinese"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ksc5601", "korean"), "cp949"),
    **dict.fromkeys(("tis-620", "iso-8859-11"), "cp874"),
    "big5": "big5hkscs",
    "x-euc-jp": "euc-jp",
}
_ESCAPING = ("iso2022", "hz")  # bytes that are all ASCII, and mean something else
_DAMAGE = 0.001


def decode_page(content: bytes, stated: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Return the text of a page, and notes on what was guessed or mended.

    A byte order mark decides; then text that is UTF-8 and more than ASCII is UTF-8, whatever is declared; then what
    is `stated` by who sent the page, then what the page declares, strictly, by the names as browsers read them; then
    what `decode` makes of it. Where even that finds nothing, the declared encoding with U+FFFD for what it lacks.

    >>> decode_page(b'<meta charset="koi8-r"><p>\\xed\\xc9\\xce\\xd3\\xcb')[0][-5:]
    'Минск'
    """
    if content.startswith(_MARKS):
        return _otherwise(content, None)
    named = _known(stated) if stated else None
    declared = _declared(content[:_HEAD]) or named
    if declared is not None and not declared.startswith(_ESCAPING) and not content.isascii():
        try:
            text = content.decode()
        except UnicodeDecodeError:
            pass
        else:
            return text, () if "utf-8" in (declared, named) else (f"declares {declared}, and is UTF-8",)
    if named is not None and named not in (declared, "utf-8"):
        try:
            return content.decode(named), (f"declares {declared}, and was sent as {named}",)
        except UnicodeError:
            pass
    if declared is not None and declared != "utf-8":
        try:
            return content.decode(declared), ()
        except UnicodeError:
            text = content.decode(declared, "replace")
            damaged = text.count("\ufffd")
            if damaged <= 1 + _DAMAGE * len(text):
                return text, (f"{damaged} places that are not {declared} replaced with U+FFFD",)
    return _otherwise(content, declared)


def _otherwise(content: bytes, declared: str | None) -> tuple[str, tuple[str, ...]]:
    try:
        text, _, notes = decode(content)
    except ReadError:
        if declared is None:
            raise
        return content.decode(declared, "replace"), (f"what is not {declared} was replaced with U+FFFD",)
    return text, notes


def _declared(head: bytes) -> str | None:
    """Return the encoding that a page declares, as Python knows it; None where it declares none that is text."""
    match = _DECLARED.search(head)
    if match is None:
        return None
    return _known((match[1] or match[2]).decode())


def _known(label: str) -> str | None:
    """Return what Python calls an encoding, None where it is none of text."""
    label = label.strip().lower()
    if label.replace("-", "").startswith(("utf16", "utf32")):
        return "utf-8"  # or its declaration could not have been read
    try:
        info = codecs.lookup(_WIDER.get(label, label))
        b"".decode(info.name)  # some codecs are for no text
    except LookupError:
        return None
    return info.name
