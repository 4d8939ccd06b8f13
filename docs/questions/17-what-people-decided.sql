-- What did people decide, when and why, and which decision took it back?
-- $ archive decisions --limit 0
SELECT one.id AS number,
       substr(one.made_at, 1, 10) AS day,
       one.who AS who,
       one.article_key AS doc_id,
       one.subject AS subject,
       one.name AS name,
       one.value AS value,
       one.reason AS reason,
       undo.id AS taken_back_by
  FROM decisions one
  LEFT JOIN decisions undo ON undo.subject = 'undo' AND undo.name = CAST(one.id AS TEXT)
 ORDER BY one.made_at, one.id, undo.id;
