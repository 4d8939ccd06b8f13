-- Which topics does each author come back to most, and in how many of the articles does the input itself give them?
-- $ archive count has:author --by author
-- $ archive count 'author:"Alma Brandt"' --by topic
WITH counted AS (
    SELECT author.author AS author, tag.topic AS topic, count(*) AS articles,
           count(CASE WHEN tag.given > 0 THEN 1 END) AS given
      FROM document_authors author
      JOIN document_topics tag ON tag.doc_id = author.doc_id
     GROUP BY author.author, tag.scheme, tag.code, tag.topic
), ranked AS (
    SELECT author, topic, articles, given,
           row_number() OVER (PARTITION BY author ORDER BY articles DESC, given DESC, topic) AS place
      FROM counted
)
SELECT author, topic, articles, given
  FROM ranked
 WHERE place <= 3
 ORDER BY author, place;
