-- Which agencies are credited in which outlet's articles, and where does it say so?
-- $ archive list has:credit
SELECT s.name AS agency, d.source AS outlet, c.method AS method, c.text AS written, d.headline AS headline
  FROM article_credits c
  JOIN sources s ON s.id = c.source_id
  JOIN articles a ON a.id = c.article_id
  JOIN documents d ON d.doc_id = a.key
 ORDER BY agency, outlet, d.doc_id, c.id;
