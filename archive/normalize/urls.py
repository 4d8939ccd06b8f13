"""URLs, made comparable. docs/urls.md has the rules as one table; each of its rows is a test."""

import re
from operator import itemgetter
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

# Raised when the same URL can come out otherwise: the next import then brings the archive's URLs up to date.
RULES_VERSION = 2


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parameters that tell who sent a reader and not what is read, in lower case. Names that are ids at some sites are not
# among them: `cid`, `eid`, `ref`, `source`, `sid`, `via`.
_TRACKING = _words(
    """
    fbclid gclid dclid gbraid wbraid msclkid yclid ysclid twclid igshid igsh mc_cid mc_eid _ga _gl _hsenc _hsmi
    hsctatracking mkt_tok vero_id oly_enc_id oly_anon_id xtor wt_mc wt.mc wt.mc_id ref_src ref_url cmp cmpid ocid smid
    smtyp mbid ito sr_share guccounter guce_referrer guce_referrer_sig __twitter_impression ns_mchannel ns_source
    ns_campaign ns_linkname ns_fee at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 usqp phpsessid
    jsessionid
    """
)
_TRACKING_PREFIXES = ("utm_", "pk_", "mtm_", "itm_", "amp_")

# Parameters that ask for another view of the same page, with the values that do.
_YES = frozenset(("", "1", "true", "yes", "y"))
_VIEW_PARAMETERS = {
    **dict.fromkeys(_words("amp mobile singlepage single_page fullpage showall"), _YES),
    **dict.fromkeys(_words("print printable printview printerfriendly printer_friendly"), _YES),
    **dict.fromkeys(_words("outputtype output view mode format"), _words("amp print printable")),
    "page": _words("all"),
    "pagewanted": _words("all print"),
}

_HOST_VIEWS = _words("amp m mobile")
# What `m.` may not be taken off: second levels under which names are sold, and hosts where each name is another's site.
_SECOND_LEVELS = _words("ac asn co com edu go gob gouv gov ltd mil ne net nom or org plc sch")
_HOSTS_OF_MANY = _words(
    """
    blogspot.com github.io gitlab.io livejournal.com medium.com netlify.app pages.dev substack.com tumblr.com
    typepad.com vercel.app weebly.com wixsite.com wordpress.com
    """
)

_GOOGLE = re.compile(r"google\.(?:com|[a-z]{2}|com?\.[a-z]{2})")
_GOOGLE_AMP = re.compile(r"/amp/(?:s/)?(.+)")
_AMP_CACHE = re.compile(r"/(?:[cv]|wp)/(?:s/)?(.+)")
_STARTS_WITH_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,4})?(?:/|$)", re.IGNORECASE)

_AMPERSANDS = re.compile(r"^(?:amp;)+")  # `&amp;` of a page's source, not undone
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_PATH_VIEWS = _words("amp print")
# Pages of these are lists by name; `amp` below them is a name as well.
_LISTS = _words(
    """
    author authors categories category companies company definition dictionary quote search section sections stock
    stocks tag tags topic topics wiki word
    """
)


def canonical_url(text: str) -> str:
    """Return the URL by which a page is known, however it was linked, shared, printed or shown on a telephone.

    https, without `www.`, default port, trailing slash, fragment, tracking parameters and what asks for another view
    of the same page. A route in the fragment (`#!/a`) is part of the page, and so is every parameter that is not
    known to be none. Two pages that become one cannot be told apart again: where it is not sure, a URL stays as it is.

    Raises ValueError, with a reason in words, where the text is no web address.

    >>> canonical_url("HTTP://www.Example.org:80/a/?utm_source=x&id=3#top")
    'https://example.org/a?id=3'
    >>> canonical_url("https://www.google.com/amp/s/m.example.org/a/amp")
    'https://example.org/a'
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        while inner := _behind_amp_cache(parts):
            parts = urlsplit(inner)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        path, query, route = _main_path(parts.path), _essential(parts.query), _route(parts.fragment)
    except UnicodeError as error:
        raise ValueError("not a web address (it has characters that are no text)") from error
    except ValueError as error:
        raise ValueError(f"not a web address ({error})") from error
    if parts.scheme not in ("http", "https") or not host or len(text.split()) > 1:
        raise ValueError("not a web address")
    host = _main_host(host)
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port not in (80, 443):
        host = f"{host}:{port}"
    return f"https://{host}{path}" + (f"?{query}" if query else "") + (f"#{route}" if route else "")


def url_domain(url: str) -> str:
    """Return the host of a URL, lower case, without `www.` and port; '' where there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _behind_amp_cache(parts: SplitResult) -> str | None:
    """Return the URL of the publisher's page that a URL of Google's AMP cache shows, or None for any other URL."""
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if _GOOGLE.fullmatch(host):
        inner = _GOOGLE_AMP.fullmatch(parts.path)
    elif host.endswith(".cdn.ampproject.org"):
        inner = _AMP_CACHE.fullmatch(parts.path)
    else:
        return None
    if inner is None or not _STARTS_WITH_HOST.match(inner[1]) or parts.scheme not in ("http", "https"):
        return None
    return f"https://{inner[1]}?{parts.query}#{parts.fragment}"


def _main_host(host: str) -> str:
    """Return the host of the site itself, of which `www.` is an old custom and `amp.` and `m.` are views."""
    while True:
        label, _, site = host.partition(".")
        if not (label == "www" and site) and not (label in _HOST_VIEWS and _is_site(site)):
            return host
        host = site


def _is_site(host: str) -> bool:
    """Tell whether a host can be a publisher's own: not a top level, nor one where every name is another's site."""
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdigit() or host in _HOSTS_OF_MANY:
        return False
    return not (len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _SECOND_LEVELS)


def _main_path(path: str) -> str:
    """Return a path without what asks for another view, escaped as it must be and no further."""
    escaped = _ESCAPE.sub(_needed, _SESSION.sub("", quote(path, safe="/%:@!$&'()*+,;=~-._")))
    parts = escaped.rstrip("/").split("/")
    first = 1
    while first < len(parts) - 1 and parts[first] == "amp":
        first += 1
    del parts[1:first]
    while len(parts) > 1:
        if not parts[-1] or (parts[-1] in _PATH_VIEWS and len(parts) > 2 and parts[-2] not in ("", *_LISTS)):
            parts.pop()
        elif (name := _without_view(parts[-1])) != parts[-1]:
            parts[-1] = name
        else:
            break
    return "/".join(parts)


def _without_view(name: str) -> str:
    """Return the name of a page without `.amp`, and without `.amp` or `.print` before `.html`."""
    stem, _, end = name.rpartition(".")
    if end == "amp":
        return stem or name
    page, _, view = stem.rpartition(".")
    return f"{page}.{end}" if end in ("html", "htm") and view in _PATH_VIEWS and page else name


def _needed(escape: re.Match[str]) -> str:
    """Return an escape in capitals, or what it stands for, where that is the same; `%25` for what is no escape."""
    if escape[1] is None:
        return "%25"
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()


def _essential(query: str) -> str:
    """Return the parameters that say what is read, by name where each of them is a name and a value."""
    # bytes that are not UTF-8 (old pages in other encodings) stay as they are: two pages never become one
    parameters = [
        (_AMPERSANDS.sub("", name), value)
        for name, value in parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    ]
    kept = [parameter for parameter in parameters if not _asks_for_no_other_page(*parameter)]
    if all(value for _, value in kept):
        kept.sort(key=itemgetter(0))  # stable: a name that is there twice can be a list
    return urlencode(kept, errors="surrogateescape")


def _asks_for_no_other_page(name: str, value: str) -> bool:
    name, value = name.lower(), value.lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or value in _VIEW_PARAMETERS.get(name, ())


def _route(fragment: str) -> str:
    """Return a fragment that is the page itself, as in sites that are one program; any other is a place on the page."""
    if not fragment.startswith(("!", "/")) or not fragment.strip("!/"):
        return ""
    return quote(fragment, safe="/%:@!$&'()*+,;=~-._?")
