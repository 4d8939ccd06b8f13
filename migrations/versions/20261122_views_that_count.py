"""Views count by source, topic, month and import, and show authors, tags, the tree of topics, and earlier texts.

`documents` gains the source's short name, the kind, the span that its date means, and the fingerprint; `tag_overview`
says the same in words that other engines understand too. A downgrade forgets nothing but the views.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_views_that_count"
down_revision = "20261122_decided_sources"
branch_labels = None
depends_on = None

NEW = {
    "document_authors": """CREATE VIEW document_authors AS
SELECT a.key AS doc_id,
       credit.position AS position,
       au.name AS author
  FROM article_authors credit
  JOIN articles a ON a.id = credit.article_id
  JOIN authors au ON au.id = credit.author_id""",
    "document_topics": """CREATE VIEW document_topics AS
SELECT a.key AS doc_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'given') AS given,
       (SELECT count(*) FROM tag_evidence e
         WHERE e.article_topic_id = tg.id AND e.method <> 'given' AND e.method <> 'decision') AS matched,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'decision') AS decided
  FROM article_topics tg
  JOIN articles a ON a.id = tg.article_id
  JOIN topics t ON t.id = tg.topic_id""",
    "document_revisions": """CREATE VIEW document_revisions AS
SELECT a.key AS doc_id,
       r.number AS revision,
       CASE WHEN r.id = a.revision_id THEN 1 ELSE 0 END AS is_current,
       r.cause AS cause,
       r.seen_at AS seen_at,
       r.modified_at AS modified_at,
       r.headline AS headline,
       b.headline AS headline_before,
       r.words AS words,
       b.words AS words_before,
       r.fingerprint AS fingerprint,
       b.fingerprint AS fingerprint_before,
       r.body AS text,
       b.body AS text_before
  FROM articles a
  JOIN article_revisions r ON r.article_id = a.id
  LEFT JOIN article_revisions b ON b.article_id = r.article_id AND b.number = r.number - 1""",
    "source_counts": """CREATE VIEW source_counts AS
SELECT s.name AS source,
       s.slug AS slug,
       coalesce(c.articles, 0) AS articles,
       coalesce(c.texts, 0) AS texts,
       coalesce(c.words, 0) AS words,
       coalesce(c.undated, 0) AS undated,
       c.first_published AS "first",
       c.last_published AS "last"
  FROM sources s
  LEFT JOIN (
       SELECT a.source_id AS source_id,
              count(*) AS articles,
              count(DISTINCT r.fingerprint) AS texts,
              CAST(sum(r.words) AS BIGINT) AS words,
              count(*) - count(a.published) AS undated,
              substr(min(a.published_from || a.published), 20) AS first_published,
              substr(max(a.published_from || a.published), 20) AS last_published
         FROM articles a
         JOIN article_revisions r ON r.id = a.revision_id
        WHERE a.source_id IS NOT NULL
        GROUP BY a.source_id
       ) c ON c.source_id = s.id
 UNION ALL
SELECT NULL,
       NULL,
       count(*),
       count(DISTINCT r.fingerprint),
       CAST(sum(r.words) AS BIGINT),
       count(*) - count(a.published),
       substr(min(a.published_from || a.published), 20),
       substr(max(a.published_from || a.published), 20)
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
 WHERE a.source_id IS NULL
HAVING count(*) > 0""",
    "topic_counts": """CREATE VIEW topic_counts AS
WITH RECURSIVE tree (topic_id, below_id) AS (
    SELECT id, id FROM topics
     UNION
    SELECT tree.topic_id, lower_one.id FROM tree JOIN topics lower_one ON lower_one.parent_id = tree.below_id
)
SELECT t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       parent.code AS broader,
       coalesce(own.articles, 0) AS articles,
       coalesce(whole.articles, 0) AS with_below
  FROM topics t
  LEFT JOIN topics parent ON parent.id = t.parent_id
  LEFT JOIN (
       SELECT topic_id, count(*) AS articles FROM article_topics GROUP BY topic_id
       ) own ON own.topic_id = t.id
  LEFT JOIN (
       SELECT tree.topic_id AS topic_id, count(DISTINCT tg.article_id) AS articles
         FROM tree
         JOIN article_topics tg ON tg.topic_id = tree.below_id
        GROUP BY tree.topic_id
       ) whole ON whole.topic_id = t.id""",
    "topic_tree": """CREATE VIEW topic_tree AS
WITH RECURSIVE tree (topic_id, below_id) AS (
    SELECT id, id FROM topics
     UNION
    SELECT tree.topic_id, lower_one.id FROM tree JOIN topics lower_one ON lower_one.parent_id = tree.below_id
)
SELECT tree.topic_id AS topic_id,
       tree.below_id AS below_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       below.code AS below_code,
       below.name AS below_topic
  FROM tree
  JOIN topics t ON t.id = tree.topic_id
  JOIN topics below ON below.id = tree.below_id""",
    "monthly_counts": """CREATE VIEW monthly_counts AS
SELECT d.year AS year,
       d.month AS month,
       d.source AS source,
       d.source_slug AS source_slug,
       count(*) AS articles,
       count(d.published_on) AS to_the_day,
       count(DISTINCT d.fingerprint) AS texts,
       CAST(sum(d.words) AS BIGINT) AS words
  FROM (SELECT substr(a.published_from, 1, 4) AS year,
               CASE WHEN a.published_precision <> 'year' THEN substr(a.published_from, 1, 7) END AS month,
               s.name AS source,
               s.slug AS source_slug,
               a.published_on AS published_on,
               r.fingerprint AS fingerprint,
               r.words AS words
          FROM articles a
          JOIN article_revisions r ON r.id = a.revision_id
          LEFT JOIN sources s ON s.id = a.source_id) d
 GROUP BY d.year, d.month, d.source_slug, d.source""",
    "import_counts": """CREATE VIEW import_counts AS
SELECT run.id AS import,
       run.started_at AS started_at,
       run.finished_at AS finished_at,
       run.status AS status,
       count(item.id) AS units,
       count(CASE WHEN item.outcome = 'added' THEN 1 END) AS added,
       count(CASE WHEN item.outcome = 'revised' THEN 1 END) AS revised,
       count(CASE WHEN item.outcome = 'unchanged' THEN 1 END) AS unchanged,
       count(CASE WHEN item.outcome = 'duplicate' THEN 1 END) AS duplicate,
       count(CASE WHEN item.outcome = 'failed' THEN 1 END) AS failed,
       run.arguments AS arguments
  FROM imports run
  LEFT JOIN import_items item ON item.import_id = run.id
 GROUP BY run.id, run.started_at, run.finished_at, run.status, run.arguments""",
}

BEFORE = {
    "documents": """CREATE VIEW documents AS
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
       r.body AS text
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id""",
    "tag_overview": """CREATE VIEW tag_overview AS
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
  LEFT JOIN set_aside x ON x.id = e.set_aside_id""",
}

AFTER = {
    "documents": """CREATE VIEW documents AS
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
  LEFT JOIN sources s ON s.id = a.source_id""",
    "tag_overview": """CREATE VIEW tag_overview AS
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
                    ELSE substr(r.body, CASE WHEN e.start > 60 THEN e.start - 59 ELSE 1 END,
                                CASE WHEN e.start > 60 THEN e."end" - e.start + 120 ELSE e."end" + 60 END)
                    END AS context
  FROM tag_evidence e
  JOIN article_topics tg ON tg.id = e.article_topic_id
  JOIN articles a ON a.id = tg.article_id
  JOIN topics t ON t.id = tg.topic_id
  LEFT JOIN article_revisions r ON r.id = e.revision_id
  LEFT JOIN set_aside x ON x.id = e.set_aside_id""",
}

CHANGES = {"objects_changed": tuple(f"view:{name}" for name in (*NEW, *AFTER))}


def replace_views(statements: dict[str, str]) -> None:
    for name, statement in statements.items():
        op.execute(f"DROP VIEW {name}")
        op.execute(statement)


def upgrade() -> None:
    for statement in NEW.values():
        op.execute(statement)
    replace_views(AFTER)


def invariant(connection: sa.Connection) -> str | None:
    """Whichever way articles are counted, there are as many."""
    number = connection.scalar(sa.text("SELECT count(*) FROM articles WHERE revision_id IS NOT NULL"))
    for view in ("source_counts", "monthly_counts"):
        counted = connection.scalar(sa.text(f"SELECT coalesce(sum(articles), 0) FROM {view}"))
        if counted != number:
            return f"{view} counts {counted} articles, and there are {number}"
    return None


def downgrade() -> None:
    replace_views(BEFORE)
    for name in NEW:
        op.execute(f"DROP VIEW {name}")
