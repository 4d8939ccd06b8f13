-- Which topics does each article have, and how much speaks for each of them?
SELECT doc_id, scheme, code, topic, given, matched, decided
  FROM document_topics
 ORDER BY doc_id, scheme, code
