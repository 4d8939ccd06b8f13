"""The views of an archive: what people ask for most, ready to select from.

The statements are those that stand now; migrations carry their own text, as of the migration. DuckDB does not ask
SQLite for a view, but reads its statement as its own: what only SQLite understands would come out without types.
"""

from archive.db.views.base import View
from archive.db.views.counts import IMPORT_COUNTS, MONTHLY_COUNTS, SOURCE_COUNTS, TOPIC_COUNTS, TOPIC_TREE
from archive.db.views.documents import (
    ARTICLE_TEXT,
    DOCUMENT_AUTHORS,
    DOCUMENT_REVISIONS,
    DOCUMENT_TOPICS,
    DOCUMENTS,
    TAG_OVERVIEW,
)

__all__ = ["VIEWS", "View"]

VIEWS = (
    DOCUMENTS,
    DOCUMENT_AUTHORS,
    DOCUMENT_TOPICS,
    DOCUMENT_REVISIONS,
    TAG_OVERVIEW,
    SOURCE_COUNTS,
    TOPIC_COUNTS,
    TOPIC_TREE,
    MONTHLY_COUNTS,
    IMPORT_COUNTS,
    ARTICLE_TEXT,
)
