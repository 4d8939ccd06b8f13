-- Which bytes were received, are they kept as a zstd frame (28B52FFD), and how many states of texts are made of them?
SELECT o.sha256, o.media_type, o.size, hex(substr(o.content, 1, 4)) AS frame, length(o.content) > 4 AS has_content,
       (SELECT count(*) FROM article_revisions r WHERE r.original_id = o.id) AS revisions
  FROM originals o
 ORDER BY o.sha256
