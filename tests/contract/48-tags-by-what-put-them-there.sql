-- How many tags rest on texts, on what people said, on another vocabulary, or on a model, and how sure is that?
SELECT d.scheme, d.code, count(*) AS tags, sum(d.given) AS given, sum(d.matched) AS matched, sum(d.decided) AS decided,
       sum(d.mapped) AS mapped, sum(d.by_model) AS by_model,
       (SELECT max(o.score) FROM tag_overview o WHERE o.scheme = d.scheme AND o.code = d.code) AS surest
  FROM document_topics d
 GROUP BY d.scheme, d.code
 ORDER BY d.scheme, d.code
