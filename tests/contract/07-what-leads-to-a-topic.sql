-- Which names and which phrases lead to the topics that most articles have?
WITH most AS (
  SELECT topic_id FROM article_topics GROUP BY topic_id ORDER BY count(*) DESC, topic_id LIMIT 3
)
SELECT t.code, 'name' AS what, n.kind, n.name AS words, n.name_key AS matched_on
  FROM topic_names n JOIN topics t ON t.id = n.topic_id WHERE n.topic_id IN (SELECT topic_id FROM most)
 UNION ALL
SELECT t.code, 'rule', r.kind, r.expression, NULL
  FROM topic_rules r JOIN topics t ON t.id = r.topic_id WHERE r.topic_id IN (SELECT topic_id FROM most)
 ORDER BY 1, 2, 3, 4
