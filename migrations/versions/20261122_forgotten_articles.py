"""Articles can be forgotten: what stays is a tombstone with the reason and hashes, by which they are known again.

A downgrade is refused while there is a tombstone: what was forgotten would no longer be kept out.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_forgotten_articles"
down_revision = "20261122_views_that_count"
branch_labels = None
depends_on = None

CHANGES = {
    "tables_added": ("tombstones", "forgotten_hashes"),
    "columns_added": {"import_items": ("tombstone_id",)},
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("wiped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_tombstones_decision_id_decisions"),
        sa.PrimaryKeyConstraint("id", name="pk_tombstones"),
        sa.UniqueConstraint("decision_id", name="uq_tombstones_decision_id"),
    )
    op.create_index("ix_tombstones_key", "tombstones", ["key"])
    op.create_table(
        "forgotten_hashes",
        sa.Column("id", ID, nullable=False),
        sa.Column("tombstone_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tombstone_id"], ["tombstones.id"], name="fk_forgotten_hashes_tombstone_id_tombstones"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_forgotten_hashes"),
        sa.UniqueConstraint("tombstone_id", "kind", "sha256", name="uq_forgotten_hashes_tombstone_id_kind_sha256"),
    )
    op.create_index("ix_forgotten_hashes_sha256", "forgotten_hashes", ["sha256"])
    # in words, since SQLite takes a column with its key in one statement, and Alembic makes two of it
    integer = ID.compile(op.get_bind().dialect)
    op.execute(
        f"ALTER TABLE import_items ADD COLUMN tombstone_id {integer} "
        "CONSTRAINT fk_import_items_tombstone_id_tombstones REFERENCES tombstones (id)"
    )


def invariant(connection: sa.Connection) -> str | None:
    """Nothing was forgotten yet."""
    number = connection.scalar(sa.text("SELECT count(*) FROM import_items WHERE tombstone_id IS NOT NULL"))
    return f"{number} units lead to a tombstone that is not there" if number else None


def downgrade() -> None:
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM tombstones"))
    if number:
        raise NotImplementedError(f"{number} forgotten articles would no longer be kept out")
    op.drop_column("import_items", "tombstone_id")
    op.drop_table("forgotten_hashes")
    op.drop_table("tombstones")
