-- Which topics of the vocabulary are on no article, nor is any below them, and how many phrases would tag one?
-- $ archive topics --all -f csv
SELECT c.scheme AS scheme, c.code AS code, c.topic AS topic, c.broader AS broader,
       (SELECT count(*) FROM topic_rules r WHERE r.topic_id = t.id) AS phrases
  FROM topic_counts c
  JOIN topics t ON t.scheme = c.scheme AND t.code = c.code
 WHERE c.with_below = 0
 ORDER BY c.scheme, c.code;
