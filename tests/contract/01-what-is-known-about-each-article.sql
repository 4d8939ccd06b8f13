-- What is known about each article?
SELECT doc_id, source, headline, published, published_precision, published_on, language, section, url, authors, topics,
       words, text
  FROM documents
 ORDER BY doc_id
