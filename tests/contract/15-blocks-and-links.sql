-- Which blocks of a body are no plain paragraphs, and which other pieces does it point to?
SELECT a.key, r.number, 'block' AS what, b.position, b.kind, b.level,
       substr(r.body, b.start + 1, b."end" - b.start) AS text, NULL AS url
  FROM body_blocks b
  JOIN article_revisions r ON r.id = b.revision_id
  JOIN articles a ON a.id = r.article_id
 UNION ALL
SELECT a.key, r.number, 'link', l.position, l.kind, NULL, l.text, l.url
  FROM article_links l
  JOIN article_revisions r ON r.id = l.revision_id
  JOIN articles a ON a.id = r.article_id
 ORDER BY 1, 2, 3, 4
