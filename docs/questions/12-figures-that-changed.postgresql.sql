WITH RECURSIVE changed AS (
    SELECT doc_id, revision,
           replace(text_before, chr(10), ' ') || ' ' AS before,
           replace(text, chr(10), ' ') || ' ' AS after
      FROM document_revisions
     WHERE revision > 1
), cut (doc_id, revision, which, word, rest) AS (
    SELECT doc_id, revision, 'before', '' COLLATE "C", before FROM changed
     UNION ALL
    SELECT doc_id, revision, 'after', '' COLLATE "C", after FROM changed
     UNION ALL
    SELECT doc_id, revision, which, substr(rest, 1, strpos(rest, ' ') - 1), substr(rest, strpos(rest, ' ') + 1)
      FROM cut
     WHERE rest <> ''
), figures AS MATERIALIZED (
    SELECT DISTINCT doc_id, revision, which, rtrim(word, '.,;:!?)') AS figure
      FROM cut
     WHERE word ~ '[0-9]'
)
SELECT f.doc_id AS doc_id,
       f.revision AS revision,
       CASE f.which WHEN 'before' THEN 'taken out' ELSE 'brought in' END AS change,
       f.figure AS figure
  FROM figures f
 WHERE NOT EXISTS (SELECT 1 FROM figures other
                    WHERE other.doc_id = f.doc_id AND other.revision = f.revision
                      AND other.which <> f.which AND other.figure = f.figure)
 ORDER BY doc_id, revision, change DESC, figure;
