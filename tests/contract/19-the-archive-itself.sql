-- Which archive is it, and when was it made?
SELECT name, value FROM about WHERE name IN ('archive_id', 'created_at') ORDER BY name
