"""The views of an archive: what people ask for most, ready to select from.

`SQLITE` holds the statements as they stand now; migrations carry their own text, as of the migration.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """A view: what one row is, what its columns are, and the SELECT behind it (SQLite)."""

    name: str
    doc: str
    columns: dict[str, str]
    sqlite: str


DOCUMENTS = View(
    "documents",
    "One row per article with all that people ask for, named as text packages of R and Python expect.",
    {
        "doc_id": "The article's key.",
        "source": "Name of the source; NULL if not stated.",
        "headline": "Headline, as a person decided or else as the text has it; NULL where it has none.",
        "published": "Time of publication exactly as known.",
        "published_precision": "year, month, day, minute or second.",
        "published_on": "Local day; NULL where less is known.",
        "language": "BCP 47 tag; NULL if not stated.",
        "section": "Section of the publication.",
        "url": "Canonical URL.",
        "authors": "Names credited, in printed order, parted by `; `; NULL if none.",
        "topics": "Names of its topics in alphabetical order, parted by `; `; NULL if none.",
        "words": "Words of the body.",
        "text": "The body.",
    },
    """
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
  LEFT JOIN sources s ON s.id = a.source_id
""",
)

TAG_OVERVIEW = View(
    "tag_overview",
    "One row per piece of evidence of a tag, with the passage it rests on.",
    {
        "doc_id": "The article's key.",
        "scheme": "Vocabulary of the topic.",
        "code": "Code of the topic.",
        "topic": "Name of the topic.",
        "method": "given, rule, trailing_tags or decision.",
        "rule": "The phrase that matched.",
        "given_by": "Where the input gives it, where given.",
        "field": "headline, body, set_aside, or topics.",
        "start": "Where the passage starts in that field.",
        "end": "Where it ends, exclusive.",
        "passage": "The passage itself; the topic as named, where given.",
        "context": "The passage with up to 60 characters on either side.",
    },
    """
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
  LEFT JOIN set_aside x ON x.id = e.set_aside_id
""",
)

ARTICLE_TEXT = View(
    "article_text",
    "What full-text search indexes: the current headline and body, scripts without spaces cut into characters.",
    {
        "id": "`articles.id`.",
        "headline": "The headline as indexed.",
        "body": "The body as indexed.",
    },
    """
SELECT a.id AS id,
       CASE WHEN a.decided_headline IS NULL THEN coalesce(r.headline_index, r.headline)
            ELSE coalesce(a.decided_headline_index, nullif(a.decided_headline, '')) END AS headline,
       coalesce(r.body_index, r.body) AS body
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
""",
)

VIEWS = (DOCUMENTS, TAG_OVERVIEW, ARTICLE_TEXT)
