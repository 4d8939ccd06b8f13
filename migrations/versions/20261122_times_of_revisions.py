"""A version of a text that comes late stays in its place: when its publisher changed it and when it was saved is kept.

Texts that are there have no such times. A downgrade is refused while any has one: it would be lost, and with it why a
text is the current one.
"""

import sqlalchemy as sa
from alembic import op

from archive.db.rebuild import rebuild_table

revision = "20261122_times_of_revisions"
down_revision = "20261122_what_people_decide"
branch_labels = None
depends_on = None

TIMES = ("modified_at", "crawled_at")
CHANGES = {"columns_added": {"article_revisions": TIMES}, "objects_changed": ("table:article_revisions",)}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def revisions(*, times: bool) -> sa.Table:
    """Return the table of texts, after or before this migration."""
    known = sa.MetaData()
    articles, originals = (
        sa.Table(name, known, sa.Column("id", ID, primary_key=True)) for name in ("articles", "originals")
    )
    return sa.Table(
        "article_revisions",
        known,
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("headline", sa.Text()),
        sa.Column("headline_method", sa.Text()),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("fingerprint_version", sa.Integer(), nullable=False),
        sa.Column("normalizer_version", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("original_id", ID, nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in TIMES if times),
        # the long ones last: SQLite reads a row from its start
        sa.Column("headline_index", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_index", sa.Text()),
        sa.ForeignKeyConstraint(["article_id"], [articles.c.id], name="fk_article_revisions_article_id_articles"),
        sa.ForeignKeyConstraint(["original_id"], [originals.c.id], name="fk_article_revisions_original_id_originals"),
        sa.PrimaryKeyConstraint("id", name="pk_article_revisions"),
        sa.UniqueConstraint("article_id", "number", name="uq_article_revisions_article_id_number"),
        sa.Index("ix_article_revisions_fingerprint", "fingerprint"),
    )


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        rebuild_table(connection, revisions(times=True), dict.fromkeys(TIMES, "NULL"))
        return
    for name in TIMES:
        op.add_column("article_revisions", sa.Column(name, sa.Text()))


def invariant(connection: sa.Connection) -> str | None:
    """Of texts that were there no time is made up, and each article still has the text that it had."""
    made_up = connection.scalar(
        sa.text("SELECT count(*) FROM article_revisions WHERE modified_at IS NOT NULL OR crawled_at IS NOT NULL")
    )
    return f"{made_up} texts have times that nobody stated" if made_up else None


def downgrade() -> None:
    connection = op.get_bind()
    stated = connection.scalar(
        sa.text("SELECT count(*) FROM article_revisions WHERE modified_at IS NOT NULL OR crawled_at IS NOT NULL")
    )
    if stated:
        raise NotImplementedError(f"the times of {stated} texts would be lost; the older schema cannot hold them")
    if connection.dialect.name == "sqlite":
        rebuild_table(connection, revisions(times=False))
        return
    for name in TIMES:
        op.drop_column("article_revisions", name)
