-- Which vocabularies are here, with the topics of each: where one is defined, what it means, and what is retired?
SELECT s.scheme, s.name, s.uri AS scheme_uri, s.licence, s.loaded_at, t.code, t.uri, t.retired, t.retired_on,
       d.language, d.text
  FROM schemes s
  LEFT JOIN topics t ON t.scheme = s.scheme
  LEFT JOIN topic_definitions d ON d.topic_id = t.id
 ORDER BY s.scheme, t.code, d.language
