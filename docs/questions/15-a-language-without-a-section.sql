-- Which articles in English, whatever its variant, were published in no section that is known?
-- $ archive list 'language:en -has:section'
SELECT doc_id, source, published, coalesce(headline, substr(text, 1, 50) || '…') AS article
  FROM documents
 WHERE (language = 'en' OR language LIKE 'en-%')
   AND section IS NULL
 ORDER BY published_from IS NULL, published_from, doc_id;
