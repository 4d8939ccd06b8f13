"""What tells this archive from all others."""

from sqlalchemy import Column, Text

from archive.db.tables.base import table

about = table(
    "about",
    "A fact about this archive as a whole.",
    Column("name", Text, nullable=False, unique=True, doc="`archive_id` (random, made once) or `created_at` (UTC)."),
    Column("value", Text, nullable=False, doc="The fact."),
)
