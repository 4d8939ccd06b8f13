-- What did people say of sources, and what takes it back?
SELECT d.made_at, d.who, d.subject, d.name, d.value, d.reason, e.decision_id, e.text AS before
  FROM decisions d
  LEFT JOIN earlier_states e ON e.decision_id = d.id
 WHERE d.article_key IS NULL
 ORDER BY d.made_at, d.id
