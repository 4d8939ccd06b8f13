"""Encodings that RTF names by number: code pages (`\\ansicpg`, `\\cpg`), character sets of fonts (`\\fcharset`)."""

import codecs

DEFAULT = "cp1252"

# RTF 1.9.1, "Font table": what a character set of a font stands for. 1 is "default": that of the document.
_CHARSETS = {
    0: "cp1252",
    2: "cp1252",  # symbols: only what `symbol` names is known of them
    77: "mac_roman",
    78: "shift_jis",
    79: "cp949",
    80: "gb2312",
    81: "big5",
    83: "cp1255",
    84: "mac_arabic",
    85: "mac_greek",
    86: "mac_turkish",
    87: "cp874",
    88: "mac_latin2",
    89: "mac_cyrillic",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    180: "cp1256",
    181: "cp1255",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
SYMBOL = 2

_CODE_PAGES = {
    708: "iso8859_6",
    819: "iso8859_1",
    932: "cp932",
    936: "gbk",
    1361: "johab",
    10000: "mac_roman",
    10001: "shift_jis",
    10004: "mac_arabic",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10029: "mac_latin2",
    10081: "mac_turkish",
    20866: "koi8_r",
    21866: "koi8_u",
    54936: "gb18030",
    65001: "utf_8",
} | {28590 + part: f"iso8859_{part}" for part in (*range(1, 12), *range(13, 17))}

# Word writes characters of symbol fonts as U+F000 and their byte. What news texts have of them are marks of lists.
_SYMBOLS = {
    0xB7: "•", 0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xFC: "✓", 0xE0: "→", 0xAE: "→", 0x2D: "−", 0xB0: "°", 0xB1: "±",
    0xB4: "×", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0x6C: "●", 0x20: " ", 0xA0: " ",
}  # fmt: skip


def of_charset(number: int, document: str) -> str:
    """Return the encoding of a font by its character set; `document` is what the document is in otherwise."""
    return _CHARSETS.get(number, document)


def of_code_page(number: int) -> str | None:
    """Return the encoding of a code page by its number, None if it is not known.

    >>> of_code_page(1251), of_code_page(936), of_code_page(4)
    ('cp1251', 'gbk', None)
    """
    name: str = _CODE_PAGES.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    return name


def symbol(byte: int) -> str:
    """Return the character that a byte of a symbol font stands for, "" where that is not known."""
    return _SYMBOLS.get(byte, "")
