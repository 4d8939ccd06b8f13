-- What are agencies called where they are credited, with which articles, and where does it stand?
SELECT s.slug AS agency, n.language, n.name, n.name_key,
       d.doc_id, d.credited, c.method, c.field, c.start, c."end", c.text, r.number AS revision
  FROM agency_names n
  JOIN sources s ON s.id = n.source_id
  LEFT JOIN article_credits c ON c.source_id = n.source_id
  LEFT JOIN articles a ON a.id = c.article_id
  LEFT JOIN documents d ON d.doc_id = a.key
  LEFT JOIN article_revisions r ON r.id = c.revision_id
 ORDER BY agency, n.language, n.name_key, d.doc_id, c.field, c.start
