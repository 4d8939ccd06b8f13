-- The archive counts so many articles on sanctions: which are they, and what is the first passage each rests on?
-- $ archive count topic:sanctions
-- $ archive list topic:sanctions
-- $ archive why 7u4bzebenofx
WITH passages AS (
    SELECT doc_id, method, passage, context,
           count(*) OVER (PARTITION BY doc_id) AS passages,
           row_number() OVER (PARTITION BY doc_id ORDER BY method, field DESC, start) AS place
      FROM tag_overview
     WHERE scheme = 'local' AND code = 'sanctions'
)
SELECT row_number() OVER (ORDER BY d.published_from IS NULL, d.published_from, d.doc_id) AS number,
       c.articles AS counted,
       d.doc_id AS doc_id,
       d.source AS source,
       d.published AS published,
       p.passages AS passages,
       p.method AS method,
       trim(replace(p.context, '

', ' ')) AS first_passage
  FROM topic_counts c
  JOIN passages p ON p.place = 1
  JOIN documents d ON d.doc_id = p.doc_id
 WHERE c.scheme = 'local' AND c.code = 'sanctions'
 ORDER BY number;
