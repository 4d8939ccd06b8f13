SELECT d.published AS published,
       d.source AS source,
       d.headline AS headline,
       substring(d.text FROM '(?i)[^\n]{0,40}(?:universit(?:y|ies)|大学)[^\n]{0,40}') AS passage,
       d.doc_id AS doc_id
  FROM article_search s
  JOIN articles a ON a.id = s.article_id
  JOIN documents d ON d.doc_id = a.key
 WHERE s.vector @@ 'university | universities | (大 <-> 学)'
   AND d.published_from >= '2023-12-01T00:00:00'
   AND d.published_until <= '2024-01-01T00:00:00'
 ORDER BY ts_rank(s.vector, 'university | universities | (大 <-> 学)') DESC, d.doc_id;
