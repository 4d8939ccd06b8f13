"""What people decide holds: a headline of their own, a tag they took off, a tag they put there, what a text translates.

What speaks for a tag that was taken off is kept apart from it. A downgrade is refused while there is any of this.
"""

import sqlalchemy as sa
from alembic import op

from archive.db.rebuild import rebuild_table

revision = "20261122_what_people_decide"
down_revision = "20261122_page_edition_rights"
branch_labels = None
depends_on = None

COLUMNS = ("decided_headline", "decided_headline_index", "translation_of")
CHANGES = {
    "tables_added": ("rejected_topics",),
    "columns_added": {"articles": COLUMNS, "tag_evidence": ("rejected_topic_id", "decision_id")},
    "objects_changed": (
        "table:tag_evidence",
        "index:ix_tag_evidence_rejected_topic_id",
        "view:article_text",
        "view:documents",
    ),
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# By view: how the headline is told before and after. Where nobody decided, both say the same.
BEFORE = {
    "documents": "       r.headline AS headline,\n",
    "article_text": "       coalesce(r.headline_index, r.headline) AS headline,\n",
}
AFTER = {
    "documents": """\
       CASE WHEN a.decided_headline IS NULL THEN r.headline
            ELSE nullif(a.decided_headline, '') END AS headline,
""",
    "article_text": """\
       CASE WHEN a.decided_headline IS NULL THEN coalesce(r.headline_index, r.headline)
            ELSE coalesce(a.decided_headline_index, nullif(a.decided_headline, '')) END AS headline,
""",
}
VIEWS = {
    "documents": """CREATE VIEW documents AS
SELECT a.key AS doc_id,
       s.name AS source,
{headline}\
       a.published AS published,
       a.published_precision AS published_precision,
       a.published_on AS published_on,
       a.language AS language,
       a.section AS section,
       a.url AS url,
       (SELECT group_concat(name, '; ')
          FROM (SELECT au.name AS name FROM article_authors aa JOIN authors au ON au.id = aa.author_id
                 WHERE aa.article_id = a.id ORDER BY aa.position)) AS authors,
       (SELECT group_concat(name, '; ')
          FROM (SELECT t.name AS name FROM article_topics tg JOIN topics t ON t.id = tg.topic_id
                 WHERE tg.article_id = a.id ORDER BY t.name)) AS topics,
       r.words AS words,
       r.body AS text
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id""",
    "article_text": """CREATE VIEW article_text AS
SELECT a.id AS id,
{headline}\
       coalesce(r.body_index, r.body) AS body
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id""",
}
KEPT_APART = ("rejected_topic_id", "decision_id")


def of_rejected() -> sa.Index:
    """Return the index that finds what speaks for rejected topics: of these rows only."""
    only = sa.text("rejected_topic_id IS NOT NULL")
    return sa.Index("ix_tag_evidence_rejected_topic_id", "rejected_topic_id", sqlite_where=only, postgresql_where=only)


def evidence(*, decided: bool) -> sa.Table:
    """Return the table of evidence, after or before this migration."""
    known = sa.MetaData()
    others = ("article_topics", "import_items", "article_revisions", "set_aside", "rejected_topics", "decisions")
    target = {name: sa.Table(name, known, sa.Column("id", ID, primary_key=True)).c.id for name in others}

    def leads(column: str, table: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint([column], [target[table]], name=f"fk_tag_evidence_{column}_{table}")

    return sa.Table(
        "tag_evidence",
        known,
        sa.Column("id", ID, nullable=False),
        sa.Column("article_topic_id", ID, nullable=decided),
        *([sa.Column(name, ID) for name in KEPT_APART] if decided else []),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("score", sa.Float()),
        sa.Column("given_text", sa.Text()),
        sa.Column("given_by", sa.Text()),
        sa.Column("import_item_id", ID),
        sa.Column("revision_id", ID),
        sa.Column("set_aside_id", ID),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer()),
        sa.Column("end", sa.Integer()),
        leads("article_topic_id", "article_topics"),
        *([leads("rejected_topic_id", "rejected_topics"), leads("decision_id", "decisions")] if decided else []),
        leads("import_item_id", "import_items"),
        leads("revision_id", "article_revisions"),
        leads("set_aside_id", "set_aside"),
        sa.PrimaryKeyConstraint("id", name="pk_tag_evidence"),
        sa.Index("ix_tag_evidence_article_topic_id", "article_topic_id"),
        *([of_rejected()] if decided else []),
    )


def replace_views(headline: dict[str, str]) -> None:
    for name, statement in VIEWS.items():
        op.execute(f"DROP VIEW {name}")
        op.execute(statement.format(headline=headline[name]))


def upgrade() -> None:
    connection = op.get_bind()
    for name in COLUMNS:
        op.add_column("articles", sa.Column(name, sa.Text()))
    op.create_table(
        "rejected_topics",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_rejected_topics_article_id_articles"),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_rejected_topics_topic_id_topics"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_rejected_topics_decision_id_decisions"),
        sa.PrimaryKeyConstraint("id", name="pk_rejected_topics"),
        sa.UniqueConstraint("topic_id", "article_id", name="uq_rejected_topics_topic_id_article_id"),
    )
    op.create_index("ix_rejected_topics_article_id", "rejected_topics", ["article_id"])
    if connection.dialect.name == "sqlite":
        rebuild_table(connection, evidence(decided=True), dict.fromkeys(KEPT_APART, "NULL"))
    else:
        op.alter_column("tag_evidence", "article_topic_id", nullable=True)
        for name, table in zip(KEPT_APART, ("rejected_topics", "decisions"), strict=True):
            op.add_column("tag_evidence", sa.Column(name, ID))
            op.create_foreign_key(f"fk_tag_evidence_{name}_{table}", "tag_evidence", table, [name], ["id"])
        op.create_index(
            "ix_tag_evidence_rejected_topic_id",
            "tag_evidence",
            ["rejected_topic_id"],
            postgresql_where=sa.text("rejected_topic_id IS NOT NULL"),
        )
    replace_views(AFTER)


def invariant(connection: sa.Connection) -> str | None:
    """Each piece of evidence speaks for a tag, and search has the headline that is in the text."""
    stray = connection.scalar(sa.text("SELECT count(*) FROM tag_evidence WHERE article_topic_id IS NULL"))
    if stray:
        return f"{stray} pieces of evidence speak for no tag"
    other = connection.scalar(
        sa.text(
            "SELECT count(*) FROM documents d JOIN articles a ON a.key = d.doc_id "
            "JOIN article_revisions r ON r.id = a.revision_id "
            "WHERE coalesce(d.headline, '') <> coalesce(r.headline, '')"
        )
    )
    return f"{other} articles have another headline" if other else None


def downgrade() -> None:
    connection = op.get_bind()
    for number, what in (
        ("SELECT count(*) FROM rejected_topics", "topics that people rejected would be tags again"),
        ("SELECT count(*) FROM tag_evidence WHERE decision_id IS NOT NULL", "tags that people put there would go"),
        (
            "SELECT count(*) FROM articles WHERE decided_headline IS NOT NULL OR translation_of IS NOT NULL",
            "articles have a headline or an original that people decided on, which would go",
        ),
    ):
        if found := connection.scalar(sa.text(number)):
            raise NotImplementedError(f"{found} {what}; `archive decisions undo` takes decisions back first")
    replace_views(BEFORE)
    op.drop_index("ix_tag_evidence_rejected_topic_id", "tag_evidence")
    if connection.dialect.name == "sqlite":
        rebuild_table(connection, evidence(decided=False))
    else:
        for name in KEPT_APART:
            op.drop_column("tag_evidence", name)
        op.alter_column("tag_evidence", "article_topic_id", nullable=False)
    op.drop_table("rejected_topics")
    for name in COLUMNS:
        op.drop_column("articles", name)
