"""${message}

Say above, in one line, what users gain. Then say what a downgrade forgets, if anything.

${"#"} Before you write it:
${"#"} - Schema and backfill belong together; name tables here as of this migration, never import them from archive.db.tables.
${"#"} - Of `archive`, a migration imports nothing but archive.db.rebuild.rebuild_table.
${"#"} - A downgrade restores the schema, or raises NotImplementedError("why"). Never `pass`.
${"#"} - Update HEAD in archive/db/schema.py, docs/sql.md (`python -m archive.db.describe`), CHANGELOG.md.
${"#"} - tests/test_migrations.py goes up, down and up again with rows in every table; give new tables rows there.
${"#"} Take these lines out when you are done.
"""

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None

${"#"} What it changes; the upgrade proves that all else stays as it was. archive.db.proof.Changes says what may stand here:
${"#"} tables_added, tables_dropped, rows_changed, objects_changed; columns_added, columns_derived, columns_dropped by table;
${"#"} columns_moved from "table.column" to "table.column".
CHANGES: dict[str, object] = {}


def upgrade() -> None:
    ${upgrades if upgrades else 'raise NotImplementedError("write the upgrade")'}


def invariant(connection: sa.Connection) -> str | None:
    """Say what must be true afterwards."""
    raise NotImplementedError("return None if it holds, else what is wrong, in words")


def downgrade() -> None:
    ${downgrades if downgrades else 'raise NotImplementedError("write the downgrade, or say why there is none")'}
