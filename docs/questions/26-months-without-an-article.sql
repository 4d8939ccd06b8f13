-- In which months between its first and its last does the archive have nothing of a source?
-- $ archive timeline --by month --per source --series 0 -f csv
WITH RECURSIVE span AS (
    SELECT source_slug, source, min(month) AS first_month, max(month) AS last_month
      FROM monthly_counts
     WHERE source_slug IS NOT NULL
     GROUP BY source_slug, source
), months (source_slug, source, month, last_month) AS (
    SELECT source_slug, source, first_month, last_month FROM span
     UNION ALL
    SELECT source_slug, source, substr(date(month || '-01', '+1 month'), 1, 7), last_month
      FROM months
     WHERE month < last_month
)
SELECT months.source AS source,
       count(*) AS months_without,
       min(months.month) AS first_of_them,
       max(months.month) AS last_of_them
  FROM months
  LEFT JOIN monthly_counts m ON m.source_slug = months.source_slug AND m.month = months.month
 WHERE m.month IS NULL
   AND months.month IS NOT NULL
 GROUP BY months.source_slug, months.source
 ORDER BY months_without DESC, source;
