"""What files of many records were is kept: name, size and SHA-256, beside the records' own bytes.

A downgrade is refused while there is one: its size and SHA-256 would be lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_containers"
down_revision = "20261122_views_that_count"
branch_labels = None
depends_on = None

CHANGES = {"tables_added": ("containers",)}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "containers",
        sa.Column("id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("records", ID, nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_containers_import_id_imports"),
        sa.PrimaryKeyConstraint("id", name="pk_containers"),
    )
    op.create_index("ix_containers_import_id", "containers", ["import_id"])


def invariant(connection: sa.Connection) -> str | None:
    """No container is known yet."""
    number = connection.scalar(sa.text("SELECT count(*) FROM containers"))
    return f"{number} containers are known that no import read" if number else None


def downgrade() -> None:
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM containers"))
    if number:
        raise NotImplementedError(f"what {number} files of many records were would be lost")
    op.drop_table("containers")
