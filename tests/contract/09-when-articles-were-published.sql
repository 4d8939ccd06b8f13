-- When was each article published, as exactly as is known, and what else is said of it?
SELECT a.key, a.published, a.published_from, a.published_until, a.published_on, a.published_at, a.published_precision,
       a.published_method, s.slug AS source, a.kind, a.url, a.byline, a.language, a.section, a.created_at
  FROM articles a
  LEFT JOIN sources s ON s.id = a.source_id
 ORDER BY a.published_from, a.key
