-- Which names and domains lead to the sources that have articles, as label or alias, and from when until when?
SELECT s.slug, 'name' AS what, n.kind, n.name AS leads, n.valid_from, n.valid_until
  FROM source_names n
  JOIN sources s ON s.id = n.source_id
 WHERE s.id IN (SELECT source_id FROM articles)
 UNION ALL
SELECT s.slug, 'domain', NULL, o.domain, o.valid_from, o.valid_until
  FROM source_domains o
  JOIN sources s ON s.id = o.source_id
 WHERE s.id IN (SELECT source_id FROM articles)
 ORDER BY 1, 2, 3, 4, 5
