"""Addresses of concepts (URIs): from scheme and code, and back."""

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

from archive.normalize.names import slug
from archive.vocabularies.concepts import URI, Scheme

# Of a scheme without an address the concepts have one that leads nowhere and is unique within an archive.
OWN = "urn:x-archive:"
TERMS = f"{OWN}terms#"  # properties that SKOS has not: phrases, rules

# What addresses within a file begin with: nobody else's are like that. Those that begin with http are left as they are
# when they are joined with it; Python would drop a final ; or ? of them if it began so, too.
BASE = "ftp://vocabulary.invalid/"

# Those that others of the program know by these names, and what else leads to them. The first is what is written.
KNOWN = {
    "medtop": ("http://cv.iptc.org/newscodes/mediatopic/", "https://cv.iptc.org/newscodes/mediatopic/"),
    "subj": ("http://cv.iptc.org/newscodes/subjectcode/", "https://cv.iptc.org/newscodes/subjectcode/"),
    "wikidata": (
        *("http://www.wikidata.org/entity/", "https://www.wikidata.org/entity/"),
        *("http://www.wikidata.org/wiki/", "https://www.wikidata.org/wiki/"),
    ),
}

_IN_ADDRESSES = "/?#[]@!$&'()*+,;=:~-._"  # what a code has may stand in an address as it is; all else is escaped
_LAST = re.compile(r"[^/#]*[/#]?$")


def address(scheme: str, code: str, uri: str | None) -> str:
    """Return the address of a concept that states none: its scheme's with its code, else one of our own.

    >>> address("medtop", "20000149", "http://cv.iptc.org/newscodes/mediatopic/")
    'http://cv.iptc.org/newscodes/mediatopic/20000149'
    >>> address("local", "C & A", None)
    'urn:x-archive:local:C%20%26%20A'
    """
    if uri:
        return uri + quote(code, safe=_IN_ADDRESSES)
    return f"{OWN}{quote(scheme, safe='')}:{quote(code, safe='')}"


def scheme_address(scheme: Scheme) -> str:
    """Return the address of a scheme: as stated, else one of our own."""
    return scheme.uri or f"{OWN}{quote(scheme.scheme, safe='')}"


def parted(uri: str, schemes: Iterable[Scheme] = ()) -> tuple[str, str]:
    """Return scheme and code of a concept's address; where no scheme is known that it is of, the whole is the code.

    >>> parted("https://www.wikidata.org/entity/Q17")
    ('wikidata', 'Q17')
    >>> parted("https://words.example/ferry")
    ('uri', 'https://words.example/ferry')
    """
    beginnings = [(scheme.uri, scheme.scheme) for scheme in schemes if scheme.uri]
    beginnings += [(beginning, scheme) for scheme, uris in KNOWN.items() for beginning in uris]
    for beginning, scheme in sorted(beginnings, key=lambda one: -len(one[0])):
        if uri.startswith(beginning) and len(uri) > len(beginning):
            return scheme, unquote(uri[len(beginning) :])
    own = uri.removeprefix(OWN).split(":")
    if uri.startswith(OWN) and len(own) == 2 and all(own):
        return unquote(own[0]), unquote(own[1])
    return URI, uri


def mapped_address(scheme: str, code: str, schemes: Iterable[Scheme] = ()) -> str:
    """Return the address of a concept of which scheme and code are known; `parted` gives those back."""
    if scheme == URI:
        return code
    stated = {one.scheme: one.uri for one in schemes}
    found = address(scheme, code, stated.get(scheme) or next(iter(KNOWN.get(scheme, ())), None))
    return found if parted(found, schemes) == (scheme, code) else address(scheme, code, None)


def scheme_name(uri: str, title: str | None) -> str:
    """Return the short name of a scheme that states none: a known one, else made of its title or address.

    >>> scheme_name("https://words.example/boats#", "Words of Boats")
    'words-of-boats'
    """
    known = (scheme for scheme, uris in KNOWN.items() if any(uri.rstrip("/#") == one.rstrip("/#") for one in uris))
    if uri.startswith(OWN):
        return unquote(uri.removeprefix(OWN))
    return next(known, None) or slug(title or last_part(uri.rstrip("/#")))


def last_part(uri: str) -> str:
    """Return what follows the last # or / of an address, without escapes.

    >>> last_part("https://words.example/boats#small%20ferry")
    'small ferry'
    """
    found = _LAST.search(uri)
    return unquote(found[0] if found else uri) or uri
