"""The encoding of a feed: what it declares, held against its bytes."""

import re

from archive.readers.decode import decode

_SINGLE_BYTE = re.compile(r"(?:iso-?8859|windows-?125|cp-?125|us-ascii|latin|koi8|tis-620|ibm866|mac)", re.IGNORECASE)
_WIDE = re.compile(r"(?:utf|ucs)[-_]?(?:16|32|2|4)", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")


def decode_declared(content: bytes) -> tuple[str, list[str]]:
    """Return the text in these bytes, and notes: as declared, unless the bytes are something else.

    UTF-8 that is declared as an encoding of single bytes is UTF-8; what does not fit its declaration is guessed.
    """
    match = _DECLARED.match(content)
    declared = match[1].decode().lower() if match else "utf-8"
    if content.isascii() and b"\x1b" not in content:
        return content.decode(), []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and (declared == "utf-8" or _WIDE.match(declared)):
        return text, []
    if text is not None and _SINGLE_BYTE.match(declared):
        return text, [f"declared as {declared}, but it is UTF-8"]
    if declared not in ("utf-8", "iso-8859-1", "latin1", "us-ascii") and not _WIDE.match(declared):
        for codec in (_wider(declared), declared):
            try:
                return content.decode(codec), []
            except (UnicodeError, LookupError):
                continue
    elif declared == "iso-8859-1" or declared == "latin1":
        return _latin(content), []
    text, _, notes = decode(content)
    return text, [f"it is not the {declared} that it declares itself to be" if match else "", *notes]


def _latin(content: bytes) -> str:
    """Decode ISO 8859-1 as everyone writes it: with the signs of windows-1252 in its place for controls."""
    try:
        return content.decode("windows-1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _wider(encoding: str) -> str:
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "shift_jis": "cp932"}
    wider |= {"x-sjis": "cp932", "iso-8859-9": "windows-1254", "tis-620": "cp874", "windows-874": "cp874"}
    return wider.get(encoding, encoding)
