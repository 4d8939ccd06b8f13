import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.readers.base import UnreadableError
from archive.readers.decode import decode, looks_binary

SHARED = Path(__file__).resolve().parents[3] / "shared"

RUSSIAN = "Делегация порта Ольховка прибыла во вторник на переговоры о торговле лесом и рыбой."
GERMAN = "Die Gespräche über Zölle dauerten bis spät; die Händler hörten „nichts Neues“ – außer Höflichkeiten."
CHINESE = "港口代表团星期二抵达，就木材和鱼类贸易举行会谈。双方同意明年春天再次会面，并扩大教育交流。"
JAPANESE = "港の代表団は火曜日に到着し、木材と魚の貿易について話し合った。来年の春にまた会うことで合意した。"


def test_utf_8_is_read_as_it_is() -> None:
    assert decode(CHINESE.encode()) == (CHINESE, "utf-8", ())
    assert decode(b"") == ("", "utf-8", ())


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-32", "utf-32-le"),
    ],
)
@pytest.mark.parametrize("text", [CHINESE, RUSSIAN, "Harbour talks begin.", "a", "😀"])
def test_a_byte_order_mark_decides(text: str, encoding: str, name: str) -> None:
    assert decode(text.encode(encoding)) == (text, name, ())


def test_byte_order_marks_of_the_other_order() -> None:
    assert decode(b"\xfe\xff" + CHINESE.encode("utf-16-be")) == (CHINESE, "utf-16-be", ())
    assert decode(b"\x00\x00\xfe\xff" + CHINESE.encode("utf-32-be")) == (CHINESE, "utf-32-be", ())


def test_a_mark_that_lies_is_not_believed() -> None:
    text, encoding, _ = decode(b"\xef\xbb\xbf" + GERMAN.encode("cp1252"))
    assert (text, encoding) == (GERMAN, "windows-1252")
    assert decode(b"\xff\xfe\x00\x00" + "Talks".encode("utf-16-le"))[1] == "utf-16-le"


def test_lone_surrogates_are_kept_for_whoever_cleans_the_text() -> None:
    assert decode(b"talks \xed\xa0\x80 begin") == ("talks \ud800 begin", "utf-8", ())
    assert decode("talks \ud800 begin".encode("utf-16", "surrogatepass"))[0] == "talks \ud800 begin"


def test_a_character_cut_off_at_the_end_is_left_out_and_noted() -> None:
    assert decode(CHINESE.encode()[:-2]) == (
        CHINESE[:-1],
        "utf-8",
        ("ends within a character: its last byte was left out",),
    )
    assert decode(CHINESE.encode()[:-1])[2] == ("ends within a character: its last 2 bytes were left out",)
    assert decode(CHINESE.encode("utf-16")[:-1]) == (
        CHINESE[:-1],
        "utf-16-le",
        ("ends within a character: its last byte was left out",),
    )


def test_utf_8_with_little_damage_stays_utf_8() -> None:
    content = RUSSIAN.encode() + b"\xff" + RUSSIAN.encode()
    assert decode(content) == (
        f"{RUSSIAN}\ufffd{RUSSIAN}",
        "utf-8",
        ("1 place that is not UTF-8 replaced with U+FFFD",),
    )


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (GERMAN, "cp1252", "windows-1252"),
        ("The fee is £5 a head.", "cp1252", "windows-1252"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (CHINESE, "gb18030", "gb18030"),
        (JAPANESE, "euc-jp", "euc-jp"),
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (RUSSIAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
    ],
)
def test_other_encodings_are_guessed_and_noted(text: str, encoding: str, name: str) -> None:
    assert decode(text.encode(encoding)) == (text, name, (f"decoded as {name} (guessed)",))


def test_what_is_in_no_encoding_is_refused_with_a_cure() -> None:
    with pytest.raises(UnreadableError, match="not text in any encoding we know") as caught:
        decode(bytes(range(128, 256)) * 4)
    assert "UTF-8" in (caught.value.cure or "")
    with pytest.raises(UnreadableError):
        decode(b"\x00\x00\xfe\xff" + b"\xff" * 400)


def test_a_guess_about_a_long_text_looks_at_a_part_of_it() -> None:
    content = b"Talks begin.\n" * 1_500_000 + GERMAN.encode("cp1252")
    start = time.perf_counter()
    text, encoding, _ = decode(content)
    assert time.perf_counter() - start < 5
    assert text.endswith(GERMAN)
    assert encoding == "windows-1252"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"GIF89a", "a GIF image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a WebP image"),
        (b"%PDF-1.7", "a PDF document"),
        (b"{\\rtf1\\ansi", "an RTF document"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml word/document.xml", "a Word document (DOCX)"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"password/a.txt", "a ZIP archive"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"notes.txt", "a ZIP archive"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"a.docx PK [Content_Types].xml word/document.xml", "a ZIP archive"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"mimetypeapplication/epub+zip", "an EPUB book"),
        (b"\x1f\x8b\x08\x00", "a gzip archive"),
        (b"\x7fELF\x02", "a program (ELF)"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"ID3\x03\x00", "an MP3 recording"),
        (b"\x00\x00\x00\x20ftypisom", "an MP4 or similar recording"),
        (b"\x00" * 257 + b"ustar\x0000", "a tar archive"),
        (b"\x00" * 257 + b"ustar  \x00", "a tar archive"),
        (b"\x00" * 100, "binary data (many NUL bytes)"),
        (b"a\x00\x00b" * 10, "binary data (many NUL bytes)"),
        (bytes(range(5, 32)) * 20, "binary data (many control characters)"),
        (random.Random(1).randbytes(4096), "binary data (many control characters)"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_no_text_has_a_name(head: bytes, name: str) -> None:
    assert looks_binary(head) == name


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"a",
        CHINESE.encode(),
        CHINESE.encode("utf-16"),
        RUSSIAN.encode("utf-16-be"),
        CHINESE.encode("utf-32"),
        JAPANESE.encode("iso2022_jp"),
        GERMAN.encode("cp1252"),
        b"Talks\x00 begin.\x07\n",
        b"Talks begin.\n" + b"\x00" * 4096,
        b"Talks begin. ".ljust(257, b"x") + b"ustar stands here by chance.",
        b"\x01a0123\x1f\x02Talks begin.\x03\x04",
        b"\x1b[1mTalks\x1b[0m\x0c",
        b"MZ is no word. ID3 neither, nor is BZ.",
    ],
    ids=lambda head: str(head)[:24],
)
def test_what_may_be_text(head: bytes) -> None:
    assert looks_binary(head) is None


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_decoded_or_refused(content: bytes) -> None:
    looks_binary(content)
    try:
        text, encoding, _ = decode(content)
    except UnreadableError:
        return
    assert isinstance(text, str)
    assert encoding


@settings(max_examples=100)
@given(
    st.text(min_size=1, max_size=80).filter(
        lambda text: text[0] not in "\ufeff\x00" and "\x00" not in text and "\x1b" not in text
    )
)
def test_utf_8_is_never_taken_for_something_else(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8", ())


@pytest.mark.shared
def test_texts_in_legacy_encodings() -> None:
    folder = SHARED / "corpora" / "encodings"
    if not folder.is_dir():
        pytest.skip("no corpus of encodings beside the checkout")
    meant = {"GB2312": "gb18030", "SHIFT_JIS": "cp932", "EUC-KR": "cp949"}
    wrong = []
    for path in sorted(folder.glob("*/*")):
        label = path.parent.name
        parts = label.split("-")
        name = meant.get(label) or ("-".join(parts[:-1]) if len(parts) > 2 else label)
        content = path.read_bytes()
        assert looks_binary(content[:8192]) is None
        if decode(content)[0] != content.decode(name):
            wrong.append(os.path.relpath(path, folder))
    assert wrong == []


def test_a_few_odd_bytes_are_not_made_another_script() -> None:
    """Eight bytes tell too little to guess an encoding that hardly anybody uses."""
    text, encoding, notes = decode(b"Undecodable \xff\xfe\x81 bytes, \xc3 among letters of the harbour office.")
    assert (text[12:15], encoding) == ("\xff\xfe\ufffd", "windows-1252")
    assert notes == ("decoded as windows-1252 (guessed)", "1 byte that it does not have replaced with U+FFFD")
