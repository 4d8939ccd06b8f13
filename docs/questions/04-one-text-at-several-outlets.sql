-- Which texts are in the archive as more than one article, and who published them, when and under which headline?
WITH copies AS (
    SELECT r.fingerprint AS fingerprint
      FROM articles a
      JOIN article_revisions r ON r.id = a.revision_id
     GROUP BY r.fingerprint
    HAVING count(*) > 1
)
SELECT substr(r.fingerprint, 1, 8) AS text,
       s.name AS source,
       a.published AS published,
       r.headline AS headline,
       a.key AS doc_id
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id
 WHERE r.fingerprint IN (SELECT fingerprint FROM copies)
 ORDER BY text, a.published_from, source, doc_id;
