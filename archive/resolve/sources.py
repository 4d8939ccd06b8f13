"""From what an input calls its source to a source of the archive."""

from collections.abc import Mapping

from sqlalchemy import Connection

from archive.db import vocabulary
from archive.db.vocabulary import Source
from archive.documents import Value
from archive.normalize.names import name_key, slug
from archive.normalize.urls import url_domain


class SourceResolver:
    """Resolves sources by name, alias or domain; a name that is not known makes a new source.

    Remembers what it found: one resolver serves one import.
    """

    def __init__(self, connection: Connection) -> None:
        self._by_name = vocabulary.source_names(connection)
        self._by_domain = vocabulary.source_domains(connection)

    def named(self, connection: Connection, name: str) -> Source:
        """Return the source that a name, an alias or a domain leads to, made anew if none does."""
        key = name_key(name)
        source = self._by_name.get(key) or self._at_domain(name)
        if source is None:
            source = vocabulary.find_source(connection, key) or vocabulary.add_source(
                connection, name, slug(name), key, origin="import"
            )
            self._by_name[key] = source
        return source

    def of_url(self, url: str) -> Value | None:
        """Return, as a value derived from the domain, the source whose page a URL is; None where none is known."""
        source = self._at_domain(url)
        return None if source is None else Value("source", source.name, "domain")

    def of_values(self, values: Mapping[str, Value], url: str | None) -> Value | None:
        """Return the source that a unit states or, derived, the one whose page its URL is; None if neither."""
        value = values.get("source") or (self.of_url(url) if url else None)
        if value is None and "url" in values:  # a host of its own that looks like a view of another
            value = self.of_url(values["url"].text)
        return value

    def _at_domain(self, text: str) -> Source | None:
        """Return the source of a host, or of the domain that it is a part of."""
        host = url_domain(text) if "://" in text else text.strip().lower().removeprefix("www.").split("/")[0]
        while "." in host:
            if source := self._by_domain.get(host):
                return source
            host = host.partition(".")[2]
        return None
