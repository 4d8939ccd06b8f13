SELECT d.doc_id AS doc_id,
       d.source AS source,
       d.published AS published,
       replace(ts_headline('simple', d.text, 'sanctions & belarus', 'StartSel=[, StopSel=], MaxWords=24, MinWords=12'),
               chr(10) || chr(10), ' ') AS passage
  FROM article_search s
  JOIN articles a ON a.id = s.article_id
  JOIN documents d ON d.doc_id = a.key
 WHERE s.vector @@ 'sanctions & belarus'
   AND s.body ~ ' (sanctions ([^ ]+ ){0,15}belarus|belarus ([^ ]+ ){0,15}sanctions) '
 ORDER BY ts_rank(s.vector, 'sanctions & belarus') DESC, d.doc_id;
