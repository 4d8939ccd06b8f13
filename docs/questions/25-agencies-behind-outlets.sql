-- Which outlets credit another source of the archive, such as an agency, with which articles?
SELECT d.source AS outlet, c.author AS credited, s.kind AS kind, d.published AS published, d.headline AS headline
  FROM document_authors c
  JOIN documents d ON d.doc_id = c.doc_id
  JOIN sources s ON s.name = c.author
 WHERE d.source_slug IS DISTINCT FROM s.slug
 ORDER BY outlet, credited, published, d.doc_id;
