import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.readers import identify
from archive.readers.base import UnreadableError
from archive.readers.web_archives.mhtml import MhtmlReader
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[2] / "originals" / "web_archives"
TEXT = "<p>The mill of Quill grinds again, said its owner on Tuesday, and will go on until the river freezes over.</p>"
PAGE = f"<html><body><article><h1>The mill grinds again</h1>{TEXT * 3}</article></body></html>"
RELATED = 'multipart/related; type="text/html"; boundary="b"'


def saved(*parts: tuple[str, str | bytes], kind: str = RELATED, **fields: str) -> bytes:
    """Return a file with parts of a header and a body each; a field is named as in Python, `Content_Location`."""
    stated = {"From": "<Saved by Blink>", "MIME-Version": "1.0", "Content-Type": kind}
    stated |= {name.replace("_", "-"): value for name, value in fields.items()}
    header = "".join(f"{name}: {value}\r\n" for name, value in stated.items() if value)
    bodies = (
        f"--b\r\n{head}\r\n\r\n".encode() + (body if isinstance(body, bytes) else body.encode()) + b"\r\n"
        for head, body in parts
    )
    return f"{header}\r\n".encode() + b"".join(bodies) + b"--b--\r\n"


def read(content: bytes) -> Document:
    (document,) = MhtmlReader().read("a.mhtml", content)
    return document


def values(content: bytes) -> dict[str, str]:
    return {value.field: value.text for value in read(content).values}


@pytest.mark.parametrize("path", sorted(ORIGINALS.glob("*.mht*")), ids=lambda path: path.stem)
def test_golden_pairs(path: Path) -> None:
    content = path.read_bytes()
    assert identify(content, "-")[0].name == "mhtml"
    document = read(content)
    found = {
        "values": [[value.field, value.text, value.method] for value in document.values],
        "notes": list(document.notes),
        "layout": as_fields(document.layout) if document.layout else None,
    }
    assert document.content == content
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(found)) == expected


@pytest.mark.parametrize(
    ("header", "name", "reader"),
    [
        ("From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/\nDate: x\n", "-", "mhtml"),
        (
            f'From: "Gespeichert von Windows Internet Explorer 8"\nSubject: A\nDate: x\nContent-Type: {RELATED}\n',
            "-",
            "mhtml",
        ),
        (f"MIME-Version: 1.0\nContent-Type: {RELATED}\nContent-Location: http://a.example/\n", "-", "mhtml"),
        ("MIME-Version: 1.0\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n", "a.MHT", "mhtml"),
        (f"From: a@quill.invalid\nTo: b@quill.invalid\nDate: x\nSubject: A\nContent-Type: {RELATED}\n", "-", "mail"),
        (f"From: a@quill.invalid\nMessage-ID: <1@a>\nDate: x\nSubject: A\nContent-Type: {RELATED}\n", "a.eml", "mail"),
        ("From: a@quill.invalid\nDate: x\nSubject: A\n", "a.eml", "mail"),
        ("Talks in Minsk\n", "a.mhtml", "text"),
        ("Talks: two presidents met\n", "a.mhtml", "text"),
    ],
)
def test_a_saved_page_is_told_from_mail(header: str, name: str, reader: str) -> None:
    assert identify(header.encode() + b"\nText\n", name)[0].name == reader


def test_the_page_is_the_part_that_was_saved() -> None:
    frame = ("Content-Type: text/html\r\nContent-Location: https://ads.example/\r\nContent-ID: <f>", "<p>Buy a boat.")
    page = ("Content-Type: text/html\r\nContent-Location: https://quill.example/mill\r\nContent-ID: <p>", PAGE)
    for content in (
        saved(frame, page, Snapshot_Content_Location="https://quill.example/mill"),
        saved(frame, page, kind=f'{RELATED}; start="<p>"'),
        saved(page, frame),
    ):
        assert values(content)["headline"] == "The mill grinds again"
        assert values(content)["url"] == "https://quill.example/mill"


def test_a_page_without_parts_is_read() -> None:
    header = (
        "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: http://a.example/b\r\n\r\n"
    )
    assert values(header.encode() + PAGE.encode())["url"] == "http://a.example/b"


def test_addresses_that_are_none_of_the_web_are_not_used() -> None:
    page = ("Content-Type: text/html\r\nContent-Location: file://C:\\pages\\a.htm", PAGE)
    assert "url" not in values(saved(page, Date="Tue, 6 Apr 2010 18:02:11 +0400"))
    assert values(saved(page, Date="Tue, 6 Apr 2010 18:02:11 +0400"))["crawled"] == "Tue, 6 Apr 2010 18:02:11 +0400"


def test_what_the_page_says_of_its_capture_counts_where_its_header_says_nothing() -> None:
    comment = "<!-- saved from url=(0022)https://quill.example/a -->"
    assert values(saved(("Content-Type: text/html", comment + PAGE)))["url"] == "https://quill.example/a"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (saved(("Content-Type: image/png", b"\x89PNG")), "no page in it: no part of it is HTML"),
        (saved(("Content-Type: text/html", PAGE), kind="multipart/related"), "no page in it"),
        (saved(("Content-Type: text/html", "<p>Short")), "no article in it"),
        (saved(*[("Content-Type: image/png", "x")] * 10_001), "of more than 10,000 parts"),
        (saved(("X: " + "a" * 300_000, PAGE)), "a header of more than 256,000 bytes"),
    ],
)
def test_what_cannot_be_read(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read(content)


def test_parts_nested_too_deeply_are_refused_in_no_time() -> None:
    started = time.perf_counter()
    content = b"".join(
        b"Content-Type: multipart/related; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(20_000)
    )
    with pytest.raises(UnreadableError, match="nested more than 20 deep"):
        read(content)
    assert time.perf_counter() - started < 5


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400))
def test_nothing_but_a_reason_comes_of_damage(noise: bytes, at: int) -> None:
    content = (ORIGINALS / "chrome.mhtml").read_bytes()
    at = at * len(content) // 400
    try:
        read(content[:at] + noise + content[at + len(noise) :])
    except UnreadableError:
        return
