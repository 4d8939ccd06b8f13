-- Which topics did people take off an article or put on it, which headline and which original did they decide on?
SELECT a.key, a.decided_headline, a.decided_headline_index, a.translation_of,
       t.scheme || ':' || t.code AS topic, x.side, x.decision_id, x.evidence
  FROM articles a
  LEFT JOIN (SELECT r.article_id, r.topic_id, 'off' AS side, r.decision_id,
                    (SELECT count(*) FROM tag_evidence e WHERE e.rejected_topic_id = r.id) AS evidence
               FROM rejected_topics r
             UNION ALL
             SELECT g.article_id, g.topic_id, 'on', e.decision_id, 1
               FROM tag_evidence e JOIN article_topics g ON g.id = e.article_topic_id
              WHERE e.decision_id IS NOT NULL) x ON x.article_id = a.id
  LEFT JOIN topics t ON t.id = x.topic_id
 ORDER BY a.key, topic, x.side
