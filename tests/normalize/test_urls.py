"""URLs: what makes two of them one page, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.urls import canonical_url, url_domain


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
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a web address"):
        canonical_url(text)


PARTS = st.text(st.sampled_from("ab/.%&=+?;:@!~'()*,é北 20E5[]\\^`{|}\"<>"), max_size=20)


@given(host=st.sampled_from(["mill.example", "www.Mill.example", "[::1]"]), rest=PARTS)
def test_a_canonical_url_stays_as_it_is(host: str, rest: str) -> None:
    try:
        url = canonical_url(f"http://{host}/{rest}")
    except ValueError as error:
        assert " " in rest or "not a web address" in str(error)
        return
    assert url.isascii()
    assert canonical_url(url) == url


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
