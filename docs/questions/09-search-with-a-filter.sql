-- What was published about universities in December 2023, in English or Chinese, and in which words?
-- $ archive kwic 'universit* OR 大学 date:2023-12' --sort right
SELECT d.published AS published,
       d.source AS source,
       d.headline AS headline,
       trim(replace(replace(snippet(article_fts, -1, '[', ']', '…', 16), '  ', ''), char(10, 10), ' ')) AS passage,
       d.doc_id AS doc_id
  FROM article_fts
  JOIN articles a ON a.id = article_fts.rowid
  JOIN documents d ON d.doc_id = a.key
 WHERE article_fts MATCH '"university" OR "universities" OR "大 学"'
   AND d.published_from >= '2023-12-01T00:00:00'
   AND d.published_until <= '2024-01-01T00:00:00'
 ORDER BY article_fts.rank, d.doc_id;
