-- How was each corpus made, what is in it, and what was left out?
SELECT c.name, c.query, c.saved_queries, c.reckoned_from, c.frozen_at, c.who, c.includes_imprecise, c.one_per_text,
       c.articles, c.texts, c.words, c.sources, c.without_source, c.without_date, c.published_first, c.published_last,
       c.left_out_undated, c.left_out_imprecise, c.left_out_copies, c.imports, c.units, c.added, c.revised,
       c.unchanged, c.duplicate, c.failed, c.program_version, c.schema_version, c.normalizer_versions,
       c.fingerprint_versions, c.sha256, count(m.id) AS members, min(m.corpus_id) AS corpus_id,
       (SELECT count(saved_at) FROM saved_queries) AS saved
  FROM corpora c
  LEFT JOIN corpus_revisions m ON m.corpus_id = c.id
 GROUP BY c.id
 ORDER BY c.name;
