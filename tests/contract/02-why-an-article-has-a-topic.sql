-- Which passages put which topics on which articles?
SELECT doc_id, scheme, code, topic, method, rule, given_by, field, start, "end", passage, context
  FROM tag_overview
 ORDER BY doc_id, scheme, code, method, field, start, "end", rule, given_by
