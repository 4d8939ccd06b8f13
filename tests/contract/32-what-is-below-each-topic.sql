-- Which topics are at or below each topic?
SELECT tree.scheme, tree.code, tree.topic, tree.below_code, tree.below_topic, above.name AS by_topic_id,
       below.name AS by_below_id
  FROM topic_tree tree
  JOIN topics above ON above.id = tree.topic_id
  JOIN topics below ON below.id = tree.below_id
 ORDER BY tree.scheme, tree.code, tree.below_code
