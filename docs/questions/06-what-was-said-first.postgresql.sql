WITH RECURSIVE texts AS (
    SELECT article_id, number, coalesce(headline || chr(10) || chr(10), '') || body || chr(10) || chr(10) AS text
      FROM article_revisions
     WHERE article_id IN (SELECT article_id FROM article_revisions GROUP BY article_id HAVING count(*) > 1)
), cut (article_id, number, position, paragraph, rest) AS (
    SELECT article_id, number, 0, NULL COLLATE "C", text FROM texts
     UNION ALL
    SELECT article_id, number, position + 1,
           substr(rest, 1, strpos(rest, chr(10) || chr(10)) - 1),
           substr(rest, strpos(rest, chr(10) || chr(10)) + 2)
      FROM cut
     WHERE rest <> ''
), paragraphs AS MATERIALIZED (
    SELECT article_id, number, position, paragraph FROM cut WHERE position > 0
), changes AS (
    SELECT old.article_id, old.number + 1 AS revision, 'taken out' AS change, old.position, old.paragraph
      FROM paragraphs old
      JOIN texts later ON later.article_id = old.article_id AND later.number = old.number + 1
      LEFT JOIN paragraphs kept ON kept.article_id = old.article_id AND kept.number = old.number + 1
                               AND kept.paragraph = old.paragraph
     WHERE kept.number IS NULL
     UNION ALL
    SELECT new.article_id, new.number, 'brought in', new.position, new.paragraph
      FROM paragraphs new
      LEFT JOIN paragraphs kept ON kept.article_id = new.article_id AND kept.number = new.number - 1
                               AND kept.paragraph = new.paragraph
     WHERE new.number > 1 AND kept.number IS NULL
)
SELECT a.key AS doc_id, s.name AS source, c.revision AS revision, c.change AS change, c.paragraph AS paragraph
  FROM changes c
  JOIN articles a ON a.id = c.article_id
  LEFT JOIN sources s ON s.id = a.source_id
 ORDER BY doc_id, c.revision, c.change DESC, c.position;
