"""Whether single values are such as their column can hold, and agree with what they were derived from."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from archive.db.article_columns import embargo_columns
from archive.db.enumerations import ENUMERATIONS
from archive.db.plain import Plain
from archive.documents import PublishedTime
from archive.normalize.dates import parse_published
from archive.normalize.names import name_key
from archive.queries.verification.findings import REPAIR, RESTORE, Finding, Wrong

# The columns of `articles` that follow from `published`.
PUBLISHED = (
    *("published_from", "published_until", "published_on", "published_at"),
    *("published_precision", "published_method"),
)
# The tables of names that inputs are matched on.
NAMED = ("authors", "source_names", "agency_names", "topic_names")

_HELD = ", ".join(f"a.{column}" for column in PUBLISHED)
_PUBLISHED_ROWS = f"""
SELECT a.id, a.key, a.published, d.precision, CASE WHEN x.article_key IS NULL THEN v.method END, {_HELD}
  FROM articles a
  LEFT JOIN article_values v ON v.article_id = a.id AND v.field = 'published'
  LEFT JOIN article_dates d ON d.article_id = a.id AND d.chosen AND d.value = a.published
  LEFT JOIN (SELECT DISTINCT article_key FROM decisions WHERE subject = 'field' AND name = 'published') x
         ON x.article_key = a.key
 ORDER BY a.id
"""


# What is no UTF-8 is read with these in place of the bytes.
_SURROGATE = re.compile("[\ud800-\udfff]")


class PublishedRow(NamedTuple):
    """An article whose date is not written in all its columns alike; `right` is None where nobody can say."""

    article_id: int
    key: str
    right: tuple[str | None, ...] | None


class EmbargoRow(NamedTuple):
    """An article whose embargo is not written in both its columns alike; `right` is None where nobody can say."""

    article_id: int
    key: str
    right: dict[str, str | None] | None


def check_enumerations(connection: Plain) -> Iterator[Finding]:
    """Yield a finding for each column that has values which this program does not know."""
    for (table, column), known in ENUMERATIONS.items():
        found = Wrong(
            *("error", "enumerated", "value", f"of {table}.{column} that this program does not know"),
            "a newer program may know it; else " + RESTORE,
        )
        for value, number in connection.execute(
            f'SELECT CAST("{column}" AS TEXT), count(*) FROM {table} '
            f'WHERE "{column}" NOT IN ({", ".join("?" * len(known))}) GROUP BY 1',
            known,
        ):
            found.add(f"'{value}' ({number:,})" if number > 1 else f"'{value}'")
        yield from found.findings()


def check_published(connection: Plain) -> Iterator[Finding]:
    """Yield findings for articles whose date says one thing in one column and another in the next."""
    unlike = Wrong("error", "published", "article", "with columns of the date that do not agree", REPAIR)
    unread = Wrong("error", "published", "article", "with a date that cannot be read", RESTORE)
    for row in unlike_published(connection):
        (unread if row.right is None else unlike).add(row.key)
    yield from unlike.findings()
    yield from unread.findings()


def check_embargo(connection: Plain) -> Iterator[Finding]:
    """Yield findings for articles of which it is not known alike until when they are under embargo."""
    unlike = Wrong("error", "embargo", "article", "with columns of the embargo that do not agree", REPAIR)
    unread = Wrong("error", "embargo", "article", "with an embargo that cannot be read", RESTORE)
    for row in unlike_embargo(connection):
        (unread if row.right is None else unlike).add(row.key)
    yield from unlike.findings()
    yield from unread.findings()


def unlike_embargo(connection: Plain) -> Iterator[EmbargoRow]:
    """Yield the articles of which `embargo_until` does not follow from `embargo`, with what would."""
    for article_id, key, embargo, until in connection.execute(
        "SELECT id, key, embargo, embargo_until FROM articles "
        "WHERE embargo IS NOT NULL OR embargo_until IS NOT NULL ORDER BY id"
    ):
        try:
            right = embargo_columns(None if embargo is None else parse_published(str(embargo)))
        except ValueError:
            yield EmbargoRow(article_id, key, None)
            continue
        if right != {"embargo": embargo, "embargo_until": until}:
            yield EmbargoRow(article_id, key, right)


def unlike_published(connection: Plain) -> Iterator[PublishedRow]:
    """Yield the articles whose columns of their date do not follow from `published`, with those that would."""
    last = None
    for article_id, key, published, precision, method, *held in connection.execute(_PUBLISHED_ROWS):
        if article_id == last:
            continue  # several dates are chosen, which is another finding
        last = article_id
        try:
            time = _time(published, precision or held[4])
        except ValueError:
            yield PublishedRow(article_id, key, None)
            continue
        known = (None,) * 5 if time is None else (time.starts, time.ends, time.day, time.utc, time.precision)
        right = (*known, method or held[5])
        if right != tuple(held):
            yield PublishedRow(article_id, key, right)


@lru_cache(maxsize=4096)
def _time(published: str | None, precision: str | None) -> PublishedTime | None:
    """Return what a date as the archive writes it says; raises ValueError where the archive does not write it so.

    With a zone, minutes are written with seconds, as RFC 3339 wants it: then `precision` tells how much is known.
    """
    if published is None:
        return None
    if not isinstance(published, str):
        raise ValueError("no text")
    time = parse_published(published)
    if time.text != published:
        raise ValueError("not as the archive writes it")
    if time.utc is not None and precision == "minute" and time.starts.endswith(":00"):
        ends = datetime.fromisoformat(time.starts) + timedelta(minutes=1)
        return time._replace(precision="minute", ends=ends.isoformat())
    return time


def check_name_keys(connection: Plain) -> Iterator[Finding]:
    """Yield a finding for names that no input would be matched with."""
    cure = f"{REPAIR}, unless another row has that key already"
    found = Wrong("warning", "name_keys", "name", "with the key of another name", cure)
    for table in NAMED:
        for _, name, _ in unlike_keys(connection, table):
            found.add(f"{table} '{name}'")
    yield from found.findings()


def unlike_keys(connection: Plain, table: str) -> Iterator[tuple[int, str, str]]:
    """Yield the rows of a table of names that are kept under another key than theirs: id, name, and the right key."""
    for row_id, name, key in connection.execute(f"SELECT id, name, name_key FROM {table}"):
        if not isinstance(name, str) or _SURROGATE.search(name):
            continue
        right = name_key(name)
        if right != key:
            yield row_id, name, right
