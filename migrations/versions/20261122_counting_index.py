"""Articles that words find are counted by source, year and month in half the time.

An index holds what is counted side by side. A downgrade drops it and forgets nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_counting_index"
down_revision = "20261122_kept_questions"
branch_labels = None
depends_on = None

CHANGES = {"objects_changed": ("index:ix_articles_counting",)}


def upgrade() -> None:
    op.create_index("ix_articles_counting", "articles", ["id", "source_id", "published_from", "published_precision"])


def invariant(connection: sa.Connection) -> str | None:
    """The index has every article."""
    whole, indexed = (
        connection.scalar(sa.text(f"SELECT count(*) FROM articles {how}"))
        for how in ("NOT INDEXED", "INDEXED BY ix_articles_counting")
    )
    return None if whole == indexed else f"of {whole} articles the index has {indexed}"


def downgrade() -> None:
    op.drop_index("ix_articles_counting", "articles")
