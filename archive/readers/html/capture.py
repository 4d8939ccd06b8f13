"""Where and when a page was saved, as browsers, extensions and crawlers write it into the page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

_HEAD = 20_000
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\((\d{4})\)(\S+?)\s*-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(r"<!--\s*Page saved with SingleFile\s(.{0,3000}?)-->", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"^\s*url:\s*(\S+)", re.MULTILINE)
_TIME = re.compile(r"^\s*saved date:\s*(.+?)\s*$", re.MULTILINE)
_ZONE_NAME = re.compile(r"\s*\([^()]*\)$")
_MONOLITH = re.compile(r"<!--\s*Saved from (\S{1,4000}) at (\S{10,40}) using monolith\b", re.IGNORECASE)
_HTTRACK = re.compile(
    r"<!--\s*Mirrored from (\S{1,4000}) by HTTrack Website Copier/[^,]{1,80}, ([^<>]{10,60}?)\s*-->", re.IGNORECASE
)
_SCRAPBOOK = re.compile(r"<html\b[^>]{0,2000}?\sdata-scrapbook-(?:source|create)=[^>]{0,4000}", re.IGNORECASE)
_SCRAPBOOK_URL = re.compile(r"\sdata-scrapbook-source=[\"']([^\"']+)", re.IGNORECASE)
_SCRAPBOOK_TIME = re.compile(r"\sdata-scrapbook-create=[\"']?(\d{14})\d{3}\b", re.IGNORECASE)
_SAVEPAGE = 'name="savepage-'
_SAVEPAGE_URL = re.compile(r'name="savepage-url" content="([^"]{1,4000})"')
_SAVEPAGE_TIME = re.compile(r'name="savepage-date" content="([^"]{1,100})"')
_WAYBACK = re.compile(
    r"FILE ARCHIVED ON (\d{1,2}:\d\d:\d\d) ([A-Z][a-z]{2}) (\d{1,2}), (\d{4}) AND RETRIEVED FROM THE\s+INTERNET ARCHIVE"
)
_REPLAYED = re.compile(
    r"https?://(?:web\.archive\.org/web|(?:www\.)?webarchive\.org\.uk/wayback/archive|arquivo\.pt/wayback)/"
    r"(\d{14})(?:[a-z]{2}_)?/(https?:/{1,2}[^/].*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Capture:
    """The address a page was saved from, and when; None where it does not say so."""

    url: str | None = None
    time: str | None = None


def find_capture(text: str) -> Capture:
    """Return what a page says of its capture: by SingleFile, Save Page WE, WebScrapBook, monolith, HTTrack, a browser.

    Of a page that was saved from the Wayback Machine, the address and the time that were archived.

    >>> find_capture("<!-- saved from url=(0026)https://sund.example/a.htm -->")
    Capture(url='https://sund.example/a.htm', time=None)
    """
    head = text[:_HEAD]
    found = next((capture for find in _FORMS if (capture := find(head)) is not None), None)
    if found is None and _SAVEPAGE in text:  # it stands where the head ends, after styles of any length
        found = _of_two(_SAVEPAGE_URL.search(text), _SAVEPAGE_TIME.search(text))
    found = of_original(found or Capture())
    archived = _WAYBACK.search(text, max(0, len(text) - _HEAD))
    return found if archived is None else Capture(found.url, _archived(archived))


def of_original(capture: Capture) -> Capture:
    """Return what was archived first, where a capture is one of what a web archive replays: its address and time.

    >>> of_original(Capture("https://web.archive.org/web/20140403034842/http://sund.example/a"))
    Capture(url='http://sund.example/a', time='2014-04-03T03:48:42Z')
    """
    replayed = _REPLAYED.fullmatch(capture.url or "")
    return capture if replayed is None else Capture(_address(replayed[2]), _digits(replayed[1]))


def original_address(url: str) -> str:
    """Return the address of a page that an address in a web archive leads to, and any other as it is."""
    replayed = _REPLAYED.fullmatch(url)
    return url if replayed is None else _address(replayed[2])


def _single_file(head: str) -> Capture | None:
    match = _SINGLE_FILE.search(head)
    return match and _of_two(_URL.search(match[1]), _TIME.search(match[1]))


def _monolith(head: str) -> Capture | None:
    match = _MONOLITH.search(head)
    if match is None:
        return None
    return Capture(match[1] if match[1].startswith(("http://", "https://")) else None, match[2])


def _httrack(head: str) -> Capture | None:
    match = _HTTRACK.search(head)
    if match is None:
        return None
    return Capture(match[1] if "://" in match[1] else f"http://{match[1]}", match[2])


def _scrapbook(head: str) -> Capture | None:
    match = _SCRAPBOOK.search(head)
    if match is None:
        return None
    url, time = _SCRAPBOOK_URL.search(match[0]), _SCRAPBOOK_TIME.search(match[0])
    return Capture(unescape(url[1]) if url else None, _digits(time[1]) if time else None)


def _browser(head: str) -> Capture | None:
    match = _SAVED_FROM.search(head)
    return Capture(match[2]) if match is not None and match[2].startswith(("http://", "https://")) else None


_FORMS: tuple[Callable[[str], Capture | None], ...] = (_single_file, _monolith, _httrack, _scrapbook, _browser)


def _of_two(url: re.Match[str] | None, time: re.Match[str] | None) -> Capture:
    return Capture(unescape(url[1]) if url else None, _ZONE_NAME.sub("", time[1]) if time else None)


def _archived(match: re.Match[str]) -> str:
    return f"{match[3]} {match[2]} {match[4]} {match[1]} GMT"


def _digits(digits: str) -> str:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}T{digits[8:10]}:{digits[10:12]}:{digits[12:14]}Z"


def _address(url: str) -> str:
    """Return an address whose two slashes may have become one in the path of another."""
    scheme, _, rest = url.partition(":")
    return f"{scheme}://{rest.lstrip('/')}"
