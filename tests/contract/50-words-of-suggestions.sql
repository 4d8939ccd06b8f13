-- Which words carried what models propose, and which tags rest on which model?
SELECT a.key, t.scheme, t.code, 'suggestion' AS kind, m.number, w.field, w.start, w."end", w.weight
  FROM suggestion_words w
  JOIN suggestions s ON s.id = w.suggestion_id
  JOIN models m ON m.id = s.model_id
  JOIN articles a ON a.id = s.article_id
  JOIN topics t ON t.id = s.topic_id
 UNION ALL
SELECT a.key, t.scheme, t.code, 'tag', m.number, e.field, e.start, e."end", e.score
  FROM tag_evidence e
  JOIN models m ON m.id = e.model_id
  JOIN article_topics g ON g.id = e.article_topic_id
  JOIN articles a ON a.id = g.article_id
  JOIN topics t ON t.id = g.topic_id
 ORDER BY 1, 2, 3, 4, 6 DESC, 7, 8
