"""Bytes made into text: which encoding they are in, and whether they are text at all."""

import unicodedata

from archive.readers.base import UnreadableError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)

_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (8, b"WEBPVP8", "a WebP image"),
    (0, b"II*\x00", "a TIFF image"),
    (0, b"MM\x00*", "a TIFF image"),
    (0, b"%PDF-", "a PDF document"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (DOC, XLS, PPT)"),
    (0, b"\x1f\x8b\x08", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\x00", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (257, b"ustar\x00", "a tar archive"),
    (257, b"ustar  \x00", "a tar archive"),
    (0, b"\x7fELF", "a program (ELF)"),
    (0, b"\xcf\xfa\xed\xfe", "a program (Mach-O)"),
    (0, b"MZ\x90\x00", "a program (Windows)"),
    (0, b"\xca\xfe\xba\xbe", "a program (Java or Mach-O)"),
    (0, b"SQLite format 3\x00", "an SQLite database"),
    (0, b"ID3\x02", "an MP3 recording"),
    (0, b"ID3\x03", "an MP3 recording"),
    (0, b"ID3\x04", "an MP3 recording"),
    (0, b"\xff\xfb", "an MP3 recording"),
    (4, b"ftyp", "an MP4 or similar recording"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (8, b"WAVEfmt ", "a WAV recording"),
    (8, b"AVI LIST", "an AVI recording"),
    (0, b"\x1a\x45\xdf\xa3", "a Matroska or WebM recording"),
    (0, b"wOFF", "a font"),
    (0, b"wOF2", "a font"),
)
# The same by where they stand and by their first byte: of most texts no signature has to be compared.
_BY_OFFSET: dict[int, dict[bytes, list[tuple[bytes, str]]]] = {}
for _offset, _signature, _format in _SIGNATURES:
    _BY_OFFSET.setdefault(_offset, {}).setdefault(_signature[:1], []).append((_signature, _format))
_ZIP = b"PK\x03\x04"
_ZIPPED = (
    (b"word/", "a Word document (DOCX)"),
    (b"xl/", "an Excel workbook (XLSX)"),
    (b"ppt/", "a PowerPoint presentation (PPTX)"),
    (b"mimetypeapplication/epub", "an EPUB book"),
    (b"mimetypeapplication/vnd.oasis", "an OpenDocument file"),
)
_FIRST_PARTS = (b"[content_types].xml", b"_rels/", b"docprops/", b"customxml/", b"word/", b"xl/", b"ppt/")

_WIRE = b"\x01\x02\x03\x04\x1e\x1f"  # frame the stories of a news wire (IPTC 7901)
_CONTROLS = bytes(byte for byte in (*range(1, 32), 127) if byte not in b"\t\n\v\f\r\b\x1a\x1b" + _WIRE)
_IS_SMALL = bytes(byte < 7 for byte in range(256))
_HIGH = bytes(range(128, 256))
_LEADS = bytes(range(0xC2, 0xF5))
_SAMPLE = 1_000_000

# What a guess is decoded with: the encoding that people mean by the name, which has more characters.
_WIDER = {
    "iso-8859-1": ("windows-1252", "iso-8859-1"),
    "iso-8859-9": ("windows-1254", "iso-8859-9"),
    "gb2312": ("gb18030",),
    "euc-jp": ("euc-jp", "gb18030"),
    "euc-kr": ("cp949",),
    "uhc": ("cp949",),
    "shift_jis": ("cp932",),
    "tis-620": ("tis-620", "cp874"),
    "big5": ("big5", "cp950", "big5hkscs"),
    "euc-tw": ("big5hkscs",),
}
_SELDOM = ("viscii", "mac", "iso-8859-3", "iso-8859-4", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-16")


def looks_binary(head: bytes) -> str | None:
    """Return what the start of a file shows it to be, in words, if that is no text; else None.

    Known formats have a name; of others it is said why they cannot be text: too many control characters or NULs.
    Some NULs in a text that is clean otherwise are none of these, nor is UTF-16.

    >>> looks_binary(b"%PDF-1.7"), looks_binary(b"Minsk, 28 February")
    ('a PDF document', None)
    """
    for offset, signatures in _BY_OFFSET.items():
        for signature, name in signatures.get(head[offset : offset + 1], ()):
            if head.startswith(signature, offset):
                return name
    if head.startswith(_ZIP):
        return zipped_kind(head) or "a ZIP archive"
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or _wide_encoding(head):
        return None
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > 3 and controls > 0.03 * len(head):
        return "binary data (many control characters)"
    nuls = head.rstrip(b"\x00").count(0)
    if nuls > 0.3 * len(head) or (head and not head.strip(b"\x00")):
        return "binary data (many NUL bytes)"
    return None


def zipped_kind(head: bytes) -> str | None:
    """Return what kind of document a zip archive is, in words, or None if it is an archive and no more.

    An archive with a folder `password/` is no Word document: those have a list of their parts too. Nor is one that has
    Word documents in it, whose parts can be seen where they were not packed again: its first member is no such part.
    """
    first = head[30:60]
    if not first.lower().startswith(_FIRST_PARTS):
        return next((name for sign, name in _ZIPPED if first.startswith(sign)), None)
    has_parts = b"[Content_Types].xml" in head or b"_rels/.rels" in head
    return next((name for sign, name in _ZIPPED if has_parts and sign in head), None)


def decode(content: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Return the text in these bytes, the encoding they are in, and notes on what was guessed or left out.

    A byte order mark decides; then strict UTF-8; then UTF-8 that is damaged in few places (a character cut off at the
    end is left out, other damage stands as U+FFFD); then what faust-cchardet guesses, decoded strictly. UTF-8 with
    encoded surrogates is decoded as it is: joining or replacing them is for whoever cleans the text.

    Raises UnreadableError where nothing of this gives a text.

    >>> decode("Minsk".encode("utf-16"))
    ('Minsk', 'utf-16-le', ())
    """
    if content[:1] in (b"\xef", b"\xff", b"\xfe", b"\x00"):
        for mark, name in _MARKS:
            if content.startswith(mark):
                marked = _decode_marked(content[len(mark) :], name)
                if marked is not None:
                    return marked
        content = content.removeprefix(b"\xef\xbb\xbf")
    encoding = _wide_encoding(content[:4096])
    if encoding is not None and (wide := _decode_wide(content, encoding)) is not None:
        return wide[0], encoding, (*wide[2], _guessed(encoding))
    if b"\x1b$" in content and (japanese := _strictly(content, "iso2022_jp_2")):
        return japanese, "iso-2022-jp", (_guessed("iso-2022-jp"),)
    try:
        return content.decode(), "utf-8", ()
    except UnicodeDecodeError as error:
        return _damaged_utf8(content, error) or _decode_guessed(content, error.start)


def _guessed(encoding: str) -> str:
    return f"decoded as {encoding} (guessed)"


def _decode_marked(content: bytes, encoding: str) -> tuple[str, str, tuple[str, ...]] | None:
    if encoding != "utf-8":
        wide = _decode_wide(content, encoding)
        return wide if wide is not None and _is_text(wide[0]) else None
    try:
        return content.decode(encoding), encoding, ()
    except UnicodeDecodeError:
        return None


def _decode_wide(content: bytes, encoding: str) -> tuple[str, str, tuple[str, ...]] | None:
    width = 4 if encoding.startswith("utf-32") else 2
    cut = len(content) % width
    notes = (f"ends within a character: its last {_bytes(cut)} left out",) if cut else ()
    try:
        return content[: len(content) - cut].decode(encoding, "surrogatepass"), encoding, notes
    except UnicodeDecodeError:
        return None  # in UTF-32 most numbers are no character


def _wide_encoding(head: bytes) -> str | None:
    """Return which UTF-16 the bytes are in without saying so: an alphabet's upper bytes are all from 0 to 6."""
    pairs = len(head) // 2
    if pairs < 4 or b"\x00" not in head:
        return None
    small = head[: 2 * pairs].translate(_IS_SMALL)
    first, second = small[0::2].count(1), small[1::2].count(1)
    if second > 0.9 * pairs and first < 0.1 * pairs:
        return "utf-16-le"
    if first > 0.9 * pairs and second < 0.1 * pairs:
        return "utf-16-be"
    return None


def _damaged_utf8(content: bytes, error: UnicodeDecodeError) -> tuple[str, str, tuple[str, ...]] | None:
    """Return the text of bytes that are UTF-8 but for few places, or None if they are something else."""
    try:
        return content.decode("utf-8", "surrogatepass"), "utf-8", ()
    except UnicodeDecodeError:
        pass
    cut = len(content) - error.start
    if error.reason == "unexpected end of data" and cut < 4 and not content[: error.start].isascii():
        return content[: error.start].decode(), "utf-8", (f"ends within a character: its last {_bytes(cut)} left out",)
    text = content.decode("utf-8", "replace")
    damaged = text.count("\ufffd") - content.count(b"\xef\xbf\xbd")
    sound = len(content) - len(content.translate(None, _LEADS)) - damaged
    # Of texts in 15 other encodings none had more than .43 such sequences for each damaged one.
    if sound >= 4 * damaged:
        places = "place that is" if damaged == 1 else "places that are"
        return text, "utf-8", (f"{damaged} {places} not UTF-8 replaced with U+FFFD",)
    return None


def _bytes(number: int) -> str:
    return "byte was" if number == 1 else f"{number} bytes were"


def _decode_guessed(content: bytes, first: int) -> tuple[str, str, tuple[str, ...]]:
    import cchardet

    # A window of lines around the first byte that is not ASCII tells as much as hundreds of megabytes.
    start = content.rfind(b"\n", 0, max(0, first - _SAMPLE // 10)) + 1 if len(content) > _SAMPLE else 0
    sample = content[start : start + _SAMPLE]
    guess = (cchardet.detect(sample)["encoding"] or "").lower()
    high = len(sample) - len(sample.translate(None, _HIGH))
    candidates = list(_WIDER.get(guess, (guess,)))
    is_weak = guess in ("", "ascii", "utf-8") or high < 8 or (guess.startswith(_SELDOM) and high < 0.01 * len(sample))
    if is_weak and high <= 0.1 * len(sample):
        candidates = ["windows-1252", *(one for one in candidates if not one.startswith(_SELDOM))]
    for encoding in candidates:
        text = _strictly(content, encoding)
        if text is not None and _is_text(text):
            return text, encoding, (_guessed(encoding),)
    if is_weak and high <= 0.1 * len(sample):
        text = content.decode("windows-1252", "replace")
        if _is_text(text):
            lost = text.count("\ufffd")
            replaced = "1 byte that it does not have" if lost == 1 else f"{lost} bytes that it does not have"
            return text, "windows-1252", (_guessed("windows-1252"), f"{replaced} replaced with U+FFFD")
    raise UnreadableError(
        "not text in any encoding we know", "convert it to UTF-8, for example with iconv -f ENCODING -t UTF-8"
    )


def _strictly(content: bytes, encoding: str) -> str | None:
    if encoding.startswith(("utf-8", "ascii")):
        return None
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _is_text(text: str) -> bool:
    """Tell whether few of the characters are controls, unassigned, private, or halves of pairs: a tenth, and one."""
    sample = text[:4096]
    odd = sum(unicodedata.category(character)[0] == "C" and character not in "\t\n\v\f\r\x1b" for character in sample)
    odd -= sum(unicodedata.category(character) == "Cf" for character in sample)
    return odd <= 1 + 0.1 * len(sample)
