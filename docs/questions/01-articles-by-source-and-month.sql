-- How many articles did each source publish in which month, and how many different texts are they?
SELECT s.name AS source,
       CASE a.published_precision WHEN 'year' THEN a.published ELSE substr(a.published, 1, 7) END AS month,
       count(*) AS articles,
       count(DISTINCT r.fingerprint) AS texts,
       sum(r.words) AS words
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id
 GROUP BY s.id, month
 ORDER BY source IS NULL, source, month IS NULL, month;
