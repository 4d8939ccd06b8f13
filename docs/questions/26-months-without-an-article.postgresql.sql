WITH RECURSIVE span AS (
    SELECT source_slug, source, min(month) AS first_month, max(month) AS last_month
      FROM monthly_counts
     WHERE source_slug IS NOT NULL
     GROUP BY source_slug, source
), months (source_slug, source, month, last_month) AS (
    SELECT source_slug, source, first_month, last_month FROM span
     UNION ALL
    SELECT source_slug, source, to_char((month || '-01')::date + interval '1 month', 'YYYY-MM'), last_month
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
