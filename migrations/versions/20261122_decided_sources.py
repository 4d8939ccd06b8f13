"""Sources can be merged, renamed, split, given names and domains by decision, and each can be taken back.

A downgrade is refused while there is such a decision: what takes it back would be lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_decided_sources"
down_revision = "20261122_times_of_revisions"
branch_labels = None
depends_on = None

CHANGES = {"tables_added": ("earlier_states",)}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "earlier_states",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_earlier_states_decision_id_decisions"),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_states"),
        sa.UniqueConstraint("decision_id", name="uq_earlier_states_decision_id"),
    )


def invariant(connection: sa.Connection) -> str | None:
    """No decision has anything before it yet."""
    number = connection.scalar(sa.text("SELECT count(*) FROM earlier_states"))
    return f"{number} decisions have something before them that nobody put there" if number else None


def downgrade() -> None:
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM earlier_states"))
    if number:
        raise NotImplementedError(f"what takes {number} decisions about sources back would be lost")
    op.drop_table("earlier_states")
