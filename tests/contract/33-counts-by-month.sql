-- How many articles, texts and words came out in which month at which source, and how many are known to the day?
SELECT year, month, source, source_slug, articles, to_the_day, texts, words
  FROM monthly_counts
 ORDER BY year, month, source_slug IS NULL, source_slug
