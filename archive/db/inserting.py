"""How rows of a batch are inserted: through the driver, many at a time."""

from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, insert, text

from archive.db import tables

Row = dict[str, Any]

# Units that are as before are their own last rows again, as long as their articles are still there. One statement for
# all of a batch, `units` being an object of new ids to last ones: one for each takes twice as long.
UNCHANGED = text(
    "INSERT INTO import_items (id, import_id, position, locator, original_id, context_sha256, reader, "
    "source_as_read, id_as_read, url_as_read, published_as_read, outcome, article_id, revision_id, text_sha256, "
    "stated_in_id, modified_at, crawled_at) "
    "SELECT CAST(u.key AS INTEGER), :import_id, CAST(u.key AS INTEGER) - :before, i.locator, i.original_id, "
    "i.context_sha256, i.reader, i.source_as_read, i.id_as_read, i.url_as_read, i.published_as_read, 'unchanged', "
    "i.article_id, i.revision_id, i.text_sha256, i.stated_in_id, i.modified_at, i.crawled_at "
    "FROM json_each(:units) u JOIN import_items i ON i.id = u.value JOIN articles a ON a.id = i.article_id"
)


@cache
def insert_statement(
    dialect: Dialect, name: str, columns: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]]]:
    """Return the INSERT of these columns, and what gets a row's values in the order of its placeholders."""
    compiled = insert(tables.metadata.tables[name]).compile(dialect=dialect, column_keys=columns)
    return str(compiled), itemgetter(*(compiled.positiontup or columns))
