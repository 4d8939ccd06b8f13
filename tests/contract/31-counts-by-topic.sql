-- How many articles have each topic, and how many it or one below it?
SELECT scheme, code, topic, broader, articles, with_below
  FROM topic_counts
 ORDER BY scheme, code
