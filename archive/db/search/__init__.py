"""Full-text search: what differs between engines stands in one module for each, behind `base`."""

from sqlalchemy import Connection

from archive.db.search.base import Index

__all__ = ["Index", "index_of"]


def index_of(connection: Connection) -> Index:
    """Return the index of the archive's engine."""
    if connection.dialect.name == "sqlite":
        from archive.db.search import fts5

        return fts5
    from archive.db.search import tsvector

    return tsvector
