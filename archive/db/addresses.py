"""The canonical URLs of an archive, when the rules that make them change."""

from collections.abc import Callable

from sqlalchemy import Connection, text

_STEP = 20_000  # articles whose URLs are in memory at once


def follow_rules(connection: Connection, canonical_url: Callable[[str], str], version: int) -> int:
    """Give every article the canonical URL of today's rules, beside those it has; return how many were missing.

    Goes through the URLs as they were read, once for each version of the rules, so that what is imported from now on
    finds what is there. Earlier identifiers stay: keys were made of them. A URL that today's rules refuse
    stays as it is.
    """
    if connection.scalar(text("SELECT value FROM about WHERE name = 'url_rules'")) == str(version):
        return 0
    last = connection.scalar(text("SELECT max(id) FROM articles")) or 0
    added = 0
    for first in range(1, last + 1, _STEP):
        articles = {"first": first, "last": first + _STEP - 1}
        known = {(article_id, url) for article_id, url in connection.execute(_IDENTIFIERS, articles)}
        were_read = {(article_id, url) for article_id, url in connection.execute(_URLS_AS_READ, articles)}
        wanted = {(article_id, _renewed(canonical_url, url)) for article_id, url in known | were_read}
        missing = sorted((article_id, url) for article_id, url in wanted if url and (article_id, url) not in known)
        if missing:
            connection.execute(_ADD, [{"article_id": article_id, "url": url} for article_id, url in missing])
        added += len(missing)
        for article_id, shown, url in connection.execute(_SHOWN, articles).all():
            renewed = _renewed(canonical_url, shown)
            as_read = _renewed(canonical_url, url or "")
            # what is shown can be what a person decided; only its route is taken from what was read
            if renewed and as_read and as_read.partition("#")[0] == renewed:
                renewed = as_read
            if renewed and renewed != shown:
                connection.execute(_SHOW, {"article_id": article_id, "url": renewed})
    connection.execute(_NOTE, {"version": str(version)})
    return added


def _renewed(canonical_url: Callable[[str], str], url: str) -> str | None:
    try:
        return canonical_url(url)
    except ValueError:
        return None


_IDENTIFIERS = text(
    "SELECT article_id, value FROM article_identifiers WHERE scheme = 'url' AND article_id BETWEEN :first AND :last"
)
_URLS_AS_READ = text(
    "SELECT DISTINCT article_id, url_as_read FROM import_items "
    "WHERE article_id BETWEEN :first AND :last AND url_as_read IS NOT NULL"
)
_ADD = text("INSERT INTO article_identifiers (article_id, scheme, scope, value) VALUES (:article_id, 'url', '', :url)")
_SHOWN = text(
    "SELECT a.id, a.url, v.text FROM articles a LEFT JOIN article_values v ON v.article_id = a.id AND v.field = 'url' "
    "WHERE a.url IS NOT NULL AND a.id BETWEEN :first AND :last"
)
_SHOW = text("UPDATE articles SET url = :url WHERE id = :article_id")
_NOTE = text(
    "INSERT INTO about (name, value) VALUES ('url_rules', :version) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
