-- Which related headlines were set aside, and is the article of that headline in the archive?
WITH headlines AS MATERIALIZED (
    SELECT a.key AS doc_id, a.source_id AS source_id, r.id AS revision_id, r.headline AS headline,
           lower(r.headline) AS lower_case
      FROM articles a
      JOIN article_revisions r ON r.id = a.revision_id
)
SELECT l.text AS related_headline,
       here.headline AS found_in,
       there.doc_id AS doc_id_in_archive,
       s.name AS source_in_archive
  FROM article_links l
  JOIN headlines here ON here.revision_id = l.revision_id
  LEFT JOIN headlines there ON there.lower_case = lower(l.text)
  LEFT JOIN sources s ON s.id = there.source_id
 WHERE l.kind = 'related_headline'
 ORDER BY found_in, here.doc_id, l.position, doc_id_in_archive;
