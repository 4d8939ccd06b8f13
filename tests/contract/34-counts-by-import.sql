-- How many units of each import ended how?
SELECT import, started_at, finished_at, status, units, added, revised, unchanged, duplicate, failed, arguments
  FROM import_counts
 ORDER BY import
