-- What kind is each document, whose by its short name, in which span was it published, and which text is it?
SELECT doc_id, source_slug, kind, published_from, published_until, published_at, fingerprint
  FROM documents
 ORDER BY doc_id
