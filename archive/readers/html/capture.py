"""Where and when a page was saved, as browsers and SingleFile write it into the page."""

import re
from dataclasses import dataclass

_HEAD = 20_000
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\((\d{4})\)(\S+?)\s*-->", re.IGNORECASE)
_SINGLE_FILE = re.compile(r"<!--\s*Page saved with SingleFile\s(.{0,3000}?)-->", re.IGNORECASE | re.DOTALL)
_URL = re.compile(r"^\s*url:\s*(\S+)", re.MULTILINE)
_TIME = re.compile(r"^\s*saved date:\s*(.+?)\s*$", re.MULTILINE)
_ZONE_NAME = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True)
class Capture:
    """The address a page was saved from, and when; None where it does not say so."""

    url: str | None = None
    time: str | None = None


def find_capture(text: str) -> Capture:
    """Return what a comment at the start of a page says of its capture: that of SingleFile, or of a browser.

    >>> find_capture("<!-- saved from url=(0026)https://sund.example/a.htm -->")
    Capture(url='https://sund.example/a.htm', time=None)
    """
    head = text[:_HEAD]
    single = _SINGLE_FILE.search(head)
    if single is not None:
        url, time = _URL.search(single[1]), _TIME.search(single[1])
        return Capture(url[1] if url else None, _ZONE_NAME.sub("", time[1]) if time else None)
    saved = _SAVED_FROM.search(head)
    return Capture(saved[2]) if saved is not None and saved[2].startswith(("http://", "https://")) else Capture()
