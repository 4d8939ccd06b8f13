"""Queries that people keep under a name."""

from sqlalchemy import Column

from archive.db.tables.base import LongText, Text, table

saved_queries = table(
    "saved_queries",
    "A query under a name, to be used in others as `query:NAME`.",
    Column("name", LongText, nullable=False, unique=True, doc="The name, in lower case."),
    Column("query", Text, nullable=False, doc="The query as typed; days as `-3w` are reckoned when it is used."),
    Column("saved_at", Text, nullable=False, doc="When, UTC."),
)
