-- What put a topic there that no rule of the headline or body did: who gave it, in which words?
SELECT a.key, t.code, e.method, e.rule, e.score, e.given_text, e.given_by, i.locator, r.number AS revision,
       x.text AS taken_from, e.field, e.start, e."end"
  FROM tag_evidence e
  JOIN article_topics g ON g.id = e.article_topic_id
  JOIN articles a ON a.id = g.article_id
  JOIN topics t ON t.id = g.topic_id
  LEFT JOIN import_items i ON i.id = e.import_item_id
  LEFT JOIN article_revisions r ON r.id = e.revision_id
  LEFT JOIN set_aside x ON x.id = e.set_aside_id
 WHERE e.method <> 'rule'
 ORDER BY a.key, t.code, e.method, e.given_by, e.field, e.start
