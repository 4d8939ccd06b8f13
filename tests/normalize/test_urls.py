"""URLs: what makes two of them one page, and what does not."""

import re
import time
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.normalize.urls import canonical_url, url_domain

DOCS = Path(__file__).resolve().parents[2] / "docs" / "urls.md"


def table(heading: str) -> list[tuple[str, str, str]]:
    """Return the rows of a table of docs/urls.md: what it is about, and two URLs."""
    section = DOCS.read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r" *\| *", line.strip("| ")) for line in section.splitlines() if line.startswith("| ")][1:]
    return [(what, one.strip("`"), other.strip("`")) for what, one, other in rows]


ONE, TWO = table("What becomes one"), table("What stays two")


def test_the_tables_are_read() -> None:
    assert (len(ONE) > 30, len(TWO) > 20) == (True, True)


@pytest.mark.parametrize(("url", "canonical"), [pytest.param(*urls, id=what) for what, *urls in ONE])
def test_what_becomes_one(url: str, canonical: str) -> None:
    assert url != canonical
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(("one", "another"), [pytest.param(*urls, id=what) for what, *urls in TWO])
def test_what_stays_two(one: str, another: str) -> None:
    assert canonical_url(one) != canonical_url(another)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("https://www.google.com/amp/s/amp.mill.example/a.amp.html?id=3#part", "https://mill.example/a.html?id=3"),
        ("https://google.de/amp/s/mill.example:8080/a", "https://mill.example:8080/a"),
        ("https://www.google.com/amp/s/www.google.com/amp/s/mill.example/a", "https://mill.example/a"),
        ("https://www.google.com/amp/s/mill", "https://google.com/s/mill"),  # no host: a page of Google's own
        ("https://google.mill.example/amp/s/else.example/a", "https://google.mill.example/s/else.example/a"),
        ("https://mill-example.cdn.ampproject.org/v/mill.example/a", "https://mill.example/a"),
        ("https://mill-example.cdn.ampproject.org/i/s/mill.example/a.png", None),
        ("https://m.192.168.0.1/a", None),
        ("https://m..mill/a", None),
        ("https://mill.example/amp/", "https://mill.example/amp"),
        ("https://mill.example/a/print/amp/", "https://mill.example/a"),
        ("https://mill.example/.amp", None),
        ("https://mill.example/%%341", "https://mill.example/%2541"),
        ("https://mill.example/100%-sure", "https://mill.example/100%25-sure"),
        ("https://mill.example/a?amp;amp;id=3&amp;amp=1", "https://mill.example/a?id=3"),
        ("https://mill.example/a?b=2&draft&a=1", "https://mill.example/a?b=2&draft=&a=1"),
        ("https://mill.example/a/#!/b é", "refused"),
        ("https://mill.example/a/#!/bé?x", "https://mill.example/a#!/b%C3%A9?x"),
        ("https://mill.example/#!/", "https://mill.example"),
    ],
)
def test_views_within_views(text: str, canonical: str | None) -> None:
    """Odd ones; None: it stays as it is."""
    if canonical == "refused":
        with pytest.raises(ValueError, match="not a web address"):
            canonical_url(text)
    else:
        assert canonical_url(text) == (canonical or text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("https://mill.example", "https://mill.example"),
        ("  HTTP://WWW.Mill.Example:80/  ", "https://mill.example"),
        ("https://mill.example:443/a/", "https://mill.example/a"),
        ("https://mill.example:8080/a", "https://mill.example:8080/a"),
        ("https://mill.example./a#part", "https://mill.example/a"),
        ("https://user:secret@mill.example/a", "https://mill.example/a"),
        ("https://mill.example/A/b.html?Id=3&b=", "https://mill.example/A/b.html?Id=3&b="),
        ("https://mill.example/?utm_source=x&UTM_medium=y&fbclid=z&GCLID=1", "https://mill.example"),
        ("https://mill.example/a?id=3&utm_source=x&page=2", "https://mill.example/a?id=3&page=2"),
        ("https://mill.example/a?q=a+b", "https://mill.example/a?q=a+b"),
        ("https://mill.example/a?q=a%20b", "https://mill.example/a?q=a+b"),
        ("https://mill.example/новости/1", "https://mill.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1"),
        ("https://mill.example/a?q=北", "https://mill.example/a?q=%E5%8C%97"),
        ("https://mill.example/a?q=%E5%8C%97", "https://mill.example/a?q=%E5%8C%97"),
        ("http://[2001:db8::1]:8080/a", "https://[2001:db8::1]:8080/a"),
    ],
)
def test_a_page_has_one_url(text: str, canonical: str) -> None:
    assert canonical_url(text) == canonical


def test_bytes_of_another_encoding_stay_apart() -> None:
    """As in old addresses of Russian papers, whose queries are in Windows-1251."""
    urls = ["https://mill.example/a?name=%CC%E8%ED%F1%EA", "https://mill.example/a?name=%CF%E8%ED%F1%EA"]
    assert [canonical_url(url) for url in urls] == urls


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mill.example/a",
        "www.mill.example",
        "/a/b",
        "ftp://mill.example/a",
        "mailto:desk@mill.example",
        "https://",
        "https:///a",
        "https://mill.example/a b",
        "https://mill.example:port/",
        "https://[mill.example/",
        "javascript:alert(1)",
        "ftp://google.com/amp/s/mill.example/a",
        "https://mill.example/\ud800",
        "https://mill.example/#!/\ud800",
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        canonical_url(text)


PARTS = st.text(st.sampled_from("ab/.%&=+?;:@!~'()*,é北 20E5[]\\^`{|}\"<>#"), max_size=20)
VIEWS = st.lists(
    st.sampled_from(
        (
            *(
                "amp",
                "/amp",
                "/amp/",
                ".amp",
                ".html",
                "/print",
                "?",
                "&",
                "amp;",
                "amp=1",
                "page=all",
                "page=2",
                "utm_a=b",
            ),
            *("#", "a", "b=1", "/", "//", "%2f", "%6", "1", "tag", "#!/", ";jsessionid=", "google.com/amp/s/", "c/s/"),
        )
    ),
    max_size=8,
).map("".join)
HOSTS = st.sampled_from(
    (
        *("mill.example", "www.Mill.example", "[::1]", "m.mill.example", "amp.m.www.mill.example:80", "m.co.uk"),
        *("mobile.m", "www.google.com/amp/s/mill.example", "x.cdn.ampproject.org/c/s/m.mill.example"),
    )
)


@given(host=HOSTS, rest=PARTS | VIEWS)
@example("mill.example", "%%2541")
def test_a_canonical_url_stays_as_it_is(host: str, rest: str) -> None:
    try:
        url = canonical_url(f"http://{host}/{rest}")
    except ValueError as error:
        assert "not a web address" in str(error)
        return
    assert url.isascii()
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    "part", ["/amp", "/amp/print", "/a.amp", ".amp", ".amp.html", "%", "%41", "amp;", ";jsessionid=", "/"]
)
def test_long_ones_take_no_long_time(part: str) -> None:
    begun = time.monotonic()
    for end in ("", "x", "?" + part * 20_000, "/amp/s/mill.example"):
        canonical_url(f"https://google.com{part * 20_000}{end}")
    assert time.monotonic() - begun < 2


def first_rules(text: str) -> str:
    """Return the URL that the first rules made of a text: what archives of that time hold."""
    parts = urlsplit(text.strip())
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    host = f"[{host}]" if ":" in host else host
    if parts.port not in (None, 80, 443):
        host = f"{host}:{parts.port}"
    tracking = {
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "yclid",
        "igshid",
        "mc_cid",
        "mc_eid",
        "ref_src",
        "cmpid",
        "ocid",
    }
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if name.lower() not in tracking and not name.lower().startswith("utm_")
    ]
    path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~-._")
    return f"https://{host}{path}" + (f"?{urlencode(query, errors='surrogateescape')}" if query else "")


@given(host=HOSTS, rest=PARTS | VIEWS)
def test_what_the_first_rules_made_one_is_one(host: str, rest: str) -> None:
    """But for routes in the fragment, which they dropped, and so merged pages."""
    text = f"http://{host}/{rest}"
    try:
        url = canonical_url(text)
    except ValueError:
        return
    if "#" not in url:
        assert canonical_url(first_rules(text)) == url


@given(text=st.text(max_size=30) | st.text(max_size=20).map("https://".__add__))
def test_any_text_is_a_url_or_is_refused_with_a_reason(text: str) -> None:
    try:
        assert canonical_url(text).startswith("https://")
    except ValueError as error:
        assert "not a web address" in str(error)
    assert isinstance(url_domain(text), str)


def test_domains() -> None:
    assert url_domain("https://WWW.News.mill.example:8080/a") == "news.mill.example"
    assert url_domain("mill.example") == ""
    assert url_domain("https://[broken") == ""
