-- Which states of its text has each article, which is the current one, and what was each made of?
SELECT a.key, r.number, r.id = a.revision_id AS is_current, r.headline, r.headline_method, r.words, r.text_sha256,
       r.fingerprint, r.fingerprint_version, r.normalizer_version, r.cause, r.seen_at, o.sha256 AS original,
       substr(r.body, 1, 60) AS begins, length(r.body) AS length,
       r.headline_index, substr(r.body_index, 1, 60) AS index_begins, length(r.body_index) AS index_length
  FROM article_revisions r
  JOIN articles a ON a.id = r.article_id
  JOIN originals o ON o.id = r.original_id
 ORDER BY a.key, r.number
