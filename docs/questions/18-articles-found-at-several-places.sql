-- Which articles were found at more than one place, at which, and in how many imports?
-- $ archive why 7u4bzebenofx
WITH places AS (
    SELECT article_id, locator, rtrim(locator, replace(locator, '/', '')) AS folder,
           count(DISTINCT import_id) AS imports, min(id) AS first_item
      FROM import_items
     WHERE article_id IS NOT NULL
     GROUP BY article_id, locator
), shortened AS (
    SELECT article_id, imports, first_item, replace(locator, folder, '') AS file,
           replace(folder, rtrim(rtrim(folder, '/'), replace(folder, '/', '')), '') AS folder,
           count(*) OVER (PARTITION BY article_id) AS places
      FROM places
)
SELECT d.doc_id AS doc_id, d.headline AS headline, p.folder AS folder, p.file AS file, p.imports AS imports
  FROM shortened p
  JOIN articles a ON a.id = p.article_id
  JOIN documents d ON d.doc_id = a.key
 WHERE p.places > 1
 ORDER BY doc_id, p.first_item;
