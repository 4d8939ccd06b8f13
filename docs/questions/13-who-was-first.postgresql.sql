WITH ran AS (
    SELECT fingerprint, doc_id, source, published, published_from, published_until, published_at,
           row_number() OVER (PARTITION BY fingerprint ORDER BY published_from, doc_id) AS place
      FROM documents
     WHERE published_from IS NOT NULL
)
SELECT substr(one.fingerprint, 1, 8) AS text,
       one.source AS first_source,
       one.published AS published,
       other.source AS then_source,
       other.published AS then_published,
       CASE WHEN one.published_at < other.published_at THEN 'yes, to the minute'
            -- local times of two places can be 26 hours apart at the same moment
            WHEN one.published_until::timestamp + interval '26 hours' <= other.published_from::timestamp THEN 'yes'
            ELSE 'no' END AS certain
  FROM ran one
  JOIN ran other ON other.fingerprint = one.fingerprint AND other.place > 1
 WHERE one.place = 1
 ORDER BY text, other.place;
