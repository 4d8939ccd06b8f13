-- Whom does each article credit, in which order?
SELECT doc_id, position, author
  FROM document_authors
 ORDER BY doc_id, position
