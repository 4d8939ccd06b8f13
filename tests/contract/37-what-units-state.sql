-- What does each unit state of its article, what of it stands, and which imports were undone?
SELECT i.import_id, i.position, m.status, m.undone_at, m.undone_by, m.undone_because, a.key, s.position AS stated_in,
       i.modified_at, i.crawled_at, x.field, x.text, x.method, x.stands
  FROM import_items i
  JOIN imports m ON m.id = i.import_id
  LEFT JOIN articles a ON a.id = i.article_id
  LEFT JOIN import_items s ON s.id = i.stated_in_id
  LEFT JOIN (SELECT article_id, import_item_id, field, text, method, 1 AS stands FROM article_values
             UNION ALL
             SELECT article_id, import_item_id, field, text, method, 0 FROM other_values
             UNION ALL
             SELECT article_id, import_item_id, kind, text, method, chosen FROM article_dates
              WHERE kind = 'published') x
    ON x.import_item_id = i.id AND x.article_id = i.article_id
 ORDER BY i.import_id, i.position, x.field, x.method, x.text, x.stands
