-- What was each state of a text, and what was the one before it?
SELECT doc_id, revision, is_current, cause, seen_at, modified_at, headline, headline_before, words, words_before,
       fingerprint, fingerprint_before, text, text_before
  FROM document_revisions
 ORDER BY doc_id, revision
