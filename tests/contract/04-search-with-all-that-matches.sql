-- Which articles match what, the best first?
WITH asked(match) AS (
  VALUES ('"sanctions" AND "trade"'), ('"state visit"'), ('headline : "trade"'), ('"universit" *'),
         ('"лукашенко"'), ('NEAR("trade" "percent", 10)'), ('"trade" NOT "sanctions"')
)
SELECT asked.match, d.doc_id, d.headline, highlight(article_fts, 0, '[', ']') AS marked
  FROM asked
  JOIN article_fts ON article_fts MATCH asked.match
  JOIN articles a ON a.id = article_fts.rowid
  JOIN documents d ON d.doc_id = a.key
 ORDER BY asked.match, article_fts.rank, d.doc_id
