-- Which articles were found at more than one place, at which, and what became of each?
WITH places AS (
    SELECT article_id, position, outcome, locator, rtrim(locator, replace(locator, '/', '')) AS folder
      FROM import_items
     WHERE import_id = 1
), shortened AS (
    SELECT article_id, position, outcome, replace(locator, folder, '') AS file,
           replace(folder, rtrim(rtrim(folder, '/'), replace(folder, '/', '')), '') AS folder,
           count(*) OVER (PARTITION BY article_id) AS places
      FROM places
     WHERE article_id IS NOT NULL
)
SELECT d.doc_id AS doc_id, d.headline AS headline, p.folder AS folder, p.file AS file, p.outcome AS outcome
  FROM shortened p
  JOIN articles a ON a.id = p.article_id
  JOIN documents d ON d.doc_id = a.key
 WHERE p.places > 1
 ORDER BY doc_id, p.position;
