-- Until when is each document hidden from people who do not ask for it, and why?
SELECT d.doc_id, d.hidden_until, d.status, d.embargo_until, d.slugline, d.dateline FROM documents d ORDER BY d.doc_id
