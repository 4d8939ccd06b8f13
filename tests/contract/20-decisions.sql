-- What did people decide, in the order they did?
SELECT d.made_at, d.who, d.article_key, d.subject, d.name, d.value, d.reason
  FROM decisions d
 ORDER BY d.made_at, d.id
