"""Views of articles: what is known of each, who wrote it, what it is about and why, what its text was."""

from archive.db.views.base import View

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
        "source_slug": "Short name of the source, which is unique; NULL if not stated.",
        "kind": "news, opinion, …: only as stated; else NULL.",
        "published_from": "First local moment that `published` can mean.",
        "published_until": "First local moment after all that it can mean.",
        "published_at": "The moment of publication, UTC; NULL unless minute and zone are known.",
        "fingerprint": "The same for copies of one text.",
        "status": "usable, withheld or canceled; NULL if not stated.",
        "embargo_until": "From when its embargo is surely over, UTC; NULL if it has none.",
        "hidden_until": "Until when commands hide it, UTC: that, or `9999…` while it is withheld or canceled; or NULL.",
        "slugline": "Words by which a newsroom names the story; NULL if not stated.",
        "dateline": "Place it was written at, as printed; NULL if not stated.",
        "credited": "Agencies that byline or dateline credit, in alphabetical order, parted by `; `; NULL if none.",
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
       a.dateline AS dateline,
       (SELECT group_concat(name, '; ')
          FROM (SELECT DISTINCT cs.name AS name FROM article_credits ac JOIN sources cs ON cs.id = ac.source_id
                 WHERE ac.article_id = a.id ORDER BY cs.name)) AS credited
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id
""",
)

DOCUMENT_AUTHORS = View(
    "document_authors",
    "One row per name that an article credits.",
    {"doc_id": "The article's key.", "position": "Place in the byline, from 0.", "author": "The name."},
    """
SELECT a.key AS doc_id,
       credit.position AS position,
       au.name AS author
  FROM article_authors credit
  JOIN articles a ON a.id = credit.article_id
  JOIN authors au ON au.id = credit.author_id
""",
)

DOCUMENT_TOPICS = View(
    "document_topics",
    "One row per tag: a topic of an article, and how much speaks for it.",
    {
        "doc_id": "The article's key.",
        "scheme": "Vocabulary of the topic.",
        "code": "Code of the topic.",
        "topic": "Name of the topic.",
        "given": "How often inputs give it.",
        "matched": "How many passages of the text put it there, by rule or as trailing tags.",
        "decided": "How often people put it there.",
        "mapped": "How often inputs give a topic of another vocabulary that is the same.",
        "by_model": "How many passages made a model put it there.",
    },
    """
SELECT a.key AS doc_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'given') AS given,
       (SELECT count(*) FROM tag_evidence e
         WHERE e.article_topic_id = tg.id AND e.method IN ('rule', 'query', 'trailing_tags')) AS matched,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'decision') AS decided,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'mapping') AS mapped,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'model') AS by_model
  FROM article_topics tg
  JOIN articles a ON a.id = tg.article_id
  JOIN topics t ON t.id = tg.topic_id
""",
)

DOCUMENT_REVISIONS = View(
    "document_revisions",
    "One row per state of an article's text, beside the state that came before it.",
    {
        "doc_id": "The article's key.",
        "revision": "1, 2, … in the order they came.",
        "is_current": "1 for the state that stands now, else 0.",
        "cause": "Why it came: `import`, or `reparse`.",
        "seen_at": "When it came into the archive, UTC.",
        "modified_at": "When its publisher last changed it, as stated; NULL if not stated.",
        "headline": "Headline of this text; NULL if it has none.",
        "headline_before": "Headline of the text before; NULL if it had none, and for the first.",
        "words": "Words of the body.",
        "words_before": "Words of the body before; NULL for the first.",
        "fingerprint": "The same for texts with the same words.",
        "fingerprint_before": "That of the text before; NULL for the first.",
        "text": "The body.",
        "text_before": "The body before; NULL for the first.",
    },
    """
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
  LEFT JOIN article_revisions b ON b.article_id = r.article_id AND b.number = r.number - 1
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
        "method": "given, rule, query, trailing_tags, mapping, model or decision.",
        "rule": "The phrase or the query that matched.",
        "given_by": "Where the input gives it, where given.",
        "field": "headline, body, set_aside, topics, or values.",
        "start": "Where the passage starts in that field.",
        "end": "Where it ends, exclusive.",
        "passage": "The passage itself; the topic as named, where given; NULL where a query asks for values only.",
        "context": "The passage with up to 60 characters on either side.",
        "score": "Certainty that a model gave, 0 to 1; NULL where none was computed.",
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
                    ELSE substr(r.body, CASE WHEN e.start > 60 THEN e.start - 59 ELSE 1 END,
                                CASE WHEN e.start > 60 THEN e."end" - e.start + 120 ELSE e."end" + 60 END)
                    END AS context,
       e.score AS score
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
