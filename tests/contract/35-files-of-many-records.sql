-- What files of many records were read, and how many units came of each?
SELECT c.id, c.import_id, c.locator, c.media_type, c.size, c.sha256, c.records,
       (SELECT count(*) FROM import_items i
         WHERE i.import_id = c.import_id AND substr(i.locator, 1, length(c.locator) + 1) = c.locator || '#') AS units
  FROM containers c
 ORDER BY c.id
