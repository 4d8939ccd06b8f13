"""The best articles of a frequent word are found without ranking all that have it.

In a file, an index keeps of each article the words that count most in it. It is filled once the upgrade is proved, and
with each import. A downgrade drops it and forgets nothing. On a server nothing changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_best_of_words"
down_revision = "20261122_learned_models"
branch_labels = None
depends_on = None

CHANGES = {"objects_changed": ("table:article_impacts",)}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # each entry is a word with what it counts, separated by full stops, and nothing is asked but where it stands
        op.execute(
            "CREATE VIRTUAL TABLE article_impacts USING fts5(words, content='', detail=none, "
            "tokenize=\"ascii tokenchars '.'\")"
        )


def invariant(connection: sa.Connection) -> str | None:
    """Nothing is in the index that is no article."""
    if connection.dialect.name != "sqlite":
        return None
    wrong = connection.scalar(
        sa.text("SELECT count(*) FROM article_impacts_docsize WHERE id NOT IN (SELECT id FROM articles)")
    )
    return f"the index of impacts has {wrong} entries of no article" if wrong else None


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE article_impacts")
