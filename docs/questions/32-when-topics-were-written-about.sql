-- When was each topic, or one below it, first and last written about, in how many months, and how many articles have none?
-- $ archive topics -f json
-- $ archive timeline topic:trade
SELECT t.scheme AS scheme, t.code AS code, t.topic AS topic, count(DISTINCT a.id) AS articles,
       substr(min(a.published_from || a.published), 20) AS "first",
       substr(max(a.published_from || a.published), 20) AS "last",
       count(DISTINCT CASE WHEN a.published_precision <> 'year' THEN substr(a.published_from, 1, 7) END) AS months,
       count(DISTINCT CASE WHEN a.published_precision <> 'year' THEN NULL ELSE a.id END) AS without_month
  FROM topic_tree t
  JOIN article_topics tag ON tag.topic_id = t.below_id
  JOIN articles a ON a.id = tag.article_id
 GROUP BY t.topic_id, t.scheme, t.code, t.topic
 ORDER BY t.scheme, t.code;
