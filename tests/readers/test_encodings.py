"""Pages, feeds and texts in encodings of all kinds, each read by what takes it."""

import re
from pathlib import Path

import pytest

from archive.readers.decode import decode
from archive.readers.feeds.encoding import decode_declared
from archive.readers.feeds.xml import XmlFeeds
from archive.readers.html import HtmlReader
from archive.readers.html.encoding import decode_page

# As browsers read these names (https://encoding.spec.whatwg.org/): the wider encoding, that people mean by them.
MEANT = {
    "GB2312": "gb18030",
    "SHIFT_JIS": "cp932",
    "TIS-620": "cp874",
    "Big5": "big5hkscs",
    "EUC-KR": "cp949",
    "iso-8859-9": "windows-1254",
}


def decoded(content: bytes, name: str) -> str:
    """Return the text of a file as the reader that takes it decodes it."""
    if XmlFeeds().identify(content, name) is not None:
        return decode_declared(content)[0]
    if HtmlReader().identify(content, name) is not None:
        return decode_page(content)[0]
    return decode(content)[0]


@pytest.mark.shared
def test_every_file_is_read_in_its_encoding(shared: Path) -> None:
    folder = shared / "corpora" / "encodings"
    if not folder.is_dir():
        pytest.skip("no files in many encodings beside the checkout (../shared/corpora/encodings)")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.parent != folder]
    wrong = []
    for path in files:
        stated = re.sub(r"-[a-z]{4,}$", "", path.parent.name)  # `iso-8859-2-czech`
        content = path.read_bytes()
        if decoded(content, path.name) != content.decode(MEANT.get(stated, stated)):
            wrong.append(f"{path.parent.name}/{path.name}")
    assert len(files) == 120 and not wrong


@pytest.mark.parametrize(
    ("stated", "declared", "text", "encoding", "notes"),
    [
        ("windows-1251", "", "Минск", "windows-1251", ()),
        ("windows-1251", "koi8-r", "Минск", "windows-1251", ("declares koi8-r, and was sent as cp1251",)),
        ("utf-8", "koi8-r", "Минск", "koi8-r", ()),
        ("utf-8", "", "Минск", "utf-8", ()),
        ("iso-8859-1", "", "Минск", "utf-8", ("declares cp1252, and is UTF-8",)),
        ("iso-8859-1", "utf-8", "Минск", "utf-8", ()),
        ("euc-jp", "windows-1251", "Минск – Москва", "windows-1251", ()),
        ("none", "", "Минск", "utf-8", ()),
        ("utf-16", "", "Минск", "utf-8", ()),
    ],
)
def test_what_is_said_outside_of_a_page_goes_before_what_it_declares(
    stated: str, declared: str, text: str, encoding: str, notes: tuple[str, ...]
) -> None:
    page = (f'<meta charset="{declared}">' if declared else "") + f"<p>{text}"
    assert decode_page(page.encode(encoding), stated) == (page, notes)
