-- Which dates were found, and which was chosen, or why not?
SELECT a.key, d.text, d.kind, d.method, d.value, d.precision, d.has_zone, d.chosen, d.reason, r.number AS revision,
       d.field, d.start, d."end",
       CASE d.field WHEN 'body' THEN substr(r.body, d.start + 1, d."end" - d.start) = d.text END AS stands_there
  FROM article_dates d
  JOIN articles a ON a.id = d.article_id
  LEFT JOIN article_revisions r ON r.id = d.revision_id
 ORDER BY a.key, d.kind, r.number, d.field, d.start, d.text
