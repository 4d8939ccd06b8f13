"""The keys by which articles are cited: made once, of what first identified an article, and never made again."""

import base64
import hashlib
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection

from archive.db import lookups
from archive.db.lookups import Identifier


class Keys:
    """The keys of new articles; with the first identifiers of a batch, one look tells which are taken."""

    def __init__(self, connection: Connection, first_identifiers: Iterable[Identifier]) -> None:
        self._connection = connection
        self._taken = lookups.find_keys(connection, {article_key(first) for first in first_identifiers})

    def take(self, first: Identifier) -> str:
        """Return the key of a new article: a later one, where the first is taken (names of places get reused)."""
        attempt = 0
        while (key := article_key(first, attempt)) in self._taken:
            attempt += 1
            self._taken |= lookups.find_keys(self._connection, {article_key(first, attempt)})
        self._taken.add(key)
        return key


@lru_cache(maxsize=4096)  # asked for a whole batch, then for each article of it
def article_key(first: Identifier, attempt: int = 0) -> str:
    """Return the key by which an article is cited: 60 bits of the SHA-256 of its first identifier, in base32.

    >>> article_key(Identifier("url", "", "https://example.org/a"))
    '3awcwr5rtpuy'
    """
    text = "\0".join([*first, *([str(attempt)] if attempt else [])])
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest[:10])[:12].decode().lower()
