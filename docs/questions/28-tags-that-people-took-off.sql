-- Which topics did people take off an article, why, and which passages would speak for them?
-- $ archive decisions --limit 0
-- $ archive why 7u4bzebenofx
SELECT a.key AS doc_id,
       t.name AS topic,
       n.who AS who,
       n.reason AS reason,
       substr(r.body, e.start + 1, e."end" - e.start) AS passage
  FROM rejected_topics x
  JOIN articles a ON a.id = x.article_id
  JOIN topics t ON t.id = x.topic_id
  JOIN decisions n ON n.id = x.decision_id
  LEFT JOIN tag_evidence e ON e.rejected_topic_id = x.id AND e.field = 'body'
  LEFT JOIN article_revisions r ON r.id = e.revision_id
 ORDER BY doc_id, topic, e.start;
