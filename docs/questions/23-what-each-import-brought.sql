-- What did each import bring, and which share of what it read failed?
-- $ archive imports
SELECT import, status, units, added, revised, unchanged, duplicate, failed,
       round(100.0 * failed / units, 1) AS percent_failed
  FROM import_counts
 WHERE units > 0
 ORDER BY import;
