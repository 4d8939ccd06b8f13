-- Which years do the texts speak of, in how many articles, and how often?
SELECT substr(m.value, 1, 4) AS year, count(DISTINCT m.article_id) AS articles, count(*) AS mentions
  FROM article_dates m
  JOIN articles a ON a.revision_id = m.revision_id
 WHERE m.kind = 'mentioned'
   AND m.value NOT LIKE 'XXXX%'
 GROUP BY substr(m.value, 1, 4)
 ORDER BY year;
