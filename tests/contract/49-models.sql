-- Which models were learned, when, by whom, from what, and what do they propose for which articles?
SELECT m.scheme, m.number, m.trained_at, m.who, m.query, m.seed, m.articles, m.topics, m.parameters, m.program_version,
       m.sha256, length(m.content) AS bytes, a.key, t.code, s.score, r.number AS revision
  FROM models m
  LEFT JOIN suggestions s ON s.model_id = m.id
  LEFT JOIN articles a ON a.id = s.article_id
  LEFT JOIN topics t ON t.id = s.topic_id
  LEFT JOIN article_revisions r ON r.id = s.revision_id
 ORDER BY m.scheme, m.number, a.key, t.code
