-- How was each corpus made, and what was left out?
SELECT c.name, c.query, c.saved_queries, c.frozen_at, c.who, c.includes_imprecise, c.one_per_text, c.articles,
       c.left_out_undated, c.left_out_imprecise, c.left_out_copies, c.program_version, c.schema_version, c.sha256,
       count(m.id) AS members, min(m.corpus_id) AS corpus_id, (SELECT count(saved_at) FROM saved_queries) AS saved
  FROM corpora c
  LEFT JOIN corpus_revisions m ON m.corpus_id = c.id
 GROUP BY c.id
 ORDER BY c.name;
