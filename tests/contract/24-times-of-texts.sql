-- Which texts say when they were changed or saved, and which of them is the current one?
SELECT d.doc_id AS article, r.number AS number, r.modified_at AS modified_at, r.crawled_at AS crawled_at,
       r.id = a.revision_id AS is_current
  FROM article_revisions r
  JOIN articles a ON a.id = r.article_id
  JOIN documents d ON d.doc_id = a.key
 WHERE r.modified_at IS NOT NULL OR r.crawled_at IS NOT NULL
 ORDER BY d.doc_id, r.number
