-- What was taken out of which text, by which rule, and after which block did it stand?
SELECT a.key, r.number, x.position, x.after_block, x.kind, x.text, x.rule, x.rule_version
  FROM set_aside x
  JOIN article_revisions r ON r.id = x.revision_id
  JOIN articles a ON a.id = r.article_id
 ORDER BY a.key, r.number, x.position
