-- What failed in the last import, or was not taken just as it was, and why?
-- $ archive imports show 1 -f csv
SELECT i.position AS position,
       replace(i.locator, rtrim(i.locator, replace(i.locator, '/', '')), '') AS file,
       i.outcome AS outcome,
       i.reason AS reason
  FROM import_items i
 WHERE i.import_id = (SELECT max(id) FROM imports)
   AND (i.outcome = 'failed' OR i.reason IS NOT NULL)
 ORDER BY i.outcome = 'failed' DESC, i.position;
