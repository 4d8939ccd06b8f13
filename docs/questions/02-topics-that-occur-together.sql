-- Which topics occur together most closely? Copies of a text count once.
-- $ archive count topic:belarus --by topic
WITH tagged AS MATERIALIZED (
    SELECT DISTINCT t.topic AS topic, d.fingerprint AS fingerprint
      FROM document_topics t
      JOIN documents d ON d.doc_id = t.doc_id
     WHERE t.scheme = 'local'
), total AS MATERIALIZED (
    SELECT topic, count(*) AS texts FROM tagged GROUP BY topic
), pairs AS (
    SELECT one.topic AS topic, other.topic AS other_topic, count(*) AS texts
      FROM tagged one
      JOIN tagged other ON other.fingerprint = one.fingerprint AND other.topic > one.topic
     GROUP BY one.topic, other.topic
    HAVING count(*) >= 3
)
SELECT pairs.topic AS topic,
       pairs.other_topic AS other_topic,
       pairs.texts AS texts_with_both,
       of_topic.texts AS texts_with_topic,
       of_other.texts AS texts_with_other,
       CAST(round(100.0 * pairs.texts / (of_topic.texts + of_other.texts - pairs.texts)) AS INTEGER) AS percent_of_either
  FROM pairs
  JOIN total of_topic ON of_topic.topic = pairs.topic
  JOIN total of_other ON of_other.topic = pairs.other_topic
 ORDER BY percent_of_either DESC, texts_with_both DESC, topic, other_topic
 LIMIT 10;
