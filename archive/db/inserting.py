"""How rows of a batch are inserted: through the driver, many at a time."""

from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, insert

from archive.db import tables

Row = dict[str, Any]

# A unit that is as before is its own last row again, as long as its article is still there.
UNCHANGED = (
    "INSERT INTO import_items (id, import_id, position, locator, original_id, context_sha256, reader, "
    "source_as_read, id_as_read, url_as_read, published_as_read, outcome, article_id, revision_id, text_sha256, "
    "stated_in_id, modified_at, crawled_at) "
    "SELECT ?, ?, ?, i.locator, i.original_id, i.context_sha256, i.reader, i.source_as_read, i.id_as_read, "
    "i.url_as_read, i.published_as_read, 'unchanged', i.article_id, i.revision_id, i.text_sha256, "
    "i.stated_in_id, i.modified_at, i.crawled_at "
    "FROM import_items i JOIN articles a ON a.id = i.article_id WHERE i.id = ?"
)


@cache
def insert_statement(
    dialect: Dialect, name: str, columns: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """Return the INSERT of these columns, and what gets a row's values in the order of its placeholders."""
    compiled = insert(tables.metadata.tables[name]).compile(dialect=dialect, column_keys=columns)
    return str(compiled), itemgetter(*(compiled.positiontup or columns))
