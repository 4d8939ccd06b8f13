-- What was set aside of the current texts, as what, and by which rule?
-- $ archive list has:set_aside
-- $ archive why 7u4bzebenofx
SELECT a.key AS doc_id, x.position AS position, x.kind AS kind, x.rule AS rule, x.text AS text
  FROM set_aside x
  JOIN articles a ON a.revision_id = x.revision_id
 ORDER BY doc_id, position;
