"""Items that a wire service withholds, cancels or puts under embargo are kept and marked; slugline and dateline too.

A corpus says how many of them it left out; those that are frozen already left out none, as there were none. What was
imported before is read for status, embargo, slugline and dateline by `archive reparse`. A downgrade is refused while
anything of them is on record: an older program would show what is not to be published.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_item_status"
down_revision = "20261122_counting_index"
branch_labels = None
depends_on = None

FIELDS = ("status", "embargo", "slugline", "dateline")
COLUMNS = ("status", "embargo", "embargo_until", "slugline", "dateline")
INDEXED = ("status", "embargo_until")  # where they are not NULL
OF_CORPORA = ("includes_hidden", "left_out_hidden")

BEFORE = """CREATE VIEW documents AS
SELECT a.key AS doc_id,
       s.name AS source,
       CASE WHEN a.decided_headline IS NULL THEN r.headline
            ELSE nullif(a.decided_headline, '') END AS headline,
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
       r.body AS text,
       s.slug AS source_slug,
       a.kind AS kind,
       a.published_from AS published_from,
       a.published_until AS published_until,
       a.published_at AS published_at,
       r.fingerprint AS fingerprint
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id"""
AFTER = """CREATE VIEW documents AS
SELECT a.key AS doc_id,
       s.name AS source,
       CASE WHEN a.decided_headline IS NULL THEN r.headline
            ELSE nullif(a.decided_headline, '') END AS headline,
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
       r.body AS text,
       s.slug AS source_slug,
       a.kind AS kind,
       a.published_from AS published_from,
       a.published_until AS published_until,
       a.published_at AS published_at,
       r.fingerprint AS fingerprint,
       a.status AS status,
       a.embargo_until AS embargo_until,
       CASE WHEN a.status = 'withheld' OR a.status = 'canceled' THEN '9999-12-31T23:59:59.999999Z'
            ELSE a.embargo_until END AS hidden_until,
       a.slugline AS slugline,
       a.dateline AS dateline
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id"""

CHANGES = {
    "columns_added": {"articles": COLUMNS, "corpora": OF_CORPORA},
    "objects_changed": ("view:documents", *(f"index:ix_articles_{name}" for name in INDEXED)),
}


def replace_view(statement: str) -> None:
    op.execute("DROP VIEW documents")
    op.execute(statement)


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("articles", sa.Column(name, sa.Text()))
    for name in INDEXED:
        only = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_articles_{name}", "articles", [name], sqlite_where=only, postgresql_where=only)
    none = sa.text("0")
    op.add_column("corpora", sa.Column("includes_hidden", sa.Boolean(), nullable=False, server_default=none))
    op.add_column("corpora", sa.Column("left_out_hidden", sa.Integer(), nullable=False, server_default=none))
    replace_view(AFTER)


def invariant(connection: sa.Connection) -> str | None:
    """Nothing is withheld, canceled or under embargo of which nobody said so."""
    said = " OR ".join(f"{name} IS NOT NULL" for name in COLUMNS)
    wrong = connection.scalar(sa.text(f"SELECT count(*) FROM articles WHERE {said}"))
    return f"{wrong} articles have a status, embargo, slugline or dateline that is not on record" if wrong else None


def downgrade() -> None:
    fields = ", ".join(f"'{name}'" for name in FIELDS)
    for table, condition, what in (
        ("article_values", f"field IN ({fields})", "values"),
        ("other_values", f"field IN ({fields})", "values beside others"),
        ("decisions", f"subject = 'field' AND name IN ({fields})", "decisions"),
    ):
        number = op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}"))
        if number:
            raise NotImplementedError(
                f"{number} {what} of status, embargo, slugline or dateline would be lost, "
                "and what is not to be published would be shown"
            )
    number = op.get_bind().scalar(sa.text("SELECT count(*) FROM corpora WHERE includes_hidden OR left_out_hidden > 0"))
    if number:
        raise NotImplementedError(f"what {number} corpora say of articles that were hidden would be lost")
    replace_view(BEFORE)
    for name in reversed(OF_CORPORA):
        op.drop_column("corpora", name)
    for name in INDEXED:
        op.drop_index(f"ix_articles_{name}", "articles")
    for name in reversed(COLUMNS):
        op.drop_column("articles", name)
