-- Where do sanctions stand at most 15 words from Belarus, best first, and in which words?
-- $ archive kwic '"sanctions belarus"~15'
SELECT d.doc_id AS doc_id,
       d.source AS source,
       d.published AS published,
       replace(snippet(article_fts, 1, '[', ']', '…', 24), char(10, 10), ' ') AS passage
  FROM article_fts
  JOIN articles a ON a.id = article_fts.rowid
  JOIN documents d ON d.doc_id = a.key
 WHERE article_fts MATCH 'NEAR("sanctions" "belarus", 15)'
 ORDER BY bm25(article_fts), d.doc_id;
