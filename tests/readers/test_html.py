import gzip
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.documents import Document
from archive.errors import ReadError
from archive.normalize.dates import parse_published
from archive.readers import identify
from archive.readers.base import UnreadableError
from archive.readers.html import LARGEST, HtmlReader
from archive.readers.html.capture import Capture, find_capture
from archive.readers.html.encoding import decode_page
from archive.readers.html.topics import not_a_topic
from tests.readers.golden import as_fields

ORIGINALS = Path(__file__).resolve().parents[1] / "originals" / "html"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora"
TEXT = "<p>The harbour office confirmed on Tuesday that the ferry would sail again before the month was {}.</p>"


def page(head: str = "", body: str = "", paragraphs: int = 4) -> str:
    text = "".join(TEXT.format(f"over, and no sooner than on day {number}") for number in range(paragraphs))
    return f"<!DOCTYPE html><html><head>{head}</head><body><article>{text}{body}</article></body></html>"


def read(content: bytes | str) -> Document:
    (document,) = HtmlReader().read("a.html", content if isinstance(content, bytes) else content.encode())
    return document


def values(content: bytes | str, field: str) -> list[tuple[str, str]]:
    return [(value.text, value.method) for value in read(content).values if value.field == field]


@pytest.mark.parametrize("path", sorted(ORIGINALS.glob("*.html")), ids=lambda path: path.stem)
def test_golden_pairs(path: Path) -> None:
    document = read(path.read_bytes())
    found = {
        "values": [[value.field, value.text, value.method] for value in document.values],
        "topics": [[topic.text, topic.method] for topic in document.topics],
        "notes": list(document.notes),
        "layout": as_fields(document.layout) if document.layout else None,
    }
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    assert json.loads(json.dumps(found)) == expected


def test_there_are_golden_pairs() -> None:
    assert len(list(ORIGINALS.glob("*.html"))) == len(list(ORIGINALS.glob("*.expected.json"))) >= 7


@pytest.mark.parametrize(
    ("head", "name", "reader"),
    [
        (b"<!DOCTYPE html><p>Text", "-", "html"),
        (b"\xef\xbb\xbf\n<!-- saved from url=(0011)http://a.b/ -->\n<html>", "a", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html>', "a.txt", "html"),
        ("<html><p>Text".encode("utf-16"), "a", "html"),
        (b"<p>Text of a page</p>", "a.HTM", "html"),
        (b"Text that only claims to be HTML, 3 < 4", "a.html", "text"),
        (b"<p>Text of a page</p>", "a.txt", "text"),
    ],
)
def test_what_is_html(head: bytes, name: str, reader: str) -> None:
    assert identify(head, name)[0].name == reader


def test_many_comments_are_passed_over_at_once() -> None:
    start = time.perf_counter()
    comments = b"<!-- this and that -->\n" * 300
    assert HtmlReader().identify(comments + b"<rss>", "a.html") is None
    assert HtmlReader().identify(comments + b"<html>", "a") == "it begins as HTML does"
    assert time.perf_counter() - start < 5


def test_a_feed_is_no_page_whatever_it_is_called() -> None:
    with pytest.raises(UnreadableError, match="XML of a kind that no reader takes: <rss>"):
        identify(b'<?xml version="1.0"?><rss><channel><title>Harbour</title>', "a.html")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<meta charset="utf-8">Müll'.encode(), "Müll"),
        ('<meta charset="iso-8859-1">Müll'.encode(), "Müll"),  # what is UTF-8 is UTF-8
        (b'<meta charset="iso-8859-1">\x93Text\x94', "“Text”"),
        (b'<meta http-equiv=content-type content="text/html; charset=koi8-r">\xed\xc9\xce\xd3\xcb', "Минск"),
        (b'<?xml version="1.0" encoding="windows-1251"?>\xcc\xe8\xed\xf1\xea', "Минск"),
        ('<meta charset="iso-2022-jp">北京'.encode("iso2022_jp"), "北京"),
        ('<meta charset="utf-16">Минск'.encode(), "Минск"),
        ('<meta charset="utf-8">Минск'.encode("utf-16"), "Минск"),
        ('<meta charset="no-such-thing">Минск'.encode(), "Минск"),
        ('<meta charset="base64">Минск'.encode(), "Минск"),
        (b'<meta charset="gbk">' + "港务局".encode("gbk") * 999 + b"\x80\xff" + "夜间".encode("gbk"), "夜间"),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(content: bytes, text: str) -> None:
    assert decode_page(content)[0].endswith(text)


def test_what_is_in_no_encoding_is_refused() -> None:
    with pytest.raises(UnreadableError, match="not text in any encoding"):
        decode_page(bytes(range(128, 256)) * 4)


@pytest.mark.parametrize(
    ("comment", "capture"),
    [
        ("<!-- saved from url=(0022)http://sund.example/a -->", Capture("http://sund.example/a")),
        ("<!-- saved from url=(0014)about:internet -->", Capture()),
        ("<!--\n Page saved with SingleFile \n url: https://s.example/ \n-->", Capture("https://s.example/")),
        ("<p>saved from url=(0022)http://sund.example/a</p>", Capture()),
        (
            "<!-- Saved from https://s.example/a at 2023-03-04T09:11:12Z using monolith v2.8.1 -->",
            Capture("https://s.example/a", "2023-03-04T09:11:12Z"),
        ),
        (
            "<!-- Saved from local source at 2023-03-04T09:11:12Z using monolith v2.8.1 -->",
            Capture(),
        ),
        (
            "<!-- Mirrored from s.example/a.html by HTTrack Website Copier/3.x [XR&CO'2014], "
            "Sat, 04 Mar 2023 09:11:12 GMT -->",
            Capture("http://s.example/a.html", "Sat, 04 Mar 2023 09:11:12 GMT"),
        ),
        (
            '<html lang="en" data-scrapbook-source="https://s.example/?a=1&amp;b=2" '
            'data-scrapbook-create="20230304091112345" data-scrapbook-title="A">',
            Capture("https://s.example/?a=1&b=2", "2023-03-04T09:11:12Z"),
        ),
        (
            "<html><style>"
            + "a{}" * 20_000
            + '</style>\n<meta name="savepage-url" content="https://s.example/?a&amp;b">\n'
            '<meta name="savepage-title" content="A">\n'
            '<meta name="savepage-date" content="Sat Mar 04 2023 10:11:12 GMT+0100 (Central European Standard Time)">',
            Capture("https://s.example/?a&b", "Sat Mar 04 2023 10:11:12 GMT+0100"),
        ),
        (
            "<!-- saved from url=(0067)https://web.archive.org/web/20140403034842/http://s.example/a -->",
            Capture("http://s.example/a", "2014-04-03T03:48:42Z"),
        ),
        (
            "<html>" + "text " * 9_000 + "<!--\n     FILE ARCHIVED ON 03:48:42 Apr 03, 2014 AND RETRIEVED FROM THE\n"
            "     INTERNET ARCHIVE ON 05:55:35 Jul 12, 2026.\n-->",
            Capture(None, "03 Apr 2014 03:48:42 GMT"),
        ),
    ],
)
def test_where_a_page_was_saved(comment: str, capture: Capture) -> None:
    assert find_capture(comment) == capture
    assert capture.time is None or parse_published(capture.time).precision == "second"


def test_addresses_in_the_wayback_machine_are_those_of_the_pages_it_has() -> None:
    head = '<link rel="canonical" href="https://web.archive.org/web/20140403034842/https:/s.example/a">'
    assert values(page(head), "url") == [("https://s.example/a", "markup")]


@pytest.mark.parametrize(
    ("keyword", "what"),
    [
        ("8ae9ab2d-fe1b-4230-acb8-a59b52877682", "an id"),
        ("1234567", "an id"),
        ("o.canada.example.com", "an address"),
        ("NLP Category: General", "a label for machines"),
        ("type:article", "a label for machines"),
        ("editors_pick", "a label for machines"),
        ("word " * 20, "a text"),
        ("COVID-19", None),
        ("Politics: Europe", None),
        ("北京", None),
        ("U.S.", None),
    ],
)
def test_which_keywords_are_topics(keyword: str, what: str | None) -> None:
    assert not_a_topic(keyword) == what


def test_keywords_that_are_no_topics_are_noted() -> None:
    document = read(page('<meta name="news_keywords" content="Trade, 123456, trade, type:article">'))
    assert [topic.text for topic in document.topics] == ["Trade"]
    assert "keyword '123456' not taken as topic: an id" in document.notes


def test_the_address_of_a_whole_site_is_none_of_an_article() -> None:
    head = (
        '<link rel="canonical" href="https://sund.example/"><meta property="og:url" content="https://sund.example/a">'
    )
    assert values(page(head), "url") == [("https://sund.example/a", "opengraph")]
    assert "address https://sund.example/ not used: it is that of a whole site" in read(page(head)).notes


def test_of_several_articles_in_json_ld_that_of_the_page_counts() -> None:
    others = [
        {"@type": "NewsArticle", "headline": f"H{number}", "url": f"https://s.example/{number}"} for number in (1, 2)
    ]
    script = f'<script type="application/ld+json">{json.dumps(others)}</script>'
    head = f'<link rel="canonical" href="https://s.example/2">{script}'
    assert values(page(head), "headline") == [("H2", "json_ld")]


def test_authors_that_are_the_site_itself_give_way_to_a_name() -> None:
    node = {"@type": "Article", "author": {"name": "The Pier"}, "publisher": {"name": "The Pier"}}
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    assert values(page(script + '<meta name="author" content="Ada Okoro">'), "authors") == [("Ada Okoro", "meta")]
    assert values(page(script), "authors") == [("The Pier", "json_ld")]


def test_a_guess_is_marked_as_one() -> None:
    found = values(page(body="<time datetime='2023-03-04'>4 March</time>"), "published")
    assert found == [("2023-03-04", "time_element")]


def test_a_page_in_which_no_article_stands_is_refused() -> None:
    for content in ("<!doctype html>", "<html><body><p>Hi</p></body></html>", "<html><frameset><frame src=a></html>"):
        with pytest.raises(UnreadableError, match="no article in it") as caught:
            read(content)
        assert caught.value.cure


def test_a_missing_extra_is_named() -> None:
    program = (
        "import sys; sys.modules['trafilatura'] = None\n"
        "from archive.readers.html import HtmlReader\n"
        "try: list(HtmlReader().read('a', b'<html><p>Text</p></html>'))\n"
        "except Exception as error: print(error.cure)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "pip install 'archive[html]'\n"


def test_the_extra_is_imported_only_when_a_page_is_read() -> None:
    program = "import archive.readers, sys; print('lxml' in sys.modules, 'trafilatura' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def hostile() -> dict[str, str]:
    script = '<script type="application/ld+json">'
    return {
        "attribute": page(body=f"<p title='{'a' * 9_000_000}'>"),
        "image": page(body=f"<img src='data:image/png;base64,{'A' * 20_000_000}'>"),
        "json": page(script + "[" * 100_000 + "</script>"),
        "scripts": page(script + "{}</script>" + f"{script}{{</script>" * 5_000),
        "quotes": page('<script>"' + '\\"' * 500_000 + "</script>"),
        "nul": page(body="\0" * 5_000),
        "unclosed": page(body="<p>word " * 20_000),
        "metas": page("<meta name=a content=b>" * 20_000),
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_pages_are_read_in_seconds(name: str) -> None:
    document = read(hostile()[name])
    assert document.layout and any("harbour office" in block.text for block in document.layout.blocks)


def test_a_page_that_is_nested_too_deeply_is_read_as_far_as_it_goes() -> None:
    document = read(page(body="<div>" * 100_000 + "<p>deep</p>"))
    assert document.layout and len(document.layout.blocks) == 4
    assert "nested too deeply: what stands deepest could not be read" in document.notes


def test_a_page_whose_text_stands_too_deep_says_so() -> None:
    with pytest.raises(UnreadableError, match="no article in it: its elements are nested too deeply"):
        read("<html><body>" + "<div>" * 100_000 + "<p>" + "deep " * 50)


def test_text_under_a_thousand_elements_is_found() -> None:
    document = read("<html><body>" + "<div>" * 1_500 + page(paragraphs=3))
    assert document.layout and len(document.layout.blocks) == 3
    assert any(note.startswith("too deeply nested or too large for trafilatura") for note in document.notes)


def test_fifty_thousand_paragraphs() -> None:
    document = read(page(paragraphs=50_000))
    assert document.layout and len(document.layout.blocks) == 50_000


def test_a_page_over_the_limit_is_refused() -> None:
    with pytest.raises(UnreadableError, match="is over the limit of 10,000,000"):
        read(page() + "x" * LARGEST)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<div>", "<a href='x'>", "\0", "<!--", "<table>", "word. ", "<h1>", "&#0;"])
    )
)
def test_whatever_stands_there_gives_a_document_or_a_reason(parts: list[str]) -> None:
    try:
        read(page(body="".join(parts)))
    except ReadError as error:
        assert str(error)


@pytest.mark.shared
@pytest.mark.parametrize("corpus", ["html-fundus", "html-benchmark", "html-metadata", "html-newspaper4k"])
def test_real_pages_have_bodies(corpus: str) -> None:
    pages = sorted((SHARED / corpus).rglob("*.html.gz"))[::9]
    if not pages:
        pytest.skip(f"no real pages beside the checkout (../shared/corpora/{corpus})")
    for one in pages:
        layout = read(gzip.decompress(one.read_bytes())).layout
        assert layout and sum(len(block.text) for block in layout.blocks) > 100, one.name
