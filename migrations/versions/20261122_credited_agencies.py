"""Agencies that a byline or a dateline credits are recorded beside the source, each with the place where it stands.

`documents` gains `credited`. Nothing is found in what is there already: `archive sources load` brings the names of
agencies, and `archive reparse` then looks for them. A downgrade forgets the names and who is credited, which come
again in the same way.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_credited_agencies"
down_revision = "20261122_item_status"
branch_labels = None
depends_on = None

CHANGES = {
    "tables_added": ("agency_names", "article_credits"),
    "objects_changed": ("view:documents",),
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# the column stands at the end of those that the view has
FROM = "\n  FROM articles a\n  JOIN article_revisions r ON r.id = a.revision_id\n"
CREDITED = """,
       (SELECT group_concat(name, '; ')
          FROM (SELECT DISTINCT cs.name AS name FROM article_credits ac JOIN sources cs ON cs.id = ac.source_id
                 WHERE ac.article_id = a.id ORDER BY cs.name)) AS credited"""


def replace_view(before: str, after: str) -> None:
    statement = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_schema WHERE name = 'documents'"))
    op.execute("DROP VIEW documents")
    op.get_bind().exec_driver_sql(statement.replace(before, after, 1))


def upgrade() -> None:
    op.create_table(
        "agency_names",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_agency_names_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_names"),
        sa.UniqueConstraint("name_key", "language", name="uq_agency_names_name_key_language"),
    )
    op.create_index("ix_agency_names_source_id", "agency_names", ["source_id"])
    op.create_table(
        "article_credits",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("revision_id", ID, nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_credits_article_id_articles"),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_article_credits_source_id_sources"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_article_credits_revision_id_article_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_credits"),
    )
    op.create_index("ix_article_credits_article_id", "article_credits", ["article_id"])
    replace_view(FROM, CREDITED + FROM)


def invariant(connection: sa.Connection) -> str | None:
    """Nobody is credited yet, and no article went with the view."""
    number = sum(connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in CHANGES["tables_added"])
    if number:
        return f"{number} rows are there that nobody wrote"
    shown = connection.scalar(sa.text("SELECT count(*) FROM documents"))
    there = connection.scalar(sa.text("SELECT count(*) FROM articles WHERE revision_id IS NOT NULL"))
    return None if shown == there else f"documents shows {shown} articles, and there are {there}"


def downgrade() -> None:
    replace_view(CREDITED, "")
    for name in ("article_credits", "agency_names"):
        op.drop_table(name)
