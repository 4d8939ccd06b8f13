-- Which queries are saved, and which texts stand in which corpus?
SELECT 'query' AS kind, q.id, q.name, q.query, NULL AS article_key, NULL AS number, NULL AS text_sha256
  FROM saved_queries q
UNION ALL
SELECT 'corpus', c.id, c.name, c.query, m.article_key, m.number, m.text_sha256
  FROM corpora c
  JOIN corpus_revisions m ON m.corpus_id = c.id
 ORDER BY 1, 3, 5;
