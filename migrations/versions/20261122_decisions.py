"""Room for what people decide: tags accepted or rejected, values corrected.

A downgrade takes the table away, and is refused while there is a decision in it.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_decisions"
down_revision = "20261122_first_archive"
branch_labels = None
depends_on = None

CHANGES = {"tables_added": ("decisions",)}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("article_key", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_article_key", "decisions", ["article_key"])


def invariant(connection: sa.Connection) -> str | None:
    """Nobody has decided anything yet."""
    number = connection.scalar(sa.text("SELECT count(*) FROM decisions"))
    return f"{number} decisions that nobody made" if number else None


def downgrade() -> None:
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM decisions"))
    if number:
        raise NotImplementedError(f"{number} decisions of people would be lost; nothing takes them back")
    op.drop_table("decisions")
