-- Which articles changed after they were published, without a word that they did?
-- $ archive revisions
SELECT r.doc_id AS doc_id,
       d.source AS source,
       d.published AS published,
       r.revision AS revision,
       CASE WHEN r.headline IS DISTINCT FROM r.headline_before THEN r.headline_before END AS headline_before,
       r.headline AS headline,
       r.words - r.words_before AS words_more
  FROM document_revisions r
  JOIN documents d ON d.doc_id = r.doc_id
 WHERE r.revision > 1
   AND r.cause = 'import'
   AND r.modified_at IS NULL
 ORDER BY doc_id, revision;
