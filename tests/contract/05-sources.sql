-- Which sources are known, by which names and domains, and how many articles are theirs?
SELECT s.slug, s.name, s.kind, s.country, s.language, s.origin, s.created_at,
       (SELECT group_concat(name, '; ')
          FROM (SELECT n.name FROM source_names n WHERE n.source_id = s.id ORDER BY n.name_key)) AS names,
       (SELECT group_concat(domain, '; ')
          FROM (SELECT o.domain FROM source_domains o WHERE o.source_id = s.id ORDER BY o.domain)) AS domains,
       (SELECT count(*) FROM articles a WHERE a.source_id = s.id) AS articles
  FROM sources s
 ORDER BY s.slug
