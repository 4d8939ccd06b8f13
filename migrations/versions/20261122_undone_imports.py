"""An import can be undone: which unit stated what is kept, also where another statement stands.

Of articles that one unit gave all is known; of those that several gave, what did not stand was not kept before. A
downgrade forgets which units stated the same as others or what did not stand; while an import is undone, it is refused.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_undone_imports"
down_revision = "20261122_forgotten_articles"
branch_labels = None
depends_on = None

COLUMNS = {
    "import_items": ("stated_in_id", "modified_at", "crawled_at"),
    "article_dates": ("import_item_id",),
    "imports": ("undone_at", "undone_by", "undone_because"),
}
CHANGES = {"tables_added": ("other_values",), "columns_added": COLUMNS}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Articles of which only one thing was ever stated: by the unit that brought them, and by those that gave the same bytes
# in the same context at the same place. Of all others, what did not stand is not known.
STATED = """
CREATE TEMPORARY TABLE stated AS
SELECT article_id, min(id) AS item_id FROM import_items
 WHERE article_id IS NOT NULL
 GROUP BY article_id
HAVING count(DISTINCT locator) = 1 AND count(DISTINCT original_id) = 1 AND count(DISTINCT context_sha256) = 1
   AND min(outcome IN ('added', 'unchanged')) = 1 AND sum(outcome = 'added') = 1
"""
BACKFILL = (
    """
UPDATE import_items SET stated_in_id = (SELECT s.item_id FROM stated s WHERE s.article_id = import_items.article_id)
 WHERE article_id IN (SELECT article_id FROM stated)
""",
    """
UPDATE article_dates SET import_item_id = (SELECT s.item_id FROM stated s WHERE s.article_id = article_dates.article_id)
 WHERE kind = 'published' AND article_id IN (SELECT article_id FROM stated)
""",
    # of the date that stands it is always known
    """
UPDATE article_dates SET import_item_id =
       (SELECT v.import_item_id FROM article_values v WHERE v.article_id = article_dates.article_id
           AND v.field = 'published' AND v.text = article_dates.text AND v.method = article_dates.method)
 WHERE import_item_id IS NULL
   AND id IN (SELECT max(id) FROM article_dates WHERE kind = 'published' GROUP BY article_id, text, method)
""",
    """
UPDATE import_items SET (modified_at, crawled_at) =
       (SELECT r.modified_at, r.crawled_at FROM article_revisions r WHERE r.id = import_items.revision_id)
 WHERE revision_id IN (SELECT id FROM article_revisions WHERE modified_at IS NOT NULL OR crawled_at IS NOT NULL)
""",
)


def leading(table: str, column: str, target: str) -> str:
    """Return what adds a column that leads to a table: in place, without writing the table anew."""
    kind = ID.compile(op.get_bind().dialect)
    name = f"fk_{table}_{column}_{target}"
    return f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT {name} REFERENCES {target} (id)"


def upgrade() -> None:
    op.create_table(
        "other_values",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("import_item_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_other_values_article_id_articles"),
        sa.ForeignKeyConstraint(
            ["import_item_id"], ["import_items.id"], name="fk_other_values_import_item_id_import_items"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_other_values"),
    )
    op.create_index("ix_other_values_article_id", "other_values", ["article_id"])
    op.execute(leading("import_items", "stated_in_id", "import_items"))
    op.execute(leading("article_dates", "import_item_id", "import_items"))
    for table, name in (
        *(("import_items", name) for name in ("modified_at", "crawled_at")),
        *(("imports", name) for name in COLUMNS["imports"]),
    ):
        op.add_column(table, sa.Column(name, sa.Text()))
    op.execute(STATED)
    op.execute("CREATE UNIQUE INDEX temp.by_article ON stated (article_id)")
    for statement in BACKFILL:
        op.execute(statement)
    op.execute("DROP TABLE temp.stated")


def invariant(connection: sa.Connection) -> str | None:
    """What a unit states stands on the record of one of the same article and place, which stands on its own."""
    wrong = connection.scalar(
        sa.text(
            "SELECT count(*) FROM import_items i LEFT JOIN import_items s ON s.id = i.stated_in_id "
            "WHERE i.stated_in_id IS NOT NULL AND (s.article_id IS NOT i.article_id OR s.locator IS NOT i.locator "
            "OR s.stated_in_id IS NOT s.id)"
        )
    )
    if wrong:
        return f"{wrong} units state what another one of another article or place does"
    number = connection.scalar(sa.text("SELECT count(*) FROM other_values"))
    return f"{number} statements are on record that nobody kept" if number else None


def downgrade() -> None:
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM imports WHERE status = 'undone'"))
    if number:
        raise NotImplementedError(f"an older program would take {number} undone imports for damaged ones")
    for table, names in COLUMNS.items():
        for name in names:
            op.drop_column(table, name)
    op.drop_table("other_values")
