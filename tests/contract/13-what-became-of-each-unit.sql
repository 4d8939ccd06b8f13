-- What became of each unit, and how was it read?
SELECT i.import_id, i.position, i.locator, i.outcome, i.reason, a.key, r.number AS revision, o.sha256 AS original,
       i.context_sha256, i.reader, i.source_as_read, i.id_as_read, i.url_as_read, i.published_as_read, i.text_sha256
  FROM import_items i
  LEFT JOIN articles a ON a.id = i.article_id
  LEFT JOIN article_revisions r ON r.id = i.revision_id
  LEFT JOIN originals o ON o.id = i.original_id
 ORDER BY i.import_id, i.position
