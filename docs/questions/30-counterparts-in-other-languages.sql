-- Which articles in other languages have most topics in common with the Russian one, but for what nearly all have?
WITH telling AS MATERIALIZED (
    SELECT scheme, code FROM topic_counts WHERE articles * 2 <= (SELECT count(*) FROM articles)
), wanted AS MATERIALIZED (
    SELECT DISTINCT tag.scheme AS scheme, tag.code AS code
      FROM documents russian
      JOIN document_topics tag ON tag.doc_id = russian.doc_id
      JOIN telling ON telling.scheme = tag.scheme AND telling.code = tag.code
     WHERE russian.language = 'ru'
)
SELECT other.doc_id AS doc_id,
       other.language AS language,
       other.source AS source,
       other.published AS published,
       other.headline AS headline,
       count(*) AS topics_in_common
  FROM wanted
  JOIN document_topics tag ON tag.scheme = wanted.scheme AND tag.code = wanted.code
  JOIN documents other ON other.doc_id = tag.doc_id
 WHERE other.language <> 'ru'
 GROUP BY other.doc_id, other.language, other.source, other.published, other.headline
 ORDER BY topics_in_common DESC, doc_id
 LIMIT 5;
