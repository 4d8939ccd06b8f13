-- Which values do the inputs give, of how many articles, and where: in the text, beside it, for its folder?
-- $ archive stats
SELECT v.field AS field,
       v.method AS given_by,
       count(*) AS articles,
       round(100.0 * count(*) / (SELECT count(*) FROM articles), 1) AS percent_of_all
  FROM article_values v
 GROUP BY v.field, v.method
 ORDER BY field, articles DESC, given_by;
