SELECT row_number() OVER (ORDER BY found.score DESC, d.doc_id) AS place,
       d.doc_id AS doc_id,
       d.source AS source,
       coalesce(d.headline, substr(d.text, 1, 50) || '…') AS article,
       found.headline_hit AS in_headline
  FROM (SELECT article_id,
               ts_rank('{0.1, 0.1, 0.1, 1.0}', vector, 'trade', 1) AS score,
               vector @@ 'trade:A' AS headline_hit
          FROM article_search
         WHERE vector @@ 'trade') found
  JOIN articles a ON a.id = found.article_id
  JOIN documents d ON d.doc_id = a.key
 ORDER BY place
 LIMIT 5;
