"""Queries can be saved under a name, and the articles that one finds frozen as a corpus that can be cited.

A downgrade is refused while there is one: what people keep there stands nowhere else.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_kept_questions"
down_revision = "20261122_undone_imports"
branch_labels = None
depends_on = None

CHANGES = {"tables_added": ("saved_queries", "corpora", "corpus_revisions")}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_queries",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_queries"),
        sa.UniqueConstraint("name", name="uq_saved_queries_name"),
    )
    op.create_table(
        "corpora",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_queries", sa.Text(), nullable=True),
        sa.Column("reckoned_from", sa.Text(), nullable=True),
        sa.Column("frozen_at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("includes_imprecise", sa.Boolean(), nullable=False),
        sa.Column("one_per_text", sa.Boolean(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("without_source", sa.Integer(), nullable=False),
        sa.Column("without_date", sa.Integer(), nullable=False),
        sa.Column("published_first", sa.Text(), nullable=True),
        sa.Column("published_last", sa.Text(), nullable=True),
        sa.Column("left_out_undated", sa.Integer(), nullable=False),
        sa.Column("left_out_imprecise", sa.Integer(), nullable=False),
        sa.Column("left_out_copies", sa.Integer(), nullable=False),
        sa.Column("imports", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("revised", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("duplicate", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Text(), nullable=False),
        sa.Column("normalizer_versions", sa.Text(), nullable=False),
        sa.Column("fingerprint_versions", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corpora"),
        sa.UniqueConstraint("name", name="uq_corpora_name"),
    )
    op.create_table(
        "corpus_revisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("corpus_id", ID, nullable=False),
        sa.Column("article_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["corpus_id"], ["corpora.id"], name="fk_corpus_revisions_corpus_id_corpora"),
        sa.PrimaryKeyConstraint("id", name="pk_corpus_revisions"),
        sa.UniqueConstraint("corpus_id", "article_key", name="uq_corpus_revisions_corpus_id_article_key"),
    )


def invariant(connection: sa.Connection) -> str | None:
    """Nothing is kept yet."""
    number = sum(connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in CHANGES["tables_added"])
    return f"{number} rows are there that nobody saved" if number else None


def downgrade() -> None:
    for name, what in (("saved_queries", "saved queries"), ("corpora", "frozen corpora")):
        number = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {name}"))
        if number:
            raise NotImplementedError(f"{number} {what} would be lost")
    for name in ("corpus_revisions", "corpora", "saved_queries"):
        op.drop_table(name)
