-- What identifies each article in what is imported, and who is credited with it?
SELECT a.key, 'identifier' AS what, n.scheme, n.scope, n.value, NULL AS position
  FROM article_identifiers n
  JOIN articles a ON a.id = n.article_id
 UNION ALL
SELECT a.key, 'author', NULL, u.name_key, u.name, c.position
  FROM article_authors c
  JOIN articles a ON a.id = c.article_id
  JOIN authors u ON u.id = c.author_id
 ORDER BY 1, 2, 3, 4, 5
