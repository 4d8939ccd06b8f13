-- Which topics occur together most closely? Copies of a text count once.
WITH texts AS (
    SELECT a.id AS article_id, min(a.id) OVER (PARTITION BY r.fingerprint) AS text_id
      FROM articles a
      JOIN article_revisions r ON r.id = a.revision_id
), tagged AS MATERIALIZED (
    SELECT DISTINCT tag.topic_id AS topic_id, texts.text_id AS text_id
      FROM article_topics tag
      JOIN texts ON texts.article_id = tag.article_id
), total AS MATERIALIZED (
    SELECT topic_id, count(*) AS texts FROM tagged GROUP BY topic_id
), pairs AS (
    SELECT one.topic_id AS topic_id, other.topic_id AS other_id, count(*) AS texts
      FROM tagged one
      JOIN tagged other ON other.text_id = one.text_id AND other.topic_id > one.topic_id
     GROUP BY one.topic_id, other.topic_id
    HAVING count(*) >= 3
)
SELECT topic.name AS topic,
       other.name AS other_topic,
       pairs.texts AS texts_with_both,
       of_topic.texts AS texts_with_topic,
       of_other.texts AS texts_with_other,
       CAST(round(100.0 * pairs.texts / (of_topic.texts + of_other.texts - pairs.texts)) AS INTEGER) AS percent_of_either
  FROM pairs
  JOIN topics topic ON topic.id = pairs.topic_id
  JOIN topics other ON other.id = pairs.other_id
  JOIN total of_topic ON of_topic.topic_id = pairs.topic_id
  JOIN total of_other ON of_other.topic_id = pairs.other_id
 ORDER BY percent_of_either DESC, texts_with_both DESC, topic, other_topic
 LIMIT 10;
