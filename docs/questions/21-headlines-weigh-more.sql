-- Which articles are the best on "trade", where a word of the headline weighs as much as ten of the text?
-- $ archive search trade
SELECT row_number() OVER (ORDER BY found.score, d.doc_id) AS place,
       d.doc_id AS doc_id,
       d.source AS source,
       coalesce(d.headline, substr(d.text, 1, 50) || '…') AS article,
       found.headline_hit AS in_headline
  FROM (SELECT rowid AS article_id,
               bm25(article_fts, 10.0, 1.0) AS score,
               instr(highlight(article_fts, 0, '[', ']'), '[') > 0 AS headline_hit
          FROM article_fts
         WHERE article_fts MATCH '"trade"') found
  JOIN articles a ON a.id = found.article_id
  JOIN documents d ON d.doc_id = a.key
 ORDER BY place
 LIMIT 5;
