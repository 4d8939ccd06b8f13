-- Where did each value of an article come from?
SELECT a.key, v.field, v.text, v.method, i.locator
  FROM article_values v
  JOIN articles a ON a.id = v.article_id
  JOIN import_items i ON i.id = v.import_item_id
 ORDER BY a.key, v.field
