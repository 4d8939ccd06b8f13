-- Which topics does each author come back to most, and in how many of the articles does the input itself give them?
WITH tagged AS (
    SELECT author.id AS author_id, author.name AS author, t.id AS topic_id, t.name AS topic,
           EXISTS (SELECT 1 FROM tag_evidence e
                    WHERE e.article_topic_id = tag.id AND e.method = 'given') AS given
      FROM authors author
      JOIN article_authors credit ON credit.author_id = author.id
      JOIN article_topics tag ON tag.article_id = credit.article_id
      JOIN topics t ON t.id = tag.topic_id
), counted AS (
    SELECT author_id, author, topic, count(*) AS articles, sum(given) AS given,
           row_number() OVER (PARTITION BY author_id ORDER BY count(*) DESC, sum(given) DESC, topic) AS place
      FROM tagged
     GROUP BY author_id, topic_id
)
SELECT author, topic, articles, given
  FROM counted
 WHERE place <= 3
 ORDER BY author, place;
