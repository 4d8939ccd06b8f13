-- Which topics are there, under which, with how many names, phrases and articles?
WITH RECURSIVE tree(id, depth, path) AS (
  SELECT id, 0, scheme || ':' || code FROM topics WHERE parent_id IS NULL
   UNION ALL
  SELECT t.id, tree.depth + 1, tree.path || ' > ' || t.code FROM tree JOIN topics t ON t.parent_id = tree.id
)
SELECT tree.path, tree.depth, t.scheme, t.code, t.name, t.origin, t.created_at,
       (SELECT count(*) FROM topic_names n WHERE n.topic_id = t.id) AS names,
       (SELECT count(*) FROM topic_rules r WHERE r.topic_id = t.id) AS phrases,
       (SELECT count(*) FROM article_topics g WHERE g.topic_id = t.id) AS articles
  FROM tree
  JOIN topics t ON t.id = tree.id
 ORDER BY tree.path
