"""Articles, sources, topics and imports, with full-text search.

A downgrade takes everything away, and is therefore refused while the archive holds an article or an import.
"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "20261122_first_archive"
down_revision = None
branch_labels = None
depends_on = None

# What it changes, as the upgrade proves it: everything here is new.
CHANGES = {
    "tables_added": (
        "about",
        "article_authors",
        "article_dates",
        "article_fts",
        "article_identifiers",
        "article_links",
        "article_revisions",
        "article_topics",
        "article_values",
        "articles",
        "authors",
        "body_blocks",
        "import_items",
        "imports",
        "originals",
        "set_aside",
        "source_domains",
        "source_names",
        "sources",
        "tag_evidence",
        "topic_names",
        "topic_rules",
        "topics",
    ),
    "objects_changed": ("view:article_text", "view:documents", "view:tag_overview"),
}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

DOCUMENTS = """CREATE VIEW documents AS
SELECT a.key AS doc_id,
       s.name AS source,
       r.headline AS headline,
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
  LEFT JOIN sources s ON s.id = a.source_id"""

TAG_OVERVIEW = """CREATE VIEW tag_overview AS
SELECT a.key AS doc_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       e.method AS method,
       e.rule AS rule,
       e.given_by AS given_by,
       e.field AS field,
       e.start AS start,
       e."end" AS "end",
       CASE e.field WHEN 'topics' THEN e.given_text
                    WHEN 'set_aside' THEN substr(x.text, e.start + 1, e."end" - e.start)
                    WHEN 'headline' THEN substr(r.headline, e.start + 1, e."end" - e.start)
                    ELSE substr(r.body, e.start + 1, e."end" - e.start) END AS passage,
       CASE e.field WHEN 'topics' THEN e.given_text
                    WHEN 'set_aside' THEN x.text
                    WHEN 'headline' THEN r.headline
                    ELSE substr(r.body, max(e.start - 60, 0) + 1, e."end" + 60 - max(e.start - 60, 0))
                    END AS context
  FROM tag_evidence e
  JOIN article_topics tg ON tg.id = e.article_topic_id
  JOIN articles a ON a.id = tg.article_id
  JOIN topics t ON t.id = tg.topic_id
  LEFT JOIN article_revisions r ON r.id = e.revision_id
  LEFT JOIN set_aside x ON x.id = e.set_aside_id"""

ARTICLE_TEXT = """CREATE VIEW article_text AS
SELECT a.id AS id,
       coalesce(r.headline_index, r.headline) AS headline,
       coalesce(r.body_index, r.body) AS body
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id"""

# hashsize is what a writer may gather before it writes a segment: 64 MB makes filling the index 1.5 times as fast.
# It is kept in the file, costs readers nothing, and so is set once, here.
SEARCH = (
    "CREATE VIRTUAL TABLE article_fts USING fts5(headline, body, content='article_text', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2')",
    "INSERT INTO article_fts(article_fts, rank) VALUES ('hashsize', 67108864)",
)


TABLES = (
    "about",
    "tag_evidence",
    "article_topics",
    "article_values",
    "article_links",
    "article_authors",
    "article_dates",
    "article_identifiers",
    "body_blocks",
    "set_aside",
    "import_items",
    "imports",
    "articles",
    "article_revisions",
    "originals",
    "authors",
    "source_domains",
    "source_names",
    "sources",
    "topic_rules",
    "topic_names",
    "topics",
)


def upgrade() -> None:
    op.create_table(
        "about",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_about"),
        sa.UniqueConstraint("name", name="uq_about_name"),
    )
    op.create_table(
        "authors",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_authors"),
        sa.UniqueConstraint("name_key", name="uq_authors_name_key"),
    )
    op.create_table(
        "imports",
        sa.Column("id", ID, nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_table(
        "originals",
        sa.Column("id", ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_originals"),
        sa.UniqueConstraint("sha256", name="uq_originals_sha256"),
    )
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
        sa.UniqueConstraint("slug", name="uq_sources_slug"),
    )
    op.create_table(
        "topics",
        sa.Column("id", ID, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", ID),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["topics.id"], name="fk_topics_parent_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topics"),
        sa.UniqueConstraint("scheme", "code", name="uq_topics_scheme_code"),
    )
    op.create_index("ix_topics_parent_id", "topics", ["parent_id"])
    op.create_table(
        "articles",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source_id", ID),
        sa.Column("revision_id", ID),
        sa.Column("kind", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("byline", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("section", sa.Text()),
        sa.Column("published", sa.Text()),
        sa.Column("published_from", sa.Text()),
        sa.Column("published_until", sa.Text()),
        sa.Column("published_on", sa.Text()),
        sa.Column("published_at", sa.Text()),
        sa.Column("published_precision", sa.Text()),
        sa.Column("published_method", sa.Text()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_articles_revision_id_article_revisions", use_alter=True
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_articles_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sa.UniqueConstraint("key", name="uq_articles_key"),
    )
    op.create_index("ix_articles_published_from", "articles", ["published_from"])
    op.create_index("ix_articles_source_id", "articles", ["source_id"])
    op.create_table(
        "source_domains",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_source_domains_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_source_domains"),
        sa.UniqueConstraint("domain", name="uq_source_domains_domain"),
    )
    op.create_index("ix_source_domains_source_id", "source_domains", ["source_id"])
    op.create_table(
        "source_names",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_source_names_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_source_names"),
        sa.UniqueConstraint("name_key", name="uq_source_names_name_key"),
    )
    op.create_index("ix_source_names_source_id", "source_names", ["source_id"])
    op.create_table(
        "topic_names",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_topic_names_topic_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topic_names"),
        sa.UniqueConstraint("topic_id", "name_key", name="uq_topic_names_topic_id_name_key"),
    )
    op.create_index("ix_topic_names_name_key", "topic_names", ["name_key"])
    op.create_table(
        "topic_rules",
        sa.Column("id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_topic_rules_topic_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_topic_rules"),
        sa.UniqueConstraint("topic_id", "kind", "expression", name="uq_topic_rules_topic_id_kind_expression"),
    )
    op.create_table(
        "article_authors",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_authors_article_id_articles"),
        sa.ForeignKeyConstraint(["author_id"], ["authors.id"], name="fk_article_authors_author_id_authors"),
        sa.PrimaryKeyConstraint("id", name="pk_article_authors"),
        sa.UniqueConstraint("article_id", "position", name="uq_article_authors_article_id_position"),
    )
    op.create_index("ix_article_authors_author_id", "article_authors", ["author_id"])
    op.create_table(
        "article_identifiers",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_identifiers_article_id_articles"),
        sa.PrimaryKeyConstraint("id", name="pk_article_identifiers"),
        sa.UniqueConstraint(
            "scheme", "scope", "value", "article_id", name="uq_article_identifiers_scheme_scope_value_article_id"
        ),
    )
    op.create_index("ix_article_identifiers_article_id", "article_identifiers", ["article_id"])
    op.create_table(
        "article_revisions",
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
        sa.Column("headline_index", sa.Text()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_index", sa.Text()),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_revisions_article_id_articles"),
        sa.ForeignKeyConstraint(["original_id"], ["originals.id"], name="fk_article_revisions_original_id_originals"),
        sa.PrimaryKeyConstraint("id", name="pk_article_revisions"),
        sa.UniqueConstraint("article_id", "number", name="uq_article_revisions_article_id_number"),
    )
    op.create_index("ix_article_revisions_fingerprint", "article_revisions", ["fingerprint"])
    op.create_table(
        "article_topics",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_topics_article_id_articles"),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name="fk_article_topics_topic_id_topics"),
        sa.PrimaryKeyConstraint("id", name="pk_article_topics"),
        sa.UniqueConstraint("topic_id", "article_id", name="uq_article_topics_topic_id_article_id"),
    )
    op.create_index("ix_article_topics_article_id", "article_topics", ["article_id"])
    op.create_table(
        "article_dates",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("revision_id", ID),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("precision", sa.Text()),
        sa.Column("has_zone", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("field", sa.Text()),
        sa.Column("start", sa.Integer()),
        sa.Column("end", sa.Integer()),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_dates_article_id_articles"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_article_dates_revision_id_article_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_dates"),
    )
    op.create_index("ix_article_dates_article_id", "article_dates", ["article_id"])
    op.create_table(
        "article_links",
        sa.Column("id", ID, nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_article_links_revision_id_article_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_links"),
        sa.UniqueConstraint("revision_id", "position", name="uq_article_links_revision_id_position"),
    )
    op.create_table(
        "body_blocks",
        sa.Column("id", ID, nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer()),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_body_blocks_revision_id_article_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_body_blocks"),
        sa.UniqueConstraint("revision_id", "position", name="uq_body_blocks_revision_id_position"),
    )
    op.create_table(
        "import_items",
        sa.Column("id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("original_id", ID),
        sa.Column("context_sha256", sa.Text()),
        sa.Column("reader", sa.Text()),
        sa.Column("source_as_read", sa.Text()),
        sa.Column("id_as_read", sa.Text()),
        sa.Column("url_as_read", sa.Text()),
        sa.Column("published_as_read", sa.Text()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("article_id", ID),
        sa.Column("revision_id", ID),
        sa.Column("text_sha256", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_import_items_article_id_articles"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_items_import_id_imports"),
        sa.ForeignKeyConstraint(["original_id"], ["originals.id"], name="fk_import_items_original_id_originals"),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_import_items_revision_id_article_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_items"),
    )
    op.create_index("ix_import_items_article_id", "import_items", ["article_id"])
    op.create_index("ix_import_items_import_id_outcome", "import_items", ["import_id", "outcome"])
    op.create_index("ix_import_items_locator", "import_items", ["locator"])
    op.create_table(
        "set_aside",
        sa.Column("id", ID, nullable=False),
        sa.Column("revision_id", ID, nullable=False),
        sa.Column("after_block", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_set_aside_revision_id_article_revisions"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_set_aside"),
        sa.UniqueConstraint("revision_id", "position", name="uq_set_aside_revision_id_position"),
    )
    op.create_table(
        "article_values",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("import_item_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_article_values_article_id_articles"),
        sa.ForeignKeyConstraint(
            ["import_item_id"], ["import_items.id"], name="fk_article_values_import_item_id_import_items"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_article_values"),
        sa.UniqueConstraint("article_id", "field", name="uq_article_values_article_id_field"),
    )
    op.create_table(
        "tag_evidence",
        sa.Column("id", ID, nullable=False),
        sa.Column("article_topic_id", ID, nullable=False),
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
        sa.ForeignKeyConstraint(
            ["article_topic_id"], ["article_topics.id"], name="fk_tag_evidence_article_topic_id_article_topics"
        ),
        sa.ForeignKeyConstraint(
            ["import_item_id"], ["import_items.id"], name="fk_tag_evidence_import_item_id_import_items"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["article_revisions.id"], name="fk_tag_evidence_revision_id_article_revisions"
        ),
        sa.ForeignKeyConstraint(["set_aside_id"], ["set_aside.id"], name="fk_tag_evidence_set_aside_id_set_aside"),
        sa.PrimaryKeyConstraint("id", name="pk_tag_evidence"),
    )
    op.create_index("ix_tag_evidence_article_topic_id", "tag_evidence", ["article_topic_id"])
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    op.bulk_insert(
        sa.table("about", sa.column("name"), sa.column("value")),
        [{"name": "archive_id", "value": str(uuid.uuid4())}, {"name": "created_at", "value": created}],
    )
    if op.get_context().dialect.name != "sqlite":
        # articles and article_revisions point to each other; only SQLite takes a key to a table that is still to come
        op.create_foreign_key(
            "fk_articles_revision_id_article_revisions", "articles", "article_revisions", ["revision_id"], ["id"]
        )
        return
    for statement in (ARTICLE_TEXT, DOCUMENTS, TAG_OVERVIEW, *SEARCH):
        op.execute(statement)


def invariant(connection: sa.Connection) -> str | None:
    """A new archive has an id of its own, and nothing else."""
    ids = connection.scalar(sa.text("SELECT count(*) FROM about WHERE name = 'archive_id'"))
    held = connection.scalar(sa.text("SELECT count(*) FROM articles"))
    return None if (ids, held) == (1, 0) else f"{ids} archive ids and {held} articles in a new archive"


def downgrade() -> None:
    connection = op.get_bind()
    held = sum(connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) for table in ("articles", "imports"))
    if held:
        raise NotImplementedError(
            "nothing is older than this schema, so going back would delete the whole archive; "
            "delete the file if that is what you want"
        )
    op.execute("DROP TABLE article_fts")
    # its indexes go with a table
    for view in ("tag_overview", "documents", "article_text"):
        op.execute(f"DROP VIEW {view}")
    for table in TABLES:
        op.drop_table(table)
