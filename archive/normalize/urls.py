"""URLs, made comparable."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

_TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "ref_src", "cmpid", "ocid"}
)


def canonical_url(text: str) -> str:
    """Return the URL by which a page is known: https, without `www.`, default port, fragment and tracking parameters.

    Raises ValueError, with a reason in words, where the text is no web address.

    >>> canonical_url("HTTP://www.Example.org:80/a/?utm_source=x&id=3#top")
    'https://example.org/a?id=3'
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"not a web address ({error})") from error
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host or any(character.isspace() for character in text.strip()):
        raise ValueError("not a web address")
    host = host.removeprefix("www.")
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port not in (80, 443):
        host = f"{host}:{port}"
    query = [
        (name, value)
        # bytes that are not UTF-8 (old pages in other encodings) stay as they are: two pages never become one
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape")
        if name.lower() not in _TRACKING and not name.lower().startswith("utm_")
    ]
    path = quote(parts.path.rstrip("/"), safe="/%:@!$&'()*+,;=~-._")
    return f"https://{host}{path}" + (f"?{urlencode(query, errors='surrogateescape')}" if query else "")


def url_domain(url: str) -> str:
    """Return the host of a URL, lower case, without `www.` and port; '' where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
