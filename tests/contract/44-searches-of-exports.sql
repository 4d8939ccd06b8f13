-- Which search did exported articles come from, as the cover of their file states it?
SELECT c.import_id, c.locator, c.search_terms
  FROM containers c
 WHERE c.search_terms IS NOT NULL
 ORDER BY c.import_id, c.locator, c.search_terms
