-- How many articles, texts and words are of each source, how many are undated, and from when to when?
SELECT source, slug, articles, texts, words, undated, "first", "last"
  FROM source_counts
 ORDER BY slug IS NULL, slug
