-- In which languages has a topic names?
SELECT t.scheme, t.code, n.language, n.kind, n.name
  FROM topic_names n
  JOIN topics t ON t.id = n.topic_id
 WHERE t.code IN ('belarus', 'trade')
 ORDER BY t.scheme, t.code, n.language, n.kind, n.name
