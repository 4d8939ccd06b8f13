-- Why do articles have the topic russia-ukraine-conflict, or one below it: which passage put it there?
WITH RECURSIVE asked (id) AS (
    SELECT id FROM topics WHERE scheme = 'local' AND code = 'russia-ukraine-conflict'
     UNION
    SELECT topics.id FROM topics JOIN asked ON topics.parent_id = asked.id
)
SELECT o.topic AS topic,
       o.doc_id AS doc_id,
       o.method AS method,
       o.field AS field,
       o.passage AS passage,
       trim(replace(replace(o.context, char(10, 10), ' '), char(10), ' ')) AS context
  FROM tag_overview o
  JOIN topics t ON t.scheme = o.scheme AND t.code = o.code
 WHERE t.id IN (SELECT id FROM asked)
 ORDER BY topic, doc_id, method, field, o.start, o.rule;
