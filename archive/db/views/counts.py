"""Views that count: by source, topic, month and import. The commands count the same."""

from archive.db.views.base import View

SOURCE_COUNTS = View(
    "source_counts",
    "One row per source that is known, and one, with NULL, for the articles of which no source is known.",
    {
        "source": "Name of the source; NULL for the articles without one.",
        "slug": "Its short name, which is unique; NULL for the articles without a source.",
        "articles": "How many articles are its own.",
        "texts": "How many different texts they are; a text at two sources counts at both.",
        "words": "Words of their bodies.",
        "undated": "How many of the articles have no date of publication.",
        "first": "Date of the earliest, as exactly as known; NULL if none is dated.",
        "last": "Date of the latest, as exactly as known; NULL if none is dated.",
    },
    """
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
HAVING count(*) > 0
""",
)

TOPIC_COUNTS = View(
    "topic_counts",
    "One row per topic that is known: on how many articles it is, alone and with the topics below it.",
    {
        "scheme": "Vocabulary of the topic.",
        "code": "Code of the topic.",
        "topic": "Name of the topic.",
        "broader": "Code of the topic above it; NULL at the top.",
        "articles": "How many articles have the topic itself.",
        "with_below": "How many have it or a topic below it; each counts once.",
    },
    """
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
       ) whole ON whole.topic_id = t.id
""",
)

TOPIC_TREE = View(
    "topic_tree",
    "One row per topic and each topic at or below it, itself included.",
    {
        "topic_id": "The topic: `topics.id`.",
        "below_id": "A topic at or below it: `topics.id`.",
        "scheme": "Vocabulary of both.",
        "code": "Code of the topic.",
        "topic": "Name of the topic.",
        "below_code": "Code of the topic at or below it.",
        "below_topic": "Name of the topic at or below it.",
    },
    """
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
  JOIN topics below ON below.id = tree.below_id
""",
)

MONTHLY_COUNTS = View(
    "monthly_counts",
    "One row per local month and source. What is not known to the month has a row of its own: month NULL.",
    {
        "year": "Year of publication, `2023`; NULL for the articles without a date.",
        "month": "Month of publication, `2023-02`, in the time of the place; NULL where less is known.",
        "source": "Name of the source; NULL for the articles without one.",
        "source_slug": "Short name of the source, which is unique; NULL for the articles without one.",
        "articles": "How many articles were published then.",
        "to_the_day": "How many of them are known to the day or better.",
        "texts": "How many different texts they are; not to be added up, since a text can be in several rows.",
        "words": "Words of their bodies.",
    },
    """
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
 GROUP BY d.year, d.month, d.source_slug, d.source
""",
)

IMPORT_COUNTS = View(
    "import_counts",
    "One row per import, with how many of its units ended how.",
    {
        "import": "Number of the import.",
        "started_at": "When it started, UTC.",
        "finished_at": "When it ended, UTC; NULL while it runs and where it was killed.",
        "status": "running, finished, interrupted or failed.",
        "units": "How many units it read: the five that follow, added up.",
        "added": "How many became a new article.",
        "revised": "How many altered an article.",
        "unchanged": "How many said nothing new.",
        "duplicate": "How many are a text that an article has, at another place.",
        "failed": "How many could not be read.",
        "arguments": "Paths and options as given.",
    },
    """
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
 GROUP BY run.id, run.started_at, run.finished_at, run.status, run.arguments
""",
)
