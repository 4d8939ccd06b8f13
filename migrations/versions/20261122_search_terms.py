"""The search that an export of articles came from is kept with the import, as the cover of the export states it.

A downgrade is refused while there is one: it would be lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_search_terms"
down_revision = "20261122_credited_agencies"
branch_labels = None
depends_on = None

CHANGES = {"columns_added": {"containers": ("search_terms",)}}


def upgrade() -> None:
    op.add_column("containers", sa.Column("search_terms", sa.Text()))


def invariant(connection: sa.Connection) -> str | None:
    """No search is known yet."""
    number = connection.scalar(sa.text("SELECT count(*) FROM containers WHERE search_terms IS NOT NULL"))
    return f"{number} files have search terms that no import read" if number else None


def downgrade() -> None:
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM containers WHERE search_terms IS NOT NULL"))
    if number:
        raise NotImplementedError(f"the search terms of {number} exports would be lost")
    op.drop_column("containers", "search_terms")
