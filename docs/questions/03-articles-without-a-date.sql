-- Which articles have no date of publication, and which dates stand in them or were given for them?
-- $ archive gaps --field published
-- $ archive list -- -has:date
SELECT coalesce(r.headline, substr(r.body, 1, 60) || '…') AS article,
       s.name AS source,
       d.text AS date_found,
       d.value AS meaning,
       d.kind AS kind,
       d.reason AS why_not_chosen
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id
  LEFT JOIN article_dates d ON d.article_id = a.id AND (d.revision_id = a.revision_id OR d.revision_id IS NULL)
 WHERE a.published IS NULL
 ORDER BY article, d.field, d.start;
