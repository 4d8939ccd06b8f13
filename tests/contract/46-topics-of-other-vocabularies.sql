-- Which topics are, or are near, one of another vocabulary?
SELECT t.scheme, t.code, m.relation, m.scheme AS other_scheme, m.code AS other_code
  FROM topic_mappings m
  JOIN topics t ON t.id = m.topic_id
 ORDER BY t.scheme, t.code, m.relation, m.scheme, m.code
