-- How many articles did each source publish in which month, and how many different texts are they?
-- $ archive timeline --by month --per source --series 0 -f csv
SELECT source, coalesce(month, year) AS month, articles, texts, words
  FROM monthly_counts
 ORDER BY source IS NULL, source, month IS NULL, month;
