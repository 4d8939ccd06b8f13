-- Which texts are in the archive as more than one article, and who published them, when and under which headline?
-- $ archive list has:copies --sort oldest
-- $ archive copies 7u4bzebenofx
SELECT substr(fingerprint, 1, 8) AS text, source, published, headline, doc_id
  FROM documents
 WHERE fingerprint IN (SELECT fingerprint FROM documents GROUP BY fingerprint HAVING count(*) > 1)
 ORDER BY text, published_from, source, doc_id;
