-- Which articles have the word 北京, and in which words were they indexed?
SELECT a.key, x.headline, snippet(article_fts, 1, '[', ']', '…', 12) AS passage, length(x.body) AS length,
       article_fts.headline = x.headline AND article_fts.body = x.body AS as_indexed
  FROM article_fts
  JOIN article_text x ON x.id = article_fts.rowid
  JOIN articles a ON a.id = article_fts.rowid
 WHERE article_fts MATCH '"北 京"'
 ORDER BY a.key
