-- Which share of each month's articles is about trade, or a topic below it?
-- $ archive timeline topic:trade --share -f csv
WITH about AS (
    SELECT DISTINCT tag.doc_id AS doc_id
      FROM topic_tree tree
      JOIN document_topics tag ON tag.scheme = tree.scheme AND tag.code = tree.below_code
     WHERE tree.scheme = 'local' AND tree.code = 'trade'
), by_month AS (
    SELECT substr(d.published_from, 1, 7) AS month, count(*) AS articles
      FROM about
      JOIN documents d ON d.doc_id = about.doc_id
     WHERE d.published_precision <> 'year'
     GROUP BY substr(d.published_from, 1, 7)
)
SELECT m.month AS month,
       sum(m.articles) AS articles,
       coalesce(b.articles, 0) AS on_trade,
       round(100.0 * coalesce(b.articles, 0) / sum(m.articles), 1) AS percent
  FROM monthly_counts m
  LEFT JOIN by_month b ON b.month = m.month
 WHERE m.month IS NOT NULL
 GROUP BY m.month, b.articles
 ORDER BY m.month;
