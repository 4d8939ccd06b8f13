"""Topics are of vocabularies: with names by language, definitions, mappings to other vocabularies; some are retired.

Rules can be queries, and evidence can be of a query, a mapping or a model; `document_topics` and `tag_overview` tell
them apart. A downgrade forgets what loading a vocabulary brings again (schemes, definitions, mappings, languages of
names, what is retired). It is refused while rules are queries, tags rest on what the older schema does not know, or a
name stands in several languages.
"""

import sqlalchemy as sa
from alembic import op

from archive.db.rebuild import rebuild_table

revision = "20261122_vocabularies"
down_revision = "20261122_search_terms"
branch_labels = None
depends_on = None

CHANGES = {
    "tables_added": ("schemes", "topic_definitions", "topic_mappings"),
    "columns_added": {"topics": ("uri", "retired", "retired_on"), "topic_names": ("language",)},
    "objects_changed": ("view:document_topics", "view:tag_overview"),
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# what the views say otherwise: before, and from now on
OF_TOPICS = (
    """AND e.method <> 'given' AND e.method <> 'decision') AS matched,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'decision') AS decided
""",
    """AND e.method IN ('rule', 'query', 'trailing_tags')) AS matched,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'decision') AS decided,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'mapping') AS mapped,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'model') AS by_model
""",
)
OF_TAGS = (" END AS context\n", " END AS context,\n       e.score AS score\n")

LOST = {
    "SELECT count(*) FROM topic_rules WHERE kind <> 'phrase'": "rules are queries",
    "SELECT count(*) FROM tag_evidence WHERE method IN ('query', 'mapping', 'model')": "passages are of no phrase",
    "SELECT count(*) FROM (SELECT 1 FROM topic_names GROUP BY topic_id, name_key HAVING count(*) > 1) AS several": (
        "names stand in several languages"
    ),
}


def names(*, languages: bool) -> sa.Table:
    """Return the table of names, after or before this migration."""
    known = sa.MetaData()
    topics = sa.Table("topics", known, sa.Column("id", ID, primary_key=True))
    language = sa.Column("language", sa.Text(), server_default=sa.text("''"), nullable=False)
    unique = ["topic_id", "name_key", *(["language"] if languages else [])]
    return sa.Table(
        "topic_names",
        known,
        sa.Column("id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        *([language] if languages else []),
        sa.ForeignKeyConstraint(["topic_id"], [topics.c.id], name="fk_topic_names_topic_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topic_names"),
        sa.UniqueConstraint(*unique, name=f"uq_topic_names_{'_'.join(unique)}"),
        sa.Index("ix_topic_names_name_key", "name_key"),
    )


def replace_view(name: str, before: str, after: str) -> None:
    statement = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_schema WHERE name = :name"), {"name": name})
    if before not in statement:
        raise RuntimeError(f"the view {name} is not as this program made it")
    op.execute(f"DROP VIEW {name}")
    op.get_bind().exec_driver_sql(statement.replace(before, after, 1))


def upgrade() -> None:
    op.create_table(
        "schemes",
        sa.Column("id", ID, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("name", "uri", "licence", "loaded_at")),
        sa.PrimaryKeyConstraint("id", name="pk_schemes"),
        sa.UniqueConstraint("scheme", name="uq_schemes_scheme"),
    )
    op.create_table(
        "topic_definitions",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_topic_definitions_topic_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topic_definitions"),
        sa.UniqueConstraint("topic_id", "language", name="uq_topic_definitions_topic_id_language"),
    )
    op.create_table(
        "topic_mappings",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("relation", "scheme", "code")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_topic_mappings_topic_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topic_mappings"),
        sa.UniqueConstraint(
            *("topic_id", "relation", "scheme", "code"), name="uq_topic_mappings_topic_id_relation_scheme_code"
        ),
    )
    op.create_index("ix_topic_mappings_scheme_code", "topic_mappings", ["scheme", "code"])
    op.add_column("topics", sa.Column("uri", sa.Text()))
    op.add_column("topics", sa.Column("retired", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    op.add_column("topics", sa.Column("retired_on", sa.Text()))
    rebuild_table(op.get_bind(), names(languages=True), {"language": "''"})
    replace_view("document_topics", *OF_TOPICS)
    replace_view("tag_overview", *OF_TAGS)


def invariant(connection: sa.Connection) -> str | None:
    """Every name leads where it led, in no language; nothing is retired, and each tag is shown as before."""
    ask = connection.scalar
    changed = ask(sa.text("SELECT count(*) FROM topic_names WHERE language <> ''")) or 0
    changed += ask(sa.text("SELECT count(*) FROM topics WHERE retired OR uri IS NOT NULL")) or 0
    if changed:
        return f"{changed} topics or names are of a vocabulary that nobody loaded"
    shown = ask(sa.text("SELECT coalesce(sum(given + matched + decided), 0) FROM document_topics"))
    there = ask(sa.text("SELECT count(*) FROM tag_evidence WHERE article_topic_id IS NOT NULL"))
    return None if shown == there else f"document_topics counts {shown} pieces of evidence, and there are {there}"


def downgrade() -> None:
    connection = op.get_bind()
    for question, what in LOST.items():
        if number := connection.scalar(sa.text(question)):
            raise NotImplementedError(f"{number} {what}, which the older schema cannot hold")
    replace_view("tag_overview", *reversed(OF_TAGS))
    replace_view("document_topics", *reversed(OF_TOPICS))
    rebuild_table(connection, names(languages=False))
    for name in ("retired_on", "retired", "uri"):
        op.drop_column("topics", name)
    for name in ("topic_mappings", "topic_definitions", "schemes"):
        op.drop_table(name)
