"""Models are learned from people's tags, and propose topics, with a score and the words that carried it.

A tag can rest on a model. A downgrade is refused while there is a model: what it learned, and what people made of it,
would be lost.
"""

import sqlalchemy as sa
from alembic import op

from archive.db.rebuild import rebuild_table

revision = "20261122_learned_models"
down_revision = "20261122_vocabularies"
branch_labels = None
depends_on = None

CHANGES = {
    "tables_added": ("models", "suggestions", "suggestion_words"),
    "columns_added": {"tag_evidence": ("model_id",)},
    "objects_changed": ("table:tag_evidence", "index:ix_tag_evidence_model_id"),
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")


def evidence(*, of_models: bool) -> sa.Table:
    """Return the table of evidence, after or before this migration."""
    known = sa.MetaData()
    owners = {
        "article_topic_id": "article_topics",
        "rejected_topic_id": "rejected_topics",
        "decision_id": "decisions",
        "import_item_id": "import_items",
        "revision_id": "article_revisions",
        "set_aside_id": "set_aside",
        **({"model_id": "models"} if of_models else {}),
    }
    for name in set(owners.values()):
        sa.Table(name, known, sa.Column("id", ID, primary_key=True))
    return sa.Table(
        "tag_evidence",
        known,
        sa.Column("id", ID, nullable=False),
        sa.Column("article_topic_id", ID),
        sa.Column("rejected_topic_id", ID),
        sa.Column("decision_id", ID),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("score", sa.Float()),
        *(sa.Column(name, sa.Text()) for name in ("given_text", "given_by")),
        *(sa.Column(name, ID) for name in ("import_item_id", "revision_id", "set_aside_id")),
        sa.Column("field", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in ("start", "end")),
        *([sa.Column("model_id", ID)] if of_models else []),
        *(key("tag_evidence", column, target) for column, target in owners.items()),
        sa.PrimaryKeyConstraint("id", name="pk_tag_evidence"),
        sa.Index("ix_tag_evidence_article_topic_id", "article_topic_id"),
        *(only("rejected_topic_id"), *([only("model_id")] if of_models else [])),
    )


def only(column: str) -> sa.Index:
    """Return an index of the rows alone that have a column."""
    condition = sa.text(f"{column} IS NOT NULL")
    return sa.Index(f"ix_tag_evidence_{column}", column, sqlite_where=condition)


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("id", ID, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("trained_at", "who", "query")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("seed", "articles", "topics")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("parameters", "program_version", "sha256")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
        sa.UniqueConstraint("scheme", "number", name="uq_models_scheme_number"),
    )
    op.create_table(
        "suggestions",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in ("article_id", "topic_id", "model_id")),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        key("suggestions", "article_id", "articles"),
        key("suggestions", "topic_id", "topics"),
        key("suggestions", "model_id", "models"),
        key("suggestions", "revision_id", "article_revisions"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestions"),
        sa.UniqueConstraint("topic_id", "article_id", name="uq_suggestions_topic_id_article_id"),
    )
    for column in ("article_id", "model_id", "revision_id"):
        op.create_index(f"ix_suggestions_{column}", "suggestions", [column])
    op.create_table(
        "suggestion_words",
        sa.Column("id", ID, nullable=False),
        sa.Column("suggestion_id", ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("start", "end")),
        sa.Column("weight", sa.Float(), nullable=False),
        key("suggestion_words", "suggestion_id", "suggestions"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_words"),
    )
    op.create_index("ix_suggestion_words_suggestion_id", "suggestion_words", ["suggestion_id"])
    rebuild_table(op.get_bind(), evidence(of_models=True), {"model_id": "NULL"})


def invariant(connection: sa.Connection) -> str | None:
    """Nothing was learned yet, and no tag rests on a model."""
    there = connection.scalar(
        sa.text("SELECT (SELECT count(*) FROM models) + (SELECT count(model_id) FROM tag_evidence)")
    )
    return f"{there} models, or passages of a model, come from nowhere" if there else None


def downgrade() -> None:
    connection = op.get_bind()
    if number := connection.scalar(sa.text("SELECT count(*) FROM models")):
        raise NotImplementedError(f"{number} models were learned, which the older schema has no place for")
    op.drop_index("ix_tag_evidence_model_id", "tag_evidence")
    rebuild_table(connection, evidence(of_models=False))
    for name in ("suggestion_words", "suggestions", "models"):
        op.drop_table(name)
