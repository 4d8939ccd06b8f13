-- Why do articles have the topic russia-ukraine-conflict, or one below it: which passage put it there?
-- $ archive list topic:russia-ukraine-conflict
-- $ archive why 7u4bzebenofx
SELECT o.topic AS topic,
       o.doc_id AS doc_id,
       o.method AS method,
       o.field AS field,
       o.passage AS passage,
       trim(replace(replace(o.context, '

', ' '), '
', ' ')) AS context
  FROM topic_tree tree
  JOIN tag_overview o ON o.scheme = tree.scheme AND o.code = tree.below_code
 WHERE tree.scheme = 'local' AND tree.code = 'russia-ukraine-conflict'
 ORDER BY topic, doc_id, method, field, o.start, o.rule;
