-- Which topics do the inputs give, which ones do only rules find, and which did people put there?
-- $ archive export topic:trade --fields key,topics -f csv
-- $ archive why 7u4bzebenofx
SELECT topic,
       count(*) AS articles,
       count(CASE WHEN given > 0 THEN 1 END) AS given,
       count(CASE WHEN given = 0 AND matched > 0 THEN 1 END) AS only_matched,
       count(CASE WHEN decided > 0 THEN 1 END) AS decided
  FROM document_topics
 GROUP BY scheme, code, topic
HAVING count(CASE WHEN given > 0 OR decided > 0 THEN 1 END) > 0
 ORDER BY given DESC, articles DESC, topic;
